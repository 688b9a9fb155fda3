"""The official Python SDK, unmodified, on what a mock keeps: zones, DNS records, Workers KV, load-balancer pools and
monitors, zone settings. Each is created, walked page by page, filtered, changed and deleted. Environment as of
sdk_python.py, whose helpers it uses. Last line: N passed, N failed."""
import sys

import cloudflare
from cloudflare import Cloudflare

from sdk_python import check, raised, run, sandbox

TOKEN = "familiesfamiliesfamiliesfamiliesfamilies"
WORLD = {"accounts": [{"name": "Families"}],
         "users": [{"email": "f@families.example", "memberships": [
             {"account": "Families", "roles": ["Super Administrator - All Privileges"]}]}],
         "tokens": [{"name": "f", "kind": "user", "owner": "f@families.example", "permissions": "all", "value": TOKEN}],
         "zones": [{"name": "families.example", "account": "Families", "plan": "enterprise"},
                   {"name": "free.example", "account": "Families"}]}
UNKNOWN_ID = "0123456789abcdef0123456789abcdef"


class World:
    """One sandbox for all parts; made by the first."""

    def __init__(self):
        self.client = Cloudflare(api_token=TOKEN, base_url=sandbox("python-families", WORLD), max_retries=0)
        self.account = next(iter(self.client.accounts.list())).id
        self.zone = next(iter(self.client.zones.list(name="families.example"))).id
        self.free = next(iter(self.client.zones.list(name="free.example"))).id


def same(name, found, wanted):
    check(name, found == wanted, found)


def zones(w):
    api = w.client.zones
    made = [api.create(account={"id": w.account}, name="zone-%d.example" % n, type="full") for n in range(9)]
    check("zone create", made[0].status == "pending" and made[0].name == "zone-0.example" and made[0].account.id == w.account and
          len(made[0].name_servers) == 2 and made[0].activated_on is None and made[0].plan.legacy_id == "free", made[0])
    same("zone create answers as get", api.get(zone_id=made[0].id).to_dict(), made[0].to_dict())
    raised("zone create: a name twice", lambda: api.create(account={"id": w.account}, name="zone-1.example"),
           cloudflare.BadRequestError, 400, 1061)
    page = api.list(per_page=5, order="name", direction="desc")
    same("zones: a page", [len(page.result), page.result_info.page], [5, 1])
    names = [z.name for z in api.list(per_page=5, order="name", direction="desc")]
    same("zones: all pages, in order", names,
         ["zone-%d.example" % n for n in range(8, -1, -1)] + ["free.example", "families.example"])
    same("zones: by name", [z.id for z in api.list(name="zone-3.example")], [made[3].id])
    same("zones: by an operator on the name", len(list(api.list(name="starts_with:zone-", per_page=5))), 9)
    same("zones: by status", sorted(z.name for z in api.list(status="active")), ["families.example", "free.example"])
    same("zones: by types", [len(list(api.list(type=t, per_page=50))) for t in (["partial"], ["partial", "full"])], [0, 11])
    same("zones: any of two", sorted(z.name for z in api.list(match="any", name="free.example", status="pending", per_page=50)),
         ["free.example"] + ["zone-%d.example" % n for n in range(9)])
    edited = api.edit(zone_id=made[0].id, paused=True)
    check("zone edit", edited.paused and edited.id == made[0].id and api.get(zone_id=made[0].id).paused, edited)
    same("zone activation check", api.activation_check.trigger(zone_id=made[0].id).id, made[0].id)
    check("zone is active after it", api.get(zone_id=made[0].id).status == "active")
    same("zone delete", api.delete(zone_id=made[0].id).id, made[0].id)
    raised("zone get after delete", lambda: api.get(zone_id=made[0].id), cloudflare.PermissionDeniedError, 403, 9109)
    same("zones: without the deleted", len(list(api.list(per_page=5, name="starts_with:zone-"))), 8)
    again = api.create(account={"id": w.account}, name="zone-0.example")
    check("a zone made again has another id and other name servers",
          again.id != made[0].id and again.name_servers != made[0].name_servers, again.name_servers)


