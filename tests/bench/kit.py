"""What ci/bench measures with: a server on a free port, one request, wrk, and a ceiling beside the server: the bare
CivetWeb handler of bare.c, which reads the body and writes the very bytes that the mock answered."""
import os
import re
import socket
import statistics
import subprocess
import time

THREADS = 128  # the default of `mockflare serve`


class Server:
    """A mock on a free port; `first_answer` is the time from exec to the first answer, in seconds."""

    def __init__(self, bin_dir, work, *scenario):
        with socket.socket() as s:  # a port that is free now: the first answer must not wait for the ready file
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        argv = [os.path.join(bin_dir, "mockflare"), "serve", *scenario, "--listen", "127.0.0.1:%d" % self.port, "--log", "none"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(argv, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        answer = self.first()
        self.first_answer = time.monotonic() - self.began
        if b" 200 " not in answer.split(b"\r\n")[0]:
            raise RuntimeError("first answer: %r" % answer[:200])

    def first(self):
        while time.monotonic() < self.began + 10:
            try:
                return ask(self.port, "/client/v4/ips", None)
            except OSError:
                time.sleep(0.0002)
        raise RuntimeError("the server did not answer")

    def resident(self):
        """Of its memory, in MiB."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) / 1024

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=30)


def ask(port, path, token, method="GET", body=b""):
    """The whole answer as it came, on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        return ask_on(s, path, token, method, body)


def ask_on(s, path, token, method="GET", body=b""):
    head = "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (method, path)
    if token:
        head += "Authorization: Bearer %s\r\n" % token
    if body:
        head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    s.sendall((head + "\r\n").encode() + body)
    got = b""
    while True:
        more = s.recv(65536)
        got += more
        head, gap, rest = got.partition(b"\r\n\r\n")
        if not more:
            raise ConnectionResetError("closed after %r" % got[:100])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if gap and len(rest) >= (int(length[1]) if length else 0):
            return got


def wrk(port, path, token, connections, seconds, script=()):
    """Requests a second, and the number of errors (of connections, and answers that are not 2xx or 3xx). `script`:
    a file of Lua that makes the requests, and a word for it."""
    argv = ["wrk", "-t", str(min(2, connections)), "-c", str(connections), "-d", "%gs" % seconds,
            "-H", "Authorization: Bearer " + token]
    argv += (["-s", script[0]] if script else []) + ["http://127.0.0.1:%d%s" % (port, path)]
    argv += ["--", script[1]] if script else []
    out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    errors = sum(int(n) for line in re.findall(r"Socket errors: (.*)", out) for n in re.findall(r"\d+", line))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), errors, int(refused[1]) if refused else 0


def durations(seconds):
    """wrk takes whole seconds only."""
    return max(1, round(seconds))


def in_turn(rounds, sides, measure):
    """The median of so many measurements of each side, taken in turn: no side has the quieter machine."""
    found = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 else reversed(sides):
            found[side].append(measure(side))
    return [statistics.median(found[side]) for side in sides]


class Ceiling:
    """bare.c with the bytes of one answer; `port` while it is entered."""

    def __init__(self, bin_dir, work, answer):
        self.argv = [os.path.join(bin_dir, "tests", "bare"), str(THREADS), os.path.join(work, "answer")]
        with open(self.argv[2], "wb") as f:
            f.write(answer)

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def compare(o, bin_dir, work, server, path, token, connections, answer=None, script=None):
    """(ratio, mock's and ceiling's requests a second, errors) of one path at so many connections. `script`: makes
    the words for wrk's script, new ones each time; `answer` is then what the ceiling writes."""
    errors = 0

    def measure(port):
        nonlocal errors
        rate, broken, refused = wrk(port, path, token, connections, durations(o.seconds), script() if script else ())
        errors += broken + refused
        return rate

    with Ceiling(bin_dir, work, answer or ask(server.port, path, token)) as bare:
        mock, ceiling = in_turn(o.rounds, (server.port, bare.port), measure)
    return mock / ceiling, mock, ceiling, errors
