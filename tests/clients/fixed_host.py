"""What the tests of clients with a fixed host share: the sandbox's control API, and a proxy of that sandbox that
answers for api.cloudflare.com. Environment: MF_CONTROL_URL, MF_ENV, as tests/clients/run sets them."""
import json
import os
import tempfile
import urllib.request

CONTROL, ENV = os.environ["MF_CONTROL_URL"], json.loads(os.environ["MF_ENV"])
ZONE, TOKEN = ENV["zone_id"], ENV["tokens"]["all"]
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never by the proxy that we set
counts = {True: 0, False: 0}


def check(name, right, found=None):
    counts[bool(right)] += 1
    print("ok - %s" % name if right else "not ok - %s: %r" % (name, found), flush=True)


def ask(url, method="GET", body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + token} if token else {}
    with DIRECT.open(urllib.request.Request(url, data, headers, method=method), timeout=10) as answer:
        return json.load(answer)


def control(path, method="GET", body=None):
    return ask(CONTROL + path, method, body)


def api(path, method="GET", body=None):
    return ask(os.environ["MF_BASE_URL"] + path, method, body, TOKEN)["result"]


def by_proxy(certificate="valid"):
    """The environment in which a client meets the sandbox under the API's own name."""
    told = control("/listeners", "POST", {"proxy": True, "certificate": certificate})
    fd, path = tempfile.mkstemp(suffix=".pem")
    with os.fdopen(fd, "w") as f:
        f.write(told["ca_pem"])
    return {"HTTPS_PROXY": told["proxy_url"], "SSL_CERT_FILE": path, "REQUESTS_CA_BUNDLE": path}


def calls():
    """(method, path, host) of what came since the journal was cleared."""
    return [(e["method"], e["path"], e["host"]) for e in control("/journal?limit=1000")["entries"]]


def end():
    print("%d passed, %d failed" % (counts[True], counts[False]))
    return 1 if counts[False] else 0
