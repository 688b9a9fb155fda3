/* `serve --tls`, `--tls-dir`, `run --proxy`, and a hosts entry with port 443, as a shell meets
 * them. */
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "tests/live/live.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* `mockflare serve --tls` with those words until it is ready, then `script` with $CA, $BASE and
 * $PORT; the script's exit code. */
static int with_tls(const char *words, const char *script, char **out)
{
    char *argv[] = { "/bin/sh", "-c", NULL, NULL }, *err;
    int rc;

    argv[2] = text_printf(
        "d=$(mktemp -d); trap 'rm -rf $d' EXIT; %s serve --listen 127.0.0.1:0 --log none -q --tls "
        "--ready-file $d/ready %s "
        ">/dev/null & m=$!; for i in $(seq 600); do [ -s $d/ready ] && break; sleep 0.05; done; "
        "CA=$(jq -r .ca_file $d/ready) BASE=$(jq -r .base_url $d/ready) PORT=$(jq -r .port "
        "$d/ready); "
        "(%s); rc=$?; kill $m; wait $m || rc=99; exit $rc",
        program("mockflare"), words, script);
    rc = run_program(argv, NULL, out, &err);
    free(argv[2]);
    free(err);
    return rc;
}

START_TEST(serve_speaks_https)
{
    char *out;

    ck_assert_int_eq(with_tls("",
                              "curl -sf --cacert $CA $BASE/ips >/dev/null && case $BASE in "
                              "https:*) ;; *) exit 9;; esac",
                              &out),
                     0);
    free(out);
    ck_assert_int_eq(with_tls("", "curl -s $BASE/ips", &out), 60); // not trusted without it
    free(out);
    ck_assert_int_eq(with_tls("--certificate expired", "curl -s --cacert $CA $BASE/ips", &out), 60);
    free(out);
    ck_assert_int_eq(
        with_tls(
            "",
            "curl -sf --cacert $CA --resolve api.cloudflare.com:$PORT:127.0.0.1 "
            "https://api.cloudflare.com:$PORT/client/v4/ips >/dev/null; r=$?; echo $CA; exit $r",
            &out),
        0);
    out[strcspn(out, "\n")] = '\0';
    ck_assert_msg(access(out, F_OK) != 0, "%s is left behind", out);
    free(out);
}
END_TEST

START_TEST(authority_is_kept)
{
    char dir[] = "/tmp/mockflare-tls-XXXXXX", *words, *out, *again, *script;
    struct stat st;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    words = text_printf("--tls-dir %s/ca", dir);
    ck_assert_int_eq(with_tls(words, "cat $CA", &out), 0);
    ck_assert_int_eq(with_tls(words, "cat $CA; curl -sf --cacert $CA $BASE/ips >/dev/null", &again),
                     0);
    ck_assert_msg(strstr(out, "BEGIN CERTIFICATE") != NULL, "%s", out);
    ck_assert_str_eq(out, again);
    script = text_printf("%s/ca/ca-key.pem", dir);
    ck_assert_int_eq(stat(script, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    free(script);
    free(out);
    free(again);
    script = text_printf("echo broken >%s/ca/ca.pem; %s serve --listen 127.0.0.1:0 --tls %s; test "
                         "$? = 1; rc=$?; rm -r %s; exit $rc",
                         dir, program("mockflare"), words, dir);
    {
        char *argv[] = { "/bin/sh", "-c", script, NULL };

        ck_assert_int_eq(run_program(argv, NULL, &out, &again), 0);
        ck_assert_msg(strstr(again, "ca.pem holds no certificate") != NULL, "%s", again);
    }
    free(script);
    free(words);
    free(out);
    free(again);
}
END_TEST

static const struct {
    const char *script;
    int code;
    const char *said; // on stderr, or NULL
} proxied[] = {
    { "curl -sf https://api.cloudflare.com/client/v4/ips >/dev/null", 0, "1 calls, 0 failed" },
    { "curl -sf $CLOUDFLARE_API_BASE_URL/ips >/dev/null", 0, "1 calls, 0 failed" },
    { "curl -s https://example.com/; exit 0", 0, "CONNECT example.com:443: refused" },
    { "curl -sk --cacert /dev/null https://api.cloudflare.com/client/v4/ips >/dev/null", 0,
      "1 calls" },
    { "python3 -c \"import urllib.request as u; "
      "u.urlopen('https://api.cloudflare.com/client/v4/ips').read()\"",
      0, "1 calls, 0 failed" },
    { "test \"$https_proxy\" = \"$HTTPS_PROXY\" && test -s $SSL_CERT_FILE && test -z "
      "\"$NO_PROXY_OF_USER\" && "
      "test $NODE_EXTRA_CA_CERTS = $SSL_CERT_FILE && test $REQUESTS_CA_BUNDLE = $CURL_CA_BUNDLE",
      0, NULL },
};

START_TEST(run_proxy_catches_a_fixed_host)
{
    char *argv[] = { xstrdup(program("mockflare")), "run", "--proxy", "--", "sh", "-c",
                     (char *)proxied[_i].script,    NULL };
    char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp",
                    "no_proxy=api.cloudflare.com",       "https_proxy=http://127.0.0.1:9",
                    "SSL_CERT_FILE=/nonexistent",        NULL };
    char *out, *err;
    int rc = run_program(argv, env, &out, &err);

    ck_assert_msg(rc == proxied[_i].code, "exit %d: %s", rc, err);
    if (proxied[_i].said)
        ck_assert_msg(strstr(err, proxied[_i].said) != NULL, "%s", err);
    free(argv[0]);
    free(out);
    free(err);
}
END_TEST

/* A hosts entry and port 443, in namespaces of its own. 77: this machine does not allow that. */
START_TEST(hosts_entry_and_port_443)
{
    char *script = text_printf(
        "unshare --user --map-root-user --net --mount true 2>/dev/null || exit 77; d=$(mktemp -d); "
        "printf '127.0.0.1 localhost api.cloudflare.com\\n' >$d/hosts; "
        "unshare --user --map-root-user --net --mount sh -c 'ip link set lo up 2>/dev/null || exit "
        "77; "
        "mount --bind '$d'/hosts /etc/hosts || exit 77; %s serve --listen 127.0.0.1:443 --tls "
        "--log none -q "
        "--tls-dir '$d'/ca --ready-file '$d'/ready >/dev/null & m=$!; "
        "for i in $(seq 600); do [ -s '$d'/ready ] && break; sleep 0.05; done; "
        "curl -sf --cacert '$d'/ca/ca.pem https://api.cloudflare.com/client/v4/ips | grep -q "
        "ipv4_cidrs; rc=$?; kill $m; "
        "wait $m; exit $rc'; rc=$?; rm -r $d; exit $rc",
        program("mockflare"));
    char *argv[] = { "/bin/sh", "-c", script, NULL }, *out, *err;
    int rc = run_program(argv, NULL, &out, &err);

    if (rc == 77)
        printf("skipped: hosts_entry_and_port_443: no network namespaces here\n");
    else
        ck_assert_msg(rc == 0, "exit %d: %s%s", rc, out, err);
    free(script);
    free(out);
    free(err);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("https");
    TCase *tc = tcase_create("programs");
    SRunner *runner;
    int failed;

    json_setup();
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, serve_speaks_https);
    tcase_add_test(tc, authority_is_kept);
    tcase_add_loop_test(tc, run_proxy_catches_a_fixed_host, 0, ARRAY_LEN(proxied));
    tcase_add_test(tc, hosts_entry_and_port_443);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
