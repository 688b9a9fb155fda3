#include "api_match.h"

#include "api_form.h"
#include "common/arena.h"
#include "common/json.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_MOST 12       // differences that are written out
#define SHOWN_MOST 300       // bytes of a value in the report
#define EFFORT_MOST 4000000u // steps of the text matcher for one answer
#define DEPTH_MOST 200

/* Where in the answer the matcher stands: "result.policies[0].id". */
struct place {
    const struct place *above;
    const char *member; // NULL: an element
    size_t index;
};

void api_match_init(struct api_match *m, struct api_names *names, struct buf *report)
{
    *m = (struct api_match){ .names = names, .report = report };
}

static void write_place(struct buf *out, const struct place *p)
{
    if (!p)
        return;
    write_place(out, p->above);
    if (!p->member)
        buf_printf(out, "[%zu]", p->index);
    else
        buf_printf(out, "%s%s", p->above ? "." : "", p->member);
}

/* Redacted before it is cut, so that no half of a secret is left. */
static void write_value(struct api_match *m, const char *text)
{
    const char *shown = api_names_redact(m->names, text);
    size_t n = strlen(shown);

    buf_add(m->report, shown, n > SHOWN_MOST ? SHOWN_MOST : n);
    if (n > SHOWN_MOST)
        buf_printf(m->report, "… (%zu bytes)", n);
}

static void write_json(struct api_match *m, const cJSON *item)
{
    char *text = json_print_dup(item);

    write_value(m, text);
    free(text);
}

/* Counts a difference; true if a line about it may be begun. */
static bool differs(struct api_match *m, const struct place *p)
{
    m->differences++;
    if (!m->report || m->differences > REPORT_MOST)
        return false;
    buf_text(m->report, "at ");
    if (p)
        write_place(m->report, p);
    else
        buf_text(m->report, "the top");
    return true;
}

static bool differs_value(struct api_match *m, const struct place *p, const cJSON *pattern,
                          const cJSON *got)
{
    if (differs(m, p)) {
        buf_text(m->report, ": expected ");
        if (pattern)
            write_json(m, pattern);
        else
            buf_text(m->report, "nothing");
        buf_text(m->report, ", got ");
        if (got)
            write_json(m, got);
        else
            buf_text(m->report, "nothing");
        buf_char(m->report, '\n');
    }
    return false;
}

static bool match_here(struct api_match *m, const char *pattern, const char *got, bool whole);

static bool match_form(struct api_match *m, const struct api_form_read *form, const char *rest,
                       const char *got, bool whole)
{
    size_t least, most;

    api_form_lengths(form, got, &least, &most);
    for (size_t len = most; len >= least && len <= most; len--) {
        if (api_form_accepts(form, got, len) && match_here(m, rest, got + len, whole)) {
            if (form->name)
                api_names_set(m->names, arena_strndup(m->names->arena, form->name, form->name_len),
                              arena_strndup(m->names->arena, got, len), false);
            return true;
        }
        if (!len)
            break;
    }
    return false;
}

/* Matches from here on; without `whole`, text behind the pattern's end does not matter. */
static bool match_here(struct api_match *m, const char *pattern, const char *got, bool whole)
{
    for (;;) {
        struct api_form_read form;
        size_t len;

        if (++m->effort > EFFORT_MOST)
            return false;
        if (!*pattern)
            return !whole || !*got;
        if ((len = api_form_parse(pattern, &form)))
            return match_form(m, &form, pattern + len, got, whole);
        if (*pattern++ != *got++)
            return false;
    }
}

/* The pattern with names replaced; an unknown name is a difference. */
static const char *expanded(struct api_match *m, const struct place *p, const char *pattern)
{
    char *why = NULL;
    const char *text = api_names_expand(m->names, pattern, false, &why);

    if (!text && differs(m, p))
        buf_printf(m->report, ": %s\n", why);
    free(why);
    return text;
}

