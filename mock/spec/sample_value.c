/* Values by schema: the walk itself. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/sample_maker.h"
#include "mock/spec/schema_check.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_FULL 8  // deeper, objects show only what they must, and the last of the alternatives
#define DEPTH_MOST 24 // and a schema that must hold itself ends here

void make_hole(struct maker *m, enum hole_kind kind, unsigned which, uint32_t node,
               const char *text)
{
    if (m->holes_count == m->holes_room) {
        m->holes_room = m->holes_room ? m->holes_room * 2 : 16;
        m->holes = xrealloc(m->holes, m->holes_room * sizeof *m->holes);
    }
    m->holes[m->holes_count++] = (struct hole){
        .at = (uint32_t)m->out.len,
        .skip = (uint32_t)strlen(text),
        .node = node,
        .kind = (uint16_t)kind,
        .which = (uint16_t)which,
    };
    buf_text(&m->out, text);
}

/* "zone_id", "zoneId", "zone_identifier" and "zone_tag" are one name. */
static void fold(const char *name, char *out, size_t room)
{
    size_t n = 0;

    for (; *name && n + 1 < room; name++)
        if (*name != '_' && *name != '-')
            out[n++] = (char)tolower((unsigned char)*name);
    out[n] = '\0';
    if (text_ends(out, "identifier"))
        out[n - strlen("entifier")] = '\0';
    else if (text_ends(out, "tag") && n > 3)
        memcpy(out + n - 3, "id", 3);
}

int param_of_member(const struct op *op, const char *name)
{
    char wanted[96], given[96];
    size_t last = op->param_count;

    fold(name, wanted, sizeof wanted);
    if (last && text_ends(spec_text(op->path), "}")) { // the path names the thing itself
        fold(op_param_name(op, last - 1), given, sizeof given);
        if (!strcmp(wanted, "id") || (!strcmp(wanted, "name") && text_ends(given, "name")))
            return (int)last - 1;
    }
    if (!strcmp(wanted, "id"))
        return -1;
    while (last-- > 0) {
        fold(op_param_name(op, last), given, sizeof given);
        if (!strcmp(given, wanted))
            return (int)last;
    }
    return -1;
}

/* The types of a node that names none follow from what else it says. */
static uint32_t types_of(const struct schema *s)
{
    if (s->flags & SCHEMA_TYPES)
        return s->flags & SCHEMA_TYPES;
    if (s->members_count || s->flags & SCHEMA_OTHERS)
        return SCHEMA_OBJECT;
    return s->items ? SCHEMA_ARRAY : 0;
}

static bool echo_body(struct maker *m, const struct member *member)
{
    const cJSON *sent = json_get(m->body, member->name);
    struct schema s;

    if (!sent || !schema_check(member->node, sent, NULL))
        return false;
    schema_open(member->node, &s);
    if (s.flags & SCHEMA_READ_ONLY)
        return false;
    json_write(&m->out, sent);
    return true;
}

/* Shows a path parameter where the member is called so. What stands in for it, should the parameter
 * not fit, is made first and becomes the hole's text. */
static bool echo_param(struct maker *m, const struct member *member, enum place place)
{
    static const char *const fixed[] = {
        [HOLE_HEX] = "\"00000000000000000000000000000001\"",
        [HOLE_UUID] = "\"00000000-0000-4000-8000-000000000001\"",
    };
    int which = param_of_member(m->op, member->name);
    size_t before = m->out.len, holes = m->holes_count;
    struct schema s;
    char *text;

    if (place != PLACE_RESULT || which < 0)
        return false;
    schema_open(member->node, &s);
    if (types_of(&s) & (SCHEMA_OBJECT | SCHEMA_ARRAY) || s.any_count || s.one_count)
        return false;
    if (m->elements && (!strcmp(member->name, "id") || !strcmp(member->name, "name")))
        return false; // of an element, not of what the path names
    make_value(m, member->node, member->name, PLACE_INNER);
    if (m->holes_count > holes) { // an invented id: a fixed one in its place
        m->holes_count = holes;
        buf_text(&m->out, fixed[m->holes[holes].kind]);
    }
    text = xstrdup(m->out.at + before);
    m->out.len = before;
    make_hole(m, HOLE_PARAM, (unsigned)which, member->node, text);
    free(text);
    return true;
}

