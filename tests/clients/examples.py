"""Every method of the official Python SDK, unmodified, against examples mode, as the SDK's own
test-suite does it: arguments of the SDK's types, answers held against its models, strictly. What the types do not tell
(a UUID, at least 200) is taken from what the refusal says would be right, so refusals must be good enough to act upon.
Where the installed SDK and the served document differ, it is counted apart: a path that the document lacks, or a model
that only the lenient client reads. Environment: MF_BASE_URL, of a sandbox in that mode. Arguments: beginnings of methods'
names. Last line: N passed, N failed."""
import datetime
import inspect
import json
import os
import re
import sys
import typing
from functools import cached_property

import cloudflare
import httpx
import typing_extensions as te
from cloudflare import Cloudflare
from cloudflare._resource import SyncAPIResource

ID = "023e105f4ecef8ad9ca31a8372d0c353"
EMAIL, KEY = "user@example.com", "144c9defac04969c7bfad8efaa8ea194"  # those of the SDK's tests
UNIONS = (typing.Union, type(int | str))
TRIES = 25
SENT = []  # the last request

# Calls that no arguments of these types can make right; each with its reason.
CANNOT = {
    "load_balancers.pools.bulk_edit": "the document's body is a string here, the SDK's an object",
    "ai.to_markdown.transform": "the SDK passes an argument that its own client refuses",
    "radar.ai.to_markdown.create": "the SDK passes an argument that its own client refuses",
    "workers.observability.shared_queries.get": "pydantic cannot build the SDK's model",
    "workers.scripts.versions.create": "pydantic cannot build the SDK's model",
    "workers.scripts.versions.get": "pydantic cannot build the SDK's model",
}


def is_required(of, key, hint):
    """The SDK's annotations are texts, in which typing does not see the marks when it makes the class."""
    origin = te.get_origin(hint)
    return origin is te.Required or key in of.__required_keys__ and origin is not te.NotRequired


def made_of(hint, name="", depth=0):
    """A value of that type, the least there is."""
    origin, args = te.get_origin(hint), te.get_args(hint)
    if origin in (te.Required, te.NotRequired, te.Annotated):
        return made_of(args[0], name, depth)
    if origin in UNIONS:
        return made_of(bytes if bytes in args else args[0], name, depth)
    if origin is te.Literal:
        return args[0]
    if origin is tuple:
        return tuple(made_of(a, name, depth) for a in args if a is not Ellipsis)
    if origin is dict or hint is dict or hint is object or hint is typing.Any:
        return {}
    if origin is not None:
        if issubclass(origin, typing.Mapping):
            return {}
        return [made_of(args[0], name, depth + 1)] if depth < 6 else []  # List, Iterable
    if te.is_typeddict(hint):
        hints = te.get_type_hints(hint, include_extras=True)
        return {key: made_of(hints[key], key, depth + 1) for key in hints if is_required(hint, key, hints[key])}
    plain = {bool: True, int: 1, float: 1, bytes: b"Example data", type(None): None,
             datetime.date: datetime.date(2026, 1, 2),
             datetime.datetime: datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)}
    if hint in plain:
        return plain[hint]
    return EMAIL if "email" in name else ID


def arguments(method):
    """What the method must be given, and an account or else a zone where it may have one."""
    plain = getattr(method.__func__, "__wrapped__", method.__func__)
    hinted = (te.get_overloads(plain) or [plain])[0]
    hints = te.get_type_hints(hinted, include_extras=True)
    positional, named = [], {}
    for name, parameter in inspect.signature(hinted).parameters.items():
        if name == "self" or parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.default is parameter.empty or name in ("account_id", "zone_id"):
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                positional.append(made_of(hints[name], name))
            elif name != "zone_id" or "account_id" not in named or parameter.default is parameter.empty:
                named[name] = made_of(hints[name], name)
    return positional, named


def right_value(what, right):
    """What a refusal asks for."""
    forms = {"a UUID": "f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "an IPv4 address": "192.0.2.1",
             "an IPv6 address": "2001:db8::1", "an e-mail address": EMAIL}
    if right in forms:
        return forms[right]
    if right.startswith("a time"):
        return "2026-01-02T03:04:05Z"
    if right.startswith("a date"):
        return "2026-01-02"
    number = re.match(r"-?[0-9.]+", right)
    if number and what in ("is too short", "is too long"):
        return "x" * int(number.group())
    if number and what in ("is too small", "is too large", "is not a multiple of what it must be"):
        return float(number.group()) if "." in number.group() else int(number.group())
    if right and what == "is not one of the allowed values":
        return json.JSONDecoder().raw_decode(right)[0]
    words = {"is missing": "example", "is not a string": "example", "is not an object": {}, "is not an array": ["x"],
             "is not an integer": 1, "is not a number": 1, "is not a boolean": True, "has too few items": ["x"],
             "has too few members": {"example": "example"}}
    return words[what]


