-- wrk: each request posts a DNS record that no other has. The word behind `--` sets this run apart.
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(words)
    prefix, count = words[1] .. "-" .. number .. "-", 0
end

function request()
    count = count + 1
    return wrk.format("POST", nil, { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] },
        '{"type":"A","name":"' .. prefix .. count .. '","content":"192.0.2.1","ttl":300}')
end