def dns_records(w):
    api, zone = w.client.dns.records, {"zone_id": w.zone}
    made = [api.create(name="host-%02d" % n, type="A", content="192.0.2.%d" % (n + 1), ttl=300, **zone) for n in range(25)]
    first = made[0]
    check("record create", first.name == "host-00.families.example" and first.content == "192.0.2.1" and first.ttl == 300 and
          first.proxied is False and first.proxiable and first.comment is None and first.tags == [], first)
    same("record create answers as get", api.get(first.id, **zone).to_dict(), first.to_dict())
    raised("record create: identical", lambda: api.create(name="host-00", type="A", content="192.0.2.1", ttl=1, **zone),
           cloudflare.BadRequestError, 400, 81058)
    raised("record create: no address", lambda: api.create(name="bad", type="A", content="nonsense", ttl=1, **zone),
           cloudflare.BadRequestError, 400, 9005)
    page = api.list(per_page=10, page=3, **zone)
    same("records: the last page", [len(page.result), page.result_info.page, page.result_info.per_page], [5, 3, 10])
    same("records: all pages, in order", [r.id for r in api.list(per_page=10, order="name", **zone)], [r.id for r in made])
    same("records: backwards", [r.id for r in api.list(per_page=10, order="name", direction="desc", **zone)],
         [r.id for r in reversed(made)])
    same("records: by name", [r.id for r in api.list(name={"exact": "host-07.families.example"}, **zone)], [made[7].id])
    same("records: by the end of the content", [r.id for r in api.list(content={"endswith": ".25"}, **zone)], [made[24].id])
    same("records: by a part of the name", len(list(api.list(name={"contains": "host-1"}, per_page=4, **zone))), 10)
    same("records: by type", list(api.list(type="MX", **zone)), [])
    edited = api.edit(first.id, name="host-00", type="A", content="192.0.2.1", ttl=1, comment="hello", tags=["team:a"], **zone)
    check("record edit merges", edited.comment == "hello" and edited.tags == ["team:a"] and edited.content == "192.0.2.1" and
          edited.created_on == first.created_on and edited.modified_on >= first.modified_on, edited)
    same("records: by tag and comment", [r.id for r in api.list(tag={"exact": "team:a"}, comment={"contains": "ell"}, **zone)],
         [first.id])
    put = api.update(first.id, name="renamed", type="CNAME", content="target.example", ttl=1, proxied=True, **zone)
    check("record update replaces whole", put.id == first.id and put.type == "CNAME" and put.name == "renamed.families.example" and
          put.comment is None and put.tags == [] and put.proxied and put.ttl == 1, put)
    raised("record create: beside a CNAME", lambda: api.create(name="renamed", type="A", content="192.0.2.9", ttl=1, **zone),
           cloudflare.BadRequestError, 400, 81054)
    same("record delete", api.delete(first.id, **zone).id, first.id)
    raised("record get after delete", lambda: api.get(first.id, **zone), cloudflare.NotFoundError, 404, 81044)


def dns_types(w):
    """Records that are told by data, not by content."""
    api, zone = w.client.dns.records, {"zone_id": w.zone}
    for kind, name, data, content in (
            ("SRV", "_sip._tcp", {"priority": 10, "weight": 5, "port": 5223, "target": "server.example.com"},
             "5 5223 server.example.com"),
            ("CAA", "caa", {"flags": 0, "tag": "issue", "value": "ca.example"}, '0 issue "ca.example"'),
            ("HTTPS", "https", {"priority": 1, "target": ".", "value": 'alpn="h3,h2"'}, None)):
        made = api.create(type=kind, name=name, data=data, ttl=1, **zone)
        check("record create: " + kind, made.type == kind and (content is None or made.content == content), made)
        api.delete(made.id, **zone)
    made = api.create(type="MX", name="@", content="mail.example", priority=10, ttl=1, **zone)
    check("record create: MX", made.priority == 10 and made.name == "families.example" and not made.proxiable, made)
    api.delete(made.id, **zone)


