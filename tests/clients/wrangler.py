"""wrangler, unmodified, against a mock: wrangler.py COMMAND… Environment: MF_BASE_URL, MF_CONTROL_URL (of a fresh
sandbox of the built-in scenario) and MF_ENV, the object that `mockflare env --json` prints. Last line: N passed,
N failed."""
import json
import os
import re
import subprocess
import sys
import urllib.request

BASE, CONTROL, ENV = os.environ["MF_BASE_URL"], os.environ["MF_CONTROL_URL"], json.loads(os.environ["MF_ENV"])
ACCOUNT, TOKENS = ENV["account_id"], ENV["tokens"]
WRANGLER = sys.argv[1:]
counts = {True: 0, False: 0}


def check(name, right, found=None):
    counts[bool(right)] += 1
    print("ok - wrangler: %s" % name if right else "not ok - wrangler: %s: %r" % (name, found), flush=True)


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(CONTROL + path, data=data, method=method), timeout=10) as answer:
        return json.load(answer)


def run(token, *words, **more):
    """Exit status, all that it printed, and the calls it made: nothing may leave for another host."""
    control("DELETE", "/journal")
    env = dict(os.environ, CLOUDFLARE_API_TOKEN=token, CLOUDFLARE_API_BASE_URL=BASE, NO_COLOR="1", FORCE_COLOR="0",
               WRANGLER_SEND_METRICS="false", WRANGLER_SEND_ERROR_REPORTS="false", WRANGLER_LOG="log",
               npm_config_registry="http://127.0.0.1:9/", **more)  # where it would look for a newer version
    done = subprocess.run(WRANGLER + list(words), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False, cwd=os.environ["HOME"])
    calls = [(e["method"], e["path"], e["status"]) for e in control("GET", "/journal?limit=1000")["entries"]]
    return done.returncode, done.stdout.decode(), calls


def said_all(name, result, *parts):
    status, said, _ = result
    check(name, status == 0 and all(p in said for p in parts), result)


def kv(version):
    """Namespaces, keys and values, as wrangler manages them."""
    remote = ("--remote",) if version >= (4, 0, 0) else ()  # from 4 on it means its own simulator else
    ask = lambda *words: run(TOKENS["all"], "kv", *words, CLOUDFLARE_ACCOUNT_ID=ACCOUNT)
    said_all("kv namespace create", ask("namespace", "create", "shelf"), "shelf")
    status, said, calls = ask("namespace", "list")
    spaces = json.loads(said[said.index("["):]) if status == 0 else []
    check("kv namespace list", [n["title"] for n in spaces] == ["shelf"], said)
    if not spaces:
        return
    at = ("--namespace-id", spaces[0]["id"]) + remote
    status, said, calls = ask("key", "put", "a/b c", "hello", "--metadata", '{"n":1}', "--ttl", "3600", *at)
    check("kv key put", status == 0 and calls[-1][0] == "PUT" and calls[-1][2] == 200, (said, calls))
    status, said, _ = ask("key", "get", "a/b c", "--text", *at)
    check("kv key get", status == 0 and said.strip().endswith("hello"), said)
    with open(os.path.join(os.environ["HOME"], "bulk.json"), "w", encoding="utf-8") as f:
        json.dump([{"key": "k%04d" % n, "value": "v"} for n in range(1100)], f)
    status, said, calls = ask("bulk", "put", "bulk.json", *at)
    check("kv bulk put, in pieces", status == 0 and [c[0] for c in calls if c[1].endswith("/bulk")] == ["PUT", "PUT"], (said, calls))
    status, said, calls = ask("key", "list", *at)
    keys = json.loads(said[said.index("["):]) if status == 0 else []
    check("kv key list follows the cursor", len(keys) == 1101 and keys[0]["name"] == "a/b c" and
          keys[0]["metadata"] == {"n": 1} and keys[0]["expiration"] and len([c for c in calls if c[1].endswith("/keys")]) == 2,
          (len(keys), keys[:1], calls))
    status, said, calls = ask("key", "delete", "a/b c", *at)
    check("kv key delete", status == 0 and calls[-1][0] == "DELETE", (said, calls))
    status, said, _ = ask("key", "get", "a/b c", "--text", *at)
    check("kv key get of nothing", status != 0 or "not found" in said.lower(), said)
    status, said, _ = ask("namespace", "create", "shelf")
    check("kv namespace create: a title twice", status != 0 and "already exists" in said, said)
    said_all("kv namespace delete", ask("namespace", "delete", *at[:2]))


def main():
    os.makedirs(os.environ["HOME"], exist_ok=True)
    _, version, _ = run("", "--version")
    version = re.search(r"\d+\.\d+\.\d+", version)
    version = tuple(int(n) for n in version[0].split(".")) if version else (0, 0, 0)

    user = run(TOKENS["all"], "whoami")
    said_all("whoami with a user token", user, "User API Token", "owner@example.com", "Example Account", ACCOUNT)
    check("whoami asks verify, user, accounts", [c for c in user[2] if "memberships" not in c[1]] == [
        ("GET", "/client/v4/user/tokens/verify", 200), ("GET", "/client/v4/user", 200), ("GET", "/client/v4/accounts", 200)],
        user[2])
    said_all("whoami --account shows the roles", run(TOKENS["all"], "whoami", "--account", ACCOUNT),
             "Membership roles", "Super Administrator - All Privileges")

    org = run(TOKENS["org"], "whoami", CLOUDFLARE_ACCOUNT_ID=ACCOUNT)
    said_all("whoami with an account-owned token", org, "Account API Token", "Example Account", ACCOUNT)
    check("whoami rides out two refusals", org[2][:3] == [("GET", "/client/v4/user/tokens/verify", 401),
          ("GET", "/client/v4/user", 403), ("GET", "/client/v4/accounts", 200)], org[2])
    status, said, _ = run(TOKENS["org"], "whoami", "--account", ACCOUNT)
    check("whoami --account with an account-owned token names code 9106", status != 0 and "code: 9106" in said, said)

    if version >= (4, 0, 0):
        status, said, _ = run(TOKENS["all"], "whoami", "--json")
        told = json.loads(said[said.index("{"):])
        check("whoami --json with a user token", told["loggedIn"] and told["email"] == "owner@example.com" and
              [a["id"] for a in told["accounts"]] == [ACCOUNT], told)
        status, said, _ = run(TOKENS["org"], "whoami", "--json")
        told = json.loads(said[said.index("{"):])
        check("whoami --json with an account-owned token", told["authType"] == "Account API Token" and
              [a["id"] for a in told["accounts"]] == [ACCOUNT], told)
        control("PUT", "/faults", [{"when": {"operation": "GET /accounts"}, "do": {"error": "edge_502"}}])
        status, said, _ = run(TOKENS["all"], "whoami")
        control("DELETE", "/faults")
        check("whoami tells an edge page by status and ray", status != 0 and "502 Bad Gateway" in said and
              "Cloudflare Ray ID: " in said, said)

    unknown = run("0" * 40, "whoami")
    check("whoami with an unknown token shows no account", ACCOUNT not in unknown[1] and "owner@example.com" not in unknown[1],
          unknown)
    kv(version)
    check("wrangler shows no token", all(t not in r[1] for t in TOKENS.values() for r in (user, org, unknown)))
    print("%d passed, %d failed" % (counts[True], counts[False]))
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(main())