/* A token that leads to a next page is left out or empty: there is one page. */
static bool leads_on(const char *name, enum place place)
{
    return strstr(name, "cursor") || strstr(name, "continuation") || strstr(name, "page_token") ||
           (place == PLACE_PAGING &&
            (!strcmp(name, "after") || !strcmp(name, "before") || !strcmp(name, "next")));
}

static bool fits_text(uint32_t node, const char *json)
{
    cJSON *value = cJSON_Parse(json);
    bool fits = value && schema_check(node, value, NULL);

    cJSON_Delete(value);
    return fits;
}

/* Numbers of result_info: what the list above them really holds. */
static bool make_paging(struct maker *m, const struct member *member)
{
    static const char *const names[] = { "page", "per_page", "count", "total_count",
                                         "total_pages" };
    const size_t values[] = { 1, 20, m->elements, 1, 1 };
    struct schema s;
    char *text;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], member->name) != 0)
            continue;
        schema_open(member->node, &s);
        text = text_printf(s.flags & SCHEMA_STRING ? "\"%zu\"" : "%zu", values[i]);
        if (!fits_text(member->node, text))
            buf_text(&m->out, "1");
        else if (i < 2)
            make_hole(m, i ? HOLE_PER_PAGE : HOLE_PAGE, 0, member->node, text);
        else
            buf_text(&m->out, text);
        free(text);
        return true;
    }
    return false;
}

static void make_member(struct maker *m, const struct member *member, enum place place)
{
    enum place inner = strstr(member->name, "cursors") ? PLACE_PAGING : PLACE_INNER;

    buf_json_text(&m->out, member->name);
    buf_char(&m->out, ':');
    if (place == PLACE_RESULT && m->body && echo_body(m, member))
        return;
    if (place == PLACE_PAGING && make_paging(m, member))
        return;
    if (leads_on(member->name, place) && fits_text(member->node, "\"\""))
        buf_text(&m->out, "\"\"");
    else if (!echo_param(m, member, place))
        make_value(m, member->node, member->name, inner);
}

static bool wanted(const struct maker *m, const struct member *member, enum place place)
{
    struct schema s;

    schema_open(member->node, &s);
    if (s.flags & SCHEMA_WRITE_ONLY || m->depth > DEPTH_FULL)
        return false;
    return !(leads_on(member->name, place) && !(s.flags & SCHEMA_OBJECT));
}

static void make_object(struct maker *m, const struct schema *s, enum place place)
{
    struct members list = { 0 };
    size_t written = 0, needed = 0;

    members_gather(&list, s, m->depth > DEPTH_FULL);
    for (size_t i = 0; i < list.count; i++)
        needed += list.at[i].required;
    buf_char(&m->out, '{');
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i].required ||
            (wanted(m, &list.at[i], place) && written + needed < s->most_members)) {
            buf_text(&m->out, written++ ? "," : "");
            make_member(m, &list.at[i], place);
            needed -= list.at[i].required;
        }
    while (written < s->least_members) { // names of its own choice
        buf_printf(&m->out, "%s\"example%zu\":", written ? "," : "", written);
        make_value(m, s->others == SCHEMA_NOTHING ? 0 : s->others, "example", PLACE_INNER);
        written++;
    }
    buf_char(&m->out, '}');
    members_release(&list);
}