def dns_batch(w):
    api, zone = w.client.dns.records, {"zone_id": w.zone}
    old = list(api.list(name={"startswith": "host-"}, order="name", **zone))
    done = api.batch(posts=[{"name": "batch", "type": "TXT", "content": '"posted"', "ttl": 60}],
                     puts=[{"id": old[0].id, "name": "put", "type": "A", "content": "198.51.100.1", "ttl": 1}],
                     patches=[{"id": old[1].id, "name": "patched", "type": "A", "content": "198.51.100.2", "ttl": 1}],
                     deletes=[{"id": old[2].id}], **zone)
    same("batch answers four lists", [done.posts[0].name, done.puts[0].content, done.patches[0].name, done.deletes[0].id],
         ["batch.families.example", "198.51.100.1", "patched.families.example", old[2].id])
    raised("batch deleted it", lambda: api.get(old[2].id, **zone), cloudflare.NotFoundError, 404, 81044)
    before = [r.to_dict() for r in api.list(**zone)]
    raised("batch: one wrong refuses all", lambda: api.batch(
        deletes=[{"id": old[3].id}], posts=[{"name": "bad", "type": "A", "content": "nonsense", "ttl": 1}], **zone),
        cloudflare.BadRequestError, 400, 9005)
    same("batch: and leaves all as it was", [r.to_dict() for r in api.list(**zone)], before)


def dns_files(w):
    """Export, delete all, import: the same records are there."""
    api, zone = w.client.dns.records, {"zone_id": w.zone}
    look = lambda: sorted((r.name, r.type, r.content, r.ttl) for r in api.list(**zone))
    before, text = look(), api.export(**zone)
    check("export is a zone file", isinstance(text, str) and "host-10.families.example.\t" in text and "SOA" in text, text[:300])
    for record in list(api.list(**zone)):
        api.delete(record.id, **zone)
    same("all records are gone", list(api.list(**zone)), [])
    done = api.import_(file=text, **zone)
    same("import counts", [done.recs_added, done.total_records_parsed >= len(before)], [len(before), True])
    same("import brings all back", look(), before)


def kv_namespaces(w):
    api, account = w.client.kv.namespaces, {"account_id": w.account}
    made = [api.create(title="space %02d" % n, **account) for n in range(23)]
    check("namespace create", len(made[0].id) == 32 and made[0].title == "space 00" and made[0].supports_url_encoding, made[0])
    raised("namespace create: a title twice", lambda: api.create(title="space 01", **account), cloudflare.BadRequestError, 400, 10014)
    same("namespaces: all pages, in order", [n.title for n in api.list(per_page=10, order="title", direction="desc", **account)],
         ["space %02d" % n for n in range(22, -1, -1)])
    api.update(made[0].id, title="renamed", **account)
    same("namespace update", api.get(made[0].id, **account).title, "renamed")
    api.delete(made[0].id, **account)
    raised("namespace get after delete", lambda: api.get(made[0].id, **account), cloudflare.NotFoundError, 404, 10013)
    same("namespaces: without the deleted", len(list(api.list(per_page=10, **account))), 22)
    for namespace in made[1:]:
        api.delete(namespace.id, **account)


def kv_values(w):
    kv = w.client.kv.namespaces
    at = {"account_id": w.account, "namespace_id": kv.create(title="values", account_id=w.account).id}
    values = kv.values  # the SDK takes bytes and files here; text it refuses by itself
    values.update("plain", value=b"hello", **at)
    same("value get", values.get("plain", **at).read(), b"hello")
    odd = "a/b:c d%2F\u00fc?#"
    values.update(odd, value=b"odd", metadata={"n": [1, None]}, **at)
    same("value: an odd key", values.get(odd, **at).read(), b"odd")
    same("value: metadata", kv.metadata.get(odd, **at), {"n": [1, None]})
    values.update("brief", value=b"x", expiration_ttl=60, **at)
    check("value: an expiry is told", "expiration" in values.get("brief", **at).headers)
    raised("value: too short an expiry", lambda: values.update("brief", value=b"x", expiration_ttl=59, **at),
           cloudflare.BadRequestError, 400, 10034)
    big = bytes(n * 7 & 255 for n in range(256)) * 6000  # 1.5 MB of every byte
    values.update("big", value=("big.bin", big), **at)
    check("value: more than 1 MiB, byte by byte", values.get("big", **at).read() == big)
    values.update("plain", value=b"again", **at)
    same("value update replaces", values.get("plain", **at).read(), b"again")
    listed = {k.name: k for k in kv.keys.list(at["namespace_id"], account_id=w.account)}
    same("keys list", sorted(listed), sorted(["plain", odd, "brief", "big"]))
    check("keys list tells expiry and metadata", listed["brief"].expiration and listed[odd].metadata == {"n": [1, None]} and
          not listed["plain"].expiration, listed)
    values.delete("plain", **at)
    raised("value get after delete", lambda: values.get("plain", **at), cloudflare.NotFoundError, 404, 10009)
    values.delete("plain", **at)
    check("value delete of nothing", True)


