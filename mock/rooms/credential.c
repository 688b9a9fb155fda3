#include "mock/rooms/credential.h"

#include "common/stamp.h"
#include "common/text.h"
#include "mock/state/identity.h"
#include "mock/world.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The exact rule is not published (INF): 40 letters, or a scannable prefix and 40 to 75 of them. Longer
 * ones of the legacy form up to the document's 80 are let through, so that the look-up decides. */
static bool has_token_shape(const char *text)
{
    static const char *const prefixes[] = { "cfut_", "cfat_", "cfk_", "cfoat_" };
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
            return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (text_starts(text, prefixes[i])) {
            size_t rest = len - strlen(prefixes[i]);

            return rest >= 40 && rest <= 75;
        }
    return len >= 40 && len <= 80;
}

/* Legacy keys are 37 lower-hex digits, the new form is cfk_ and 48 letters (REC/REP). */
static bool has_key_shape(const char *text)
{
    if (text_starts(text, "cfk_"))
        return strlen(text) == 52 && has_token_shape(text);
    return strlen(text) == 37 && strspn(text, "0123456789abcdef") == 37;
}

static bool has_email_shape(const char *text)
{
    const char *at = strchr(text, '@');

    return at && at != text && strchr(at + 1, '.') && !strpbrk(text, " \t<>,") &&
           strchr(at + 1, '@') == NULL;
}

static void hold(struct call *c, const struct doc **slot, struct doc *found)
{
    *slot = doc_ref(found);
    arena_on_free(c->arena, doc_unref_any, found);
}

static void look_up_token(struct call *c, const char *value)
{
    unsigned char sha[32];
    char key[65];
    struct view *v;
    struct doc *found;

    token_sha256(value, sha);
    text_hex(sha, sizeof sha, key);
    v = view_begin(world_store(c->world));
    found = view_by_key(v, KIND_TOKEN, key);
    if (found) {
        const struct token *t = token_of(found);

        hold(c, &c->who.token, found);
        c->who.kind = t->kind == TOKEN_USER ? WHO_USER_TOKEN : WHO_ACCOUNT_TOKEN;
        if (t->kind == TOKEN_ACCOUNT) {
            c->who.account_id = t->owner;
        } else {
            struct doc *owner = view_get(v, KIND_USER, NULL, t->owner);

            if (owner)
                hold(c, &c->who.user, owner);
        }
    }
    view_end(v);
    c->who.refused = found ? WHY_OK : WHY_UNKNOWN_TOKEN;
}

static void look_up_key(struct call *c, const char *email, const char *key)
{
    struct view *v = view_begin(world_store(c->world));

    c->who.refused = WHY_UNKNOWN_KEY;
    view_each (v, d, KIND_USER, NULL) {
        const struct user *u = user_of(d);

        if (u->global_key && strcmp(u->global_key, key) == 0 && strcasecmp(u->email, email) == 0) {
            hold(c, &c->who.user, d);
            c->who.kind = WHO_USER_KEY;
            c->who.refused = WHY_OK;
        }
    }
    view_end(v);
}

static enum reason key_headers_fault(const char *email, const char *key)
{
    bool bad_email = email && !has_email_shape(email), bad_key = key && !has_key_shape(key);

    if (bad_email && bad_key)
        return WHY_BAD_EMAIL_AND_KEY;
    if (bad_email)
        return WHY_BAD_EMAIL;
    if (bad_key)
        return WHY_BAD_KEY;
    if (key && !email)
        return WHY_KEY_WITHOUT_EMAIL;
    if (email && !key)
        return WHY_EMAIL_WITHOUT_KEY;
    return WHY_OK;
}

/* Both schemes at once: the key headers are checked for their form too, then the token counts (REC). */
void credential_look_up(struct call *c)
{
    const char *authorization = call_header(c, "Authorization");
    const char *email = call_header(c, "X-Auth-Email"), *key = call_header(c, "X-Auth-Key");
    enum reason fault = key_headers_fault(email, key);

    c->who.refused = WHY_NO_CREDENTIALS;
    if (authorization) {
        bool bearer = strncasecmp(authorization, "Bearer ", 7) == 0;

        if (!bearer || !has_token_shape(authorization + 7))
            c->who.refused = WHY_MALFORMED_TOKEN;
        else if (fault == WHY_BAD_EMAIL || fault == WHY_BAD_KEY || fault == WHY_BAD_EMAIL_AND_KEY)
            c->who.refused = fault;
        else
            look_up_token(c, authorization + 7);
    } else if (email || key) {
        c->who.refused = fault;
        if (fault == WHY_OK)
            look_up_key(c, email, key);
    }
}

