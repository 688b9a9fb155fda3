"""A right linker in one file (standard library only), with a seam for each thing a linker can get wrong.

The scripts in wrong/ override one method each and so have one defect each; those in right/ override how it
works, never what it finds. It speaks the linker protocol: environment in, one JSON object out.
"""
import base64
import email.utils
import http.client
import json
import os
import re
import ssl
import sys
import time
import urllib.parse
from datetime import datetime, timezone

import rows

TOTAL_S = 6.0        # a link takes no longer, stalls included
ONE_S = 2.5          # nor one connection
BODY_MOST = 1 << 18  # bytes of an answer that are read
WAIT_MOST = 5.0      # a longer Retry-After is reported, not waited for
SKEW_S = 90          # the linker's clock may be off by this
EXITS = {"ok": 0, "rate_limited": 75, "service_unavailable": 75, "network_error": 75, "bad_response": 75}


class Refused(Exception):
    """The link ends here: reason, stage, and what the person should read."""

    def __init__(self, reason, stage, message, hint=None, missing=()):
        super().__init__(message)
        self.reason, self.stage, self.message = reason, stage, message
        self.hint, self.missing = hint, list(missing)


class Answer:
    """One answer of the API, or what stood in its place (then `broken` says what)."""

    def __init__(self, status=0, headers=None, body=b"", broken=None):
        self.status, self.headers, self.body, self.broken = status, headers or {}, body, broken
        try:
            self.json = json.loads(body) if not broken else None
        except ValueError:
            self.json = None
        if not isinstance(self.json, dict) or "success" not in self.json:
            self.json = None

    @property
    def errors(self):
        found = (self.json or {}).get("errors")
        return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []

    @property
    def codes(self):
        chain = [c for e in self.errors for c in (e.get("error_chain") or [])]
        return [e.get("code") for e in self.errors + chain if isinstance(e, dict)]

    @property
    def text(self):
        return "; ".join("%s %s" % (e.get("code"), e.get("message")) for e in self.errors)

    @property
    def good(self):
        return self.status == 200 and self.json is not None and self.json["success"] is True

    @property
    def transient(self):
        return bool(self.broken) or self.status in (408, 429) or self.status >= 500

    @property
    def dead_token(self):
        """401/10000, 403/9109 'Invalid access token': the credential, not a permission."""
        return self.status == 401 or "Invalid access token" in self.text


