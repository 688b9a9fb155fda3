"""ddclient, unmodified, in its curl mode: ddclient.py PATH. Its host is fixed, so it comes by HTTPS_PROXY. (Debian's
package was built without the curl program, so the mode takes libcurl by WWW::Curl.) Last line: N passed, N failed."""
import os
import subprocess
import sys

from fixed_host import TOKEN, ZONE, api, by_proxy, calls, check, control, end

NAME = "home.example.com"
WORK = os.environ["HOME"]


def run(address, token=TOKEN, certificate="valid"):
    """One update; what it said and whom it called."""
    env = dict(os.environ, **by_proxy(certificate))
    config, cache = os.path.join(WORK, "ddclient.conf"), os.path.join(WORK, "ddclient.cache")
    with open(config, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
        f.write("daemon=0\nssl=yes\nuse=ip, ip=%s\nssl_ca_file=%s\n" % (address, env["SSL_CERT_FILE"]))
        f.write("protocol=cloudflare, zone=example.com, ttl=1, login=token, password='%s' %s\n" % (token, NAME))
    if os.path.exists(cache):
        os.unlink(cache)
    control("/journal", "DELETE")
    done = subprocess.run([sys.argv[1], "-daemon", "0", "-curl", "-file", config, "-cache", cache, "-force"], env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    return done.stdout, calls()


def address_now():
    return [r["content"] for r in api("/zones/%s/dns_records?type=A&name=%s" % (ZONE, NAME))]


def main():
    api("/zones/%s/dns_records" % ZONE, "POST", {"type": "A", "name": NAME, "content": "192.0.2.1"})
    said, came = run("192.0.2.77")
    check("ddclient: sets the address", address_now() == ["192.0.2.77"], (said, came))
    check("ddclient: says so", "SUCCESS" in said or "IPv4 address set to 192.0.2.77" in said, said)
    check("ddclient: came under the API's own name", came and all(c[2] == "api.cloudflare.com" for c in came), came)
    said, came = run("192.0.2.78", token="0" * 40)
    check("ddclient: an unknown token changes nothing", address_now() == ["192.0.2.77"] and came, (said, came))
    said, came = run("192.0.2.79", certificate="expired")
    check("ddclient: takes no expired certificate", address_now() == ["192.0.2.77"] and not came and "CURL error (60)" in said,
          (said, came))
    return end()


if __name__ == "__main__":
    sys.exit(main())