static void make_array(struct maker *m, const struct schema *s, const char *name, enum place place)
{
    size_t n = m->depth > DEPTH_FULL || !s->items ? 0 : 1;
    unsigned nth = m->nth;

    if (place == PLACE_RESULT && m->beyond)
        n = 0;
    if (n > s->most_items)
        n = s->most_items;
    if (n < s->least_items)
        n = s->least_items;
    if (place == PLACE_RESULT)
        m->elements = n;
    buf_char(&m->out, '[');
    for (size_t i = 0; i < n; i++) {
        m->nth = (unsigned)i;
        buf_text(&m->out, i ? "," : "");
        make_value(m, s->items, name, place);
    }
    buf_char(&m->out, ']');
    m->nth = nth;
}

/* The smallest number the schema takes that is not 0, if it may be 1. */
static void make_number(struct maker *m, const struct schema *s)
{
    double step = s->flags & SCHEMA_MULTIPLE ? s->multiple : 1, value = step;

    if (s->flags & SCHEMA_MIN && (s->flags & SCHEMA_ABOVE ? value <= s->min : value < s->min)) {
        value = ceil(s->min / step) * step;
        if (s->flags & SCHEMA_ABOVE && value <= s->min)
            value += step;
    }
    if (s->flags & SCHEMA_MAX && (s->flags & SCHEMA_BELOW ? value >= s->max : value > s->max)) {
        value = s->flags & SCHEMA_INTEGER ? floor(s->max) : s->max;
        if (s->flags & SCHEMA_BELOW)
            value = s->flags & SCHEMA_MIN ? (s->min + s->max) / 2 : value - step;
    }
    value += m->nth * step;
    buf_printf(&m->out, "%.15g", value);
}

static bool make_given(struct maker *m, const struct schema *s)
{
    const char *text = NULL;

    for (uint32_t i = 0, n = 0; i < s->enums_count; i++)
        if (strcmp(spec_text(s->enums[i]), "null") != 0 && (!text || n <= m->nth) &&
            fits_text(s->node, spec_text(s->enums[i]))) {
            text = spec_text(s->enums[i]);
            n++;
        }
    if (!text && s->enums_count)
        text = "null";
    if (!text && s->default_text && !m->nth && fits_text(s->node, spec_text(s->default_text)) &&
        strcmp(spec_text(s->default_text), "null") != 0)
        text = spec_text(s->default_text);
    if (text)
        buf_text(&m->out, text);
    return text != NULL;
}

/* A node that is only its alternatives or its parts: the first that says what it is. */
static uint32_t stand_in(const struct schema *s, bool last)
{
    for (uint32_t i = 0; i < s->all_count; i++) {
        struct schema part;

        schema_open(s->all[i], &part);
        if (types_of(&part) & ~(uint32_t)SCHEMA_OBJECT || part.enums_count)
            return s->all[i];
    }
    if (s->any_count)
        return s->any[last ? s->any_count - 1 : 0];
    return s->one_count ? s->one[last ? s->one_count - 1 : 0] : 0;
}

static void make_by_type(struct maker *m, const struct schema *s, const char *name,
                         enum place place)
{
    uint32_t types = types_of(s), instead = 0;

    if (!(types & SCHEMA_OBJECT) && (!types || s->all_count || s->any_count || s->one_count))
        instead = stand_in(s, m->depth > DEPTH_FULL);
    if (instead)
        make_value(m, instead, name, place);
    else if (types & SCHEMA_OBJECT || (!types && s->all_count))
        make_object(m, s, place);
    else if (types & SCHEMA_ARRAY)
        make_array(m, s, name, place);
    else if (types & SCHEMA_STRING || !types)
        make_text(m, s, name);
    else if (types & (SCHEMA_INTEGER | SCHEMA_NUMBER))
        make_number(m, s);
    else
        buf_text(&m->out, types & SCHEMA_BOOL ? "false" : "null");
}

void make_value(struct maker *m, uint32_t node, const char *name, enum place place)
{
    struct schema s;

    if (m->depth == DEPTH_MOST || !node) {
        buf_text(&m->out, node ? "{}" : "\"example\"");
        return;
    }
    m->depth++;
    schema_open(node, &s);
    if (!make_given(m, &s))
        make_by_type(m, &s, name, place);
    m->depth--;
}
