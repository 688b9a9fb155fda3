/* The compiled table: counts, groups, dialects, descriptors, and what the compiler refuses. */
#include "common/groups.h"
#include "common/mem.h"
#include "common/text.h"
#include "gen/names.h"
#include "mock/spec/optable.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(all_operations_are_there)
{
    size_t counted = 0, document = 0;

    for (size_t i = 0; i < spec_op_count; i++) {
        counted += spec_ops[i].counted;
        document += spec_ops[i].in_document;
    }
    ck_assert_uint_eq(counted, 3207);
    ck_assert_uint_eq(spec_document_count, 3207);
    ck_assert_uint_eq(document, 3207 + 130); // 130 templates stand for two routes each
    ck_assert_uint_eq(spec_op_count, SPEC_OP_COUNT);
}
END_TEST

static bool lists(const struct op *op, const char *group, enum group_scope scope)
{
    for (size_t i = 0; i < op->groups_count; i++) {
        const struct group *g = &group_table[spec_groups[op->groups + i]];

        if (!strcmp(g->name, group) && g->scope == scope)
            return true;
    }
    return false;
}

static const struct {
    const char *method, *path, *group;
    enum group_scope scope;
    bool listed;
    const char *why;
} cells[] = {
    { "GET", "/zones/{z}/dns_records", "DNS Read", GROUP_ZONE, true, "as the document says" },
    { "GET", "/zones/{z}/dns_records", "DNS Write", GROUP_ZONE, true, "edit implies read" },
    { "POST", "/zones/{z}/dns_records", "DNS Read", GROUP_ZONE, false, "the reverse never holds" },
    { "GET", "/zones/{z}/load_balancers", "Load Balancers Read", GROUP_ZONE, true, "trap 2" },
    { "DELETE", "/zones/{z}/load_balancers/{l}", "Load Balancers Write", GROUP_ZONE, true,
      "trap 2" },
    { "GET", "/accounts/{a}/load_balancers", "Load Balancers Read", GROUP_ZONE, false,
      "account side: account groups" },
    { "GET", "/zones/{z}/logpush/jobs", "Logs Write", GROUP_ZONE, true,
      "a template's zone route: zone group" },
    { "GET", "/zones/{z}/logpush/jobs", "Logs Write", GROUP_ACCOUNT, false,
      "and not the account's" },
    { "GET", "/accounts/{a}/logpush/jobs", "Logs Write", GROUP_ACCOUNT, true,
      "its account route: account group" },
    { "POST", "/accounts/{a}/d1/database/{d}/import", "D1 Write", GROUP_ACCOUNT, true,
      "trap 5: an empty cell" },
    { "GET", "/accounts/{a}/load_balancers/monitor_groups",
      "Load Balancing: Monitors and Pools Read", GROUP_ACCOUNT, true, "trap 5" },
    { "POST", "/zones/{z}/waiting_rooms/{w}/events", "Waiting Rooms Write", GROUP_ZONE, true,
      "trap 5" },
    { "GET", "/accounts/{a}/members", "Account Settings Read", GROUP_ACCOUNT, true,
      "trap 4: key security does not count" },
    { "GET", "/accounts/{a}/builds/account/limits", "Workers CI Read", GROUP_ACCOUNT, true,
      "trap 8" },
    { "GET", "/user/tokens", "API Tokens Read", GROUP_USER, true, "own tokens" },
    { "GET", "/accounts/{a}/tokens", "Account API Tokens Read", GROUP_ACCOUNT, true,
      "the account's tokens" },
    { "GET", "/accounts/{a}/rules/lists", "Account Rule Lists Read", GROUP_ACCOUNT, true,
      "another spelling" },
    { "GET", "/accounts/{a}/queues", "Workers Scripts Read", GROUP_ACCOUNT, true,
      "queues with Workers groups" },
};

START_TEST(groups_of_an_operation)
{
    const struct op *op = op_by_name(cells[_i].method, cells[_i].path);

    ck_assert_msg(op != NULL, "%s %s: no such operation", cells[_i].method, cells[_i].path);
    ck_assert_msg(lists(op, cells[_i].group, cells[_i].scope) == cells[_i].listed, "%s %s: %s (%s)",
                  cells[_i].method, cells[_i].path, cells[_i].group, cells[_i].why);
}
END_TEST