def repaired(body, message):
    """The body with the value changed that the refusal names."""
    path, what, right = re.search(r'(?:"(.*?)"|the body) (.+?)(?:: allowed is (.*))?$', message).groups()
    if what == "needs one of its members":
        path, what = right.split(", ")[0], "is missing"
    value = right_value(what, right or "")
    if not path:
        return value
    steps = [int(s[1:-1]) if s[0] == "[" else s for s in re.findall(r"\[\d+\]|[^.\[]+", path)]
    at = body
    for step in steps[:-1]:
        at = at[step]
    at[steps[-1]] = value
    return body


def called(client, method):
    """Calls it, better each time. Returns what is left to complain of, or None."""
    positional, named = arguments(method)
    for _ in range(TRIES):
        try:
            result = method(*positional, **named)
            if hasattr(result, "close"):
                result.close()
            return None
        except cloudflare.BadRequestError as e:
            message = e.body["errors"][0]["message"] if isinstance(e.body, dict) else ""
            if "Input Validation Error" not in message and "Invalid request" not in message:
                raise
            try:
                body = json.loads(SENT[-1].content or b"{}")
                named["extra_body"] = repaired(body, message.split(": ", 1)[1])
                if not isinstance(named["extra_body"], dict):  # the SDK merges objects only
                    named.pop("extra_body")
                    return "types do not tell: " + message
            except (ValueError, KeyError, IndexError, TypeError, AttributeError):
                return "types do not tell: " + message
    return "types do not tell: " + message


def below(resource, name):
    """A resource of a resource, or None; some cannot be imported in every order (a fault of the SDK)."""
    try:
        found = getattr(resource, name)
    except ImportError as e:
        print(f"# the SDK cannot load {name}: {str(e)[:80]}")
        return None
    return found if isinstance(found, SyncAPIResource) else None


def methods(resource, path):
    for name in sorted(dir(type(resource))):
        member = inspect.getattr_static(type(resource), name)
        if name.startswith("_") or name in ("with_raw_response", "with_streaming_response"):
            continue
        if isinstance(member, (property, cached_property)):
            inner = below(resource, name)
            if inner:
                yield from methods(inner, path + [name])
        elif inspect.isfunction(member):
            yield path + [name]


def all_methods(client):
    for name in sorted(dir(Cloudflare)):
        if isinstance(inspect.getattr_static(Cloudflare, name), (property, cached_property)):
            resource = below(client, name)
            if resource:
                yield from methods(resource, [name])


def of(client, path):
    for name in path:
        client = getattr(client, name)
    return client


def outcome(strict, lenient, path):
    """One of: strict, lenient, outside (the document), types (do not tell), or a complaint."""
    try:
        left = called(strict, of(strict, path))
        if left:
            print(f"# {'.'.join(path)}: {left}")
        return "types" if left else "strict"
    except cloudflare.APIResponseValidationError:
        called(lenient, of(lenient, path))
        return "lenient"
    except cloudflare.APIStatusError as e:
        outside = re.search(r"'code': (7000|10001)\b", str(e)) or e.status_code == 405
        return "outside" if outside else f"{type(e).__name__}: {str(e)[:300]}"
    except cloudflare.CloudflareError as e:
        return f"{type(e).__name__}: {e}"


def main():
    http = httpx.Client(event_hooks={"request": [lambda r: (r.read(), SENT.append(r))]})
    options = {"base_url": os.environ["MF_BASE_URL"].removesuffix("/client/v4"), "api_email": EMAIL, "api_key": KEY, "max_retries": 0,
               "http_client": http}
    strict = Cloudflare(_strict_response_validation=True, **options)
    lenient = Cloudflare(**options)
    counts = {"strict": 0, "lenient": 0, "outside": 0, "types": 0}
    failed = 0
    for path in all_methods(strict):
        name = ".".join(path)
        if name in CANNOT or sys.argv[1:] and not name.startswith(tuple(sys.argv[1:])):
            continue
        try:
            how = outcome(strict, lenient, path)
        except Exception as e:  # the SDK's own faults among them
            how = f"{type(e).__name__}: {str(e)[:200]}"
        SENT.clear()
        if how in counts:
            counts[how] += 1
            if sys.argv[1:]:
                print(f"# {how}: {name}")
        else:
            failed += 1
            print(f"not ok - examples: {name}: {how}", flush=True)
    print("# %(strict)d answers fit the SDK's models, %(lenient)d only its lenient ones, %(outside)d paths are not in "
          "the document, %(types)d calls cannot be made from types" % counts)
    if not sys.argv[1:] and counts["strict"] < 2000:
        failed += 1
        print("not ok - examples: fewer than 2000 methods got an answer that fits")
    passed = counts["strict"] + counts["lenient"]
    print(f"{passed} passed, {failed} failed")


main()
