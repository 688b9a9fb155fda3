"""The official Python SDK, unmodified, against a mock. Environment: MF_BASE_URL, MF_CONTROL_URL (of a fresh sandbox
of the built-in scenario) and MF_ENV, the object that `mockflare env --json` prints. Last line: N passed, N failed."""
import datetime
import json
import os
import sys
import time
import urllib.request
import warnings

import cloudflare
from cloudflare import Cloudflare

BASE, CONTROL, ENV = os.environ["MF_BASE_URL"], os.environ["MF_CONTROL_URL"], json.loads(os.environ["MF_ENV"])
ACCOUNT, ZONE, TOKENS = ENV["account_id"], ENV["zone_id"], ENV["tokens"]
UNKNOWN_ID = "0123456789abcdef0123456789abcdef"
counts = {True: 0, False: 0}


def check(name, right, found=None):
    counts[bool(right)] += 1
    print("ok - python: %s" % name if right else "not ok - python: %s: %r" % (name, found), flush=True)


def client(token=None, **options):
    return Cloudflare(api_token=token or TOKENS["all"], base_url=BASE, **options)


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(CONTROL + path, data=data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def sandbox(name, world):
    """Base URL of a new sandbox of that scenario."""
    root = CONTROL.split("/sandbox/")[0].replace("/_mockflare", "")
    request = urllib.request.Request(root + "/_mockflare/sandboxes/" + name, data=json.dumps(world).encode(), method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["base_url"]


def calls_of(function):
    """How many requests the function made, by the journal; its result or exception; the seconds it took."""
    control("DELETE", "/journal")
    began = time.monotonic()
    try:
        result = function()
    except cloudflare.CloudflareError as e:
        result = e
    took = time.monotonic() - began
    return control("GET", "/journal/count")["count"], result, took


def with_fault(when, do, function):
    control("PUT", "/faults", [{"when": when, "do": do}])
    try:
        return calls_of(function)
    finally:
        control("DELETE", "/faults")


def raised(name, function, kind, status, code):
    """The function raises just that class, with the API's status and code inside."""
    try:
        check(name, False, function())
    except cloudflare.APIStatusError as e:
        codes = [x.code for x in e.errors]
        check(name, type(e) is kind and e.status_code == status and codes[:1] == [code], (type(e), e.status_code, codes))


def verify():
    told = client().user.tokens.verify()
    check("verify a user token", told.status == "active" and len(told.id) == 32, told)
    told = client(TOKENS["org"]).accounts.tokens.verify(account_id=ACCOUNT)
    check("verify an account-owned token", told.status == "active" and len(told.id) == 32, told)
    told = client(TOKENS["disabled"]).user.tokens.verify()
    check("verify tells a disabled token", told.status == "disabled", told)
    told = client(TOKENS["expired"]).user.tokens.verify()
    check("verify tells an expired token, with its date", told.status == "expired" and
          told.expires_on < datetime.datetime.now(datetime.timezone.utc), told)


def token_life(kind, tokens, scope, policies, verify_with, where):
    """Create, read, list, replace, roll, delete. `where`: the account_id argument, or none."""
    made = tokens.create(name="sdk " + kind, policies=policies, expires_on="2099-01-01T00:00:00Z", **where)
    check(kind + " token create", made.id and made.value and made.status == "active" and made.name == "sdk " + kind, made)
    check(kind + " token works at once", verify_with(made.value).id == made.id)
    read = tokens.get(made.id, **where)
    check(kind + " token get shows no value", read.name == "sdk " + kind and not getattr(read, "value", None), read)
    check(kind + " token keeps its date", read.expires_on == datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc),
          read.expires_on)
    check(kind + " token keeps its policy", [g.id for g in read.policies[0].permission_groups] ==
          [g["id"] for g in policies[0]["permission_groups"]] and scope in str(read.policies[0].resources), read.policies)
    listed = [t.id for t in tokens.list(**where)]
    check(kind + " token is listed", listed.count(made.id) == 1, listed)
    put = tokens.update(made.id, name="renamed", policies=policies, status="active", **where)
    check(kind + " token update replaces whole", put.name == "renamed" and put.expires_on is None, put)
    rolled = tokens.value.update(made.id, extra_body={}, **where)  # the API wants {}; the SDK sends nothing by itself
    check(kind + " token roll gives a new value", isinstance(rolled, str) and rolled != made.value, type(rolled))
    check(kind + " token: the new value works", verify_with(rolled).id == made.id)
    raised(kind + " token: the old value is dead", lambda: verify_with(made.value), cloudflare.AuthenticationError, 401, 1000)
    gone = tokens.delete(made.id, **where)
    check(kind + " token delete", gone.id == made.id, gone)
    raised(kind + " token: deleted is dead", lambda: verify_with(rolled), cloudflare.AuthenticationError, 401, 1000)
    raised(kind + " token: deleted is not found", lambda: tokens.get(made.id, **where), cloudflare.NotFoundError, 404, 1003)


def tokens_user():
    c = client()
    groups = {g.name: g.id for g in c.user.tokens.permission_groups.list()}
    check("permission groups of a user", len(groups) > 300 and "DNS Write" in groups and "API Tokens Read" in groups, len(groups))
    policies = [{"effect": "allow", "permission_groups": [{"id": groups["DNS Read"]}],
                 "resources": {"com.cloudflare.api.account.zone." + ZONE: "*"}}]
    token_life("user", c.user.tokens, ZONE, policies, lambda v: client(v).user.tokens.verify(), {})


def tokens_account():
    c = client(TOKENS["org"])
    groups = {g.name: g.id for g in c.accounts.tokens.permission_groups.list(account_id=ACCOUNT)}
    check("permission groups of an account hold no user group", "DNS Write" in groups and "API Tokens Read" not in groups,
          len(groups))
    policies = [{"effect": "allow", "permission_groups": [{"id": groups["Account Settings Read"]}],
                 "resources": {"com.cloudflare.api.account." + ACCOUNT: "*"}}]
    token_life("account", c.accounts.tokens, ACCOUNT, policies,
               lambda v: client(v).accounts.tokens.verify(account_id=ACCOUNT), {"account_id": ACCOUNT})


def accounts_and_user():
    c = client()
    listed = list(c.accounts.list())
    check("accounts list", [a.id for a in listed] == [ACCOUNT] and listed[0].name, listed)
    read = c.accounts.get(account_id=ACCOUNT)
    check("account get", read.id == ACCOUNT and read.name == listed[0].name and read.type == "standard", read)
    check("accounts list with an account-owned token", [a.id for a in client(TOKENS["org"]).accounts.list()] == [ACCOUNT])
    member = list(c.memberships.list())
    check("memberships list", len(member) == 1 and member[0].account.id == ACCOUNT and member[0].status == "accepted", member)
    members = list(c.accounts.members.list(account_id=ACCOUNT))
    check("members list", len(members) == 1 and members[0].status == "accepted" and members[0].roles, members)
    roles = list(c.accounts.roles.list(account_id=ACCOUNT))
    check("roles list", any(r.name == "Super Administrator - All Privileges" for r in roles), len(roles))
    me = c.user.get()
    check("user get", me.id and len(me.id) == 32 and not me.suspended, me)
    ips = c.ips.list()
    check("ips list", ips.ipv4_cidrs and ips.ipv6_cidrs, ips)


def zones():
    c = client()
    listed = list(c.zones.list())
    check("zones list", [z.name for z in listed] == ["example.com"] and listed[0].id == ZONE, [z.name for z in listed])
    zone = c.zones.get(zone_id=ZONE)
    check("zone get", zone.name == "example.com" and zone.status == "active" and zone.account.id == ACCOUNT, zone)
    check("zone permissions are the token's", "#zone:read" in (zone.permissions or []), zone.permissions)
    check("zones by a name that is not there", list(c.zones.list(name="nobody.example")) == [])
    check("a token without zones sees none", list(client(TOKENS["no-zones"]).zones.list()) == [])


def zone_pages():
    """Twelve zones in pages of five: the SDK walks them all, each once."""
    names = ["page-%02d.example" % n for n in range(12)]
    world = {"accounts": [{"name": "Pages"}], "users": [{"email": "p@pages.example", "memberships": [
                {"account": "Pages", "roles": ["Super Administrator - All Privileges"]}]}],
             "tokens": [{"name": "p", "kind": "user", "owner": "p@pages.example", "permissions": "all",
                         "value": "pagespagespagespagespagespagespagespages"}],
             "zones": [{"name": n, "account": "Pages"} for n in names]}
    c = Cloudflare(api_token="pagespagespagespagespagespagespagespages", base_url=sandbox("python-pages", world))
    found = [z.name for z in c.zones.list(per_page=5, order="name")]
    check("zones list walks all pages", sorted(found) == names, found)
    page = c.zones.list(per_page=5, page=3)
    check("a page's numbers", page.result_info.page == 3 and len(page.result) == 2, page.result_info)


def errors():
    c = client(max_retries=0)
    bad = lambda token: client(token, max_retries=0)
    raised("400 is BadRequestError", lambda: bad("abc-def").zones.list(), cloudflare.BadRequestError, 400, 6003)
    raised("401 is AuthenticationError", lambda: bad("0" * 40).user.tokens.verify(), cloudflare.AuthenticationError, 401, 1000)
    raised("401 of a product is AuthenticationError", lambda: bad("0" * 40).workers.scripts.list(account_id=ACCOUNT),
           cloudflare.AuthenticationError, 401, 10000)
    raised("403 is PermissionDeniedError", lambda: bad("0" * 40).zones.list(), cloudflare.PermissionDeniedError, 403, 9109)
    raised("403 for a foreign zone", lambda: c.zones.get(zone_id=UNKNOWN_ID), cloudflare.PermissionDeniedError, 403, 9109)
    raised("403 for a user endpoint with an account-owned token", lambda: bad(TOKENS["org"]).user.get(),
           cloudflare.PermissionDeniedError, 403, 9109)
    raised("404 is NotFoundError", lambda: c.user.tokens.get(UNKNOWN_ID), cloudflare.NotFoundError, 404, 1003)
    control("PUT", "/faults", [{"when": {"operation": "GET /zones"}, "do": {"error": "rate_limited", "retry_after": 1}}])
    raised("429 is RateLimitError", lambda: c.zones.list(), cloudflare.RateLimitError, 429, 971)
    control("PUT", "/faults", [{"when": {"operation": "GET /zones"}, "do": {"error": "edge_522"}}])
    try:
        check("522 is InternalServerError", False, c.zones.list())
    except cloudflare.InternalServerError as e:
        check("522 is InternalServerError", e.status_code == 522, e)
    control("DELETE", "/faults")


def retries():
    count, result, took = with_fault({"operation": "GET /user", "times": 1}, {"error": "rate_limited", "retry_after": 2},
                                     lambda: client().user.get())
    check("429 with Retry-After: waits, asks again", count == 2 and getattr(result, "id", None) and 1.9 <= took < 6,
          (count, result, took))
    count, result, _ = with_fault({"operation": "GET /user", "times": 1},
                                  {"status": 500, "body": {"success": False, "errors": [], "messages": [], "result": None}},
                                  lambda: client().user.get())
    check("500 once: asks again", count == 2 and getattr(result, "id", None), (count, result))
    count, result, _ = with_fault({"operation": "GET /user"}, {"error": "edge_502"}, lambda: client().user.get())
    check("502 for good: three tries, then InternalServerError",
          count == 3 and isinstance(result, cloudflare.InternalServerError), (count, result))
    count, result, _ = with_fault({"operation": "GET /user", "times": 1}, {"reset": "before"}, lambda: client().user.get())
    check("reset once: asks again", count == 2 and getattr(result, "id", None), (count, result))
    count, result, _ = with_fault({"operation": "GET /user"}, {"reset": "after"}, lambda: client().user.get())
    check("reset after the headers for good: APIConnectionError", isinstance(result, cloudflare.APIConnectionError), (count, result))
    count, result, _ = with_fault({"operation": "GET /user"}, {"delay_ms": 1500},
                                  lambda: client(timeout=0.3, max_retries=0).user.get())
    check("a slow answer: APITimeoutError", isinstance(result, cloudflare.APITimeoutError), result)
    count, result, _ = calls_of(lambda: client("0" * 40).zones.list())
    check("403 is not asked again", count == 1, (count, result))


def run(parts):
    """Runs each and says how many checks passed; the exit status."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of operations that Cloudflare will retire
    for part in parts:
        try:
            part()
        except Exception as e:  # a class or attribute that the SDK or the mock does not have: count it, go on
            check("%s runs to its end" % part.__name__, False, e)
    print("%d passed, %d failed" % (counts[True], counts[False]))
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(run((verify, tokens_user, tokens_account, accounts_and_user, zones, zone_pages, errors, retries)))
