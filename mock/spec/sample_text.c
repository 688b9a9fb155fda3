/* Invented strings. */
#include "common/mem.h"
#include "common/text.h"
#include "mock/spec/sample_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const by_format[] = {
    [FORMAT_DATE_TIME] = "2026-01-01T00:00:00Z",
    [FORMAT_DATE] = "2026-01-01",
    [FORMAT_URI] = "https://example.com/",
    [FORMAT_EMAIL] = "user@example.com",
    [FORMAT_HOSTNAME] = "example.com",
    [FORMAT_IPV4] = "192.0.2.1",
    [FORMAT_IPV6] = "2001:db8::1",
    [FORMAT_CIDR] = "192.0.2.0/24",
    [FORMAT_BYTE] = "ZXhhbXBsZQ==",
};

/* Endings of member names, the first that fits. */
static const struct {
    const char *ending, *text;
} by_name[] = {
    { "_at", "2026-01-01T00:00:00Z" },
    { "_on", "2026-01-01T00:00:00Z" },
    { "created", "2026-01-01T00:00:00Z" },
    { "modified", "2026-01-01T00:00:00Z" },
    { "compatibility_date", "2026-01-01" },
    { "_date", "2026-01-01T00:00:00Z" },
    { "timestamp", "2026-01-01T00:00:00Z" },
    { "email", "user@example.com" },
    { "url", "https://example.com/" },
    { "uri", "https://example.com/" },
    { "hostname", "example.com" },
    { "domain", "example.com" },
    { "zone_name", "example.com" },
    { "host", "example.com" },
    { "ip", "192.0.2.1" },
    { "version", "1" },
    { "country", "US" },
    { "currency", "USD" },
};

static const char *word(const struct schema *s, const char *name)
{
    if (s->format && s->format < ARRAY_LEN(by_format) && by_format[s->format])
        return by_format[s->format];
    for (size_t i = 0; i < ARRAY_LEN(by_name); i++)
        if (text_ends(name, by_name[i].ending))
            return by_name[i].text;
    return "example";
}

static bool room_for(const struct schema *s, size_t n)
{
    return s->least_length <= n && n <= s->most_length;
}

static bool names_an_id(const char *name)
{
    static const char *const endings[] = { "_id", "Id", "_tag", "_uid", "uuid" };

    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (text_ends(name, endings[i]))
            return true;
    return !strcmp(name, "id") || !strcmp(name, "tag") || !strcmp(name, "uid");
}

/* An id: hex or UUID, whichever has room. */
static bool make_id(struct maker *m, const struct schema *s, const char *name)
{
    bool uuid = s->format == FORMAT_UUID || text_ends(name, "uuid") || !room_for(s, 32);

    if (s->format != FORMAT_UUID && !(s->format == FORMAT_OTHER && names_an_id(name)))
        return false;
    if (!room_for(s, uuid ? 36 : 32))
        return false;
    make_hole(m, uuid ? HOLE_UUID : HOLE_HEX, m->salt++, 0, "");
    return true;
}

void make_text(struct maker *m, const struct schema *s, const char *name)
{
    const char *base = word(s, name);
    struct buf text;

    if (make_id(m, s, name))
        return;
    buf_init(&text);
    buf_text(&text, base);
    if (m->nth && !s->format)
        buf_printf(&text, "%u", m->nth + 1);
    while (text.len < s->least_length)
        buf_char(&text, 'x');
    if (text.len > s->most_length) {
        text.len = s->most_length;
        text.at[text.len] = '\0';
    }
    buf_json_text(&m->out, text.at ? text.at : "");
    buf_release(&text);
}
