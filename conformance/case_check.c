#include "case_check.h"

#include "common/buf.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"
#include "result.h"

#include <stdlib.h>
#include <string.h>

enum kind { TEXT, FLAG, WHOLE, TEXTS, OBJECT, LIST, ONE_OR_LIST, PARTS };

struct rule {
    const char *name;
    enum kind kind;
    bool needed;
};

struct checker {
    const char *name, *text;
    struct buf *wrong;
};

// clang-format off
static const struct rule case_rules[] = {
    { "id",       TEXT,        true },
    { "title",    TEXT,        true },
    { "level",    TEXT,        true },
    { "refs",     TEXTS,       true },
    { "features", TEXTS,       false },
    { "world",    OBJECT,      true },
    { "run",      ONE_OR_LIST, true },
    { "expect",   OBJECT,      false },
    { "traffic",  OBJECT,      false },
    { 0 },
};
static const struct rule run_rules[] = {
    { "token",       TEXT,   false },
    { "old_value",   FLAG,   false },
    { "token_value", TEXT,   false },
    { "wrap",        TEXT,   false },
    { "account",     TEXT,   false },
    { "account_id",  TEXT,   false },
    { "token_type",  TEXT,   false },
    { "required",    TEXTS,  false },
    { "verbose",     FLAG,   false },
    { "deadline_ms", WHOLE,  false },
    { "base_url",    TEXT,   false },
    { "tls",         TEXT,   false },
    { "change",      OBJECT, false },
    { "expect",      OBJECT, false },
    { "traffic",     OBJECT, false },
    { 0 },
};
static const struct rule change_rules[] = {
    { "tokens",          OBJECT, false },
    { "users",           OBJECT, false },
    { "faults",          LIST,   false },
    { "clock_advance_s", WHOLE,  false },
    { 0 },
};
static const struct rule expect_rules[] = {
    { "reason",          TEXT,  false },
    { "linked",          FLAG,  false },
    { "accept",          TEXTS, false },
    { "by_truth",        FLAG,  false },
    { "account",         TEXT,  false },
    { "token_type",      TEXT,  false },
    { "missing",         TEXTS, false },
    { "unverified",      TEXTS, false },
    { "hint",            TEXT,  false },
    { "stage",           TEXT,  false },
    { "message_has",     PARTS, false },
    { "message_has_not", TEXTS, false },
    { 0 },
};
static const struct rule traffic_rules[] = {
    { "max",               WHOLE, false },
    { "no_requests",       FLAG,  false },
    { "pages",             TEXT,  false },
    { "wait_after_429_s",  WHOLE, false },
    { "transient_refusal", FLAG,  false },
    { "foreign",           FLAG,  false },
    { 0 },
};
// clang-format on

__attribute__((format(printf, 4, 5))) static void
complain(const struct checker *k, const char *path, bool key, const char *format, ...)
{
    unsigned line, column;
    va_list args;
    char *what;

    va_start(args, format);
    what = text_vprintf(format, args);
    va_end(args);
    json_where(k->text, path, key, &line, &column);
    buf_printf(k->wrong, "%s:%u:%u: %s%s%s\n", k->name, line, column, path, *path ? ": " : "",
               what);
    free(what);
}

static bool is_texts(const cJSON *list, bool parts)
{
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item) && !(parts && is_texts(item, false)))
            return false;
    }
    return true;
}

static bool fits(const cJSON *item, enum kind kind)
{
    switch (kind) {
    case TEXT:
        return cJSON_IsString(item);
    case FLAG:
        return cJSON_IsBool(item);
    case WHOLE:
        return json_is_whole(item) && item->valuedouble >= 0;
    case TEXTS:
        return is_texts(item, false);
    case PARTS:
        return is_texts(item, true);
    case OBJECT:
        return cJSON_IsObject(item);
    case LIST:
        return cJSON_IsArray(item);
    case ONE_OR_LIST:
        return cJSON_IsObject(item) || (cJSON_IsArray(item) && cJSON_GetArraySize(item) > 0);
    }
    return false;
}

static const struct rule *rule_of(const struct rule *rules, const char *name)
{
    for (; rules->name; rules++)
        if (strcmp(rules->name, name) == 0)
            return rules;
    return NULL;
}

