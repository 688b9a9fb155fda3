"""What a linker must know about permission groups: their scope, the dashboard's words, and a harmless read.

A read that only this group (or its Write) opens proves it; zone.permissions does where a recorded answer
shows the pair. A Write is never proved by a read.
"""
import re

USER = {"API Tokens": "/user/tokens?per_page=5", "Memberships": "/memberships", "User Details": "/user"}
ACCOUNT = {
    "Account Settings": "/accounts/{a}/roles",
    "Account Firewall Access Rules": "/accounts/{a}/firewall/access_rules/rules",
    "Account Rulesets": "/accounts/{a}/rulesets",
    "Account API Tokens": "/accounts/{a}/tokens?per_page=5",
    "AI Gateway": "/accounts/{a}/ai-gateway/gateways",
    "Cloudflare Tunnel": "/accounts/{a}/cfd_tunnel",
    "D1": "/accounts/{a}/d1/database",
    "Load Balancing: Monitors and Pools": "/accounts/{a}/load_balancers/pools",
    "Pages": "/accounts/{a}/pages/projects",
    "Workers KV Storage": "/accounts/{a}/storage/kv/namespaces",
    "Workers R2 Storage": "/accounts/{a}/r2/buckets",
    "Workers Scripts": "/accounts/{a}/workers/scripts",
}
ZONE = {
    "Zone": None, "DNS": "/zones/{z}/dns_records?per_page=5", "Zone Settings": "/zones/{z}/settings",
    "Workers Routes": "/zones/{z}/workers/routes", "Analytics": None, "Cache Purge": None,
    "Firewall Services": "/zones/{z}/firewall/lockdowns", "Health Checks": "/zones/{z}/healthchecks",
    "Load Balancers": None,  # its read names the account's group in the API's document: a refusal proves nothing
    "Page Rules": "/zones/{z}/pagerules",
    "SSL and Certificates": "/zones/{z}/ssl/certificate_packs",
    "Waiting Rooms": "/zones/{z}/waiting_rooms/settings",
}
SHOWN = {
    "Zone": "#zone", "DNS": "#dns_records", "Zone Settings": "#zone_settings", "Workers Routes": "#worker",
    "Analytics": "#analytics", "Cache Purge": "#cache_purge", "Firewall Services": "#waf",
    "Health Checks": "#healthchecks", "Load Balancers": "#lb", "SSL and Certificates": "#ssl",
    "Waiting Rooms": "#waitingroom",
}
SHARED = {"Account Rulesets", "Cloudflare Tunnel", "Page Rules", "Workers Scripts"}
SHOP_NAMES = {"Pages": "Cloudflare Pages", "Waiting Rooms": "Waiting Room"}


def split(name):
    base, verb = re.fullmatch(r"(.*?)(?: (Read|Write))?", name).groups()
    return base, verb


def scope(name):
    base = split(name)[0]
    return "user" if base in USER else "zone" if base in ZONE else "account"


def dashboard(name):
    base, verb = split(name)
    return "%s > %s (%s)" % (scope(name).capitalize(), SHOP_NAMES.get(base, base),
                             {"Read": "Read", "Write": "Edit", None: "Purge"}[verb])


def giving(name):
    """The groups that hold what `name` gives: Write covers Read."""
    base, verb = split(name)
    return {name, base + " Write"} if verb == "Read" else {name}


def probe(name):
    base = split(name)[0]
    return USER.get(base) or ACCOUNT.get(base) or ZONE.get(base)


def proves(name):
    """Does an open door prove the group? Not a Write, nor where other groups open the same door."""
    base, verb = split(name)
    return verb == "Read" and base not in SHARED


def shown_as(name):
    base, verb = split(name)
    return SHOWN[base] + (":read" if verb == "Read" else ":edit") if base in SHOWN else None
