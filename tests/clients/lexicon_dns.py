"""lexicon (dns-lexicon), unmodified: its Cloudflare provider has a fixed host, so it comes by HTTPS_PROXY. By its
library, since its command always asks the DNS for the zone. Last line: N passed, N failed."""
import logging
import os
import sys

import requests
from lexicon.client import Client
from lexicon.config import ConfigResolver

from fixed_host import TOKEN, ZONE, api, by_proxy, calls, check, control, end

NAME = "_acme-challenge.example.com"


def act(action, content=None, token=TOKEN):
    told = {"provider_name": "cloudflare", "action": action, "domain": "example.com", "type": "TXT", "name": NAME,
            "content": content, "cloudflare": {"auth_token": token, "zone_id": None}}
    with Client(ConfigResolver().with_dict(told)) as operations:
        if action == "list":
            return operations.list_records("TXT", NAME)
        if action == "create":
            return operations.create_record("TXT", NAME, content)
        if action == "update":
            return operations.update_record(None, "TXT", NAME, content)
        return operations.delete_record(None, "TXT", NAME)


def shown():
    """The record's contents as the mock has them, without quotes."""
    return [r["content"].strip('"') for r in api("/zones/%s/dns_records?type=TXT&name=%s" % (ZONE, NAME))]


def main():
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it tells at length that its host was refused
    os.environ["TLDEXTRACT_CACHE"] = os.path.join(os.environ["HOME"], "tld")
    os.environ.update(by_proxy())
    control("/journal", "DELETE")
    check("lexicon: creates a record", act("create", "one") and shown() == ["one"], shown())
    came = [c for c in calls() if c[2] == "api.cloudflare.com"]
    check("lexicon: came under the API's own name", ("POST", "/client/v4/zones/%s/dns_records" % ZONE, "api.cloudflare.com") in came,
          calls())
    listed = act("list")
    check("lexicon: lists it", [r["content"].strip('"') for r in listed] == ["one"], listed)
    check("lexicon: creating it again is no second one", act("create", "one") and shown() == ["one"], shown())
    check("lexicon: updates it", act("update", "two") and shown() == ["two"], shown())
    check("lexicon: deletes it", act("delete") and shown() == [], shown())
    try:
        act("list", token="0" * 40)
        check("lexicon: an unknown token is refused", False)
    except Exception as e:  # pylint: disable=broad-except # lexicon has no exception of its own for it
        check("lexicon: an unknown token is refused", "403" in str(e) or "400" in str(e), str(e))
    refused = {c["target"] for c in control("/connections")["connections"] if c["end"] == "refused"}
    check("lexicon: what it asked of other hosts was refused", "publicsuffix.org:443" in refused, refused)

    os.environ.update(by_proxy("foreign-ca"))
    control("/journal", "DELETE")
    try:
        act("list")
        check("lexicon: takes no certificate of a foreign authority", False)
    except requests.exceptions.SSLError:
        check("lexicon: takes no certificate of a foreign authority", not calls(), calls())
    return end()


if __name__ == "__main__":
    sys.exit(main())