static const char *nearest_rule(const struct rule *rules, const char *name)
{
    const char *names[32] = { 0 };

    for (size_t i = 0; rules[i].name && i + 1 < ARRAY_LEN(names); i++)
        names[i] = rules[i].name;
    return text_nearest(name, names);
}

static char *join(const char *path, const char *name)
{
    return text_printf("%s%s%s", path, *path ? "." : "", name);
}

static void check_members(const struct checker *k, const cJSON *object, const char *path,
                          const struct rule *rules)
{
    static const char *const words[] = { "a text",
                                         "true or false",
                                         "a whole number",
                                         "a list of texts",
                                         "an object",
                                         "a list",
                                         "an object or a list of steps",
                                         "a list of texts (or of lists of texts)" };
    const cJSON *item;

    cJSON_ArrayForEach (item, object) {
        const struct rule *rule = rule_of(rules, item->string);
        char *at = join(path, item->string);
        const char *near = rule ? NULL : nearest_rule(rules, item->string);

        if (!rule)
            complain(k, at, true, "unknown member%s%s%s", near ? "; did you mean \"" : "",
                     near ? near : "", near ? "\"?" : "");
        else if (!fits(item, rule->kind))
            complain(k, at, false, "must be %s", words[rule->kind]);
        free(at);
    }
    for (; rules->name; rules++)
        if (rules->needed && !json_get(object, rules->name))
            complain(k, path, false, "lacks \"%s\"", rules->name);
}

static void check_reason(const struct checker *k, const char *path, const char *word)
{
    const char *near = reason_nearest(word);

    if (!reason_find(word))
        complain(k, path, false, "\"%s\" is no reason of the protocol%s%s", word,
                 near ? "; nearest: " : "", near ? near : "");
}

static void check_expect(const struct checker *k, const cJSON *expect, const char *path)
{
    const char *reason = json_text(expect, "reason"), *hint = json_text(expect, "hint");
    const char *stage = json_text(expect, "stage");
    const cJSON *linked = json_get(expect, "linked"), *one;
    bool by_truth = json_flag(expect, "by_truth", false);
    char *at = join(path, "reason");

    check_members(k, expect, path, expect_rules);
    if (by_truth == (reason != NULL))
        complain(k, path, false, "needs either \"reason\" or \"by_truth\": true");
    if (reason)
        check_reason(k, at, reason);
    cJSON_ArrayForEach (one, json_get(expect, "accept")) {
        if (cJSON_IsString(one))
            check_reason(k, path, one->valuestring);
    }
    if (reason && cJSON_IsBool(linked) && cJSON_IsTrue(linked) != (strcmp(reason, "ok") == 0))
        complain(k, path, false, "\"linked\" and \"reason\" contradict each other");
    if (reason && json_get(expect, "missing") && strcmp(reason, "missing_permission") != 0)
        complain(k, path, false, "\"missing\" goes with the reason missing_permission only");
    if (hint && !hint_known(hint))
        complain(k, path, false, "\"%s\" is no hint of the protocol", hint);
    if (stage && !stage_known(stage))
        complain(k, path, false, "\"%s\" is no stage of the protocol", stage);
    free(at);
}

static bool one_hole(const char *wrap)
{
    const char *hole = strchr(wrap, '%');

    return hole && hole[1] == 's' && !strchr(hole + 1, '%');
}