/* The peer as text; the last one of each thread is kept, since a connection asks many times. */
static const char *peer_text(const struct sockaddr_storage *peer)
{
    static _Thread_local struct {
        struct sockaddr_storage peer;
        char text[INET6_ADDRSTRLEN];
    } last;
    const struct sockaddr_in *four = (const struct sockaddr_in *)peer;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)peer)->sin6_addr;

    if (memcmp(&last.peer, peer, sizeof(struct sockaddr_in6)) == 0)
        return last.text;
    memcpy(&last.peer, peer, sizeof *peer);
    if (peer->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six))
        inet_ntop(AF_INET6, six, last.text, sizeof last.text);
    else
        inet_ntop(AF_INET, peer->ss_family == AF_INET6 ? (const void *)(six->s6_addr + 12) : &four->sin_addr,
                  last.text, sizeof last.text);
    return last.text;
}

static bool is_form_of_examples(const char *text, size_t least)
{
    return strlen(text) >= least && !strpbrk(text, " \t\"'<>");
}

/* The SDKs' tests send an e-mail with a key of 32 digits, or a service key. */
void credential_form(struct call *c)
{
    const char *authorization = call_header(c, "Authorization"), *key = call_header(c, "X-Auth-Key");
    const char *email = call_header(c, "X-Auth-Email"), *service = call_header(c, "X-Auth-User-Service-Key");
    enum reason fault = key_headers_fault(email, key);

    if (fault == WHY_BAD_KEY && is_form_of_examples(key, 32))
        fault = email ? WHY_OK : WHY_KEY_WITHOUT_EMAIL;
    if (authorization && (fault == WHY_KEY_WITHOUT_EMAIL || fault == WHY_EMAIL_WITHOUT_KEY))
        fault = WHY_OK;
    if (authorization &&
        (strncasecmp(authorization, "Bearer ", 7) != 0 || !is_form_of_examples(authorization + 7, 40)))
        fault = WHY_MALFORMED_TOKEN;
    if (!authorization && !email && !key && !service)
        fault = WHY_NO_CREDENTIALS;
    c->who.refused = fault;
}

void credential_address(struct call *c)
{
    const char *named = world_address_header(c->world), *sent = named ? call_header(c, named) : NULL;

    if (sent) {
        size_t len = strcspn(sent, ", ");

        memcpy(c->who.address, sent, len < sizeof c->who.address ? len : sizeof c->who.address - 1);
    } else {
        strcpy(c->who.address, peer_text(&c->in.peer));
    }
}

static bool address_is_right(const struct token *t, const char *address)
{
    bool in = t->in_count == 0;

    for (size_t i = 0; i < t->in_count && !in; i++)
        in = cidr_holds(&t->in[i], address);
    for (size_t i = 0; i < t->not_in_count && in; i++)
        in = !cidr_holds(&t->not_in[i], address);
    return in;
}

static bool user_is_gone(const struct call *c, const struct token *t)
{
    return t->kind == TOKEN_USER && (!c->who.user || user_of(c->who.user)->suspended);
}

static enum reason judge_token(struct call *c, const struct token *t)
{
    int64_t now = c->now;
    int64_t fresh = world_behaviour(c->world)->propagation_s * STAMP_SECOND;

    if (user_is_gone(c, t))
        return WHY_UNKNOWN_TOKEN;
    if (!address_is_right(t, c->who.address))
        return WHY_ADDRESS;
    if (t->not_before && now < t->not_before)
        return WHY_TOKEN_NOT_YET;
    if (t->expires_on && now >= t->expires_on)
        return WHY_TOKEN_EXPIRED;
    if (t->disabled)
        return WHY_TOKEN_DISABLED;
    if (fresh && t->fresh_since && now < t->fresh_since + fresh)
        return WHY_TOKEN_FRESH;
    return WHY_OK;
}

void credential_judge(struct call *c)
{
    if (c->who.refused != WHY_OK)
        return;
    if (c->who.token)
        c->who.refused = judge_token(c, token_of(c->who.token));
    else if (user_of(c->who.user)->suspended)
        c->who.refused = WHY_UNKNOWN_KEY;
}