static const struct {
    const char *method, *path, *dialect;
    enum auth auth;
} words[] = {
    { "GET", "/zones", "zones_list", AUTH_NORMAL },
    { "GET", "/zones/{z}", "zones", AUTH_NORMAL },
    { "GET", "/user/tokens/verify", "verify", AUTH_HOOK_TOKEN },
    { "GET", "/accounts/{a}/tokens/verify", "verify", AUTH_HOOK_TOKEN },
    { "GET", "/user/tokens/{t}", "core", AUTH_USER_ONLY },
    { "GET", "/accounts", "core", AUTH_NORMAL },
    { "GET", "/memberships", "memberships", AUTH_USER_ONLY },
    { "PUT", "/memberships/{m}", "memberships", AUTH_KEY_ONLY },
    { "GET", "/ips", "core", AUTH_NONE },
    { "GET", "/zones/{z}/dns_records", "dns", AUTH_NORMAL },
    { "GET", "/accounts/{a}/rules/lists", "product", AUTH_NORMAL },
    { "GET", "/accounts/{a}/d1/database", "quiet", AUTH_NORMAL },
    { "POST", "/pages/assets/upload", "pages", AUTH_OTHER },
    { "GET", "/_mockflare/health", "control", AUTH_NONE },
};

START_TEST(dialect_and_credential)
{
    const struct op *op = op_by_name(words[_i].method, words[_i].path);

    ck_assert_ptr_nonnull(op);
    ck_assert_str_eq(spec_text(spec_dialects[op->dialect].name), words[_i].dialect);
    ck_assert_msg(op->auth == words[_i].auth, "%s: auth %d", words[_i].path, op->auth);
}
END_TEST

/* From the notes on failures (auth-and-tokens, sections 2 to 5 and 7): status and first code. */
static const struct {
    const char *dialect;
    enum reason reason;
    int http, code;
} answers[] = {
    { "core", WHY_NO_CREDENTIALS, 403, 9106 },
    { "product", WHY_NO_CREDENTIALS, 400, 9106 },
    { "verify", WHY_NO_CREDENTIALS, 400, 1001 },
    { "core", WHY_MALFORMED_TOKEN, 400, 6003 },
    { "product", WHY_MALFORMED_TOKEN, 400, 9106 },
    { "verify", WHY_MALFORMED_TOKEN, 400, 6003 },
    { "core", WHY_UNKNOWN_TOKEN, 403, 9109 },
    { "product", WHY_UNKNOWN_TOKEN, 401, 10000 },
    { "verify", WHY_UNKNOWN_TOKEN, 401, 1000 },
    { "core", WHY_ADDRESS, 403, 9109 },
    { "verify", WHY_ADDRESS, 401, 1000 },
    { "memberships", WHY_NO_USER, 400, 9106 },
    { "core", WHY_NO_USER, 403, 9109 },
    { "core", WHY_MISSING_GROUP, 403, 9109 },
    { "product", WHY_MISSING_GROUP, 403, 10000 },
    { "memberships", WHY_MISSING_GROUP, 403, 10000 },
    { "core", WHY_BAD_ID, 400, 7003 },
    { "product", WHY_BAD_ID, 404, 7003 },
    { "core", WHY_METHOD, 405, 7001 },
    { "product", WHY_METHOD, 405, 10000 },
    { "core", WHY_NO_ROUTE, 400, 7000 },
    { "outside", WHY_NO_ROUTE, 404, 7000 },
    { "core", WHY_BAD_JSON, 400, 6007 },
    { "dns", WHY_BAD_JSON, 400, 9207 },
    { "core", WHY_RATE_LIMITED, 429, 971 },
    { "core", WHY_UNKNOWN_KEY, 403, 9103 },
};

START_TEST(answer_of_a_dialect)
{
    const struct dialect *d = &spec_dialects[spec_dialect_by_name(answers[_i].dialect)];
    const struct reason_answer *a = &d->reasons[answers[_i].reason];

    ck_assert_msg(a->http == answers[_i].http, "%s %s: HTTP %d", answers[_i].dialect,
                  reason_name(answers[_i].reason), a->http);
    ck_assert_int_eq(spec_errors[a->error[0]].code, answers[_i].code);
}
END_TEST

START_TEST(every_row_is_whole)
{
    for (size_t i = 0; i < spec_op_count; i++) {
        const struct op *op = &spec_ops[i];
        const char *path = spec_text(op->path);

        ck_assert_msg(op->dialect < spec_dialect_count, "%s", path);
        ck_assert_msg(op->ok >= 200 && op->ok < 300, "%s: %u", path, op->ok);
        ck_assert_msg(op->param_count <= ROUTE_PARAMS_MOST, "%s", path);
        ck_assert_msg(op->depth != DEPTH_FAMILY || op->action || op->fixed || op->verb,
                      "%s: family depth and nothing that serves it", path);
        ck_assert_msg(op->depth != DEPTH_GENERIC || (op->kind && op->verb), "%s", path);
        ck_assert_msg(op->depth != DEPTH_FAMILY || *spec_text(op->evidence) || !op->in_document,
                      "%s: family depth without evidence", path);
        ck_assert_msg(op->depth != DEPTH_SCHEMA || op->fidelity == FIDELITY_SCHEMA_ONLY, "%s", path);
        ck_assert_msg(op->depth != DEPTH_GENERIC || op->fidelity == FIDELITY_INFERRED, "%s", path);
    }
    for (size_t d = 0; d < spec_dialect_count; d++)
        for (int r = WHY_OK + 1; r < WHY_COUNT; r++)
            ck_assert_uint_ge(spec_dialects[d].reasons[r].errors_count, 1);
    ck_assert_uint_eq(spec_error_by_name("page_rules.no_account_tokens"),
                      ERR_PAGE_RULES_NO_ACCOUNT_TOKENS);
    ck_assert_uint_eq(spec_error_by_name("page_rules.nothing"), 0);
    ck_assert_int_ne(KIND_USER, KIND_ZONE);
}
END_TEST