def kv_bulk(w):
    kv, account = w.client.kv.namespaces, {"account_id": w.account}
    space = kv.create(title="bulk", **account).id
    names = ["key-%04d" % n for n in range(1, 2501)]
    done = kv.bulk_update(space, body=[{"key": n, "value": "v" + n, "metadata": {"n": n}} for n in names], **account)
    same("bulk write", done.successful_key_count, 2500)
    same("keys: all by cursor, in order", [k.name for k in kv.keys.list(space, **account)], names)
    same("keys: in small pages", len(list(kv.keys.list(space, limit=600, **account))), 2500)
    same("keys: by prefix, in small pages", [k.name for k in kv.keys.list(space, prefix="key-00", limit=10, **account)], names[:99])
    got = kv.bulk_get(space, keys=["key-0001", "nobody"], type="text", **account)
    same("bulk get", got.values, {"key-0001": "vkey-0001", "nobody": None})
    got = kv.bulk_get(space, keys=["key-0002"], with_metadata=True, **account)
    check("bulk get with metadata", got.to_dict()["values"]["key-0002"]["metadata"] == {"n": "key-0002"} and
          got.to_dict()["values"]["key-0002"]["value"] == "vkey-0002", got)
    kv.bulk_update(space, body=[{"key": "raw", "value": "AAEC/w==", "base64": True}], **account)
    same("bulk write of base64", kv.values.get("raw", namespace_id=space, **account).read(), b"\x00\x01\x02\xff")
    kv.bulk_delete(space, body=names[:2400] + ["nobody"], **account)
    same("bulk delete", [k.name for k in kv.keys.list(space, prefix="key-", **account)], names[2400:])
    kv.delete(space, **account)
    raised("keys of a deleted namespace", lambda: kv.keys.list(space, **account), cloudflare.NotFoundError, 404, 10013)


def monitors(w):
    api, account = w.client.load_balancers.monitors, {"account_id": w.account}
    made = [api.create(type="https", description="m%d" % n, expected_codes="2xx", **account) for n in range(3)]
    check("monitor create, with defaults", made[0].type == "https" and made[0].interval == 60 and made[0].timeout == 5 and
          made[0].retries == 2 and made[0].path == "/" and made[0].method == "GET", made[0])
    same("monitor create answers as get", api.get(made[0].id, **account).to_dict(), made[0].to_dict())
    same("monitors list", sorted(m.id for m in api.list(**account)), sorted(m.id for m in made))
    edited = api.edit(made[0].id, interval=90, type="https", expected_codes="2xx", **account)
    check("monitor edit merges", edited.interval == 90 and edited.description == "m0", edited)
    put = api.update(made[0].id, type="tcp", port=8080, **account)
    check("monitor update replaces whole", put.type == "tcp" and put.port == 8080 and put.interval == 60 and
          put.description == "" and put.method == "connection_established", put)
    for m in made:
        same("monitor delete", api.delete(m.id, **account).id, m.id)
    raised("monitor get after delete", lambda: api.get(made[0].id, **account), cloudflare.NotFoundError, 404, 1001)
    same("monitors list is empty", list(api.list(**account)), [])