static void check_run(const struct checker *k, const cJSON *run, const char *path, bool step)
{
    static const char *const of_steps[] = { "change", "expect", "traffic" };
    const char *wrap = json_text(run, "wrap"), *base = json_text(run, "base_url");
    const char *tls = json_text(run, "tls");
    const cJSON *token = json_get(run, "token"), *change = json_get(run, "change"), *group;
    char *at = join(path, "change");

    check_members(k, run, path, run_rules);
    for (size_t i = 0; i < ARRAY_LEN(of_steps); i++)
        if (!step && json_get(run, of_steps[i]))
            complain(k, path, false, "\"%s\" belongs to steps (a list of runs)", of_steps[i]);
    if (step && !json_get(run, "expect"))
        complain(k, path, false, "lacks \"expect\"");
    if (!token == !json_get(run, "token_value"))
        complain(k, path, false, "needs either \"token\" or \"token_value\"");
    if (!json_get(run, "account") == !json_get(run, "account_id"))
        complain(k, path, false, "needs either \"account\" or \"account_id\"");
    if (wrap && !one_hole(wrap))
        complain(k, path, false, "\"wrap\" needs one %%s and no other %%");
    if (base && strcmp(base, "refused") != 0 && strcmp(base, "hang") != 0 &&
        strcmp(base, "garbage") != 0 && strcmp(base, "dns") != 0)
        complain(k, path, false, "\"base_url\" is refused, hang, garbage or dns");
    if (tls && strcmp(tls, "ok") != 0 && strcmp(tls, "foreign-ca") != 0 &&
        strcmp(tls, "expired") != 0 && strcmp(tls, "wrong-name") != 0)
        complain(k, path, false, "\"tls\" is ok, foreign-ca, expired or wrong-name");
    if (tls && base)
        complain(k, path, false, "\"tls\" and \"base_url\" exclude each other");
    cJSON_ArrayForEach (group, json_get(run, "required")) {
        if (cJSON_IsString(group) && strchr(group->valuestring, ','))
            complain(k, path, false, "a group's name with a comma cannot be told by MF_REQUIRED");
    }
    if (cJSON_IsObject(change))
        check_members(k, change, at, change_rules);
    free(at);
}

static void check_steps(const struct checker *k, const cJSON *json)
{
    const cJSON *run = json_get(json, "run"), *one;
    int i = 0;

    cJSON_ArrayForEach (one, run) {
        char *at = text_printf("run[%d]", i++), *expect = join(at, "expect");
        char *traffic = join(at, "traffic");

        if (!cJSON_IsObject(one)) {
            complain(k, at, false, "a step is an object");
        } else {
            check_run(k, one, at, true);
            if (cJSON_IsObject(json_get(one, "expect")))
                check_expect(k, json_get(one, "expect"), expect);
            check_members(k, json_get(one, "traffic"), traffic, traffic_rules);
        }
        free(at);
        free(expect);
        free(traffic);
    }
    if (json_get(json, "expect"))
        complain(k, "expect", true, "steps carry their own \"expect\"");
}

static void check_id(const struct checker *k, const char *id)
{
    const char *base = strrchr(k->name, '/') ? strrchr(k->name, '/') + 1 : k->name;
    size_t len = strlen(id);

    if (len == 0 || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != len)
        complain(k, "id", false, "made of a-z, 0-9 and -");
    if (text_ends(base, ".jsonc") && (strlen(base) != len + 6 || memcmp(base, id, len) != 0))
        complain(k, "id", false, "is not the file's name");
}

void case_check(const char *name, const char *text, const cJSON *json, struct buf *wrong)
{
    struct checker k = { name, text, wrong };
    const char *id = json_text(json, "id"), *level = json_text(json, "level");
    const cJSON *run = json_get(json, "run"), *refs = json_get(json, "refs");

    if (!cJSON_IsObject(json)) {
        complain(&k, "", false, "a case is an object");
        return;
    }
    check_members(&k, json, "", case_rules);
    if (id)
        check_id(&k, id);
    if (level && strcmp(level, "MUST") != 0 && strcmp(level, "SHOULD") != 0)
        complain(&k, "level", false, "MUST or SHOULD");
    if (cJSON_IsArray(refs) && cJSON_GetArraySize(refs) == 0)
        complain(&k, "refs", false, "at least one");
    if (json_get(json_get(json, "world"), "clock"))
        complain(&k, "world.clock", true, "a case sets no clock: linkers use their own");
    check_members(&k, json_get(json, "traffic"), "traffic", traffic_rules);
    if (cJSON_IsArray(run)) {
        check_steps(&k, json);
    } else if (cJSON_IsObject(run)) {
        check_run(&k, run, "run", false);
        if (cJSON_IsObject(json_get(json, "expect")))
            check_expect(&k, json_get(json, "expect"), "expect");
        else
            complain(&k, "", false, "lacks \"expect\"");
    }
}
