/* The mock's own API: more ports to listen on, each with its certificate and its sandbox, and what
 * came to them. */
#include "mock/families/control.h"

#include "common/text.h"
#include "gen/hooks.h"
#include "mock/connections.h"
#include "mock/relay.h"
#include "mock/world.h"

#include <stdlib.h>
#include <string.h>

enum step control_authority(struct call *c)
{
    char *why = NULL, *pem = tls_authority_dup(&why);

    if (!pem)
        return control_refuse_take(c, 500, why);
    answer_raw(c, 200, "application/x-pem-file", pem, strlen(pem));
    free(pem);
    return ANSWERED;
}

enum step control_connections(struct call *c)
{
    return control_answer(c, 200,
                          connections_list(world_name(c->world), call_query_whole(c, "after", 0)));
}

enum step control_listeners_list(struct call *c)
{
    return control_answer(c, 200,
                          json_object(J_TREE("listeners", relay_doors(world_name(c->world)))));
}

/* What the body says; false: *why says what is wrong with it. */
static bool read_door(const cJSON *body, struct relay_door *out, char **why)
{
    static const char *const members[] = { "certificate", "proxy", "tunnel", "port", NULL };
    const char *certificate = json_text(body, "certificate");
    const cJSON *port = json_get(body, "port"), *one;

    if (body && !cJSON_IsObject(body)) {
        *why =
            text_printf("send an object such as {\"certificate\": \"expired\", \"proxy\": true}");
        return false;
    }
    cJSON_ArrayForEach (one, body) {
        size_t i = 0;

        while (members[i] && strcmp(members[i], one->string) != 0)
            i++;
        if (!members[i]) {
            *why = text_printf(
                "unknown member \"%.80s\"; certificate, proxy, tunnel and port are known",
                one->string);
            return false;
        }
    }
    if ((json_get(body, "certificate") && !certificate) ||
        (certificate && !tls_certificate_by_name(certificate, &out->certificate))) {
        *why = text_printf("certificate is valid, foreign-ca, expired or wrong-name");
        return false;
    }
    if (port && (!json_is_whole(port) || port->valuedouble < 0 || port->valuedouble > 65535)) {
        *why = text_printf("port is a whole number up to 65535; 0 picks a free one");
        return false;
    }
    out->port = (int)json_whole(body, "port", 0);
    out->tunnel = json_flag(body, "tunnel", false);
    out->proxy = out->tunnel || json_flag(body, "proxy", false);
    return true;
}

enum step control_listener_open(struct call *c)
{
    struct relay_door door = { .host = "127.0.0.1", .sandbox = world_name(c->world), .tls = true };
    char *why = NULL, *pem, *base, *proxy;
    int port;

    if (!read_door(c->json, &door, &why))
        return control_refuse_take(c, 400, why);
    port = relay_open(&door, &why);
    if (port < 0)
        return control_refuse_take(c, 409, why);
    pem = tls_authority_dup(&why);
    if (!pem)
        return control_refuse_take(c, 500, why);
    base = arena_printf(c->arena, "https://127.0.0.1:%d/client/v4", port);
    proxy = arena_printf(c->arena, "http://127.0.0.1:%d", port);
    control_answer(c, 200,
                   json_object(J_WHOLE("port", port), J_TEXT("base_url", base),
                               J_TREE("proxy_url", json_text_or_null(door.proxy ? proxy : NULL)),
                               J_TEXT("certificate", tls_certificate_name(door.certificate)),
                               J_TEXT("ca_pem", pem)));
    free(pem);
    return ANSWERED;
}

enum step control_listener_close(struct call *c)
{
    const char *text = c->param[0].text;
    bool digits = *text && strlen(text) <= 5 && strspn(text, "0123456789") == strlen(text);
    int port = digits ? atoi(text) : -1;
    cJSON *doors = relay_doors(world_name(c->world));
    const cJSON *door;
    bool own = false;

    cJSON_ArrayForEach (door, doors)
        own = own || json_whole(door, "port", 0) == port;
    cJSON_Delete(doors);
    if (!own || !relay_close(port))
        return control_refuse_take(c, 404,
                                   text_printf("this sandbox has no listener on port %s", text));
    return control_answer(c, 200, json_object(J_FLAG("closed", true)));
}