def pools(w):
    api, account = w.client.load_balancers.pools, {"account_id": w.account}
    monitor = w.client.load_balancers.monitors.create(type="http", expected_codes="200", description="watch", **account).id
    origins = [{"name": "one", "address": "192.0.2.1"}, {"name": "two", "address": "192.0.2.2", "weight": 0.5, "enabled": False}]
    made = [api.create(name="pool-%d" % n, origins=origins, **account) for n in range(3)]
    check("pool create, with defaults", made[0].enabled and made[0].minimum_origins == 1 and made[0].origins[0].weight == 1 and
          made[0].origins[0].enabled and made[0].origins[1].weight == 0.5 and made[0].origins[1].enabled is False, made[0])
    same("pool create answers as get", api.get(made[0].id, **account).to_dict(), made[0].to_dict())
    raised("pool create: a name twice", lambda: api.create(name="pool-1", origins=origins, **account),
           cloudflare.BadRequestError, 400, 1003)
    edited = api.edit(made[0].id, monitor=monitor, description="watched", name="pool-0", origins=origins, **account)
    check("pool edit merges", edited.monitor == monitor and edited.description == "watched" and edited.name == "pool-0", edited)
    same("pools list", sorted(p.id for p in api.list(**account)), sorted(p.id for p in made))
    same("pools by monitor", [p.id for p in api.list(monitor=monitor, **account)], [made[0].id])
    raised("monitor delete: still in use", lambda: w.client.load_balancers.monitors.delete(monitor, **account),
           cloudflare.APIStatusError, 412, 1005)
    put = api.update(made[0].id, name="renamed", origins=origins[:1], **account)
    check("pool update replaces whole", put.name == "renamed" and len(put.origins) == 1 and not put.monitor and
          put.description == "", put)
    for p in made:
        same("pool delete", api.delete(p.id, **account).id, p.id)
    raised("pool get after delete", lambda: api.get(made[0].id, **account), cloudflare.NotFoundError, 404, 1001)
    w.client.load_balancers.monitors.delete(monitor, **account)


def settings(w):
    api, zone = w.client.zones.settings, {"zone_id": w.zone}
    told = api.get("always_use_https", **zone)
    check("setting get", told.id == "always_use_https" and told.value == "off" and told.editable and told.modified_on is None, told)
    for setting, value in (("always_use_https", "on"), ("browser_cache_ttl", 7200), ("min_tls_version", "1.2"),
                           ("security_header", {"strict_transport_security": {
                               "enabled": True, "max_age": 86400, "include_subdomains": True, "preload": False, "nosniff": True}})):
        edited = api.edit(setting, value=value, **zone)
        check("setting edit: " + setting, edited.to_dict()["value"] == value and edited.modified_on, edited)
        same("setting keeps it: " + setting, api.get(setting, **zone).to_dict(), edited.to_dict())
    raised("setting edit: a wrong value", lambda: api.edit("always_use_https", value="maybe", **zone),
           cloudflare.BadRequestError, 400, 1007)
    raised("setting get: unknown", lambda: api.get("no_such_setting", **zone), cloudflare.BadRequestError, 400, 1003)
    raised("setting edit: not in the plan", lambda: api.edit("webp", value="on", zone_id=w.free),
           cloudflare.BadRequestError, 400, 1015)
    same("a setting of another zone is its own", api.get("always_use_https", zone_id=w.free).value, "off")
    many = w.client.get("/zones/%s/settings" % w.zone, cast_to=object)["result"]
    same("settings list", [s["value"] for s in many if s["id"] in ("always_use_https", "browser_cache_ttl")], ["on", 7200])
    many = w.client.patch("/zones/%s/settings" % w.zone, cast_to=object,
                          body={"items": [{"id": "ipv6", "value": "off"}, {"id": "brotli", "value": "off"}]})["result"]
    same("settings in bulk", sorted((s["id"], s["value"]) for s in many), [("brotli", "off"), ("ipv6", "off")])


def main():
    world = World()
    parts = (zones, dns_records, dns_types, dns_batch, dns_files, kv_namespaces, kv_values, kv_bulk, monitors, pools, settings)

    def bound(part):
        def work():
            part(world)
        work.__name__ = part.__name__
        return work
    return run([bound(part) for part in parts])


if __name__ == "__main__":
    sys.exit(main())
