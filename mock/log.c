#include "mock/log.h"

#include "common/stamp.h"
#include "mock/call.h"
#include "mock/state/identity.h"
#include "mock/state/redact.h"
#include "mock/world.h"

#include <unistd.h>

static enum log_form form = LOG_NONE;

void log_setup(enum log_form chosen)
{
    form = chosen;
}

static void write_text(struct buf *line, struct call *c, const char *path, const char *token)
{
    double ms = (double)(stamp_monotonic() - c->in.began) / 1000;

    buf_printf(line, "%-6s %d %s  [%s] %.2f ms", c->in.method, c->out.status, path, token, ms);
    if (c->why.reason != WHY_OK)
        buf_printf(line, "  %s", reason_name(c->why.reason));
    if (c->why.groups_count)
        buf_printf(line, ": needs %s%s", group_table[c->why.groups[0]].name,
                   c->why.groups_count > 1 ? " or another" : "");
    if (c->why.nearest)
        buf_printf(line, "; nearest: %s", c->why.nearest);
    if (c->would_deny)
        buf_text(line, "  (let pass)");
}

static void write_json(struct buf *line, struct call *c, const char *path, const char *token)
{
    cJSON *json = json_object(J_TEXT("method", c->in.method), J_TEXT("path", path),
                              J_WHOLE("status", c->out.status), J_TEXT("token", token),
                              J_TEXT("reason", reason_name(c->why.reason)),
                              J_TEXT("sandbox", world_name(c->world)));

    json_write(line, json);
    cJSON_Delete(json);
}

void log_call(struct call *c)
{
    const char *token = c->who.token ? token_of(c->who.token)->name : c->who.user ? "key" : "-";
    struct buf line;
    const char *path;

    if (form == LOG_NONE)
        return;
    path = redact_text(c->arena, c->world, c->in.path);
    buf_init(&line);
    if (form == LOG_TEXT)
        write_text(&line, c, path, token);
    else
        write_json(&line, c, path, token);
    buf_char(&line, '\n');
    if (write(STDERR_FILENO, line.at, line.len) < 0)
        form = LOG_NONE; // nobody reads any more
    buf_release(&line);
}
