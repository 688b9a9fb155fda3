#include "api_names.h"

#include "common/arena.h"
#include "common/buf.h"
#include "common/json.h"
#include "common/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define TOKEN_PREFIX_LONG 20 // shorter than any token, longer than any word of a message

void api_names_init(struct api_names *n, struct arena *a)
{
    *n = (struct api_names){ .arena = a };
}

void api_names_set(struct api_names *n, const char *name, const char *value, bool secret)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->items[i].name, name) == 0) {
            // what was secret once stays so: a rolled value may still be printed
            if (n->items[i].secret && strcmp(n->items[i].value, value) != 0)
                api_names_set(n, arena_printf(n->arena, "former.%zu", n->count), n->items[i].value,
                              true);
            n->items[i].value = arena_strdup(n->arena, value);
            n->items[i].secret |= secret;
            return;
        }
    if (n->count == n->room) {
        struct api_name *more;

        n->room = n->room ? 2 * n->room : 32;
        more = arena_alloc(n->arena, n->room * sizeof *more);
        if (n->count)
            memcpy(more, n->items, n->count * sizeof *more);
        n->items = more;
    }
    n->items[n->count++] =
        (struct api_name){ arena_strdup(n->arena, name), arena_strdup(n->arena, value), secret };
}

/* Does `short_name` ("zone.example") name `full` ("zone.example.com")? */
static bool names_first_part(const char *short_name, const char *full)
{
    size_t n = strlen(short_name);

    return strchr(short_name, '.') && strncasecmp(short_name, full, n) == 0 &&
           (!full[n] || full[n] == '.' || full[n] == '@' || full[n] == ' ');
}

const char *api_names_get(const struct api_names *n, const char *name)
{
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->items[i].name, name) == 0)
            return n->items[i].value;
    for (size_t i = 0; i < n->count; i++)
        if (names_first_part(name, n->items[i].name) && !text_ends(n->items[i].name, ".id"))
            return n->items[i].value;
    return NULL;
}

static void set_if(struct api_names *n, const char *name, const char *value, bool secret)
{
    if (value)
        api_names_set(n, name, value, secret);
}

/* Sets kind.NAME for each resource of the list, and plain `kind` for the first one. */
static void take_list(struct api_names *n, const cJSON *list, const char *kind, const char *label,
                      const char *value, bool secret)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, list) {
        const char *name = json_text(one, label), *v = json_text(one, value);

        if (!name || !v)
            continue;
        api_names_set(n, arena_printf(n->arena, "%s.%s", kind, name), v, secret);
        if (one == list->child)
            api_names_set(n, kind, v, secret);
    }
}

void api_names_take_world(struct api_names *n, const cJSON *snapshot)
{
    const cJSON *one;

    take_list(n, json_get(snapshot, "accounts"), "account", "name", "id", false);
    take_list(n, json_get(snapshot, "users"), "user", "email", "id", false);
    take_list(n, json_get(snapshot, "users"), "key", "email", "global_key", true);
    take_list(n, json_get(snapshot, "users"), "email", "email", "email", false);
    take_list(n, json_get(snapshot, "zones"), "zone", "name", "id", false);
    take_list(n, json_get(snapshot, "tokens"), "token", "name", "value", true);
    cJSON_ArrayForEach (one, json_get(snapshot, "tokens")) {
        const char *name = json_text(one, "name");

        if (name)
            set_if(n, arena_printf(n->arena, "token.%s.id", name), json_text(one, "id"), false);
    }
}

/* Bytes of "{name}" at the beginning of `text`, or 0. */
static size_t brace_len(const char *text)
{
    size_t n;

    if (text[0] != '{' || !isalpha((unsigned char)text[1]))
        return 0;
    n = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-");
    return text[n + 1] == '}' ? n + 2 : 0;
}

static void add_escaped(struct buf *out, const char *value)
{
    struct buf quoted;

    buf_init(&quoted);
    buf_json_text(&quoted, value);
    buf_add(out, quoted.at + 1, quoted.len - 2);
    buf_release(&quoted);
}

static char *unknown_name(const struct api_names *n, const char *name)
{
    const char *names[256], *near;
    size_t count = 0;

    for (size_t i = 0; i < n->count && count < 255; i++)
        names[count++] = n->items[i].name;
    names[count] = NULL;
    near = text_nearest(name, names);
    return near ? text_printf("{%s} is no name here; the nearest is {%s}", name, near)
                : text_printf("{%s} is no name here; allowed: {account} {zone.NAME} {token.NAME} "
                              "{token.NAME.id} {user} {email} {key} {sandbox}, or one a pattern "
                              "remembered; a literal one is written {{%s}}",
                              name, name);
}

char *api_names_expand(struct api_names *n, const char *text, bool json, char **why)
{
    struct buf out;
    char *done = NULL;

    buf_init(&out);
    buf_text(&out, "");
    while (*text) {
        size_t len = text[0] == '{' ? brace_len(text + 1) : 0;
        const char *value;
        char *name;

        if (len && text[len + 1] == '}') { // {{name}}
            buf_add(&out, text + 1, len);
            text += len + 2;
            continue;
        }
        len = brace_len(text);
        if (!len) {
            buf_char(&out, *text++);
            continue;
        }
        name = arena_strndup(n->arena, text + 1, len - 2);
        value = api_names_get(n, name);
        if (!value) {
            *why = unknown_name(n, name);
            goto done;
        }
        if (json)
            add_escaped(&out, value);
        else
            buf_text(&out, value);
        text += len;
    }
    done = arena_strdup(n->arena, out.at ? out.at : "");
done:
    buf_release(&out);
    return done;
}

/* Bytes of a secret at the beginning of `text`, or 0. */
static size_t secret_len(const struct api_names *n, const char *text)
{
    static const char *const prefixes[] = { "cfut_", "cfat_", "cfk_", "cfoat_", NULL };

    for (size_t i = 0; i < n->count; i++) {
        size_t len = strlen(n->items[i].value);

        if (n->items[i].secret && len >= 8 && strncmp(text, n->items[i].value, len) == 0)
            return len;
    }
    for (size_t i = 0; prefixes[i]; i++)
        if (text_starts(text, prefixes[i])) {
            size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789_-");

            return len >= TOKEN_PREFIX_LONG ? len : 0;
        }
    return 0;
}

char *api_names_redact(const struct api_names *n, const char *text)
{
    struct buf out;
    char *done;

    buf_init(&out);
    while (*text) {
        size_t len = secret_len(n, text);

        if (len) {
            buf_printf(&out, "[…%.4s]", text + len - 4);
            text += len;
        } else {
            buf_char(&out, *text++);
        }
    }
    done = arena_strdup(n->arena, out.at ? out.at : "");
    buf_release(&out);
    return done;
}