static bool match_string(struct api_match *m, const struct place *p, const cJSON *pattern,
                         const cJSON *got)
{
    const char *text = expanded(m, p, pattern->valuestring);
    struct api_form_read form;
    bool alone, right;
    char *print;

    if (!text)
        return false;
    alone = api_form_parse(text, &form) == strlen(text) && *text;
    if (cJSON_IsString(got)) {
        right = !(alone && (form.kind == FORM_INT || form.kind == FORM_FLAG)) &&
                match_here(m, text, got->valuestring, true);
        return right || differs_value(m, p, pattern, got);
    }
    // a value that is no text: a form for it, or a remembered number
    right = alone ? form.kind == FORM_ANY || (form.kind == FORM_INT && json_is_whole(got)) ||
                        (form.kind == FORM_FLAG && cJSON_IsBool(got))
                  : cJSON_IsNumber(got) && text != pattern->valuestring &&
                        pattern->valuestring[0] == '{';
    print = json_print_dup(got);
    if (right && alone && form.name)
        api_names_set(m->names, arena_strndup(m->names->arena, form.name, form.name_len), print,
                      false);
    if (right && !alone)
        right = strcmp(print, text) == 0;
    free(print);
    return right || differs_value(m, p, pattern, got);
}

static bool match_value(struct api_match *m, const struct place *p, const cJSON *pattern,
                        const cJSON *got, unsigned depth);

static bool is_rest(const cJSON *item)
{
    return cJSON_IsString(item) && strcmp(item->valuestring, "...") == 0;
}

static void write_members(struct buf *out, const cJSON *object)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, object)
        buf_printf(out, "%s%s", one == object->child ? "" : ", ", one->string);
}

/* A pattern's member by the name it stands for: names in braces are replaced there, too. */
static const char *member_name(struct api_match *m, const cJSON *member)
{
    char *why = NULL;
    const char *name = strchr(member->string, '{')
                           ? api_names_expand(m->names, member->string, false, &why)
                           : member->string;

    free(why);
    return name ? name : member->string;
}

static bool names_member(struct api_match *m, const cJSON *pattern, const char *name)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, pattern)
        if (strcmp(member_name(m, one), name) == 0)
            return true;
    return false;
}

/* The same members in the same order? */
static bool match_order(struct api_match *m, const struct place *p, const cJSON *pattern,
                        const cJSON *got)
{
    const cJSON *a = pattern->child, *b = got->child;

    while (a && b && strcmp(member_name(m, a), b->string) == 0) {
        a = a->next;
        b = b->next;
    }
    if (!a && !b)
        return true;
    if (differs(m, p)) {
        buf_text(m->report, ": expected the members in the order ");
        write_members(m->report, pattern);
        buf_text(m->report, "; got ");
        write_members(m->report, got);
        buf_char(m->report, '\n');
    }
    return false;
}

static bool match_object(struct api_match *m, const struct place *p, const cJSON *pattern,
                         const cJSON *got, unsigned depth)
{
    bool loose = json_get(pattern, "...") != NULL, right = true;
    const cJSON *one;

    if (!cJSON_IsObject(got))
        return differs_value(m, p, pattern, got);
    cJSON_ArrayForEach (one, pattern) {
        struct place here = { p, member_name(m, one), 0 };
        const cJSON *other = json_get(got, here.member);

        if (strcmp(one->string, "...") == 0)
            continue;
        if (!other)
            right = differs_value(m, &here, one, NULL);
        else
            right &= match_value(m, &here, one, other, depth + 1);
    }
    if (loose)
        return right;
    cJSON_ArrayForEach (one, got) {
        struct place here = { p, one->string, 0 };

        if (!names_member(m, pattern, one->string))
            right = differs_value(m, &here, NULL, one);
    }
    return right && match_order(m, p, pattern, got);
}

/* ["<each>", P] */
static bool match_each(struct api_match *m, const struct place *p, const cJSON *pattern,
                       const cJSON *got, unsigned depth)
{
    const cJSON *wanted = pattern->child->next, *one;
    bool right = got->child != NULL || differs_value(m, p, pattern, got);
    size_t i = 0;

    cJSON_ArrayForEach (one, got) {
        struct place here = { p, NULL, i++ };

        right &= match_value(m, &here, wanted, one, depth + 1);
    }
    return right;
}

