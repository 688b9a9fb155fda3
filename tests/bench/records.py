"""The rows of ci/bench about collections: zones with 1,000 and with 100,000 DNS records, and 100,000 keys."""
import itertools
import json
import os
import socket
import statistics
import time

from kit import Server, ask, ask_on, compare, durations, in_turn, wrk

TOKEN = "benchbenchbenchbenchbenchbenchbenchbench"
WORLD = {"accounts": [{"name": "Bench"}],
         "users": [{"email": "b@bench.example", "memberships": [
             {"account": "Bench", "roles": ["Super Administrator - All Privileges"]}]}],
         "tokens": [{"name": "b", "owner": "b@bench.example", "permissions": "all", "value": TOKEN}],
         "zones": [{"name": name, "account": "Bench", "plan": "enterprise"} for name in ("few.example", "many.example")]}
FEW, MANY, SHARED, AT_ONCE = 1000, 100000, 150, 500
POST_LUA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "post.lua")


def result(port, path, method="GET", body=None, on=None):
    """The member of that name; on a connection of its own, or `on` one."""
    data = json.dumps(body).encode() if body is not None else b""
    answer = ask_on(on, path, TOKEN, method, data) if on else ask(port, path, TOKEN, method, data)
    head, _, text = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        raise RuntimeError("%s %s: %r" % (method, path, answer[:300]))
    return json.loads(text)["result"]


def record(n):
    return {"type": "A", "name": "host-%06d" % n, "content": "10.%d.%d.%d" % (n >> 16 & 255, n >> 8 & 255, n & 255), "ttl": 300}


def fill(port, records, count):
    """So many records by batches, of which some share one name. On one connection: what a request takes in passing is
    then taken by one thread, and does not count as the records' own. Seconds it took."""
    began = time.monotonic()
    posts = [{"type": "TXT", "name": "shared", "content": '"%d"' % n, "ttl": 300} for n in range(SHARED)]
    posts += [record(n) for n in range(count - SHARED)]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        for n in range(0, count, AT_ONCE):
            result(port, records + "/batch", "POST", {"posts": posts[n:n + AT_ONCE]}, on=s)
    return time.monotonic() - began


def print_memory(server, name, count, work):
    """What `work`, which makes so many, adds to the resident memory, for each."""
    before = server.resident()
    took = work()
    each = (server.resident() - before) * 1024 * 1024 / count
    print("memory     %5.0f bytes for each of %d small %s (bar 1024); filled in %.1f s" % (each, count, name, took), flush=True)


def fill_keys(port, account):
    began = time.monotonic()
    spaces = "/client/v4/accounts/%s/storage/kv/namespaces" % account
    space = result(port, spaces, "POST", {"title": "bench"})["id"]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        for start in range(0, MANY, AT_ONCE):
            result(port, "%s/%s/bulk" % (spaces, space), "PUT",
                   [{"key": "key-%06d" % n, "value": "value %d" % n} for n in range(start, start + AT_ONCE)], on=s)
    return time.monotonic() - began


def print_pages(o, port, few, many):
    """A page out of many beside the same page out of few, one client at a time."""
    for name, query, bar in (("page of 100", "?per_page=100", "1.5"),
                             ("the last but one", None, "1.5"),
                             ("name is one of 150", "?per_page=100&name=shared.%s", "1.5"),
                             ("name starts with: all read", "?per_page=100&name.startswith=shared", "none"),
                             ("name contains: all read", "?per_page=100&name.contains=shared", "none")):
        def page(side):
            records, count, zone = (few, FEW, "few.example") if side == "few" else (many, MANY, "many.example")
            if not query:
                return records + "?per_page=100&page=%d" % (count // 100 - 1)
            return records + (query % zone if "%s" in query else query)
        for side in ("few", "many"):
            if len(result(port, page(side))) != 100:
                raise RuntimeError(page(side) + ": not 100 records")
        rates = in_turn(o.rounds, ("few", "many"), lambda side: wrk(port, page(side), TOKEN, 1, durations(o.seconds))[0])
        print("list       %-28s %8.3f ms of %d, %8.3f ms of %d: %.2f times (bar %s)" %
              (name, 1000 / rates[0], FEW, 1000 / rates[1], MANY, rates[0] / rates[1], bar), flush=True)


def print_posts(port, few, many):
    """One record more, where there are few and where there are many, in turn on one connection."""
    times = {few: [], many: []}
    with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
        for n in range(400):
            for records in (few, many) if n % 2 else (many, few):
                body = json.dumps(record(MANY + n)).encode()
                began = time.perf_counter()
                answer = ask_on(s, records, TOKEN, "POST", body)
                times[records].append(time.perf_counter() - began)
                if b" 200 " not in answer.split(b"\r\n")[0]:
                    raise RuntimeError("POST: %r" % answer[:300])
    first, last = statistics.median(times[few]), statistics.median(times[many])
    print("post       %.0f µs after %d records, %.0f µs after %d: %.2f times (bar 1.2; median of 400 in turn)" %
          (first * 1e6, FEW, last * 1e6, MANY, last / first), flush=True)


def print_keys(bin_dir, work, scenario):
    """In a server of their own: what others have left behind would be used again, and not be seen."""
    server = Server(bin_dir, work, scenario)
    try:
        account = result(server.port, "/client/v4/accounts")[0]["id"]
        print_memory(server, "keys", MANY, lambda: fill_keys(server.port, account))
    finally:
        server.stop()


def print_records(o, bin_dir, work, connections):
    """All rows; the number of errors."""
    scenario, errors, runs = os.path.join(work, "bench.json"), 0, itertools.count()
    with open(scenario, "w", encoding="utf-8") as f:
        json.dump(WORLD, f)
    print_keys(bin_dir, work, scenario)
    server = Server(bin_dir, work, scenario)
    try:
        port = server.port
        zones = {z["name"]: z["id"] for z in result(port, "/client/v4/zones")}
        few, many = ["/client/v4/zones/%s/dns_records" % zones[name] for name in ("few.example", "many.example")]
        fill(port, few, FEW)
        print_memory(server, "records", MANY, lambda: fill(port, many, MANY))
        print_posts(port, few, many)
        print_pages(o, port, few, many)
        one = few + "/" + result(port, few + "?per_page=1")[0]["id"]
        posted = ask(port, few, TOKEN, "POST", json.dumps(record(2 * MANY)).encode())
        post = {"answer": posted, "script": lambda: (POST_LUA, "run%d" % next(runs))}
        for name, path, bar, more in (("GET one record", one, 0.9, {}), ("GET a page of 100", few + "?per_page=100", 0.7, {}),
                                      ("GET a page of 100 of 100000", many + "?per_page=100", 0.7, {}),
                                      ("POST one record", few, 0.5, post)):
            line = "%-28s (bar %.1f)" % (name, bar)
            for n in connections:
                ratio, mock, ceiling, broken = compare(o, bin_dir, work, server, path, TOKEN, n, **more)
                errors += broken
                line += "  %6.0f:%-6.0f %.2f" % (mock, ceiling, ratio)
            print(line, flush=True)
    finally:
        server.stop()
    return errors