class Linker:
    probe_order = 1     # -1: the last row first
    read_policies = True
    tries = 3

    # ---------------------------------------------------------------- input
    def read_input(self):
        env = os.environ
        self.base = env["MF_BASE_URL"]
        self.verbose = env.get("MF_VERBOSE") == "1"
        self.declared = env.get("MF_TOKEN_TYPE") or None
        self.required = [r for r in env.get("MF_REQUIRED", "Account Settings Read").split(",") if r]
        self.state_file = env.get("MF_STATE_FILE")
        self.ends = time.monotonic() + min(TOTAL_S, int(env.get("MF_DEADLINE_MS", "30000")) / 1000 - 2)
        self.unverified, self.missing, self.hint, self.name = [], [], None, None
        self.token = self.clean_token(env.get("MF_API_TOKEN", ""))
        self.account = self.clean_account(env.get("MF_ACCOUNT_ID", ""))
        self.check_input()

    def clean_token(self, pasted):
        text = pasted.strip(" \t\r\n\v\f\u00a0\u200b\ufeff")
        text = re.sub(r"^bearer\s+", "", text, flags=re.I)
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1].strip()
        return text

    def clean_account(self, pasted):
        return pasted.strip().lower()

    def check_input(self):
        if not self.token:
            raise Refused("bad_input", "input", "There is no API token.")
        if re.fullmatch(r"[0-9a-f]{37}", self.token) or self.token.startswith("cfk_"):
            self.hint = "global_key"
        elif self.token.startswith("cfoat_"):
            self.hint = "oauth_token"
        elif not re.fullmatch(r"[A-Za-z0-9_-]+", self.token):
            raise Refused("bad_input", "input", "This is no API token: it holds characters no token has.",
                          "malformed")
        if not self.account_looks_right():
            raise Refused("bad_input", "input", "An account id is 32 hex digits.")
        if self.declared not in (None, "user", "account"):
            raise Refused("bad_input", "input", "The token type is user or account.")

    def account_looks_right(self):
        return re.fullmatch(r"[0-9a-f]{32}", self.account)

    # ---------------------------------------------------------------- wire
    def request_headers(self):
        return {"Authorization": "Bearer " + self.token, "User-Agent": "base-linker/1",
                "Accept": "application/json"}

    def target(self, path):
        return path

    def send(self, path, url=None):
        """One request, one answer; never raises for what the network does."""
        parts = urllib.parse.urlsplit(url or self.base + self.target(path))
        left = self.time_left()
        if left <= 0:
            return Answer(broken="no time left")
        c = self.connection(parts, min(ONE_S, left))
        try:
            c.request("GET", parts.path + ("?" + parts.query if parts.query else ""),
                      headers=self.request_headers())
            r = c.getresponse()
            body = self.read_body(r, time.monotonic() + min(ONE_S, left))
            return Answer(r.status, r.headers, body or b"")  # a body without end counts as none
        except (OSError, ValueError, http.client.HTTPException) as e:
            return self.wire_trouble(e)
        finally:
            c.close()

    def connection(self, parts, seconds):
        if parts.scheme != "https":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=seconds)
        trusts = ssl.create_default_context(cafile=os.environ.get("MF_CA_FILE") or None)
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=trusts)

    def wire_trouble(self, error):
        if isinstance(error, ssl.SSLError):
            raise Refused("tls_error", None, "The API's certificate cannot be trusted.")
        if isinstance(error, http.client.IncompleteRead):
            return Answer(broken="the answer was cut off")
        return Answer(broken=type(error).__name__)  # its text may hold the request, and so the token

    def read_body(self, response, until):
        """All of the body; None if it is too long or too slow."""
        body = b""
        while time.monotonic() < until and len(body) <= BODY_MOST:
            piece = response.read1(65536)
            if not piece:
                expected = response.headers.get("Content-Length")
                if expected and expected.isdigit() and len(body) < int(expected):
                    raise http.client.IncompleteRead(body)
                return body
            body += piece
        return None

    def time_left(self):
        return self.ends - time.monotonic()

    def pause_after(self, answer, attempt):
        told = answer.headers.get("Retry-After") if answer.status == 429 else None
        if told is None:
            return 0.25 * 2 ** attempt
        if told.strip().isdigit():
            return int(told) + 0.05
        try:
            at = email.utils.parsedate_to_datetime(told).timestamp()
        except (TypeError, ValueError):
            return 1.0
        return max(0.0, at - time.time()) + 0.05

    def get(self, path):
        """One GET with a few retries where the trouble may pass."""
        for attempt in range(1, self.tries + 1):
            a = self.send(path)
            self.note("GET %s: %s %s" % (path.split("?")[0], a.status or a.broken, a.text))
            pause = self.pause_after(a, attempt)
            if not self.worth_retrying(a) or attempt == self.tries:
                return a
            if pause > WAIT_MOST or pause >= self.time_left():
                return a
            time.sleep(pause)
        return a

    def worth_retrying(self, a):
        return a.transient

    def get_product(self, path, pause=0.2):
        """A read behind verify: a single 403/10000 for a token just verified may be spurious (F9, I3)."""
        a = self.get(path)
        if a.status == 403 and a.codes == [10000] and self.time_left() > pause + 1:
            time.sleep(pause)
            a = self.get(path)
        return a

    def ride_out(self, a, stage):
        """Refuses where the answer says nothing about the token."""
        if a.broken == "the answer was cut off":
            raise Refused("bad_response", stage, "The API's answer was cut off.")
        if a.broken:
            raise Refused("network_error", stage, "The API could not be reached (%s)." % a.broken)
        if a.status == 429:
            raise Refused("rate_limited", stage, "The API asks to slow down. Try again later.")
        if a.headers.get("cf-mitigated") == "challenge":
            raise Refused("service_unavailable", stage, "The edge blocked this request.", "edge_blocked")
        if a.status >= 500:
            raise Refused("service_unavailable", stage, "The API is out of order (%d). Try again later." % a.status)
        if a.status < 400 and (a.json is None or a.status != 200):
            raise Refused("bad_response", stage, "What answered was not the API.")
        if a.status >= 400 and a.json is None:
            raise Refused("service_unavailable", stage, "The edge refused this request.", "edge_blocked")

    def location(self, a, stage):
        seen = re.search(r"from location: (\S+)", a.text)
        if seen:
            raise Refused("ip_not_allowed", stage, "The token may not be used from the address %s." % seen[1],
                          "ip_address")

    # ---------------------------------------------------------------- verify
    def kinds(self):
        if self.declared:
            return [self.declared]
        return ["account", "user"] if self.token.startswith("cfat_") else ["user", "account"]

    def verify_path(self, kind):
        return "/user/tokens/verify" if kind == "user" else "/accounts/%s/tokens/verify" % self.account

    def verify(self):
        for kind in self.kinds():
            a = self.get(self.verify_path(kind))
            self.ride_out(a, "verify")
            if self.says_valid(a):
                self.kind = kind
                self.judge(a.json.get("result"))
                return
            self.location(a, "verify")
            if a.status == 400:
                raise Refused("invalid_token", "verify", "The API token is malformed.", self.hint or "malformed")
            if a.status == 403:
                raise Refused("account_mismatch", "verify", "The token does not belong to this account.")
        self.refuse_unknown()

    def says_valid(self, a):
        return a.good

    def refuse_unknown(self):
        other = {"user": "cfat_", "account": "cfut_"}.get(self.declared)
        if other and self.token.startswith(other):
            raise Refused("invalid_token", "verify", "This is not a %s token but one of the other kind "
                          "(there are user tokens and account-owned tokens)." % self.declared, "other_kind")
        names = {"global_key": "a Global API Key", "oauth_token": "an OAuth token"}
        raise Refused("invalid_token", "verify", "The API does not know this token%s." % (
            "; it looks like " + names[self.hint] if self.hint in names else ""), self.hint)

    def judge(self, result):
        """HTTP 200 and success are there; now the status and the time window."""
        result = result if isinstance(result, dict) else {}
        status = result.get("status")
        self.token_id = result.get("id")
        if status in ("disabled", "expired"):
            raise Refused("token_" + status, "verify", "The token is %s." % status)
        if status != "active":
            raise Refused("invalid_token", "verify", "The API does not call this token active.")
        now = time.time()
        if self.stamp(result.get("not_before"), now) > now + SKEW_S:
            raise Refused("token_not_yet_valid", "verify", "The token is not valid yet.")
        if self.stamp(result.get("expires_on"), now) < now - SKEW_S:
            raise Refused("token_expired", "verify", "The token is expired.")

    def stamp(self, text, absent):
        try:
            return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
        except (TypeError, ValueError):
            return absent

    # ---------------------------------------------------------------- account
    def prove_account(self):
        a = self.get_product("/accounts/" + self.account, pause=1.2)
        self.ride_out(a, "account")
        if a.good:
            self.name = (a.json.get("result") or {}).get("name")
            return
        self.location(a, "account")
        if a.dead_token:
            raise Refused("invalid_token", "account", "The API rejects this token now.")
        if self.kind == "account" or self.zones() or self.is_listed():
            return  # verified at the account's own endpoint, or it or a zone of it is in sight
        self.refuse_account()

    def refuse_account(self):
        a = self.get("/zones/" + self.account)
        if a.good:
            raise Refused("account_mismatch", "account", "This is the id of a zone, not of an account.", "zone_id")
        raise Refused("account_mismatch", "account", "The token is good, but not for this account.")

    def is_listed(self):
        """Does the list of accounts show it, on whatever page? An empty list is a legal answer."""
        page, pages = 1, 1
        while page <= pages and page <= 40:
            a = self.get("/accounts?page=%d&per_page=50" % page)
            self.ride_out(a, "account")
            if not a.good:
                return False
            if any(found.get("id") == self.account for found in a.json.get("result") or []):
                return True
            pages = self.pages_of(a)
            page += 1
        return False

    known_zones = None

    def zones(self):
        """All zones of the account that the token sees, every page."""
        if self.known_zones is None:
            self.known_zones, page, pages = [], 1, 1
            while page <= pages and page <= 40:
                a = self.get(self.zones_path(page))
                self.ride_out(a, "permissions")
                if a.dead_token:
                    raise Refused("invalid_token", "account", "The API rejects this token now.")
                if not a.good:
                    break
                self.known_zones += [z for z in a.json.get("result") or []
                                     if (z.get("account") or {}).get("id") == self.account]
                pages = self.pages_of(a)
                page += 1
        return self.known_zones

    def zones_path(self, page):
        return "/zones?account.id=%s&page=%d&per_page=50" % (self.account, page)

    def pages_of(self, a):
        return (a.json.get("result_info") or {}).get("total_pages") or 0

    # ---------------------------------------------------------------- permissions
    def check_permissions(self):
        policies = self.own_policies() if self.read_policies else None
        for name in self.required[::self.probe_order]:
            if not self.fits_kind(name):
                self.hint = "not_for_this_kind"
                self.unverified.append(name)
            elif policies is not None:
                self.sort_in(name, self.held_by(policies, name))
            else:
                self.sort_in(name, self.look(name))
        if self.missing:
            names = [rows.dashboard(n) for n in self.required if n in self.missing]
            raise Refused("missing_permission", "permissions", "The token lacks: %s." % ", ".join(names), None,
                          [n for n in self.required if n in self.missing])

    def sort_in(self, name, held):
        if held is None:
            self.unverified.append(name)
        elif not held:
            self.missing.append(name)

    def fits_kind(self, name):
        return self.kind == "user" or (rows.scope(name) != "user" and not name.startswith("Page Rules"))

    def own_policies(self):
        """The token's policies where it may read them, else None."""
        if not self.token_id:
            return None
        root = "/user/tokens/" if self.kind == "user" else "/accounts/%s/tokens/" % self.account
        a = self.get(root + self.token_id)
        found = (a.json.get("result") or {}).get("policies") if a.good else None
        return found if isinstance(found, list) else None

    def held_by(self, policies, name):
        """By the token's own policies: a deny wins, on one zone at least it must be held."""
        deny = [p for p in policies if p.get("effect") == "deny"]
        allow = [p for p in policies if p.get("effect") != "deny"]
        places = [None]
        if rows.scope(name) == "zone":
            places = [z["id"] for z in self.zones()] or ["(none)"]
        return any(self.covers(allow, group, name, zone) and not self.covers(deny, group, name, zone)
                   for group in rows.giving(name) for zone in places)

    def covers(self, policies, group, name, zone):
        """Does one of the policies name this group and reach this place?"""
        for p in policies:
            groups = {g.get("name") for g in p.get("permission_groups") or []}
            if group in groups and any(self.reaches(rows.scope(name), r, v, self.account, zone)
                                       for r, v in (p.get("resources") or {}).items()):
                return True
        return False

    def reaches(self, scope, resource, value, account, zone):
        root = "com.cloudflare.api."
        if scope == "user":
            return resource.startswith(root + "user.")
        accounts = (root + "account." + account, root + "account.*")
        if scope == "account":
            return resource in accounts and value == "*"
        if isinstance(value, dict):
            return resource in accounts and bool(value)
        return resource in (root + "account.zone.*", root + "account.zone.%s" % zone)

    def look(self, name):
        """What can be seen without writing: True held, False missing, None neither."""
        if rows.scope(name) == "zone":
            shown = self.shown(name)
            return shown if shown is not None else self.probe_zones(name)
        return self.probe(name, rows.probe(name), {"a": self.account})

    def shown(self, name):
        """zone.permissions of every zone of the account; None where it says nothing about this group."""
        word = rows.shown_as(name)
        lists = [z["permissions"] for z in self.zones() if isinstance(z.get("permissions"), list)]
        if not word or not lists:
            return None
        return any(word in listed for listed in lists)

    def probe_zones(self, name):
        seen = [self.probe(name, rows.probe(name), {"z": z["id"]}) for z in self.zones()[:5]]
        return True if True in seen else False if seen and all(s is False for s in seen) else None

    def probe(self, name, path, places):
        if not path:
            return None
        a = self.get_product(path.format(**places))
        self.ride_out(a, "permissions")
        if a.good:
            return True if rows.proves(name) else None
        if a.dead_token:
            raise Refused("invalid_token", "permissions", "The API rejects this token now.")
        if a.status == 403 and set(a.codes) & {10000, 9109, 10001}:
            return self.refused_read(a)
        return None  # 10042 not enabled, 1011 not for this kind …: no lack of a permission

    def refused_read(self, answer):
        return False

    # ---------------------------------------------------------------- result
    def note(self, text):
        if self.verbose:
            print("base-linker: " + self.hide(text), file=sys.stderr)

    def hide(self, text):
        for form in (self.token, urllib.parse.quote(self.token), base64.b64encode(self.token.encode()).decode()):
            text = text.replace(form, "[token]") if form else text
        return text

    def remember(self):
        if not self.state_file:
            return
        kept = [k for k in self.remembered() if k.get("account_id") != self.account]
        kept.append({"account_id": self.account, "token_type": self.kind})
        self.write_state(kept)

    def remembered(self):
        try:
            with open(self.state_file, encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return []

    def write_state(self, links):
        with open(self.state_file, "w", encoding="utf-8", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            json.dump(links, f)

    def link(self):
        self.verify()
        self.prove_account()
        self.check_permissions()

    def result(self, refused=None):
        r = {"linked": refused is None, "reason": refused.reason if refused else "ok",
             "stage": refused.stage if refused else None, "hint": refused.hint if refused else self.hint,
             "missing": refused.missing if refused else [], "unverified": self.unverified,
             "message": refused.message if refused else self.welcome()}
        r["retryable"] = EXITS.get(r["reason"], 1) == 75
        if refused is None:
            r.update(account_id=self.account, account_name=self.name, token_type=self.kind)
        return r

    def welcome(self):
        if not self.unverified:
            return "Linked."
        return "Linked. Not to be seen without writing: %s." % ", ".join(map(rows.dashboard, self.unverified))

    def run(self):
        refused = None
        try:
            self.read_input()
            self.link()
            self.remember()
        except Refused as e:
            refused = e
        r = self.result(refused)
        print(json.dumps(r))
        return EXITS.get(r["reason"], 1)


def main(kind, features=("auto_type", "permissions", "state", "tls")):
    if "--mf-describe" in sys.argv[1:]:
        print(json.dumps({"protocol": 1, "name": "base linker", "version": "1", "features": list(features)}))
        sys.exit(0)
    sys.exit(kind().run())


if __name__ == "__main__":
    main(Linker)