/* ["<set>", A, B]: each pattern takes the first element that nobody took before. */
static bool match_set(struct api_match *m, const struct place *p, const cJSON *pattern,
                      const cJSON *got, unsigned depth)
{
    int count = cJSON_GetArraySize(got);
    struct api_match quiet = *m;
    size_t taken = 0, wanted = 0;
    bool loose = false, right = true;
    bool *is_taken = arena_alloc(m->names->arena, (size_t)count + 1);

    quiet.report = NULL;
    for (const cJSON *one = pattern->child->next; one; one = one->next) {
        const cJSON *element = got->child;
        size_t i = 0;

        if (is_rest(one) && !one->next) {
            loose = true;
            break;
        }
        wanted++;
        while (element && (is_taken[i] || !match_value(&quiet, p, one, element, depth + 1))) {
            element = element->next;
            i++;
        }
        if (element) {
            is_taken[i] = true;
            taken++;
        } else {
            struct place here = { p, NULL, wanted - 1 };

            right = differs_value(m, &here, one, NULL);
        }
    }
    m->effort = quiet.effort;
    if (!right || loose || taken == (size_t)count)
        return right;
    return differs_value(m, p, pattern, got);
}

static bool is_mark(const cJSON *pattern, const char *mark)
{
    return pattern->child && cJSON_IsString(pattern->child) &&
           strcmp(pattern->child->valuestring, mark) == 0;
}

static bool match_array(struct api_match *m, const struct place *p, const cJSON *pattern,
                        const cJSON *got, unsigned depth)
{
    const cJSON *a = pattern->child, *b = got->child;
    bool right = true;
    size_t i = 0;

    if (!cJSON_IsArray(got))
        return differs_value(m, p, pattern, got);
    if (is_mark(pattern, "<each>") && a->next)
        return match_each(m, p, pattern, got, depth);
    if (is_mark(pattern, "<set>"))
        return match_set(m, p, pattern, got, depth);
    for (; a && b; a = a->next, b = b->next) {
        struct place here = { p, NULL, i++ };

        if (is_rest(a) && !a->next)
            return right;
        right &= match_value(m, &here, a, b, depth + 1);
    }
    if (a && is_rest(a) && !a->next)
        return right;
    if (a || b) {
        struct place here = { p, NULL, i };

        return differs_value(m, &here, a, b);
    }
    return right;
}

static bool match_value(struct api_match *m, const struct place *p, const cJSON *pattern,
                        const cJSON *got, unsigned depth)
{
    if (depth > DEPTH_MOST)
        return differs_value(m, p, pattern, got);
    if (cJSON_IsString(pattern))
        return match_string(m, p, pattern, got);
    if (cJSON_IsObject(pattern))
        return match_object(m, p, pattern, got, depth);
    if (cJSON_IsArray(pattern))
        return match_array(m, p, pattern, got, depth);
    return json_equal(pattern, got) || differs_value(m, p, pattern, got);
}

bool api_match_json(struct api_match *m, const cJSON *pattern, const cJSON *got)
{
    m->effort = 0;
    return match_value(m, NULL, pattern, got, 0);
}

static bool differs_text(struct api_match *m, const char *where, const char *how,
                         const char *pattern, const char *got)
{
    struct place p = { NULL, where, 0 };

    if (differs(m, &p)) {
        buf_printf(m->report, ": expected%s ", how);
        buf_json_text(m->report, pattern);
        buf_text(m->report, ", got ");
        if (got)
            write_value(m, got);
        else
            buf_text(m->report, "nothing");
        buf_char(m->report, '\n');
    }
    return false;
}

bool api_match_text(struct api_match *m, const char *where, const char *pattern, const char *got)
{
    struct place p = { NULL, where, 0 };
    const char *text = expanded(m, &p, pattern);

    m->effort = 0;
    if (!text)
        return false;
    return (got && match_here(m, text, got, true)) || differs_text(m, where, "", pattern, got);
}

bool api_match_part(struct api_match *m, const char *where, const char *pattern, const char *got)
{
    struct place p = { NULL, where, 0 };
    const char *text = expanded(m, &p, pattern);

    m->effort = 0;
    if (!text)
        return false;
    for (const char *at = got; at; at = *at ? at + 1 : NULL)
        if (match_here(m, text, at, false))
            return true;
    return differs_text(m, where, " a part", pattern, got);
}