static const struct {
    const char *descriptor, *says, *why;
} faulty[] = {
    { "{\n  \"family\": \"x\",\n  \"covrs\": []\n}",
      "bad.json:3:3: covrs: unknown key (did you mean covers?)", "unknown key" },
    { "{ \"family\": \"x\", \"covers\": [\"/radar/bgp/nothing\"] }",
      "bad.json:1:29: covers[0]: matches no operation", "a glob that matches nothing" },
    { "{ \"family\": \"x\", \"actions\": { \"GET /zonez\": \"h\" } }",
      "no such operation, nearest: GET /zones", "an action without operation" },
    { "{ \"family\": \"x\", \"covers\": [\"/radar/bgp/leaks/events\"],\n \"denied\": { \"* "
      "/radar/bgp/leaks/events\": \"none\" } }",
      "bad.json:2:", "an error that is not in the catalogue" },
    { "{ \"family\": \"x\", \"errors\": { \"e\": { \"http\": 400, \"code\": 1, \"message\": \"m\" "
      "} } }",
      "needs \"why\"", "an error without evidence" },
    { "{ \"family\": \"x\", \"covers\": [\"/zones\"] }", "belongs to",
      "two families for one operation" },
    { "{ \"family\": \"x\", \"resources\": { \"y\": { \"att\": \"/z\" } } }",
      "resources.y.att: unknown key (did you mean at?)", "an unknown word of a resource" },
    { "{ \"family\": \"x\", \"resources\": { \"y\": { \"at\": \"/zones/{z}/nothing/{y}\" } } }",
      "bad.json:1:46: resources.y.at: no operation stands there", "a resource nowhere" },
    { "{ \"family\": \"x\", \"resources\": { \"y\": { \"at\": \"/zones/{z}/page_rules/{y}\",\n"
      "  \"id\": \"hex\" } } }",
      "bad.json:2:9: resources.y.id: none of the words allowed here, nearest: hex32", "a wrong word" },
    { "{ \"family\": \"x\", \"resources\": { \"y\": { \"at\": \"/zones/{z}/page_rules/{y}\",\n"
      "  \"missing\": \"gone\" } } }",
      "bad.json:2:14: resources.y.missing: names no error of this family", "an error of nobody" },
    { "{ \"family\": \"x\", \"dialect\": \"klingon\" }", "no such dialect", "an unknown dialect" },
    { "{ \"family\": \"x\",\n ", "bad.json:2:1: not JSON", "broken JSON" },
};

/* Runs the compiler with one more descriptor; it must refuse, and say where. */
START_TEST(compiler_refuses)
{
    char folder[] = "/tmp/mockflare-test-XXXXXX", line[4096];
    char *command, *file;
    FILE *f;
    size_t n;
    int status;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    file = text_printf("%s/bad.json", folder);
    f = fopen(file, "w");
    fputs(faulty[_i].descriptor, f);
    fclose(f);
    command =
        text_printf("cd '%s' && ASAN_OPTIONS=detect_leaks=0 '%s/tools/mockflare-compile' '%s' "
                    "mock/spec/operations.tsv mock/spec/extra.tsv mock/spec/schemas.json "
                    "mock/spec/extra_schemas.json mock/spec/not_derived.tsv mock/families/_dialects.json "
                    "mock/families/zones.json '%s' 2>&1",
                    MF_SOURCE_DIR, MF_BIN_DIR, folder, file);
    f = popen(command, "r");
    n = fread(line, 1, sizeof line - 1, f);
    line[n] = '\0';
    status = pclose(f);
    unlink(file);
    rmdir(folder); // would fail if anything had been written
    free(command);
    free(file);
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    ck_assert_msg(strstr(line, faulty[_i].says) != NULL, "%s: got: %s", faulty[_i].why, line);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("optable");
    TCase *tc = tcase_create("all");
    SRunner *r;
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, all_operations_are_there);
    tcase_add_loop_test(tc, groups_of_an_operation, 0, ARRAY_LEN(cells));
    tcase_add_loop_test(tc, dialect_and_credential, 0, ARRAY_LEN(words));
    tcase_add_loop_test(tc, answer_of_a_dialect, 0, ARRAY_LEN(answers));
    tcase_add_test(tc, every_row_is_whole);
    tcase_add_loop_test(tc, compiler_refuses, 0, ARRAY_LEN(faulty));
    suite_add_tcase(s, tc);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
