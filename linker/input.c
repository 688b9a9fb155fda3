#include "linker/input.h"

#include "common/arena.h"
#include "common/text.h"

#include <stdio.h>
#include <string.h>

/* Characters that a copy from a web page, a chat or a secret store leaves at the ends. */
static const char *const blanks[] = {
    " ",
    "\t",
    "\r",
    "\n",
    "\v",
    "\f",
    "\xc2\xa0",
    "\xe2\x80\x8b",
    "\xe2\x80\x8c",
    "\xe2\x80\x8d",
    "\xe2\x80\xaf",
    "\xe2\x81\xa0",
    "\xe3\x80\x80",
    "\xef\xbb\xbf",
    NULL, // no-break, zero-width, ideographic spaces and the BOM
};

static size_t blank_at_start(const char *text)
{
    for (const char *const *b = blanks; *b; b++)
        if (text_starts(text, *b))
            return strlen(*b);
    return 0;
}

static size_t blank_at_end(const char *text)
{
    for (const char *const *b = blanks; *b; b++)
        if (text_ends(text, *b))
            return strlen(*b);
    return 0;
}

static char *trimmed(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text ? text : "");
    size_t n;

    while ((n = blank_at_start(copy)) > 0)
        copy += n;
    while ((n = blank_at_end(copy)) > 0)
        copy[strlen(copy) - n] = '\0';
    return copy;
}

static bool starts_nocase(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if ((*text | 0x20) != (*prefix | 0x20))
            return false;
    return true;
}

/* "Authorization: Bearer x", "Bearer x", "Bearer Bearer x" -> "x" */
static char *without_scheme(struct arena *a, char *token)
{
    static const char *const words[] = { "authorization:", "bearer" };
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            size_t len = strlen(words[i]);

            if (starts_nocase(token, words[i]) && (!token[len] || blank_at_start(token + len))) {
                token = trimmed(a, token + len);
                again = true;
            }
        }
    }
    return token;
}

static bool only_of(const char *text, const char *set, size_t len)
{
    return strlen(text) == len && strspn(text, set) == len;
}

static bool has_odd_character(const char *token)
{
    for (const unsigned char *c = (const unsigned char *)token; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("\"'`<>", *c))
            return true;
    return false;
}

static bool in_quotes(const char *token)
{
    static const char *const marks[] = {
        "\"", "'", "`", "\xe2\x80\x9c", "\xe2\x80\x98", "\xc2\xab"
    };

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (text_starts(token, marks[i]))
            return true;
    return false;
}

static const char where_tokens_are[] = "Create an API token in the dashboard under My Profile > "
                                       "API Tokens (user token) or Manage Account "
                                       "> Account API Tokens (account-owned token)";

static int refuse(struct arena *a, struct input_fault *fault, enum hint hint, const char *what)
{
    fault->hint = hint;
    fault->message = arena_printf(a, "%s %s.", what, where_tokens_are);
    return -1;
}

static int judge_token(struct arena *a, const char *token, struct input_fault *fault)
{
    if (!*token)
        return refuse(a, fault, HINT_NONE, "The API token is empty.");
    if (only_of(token, "0123456789abcdef", 37) || text_starts(token, "cfk_"))
        return refuse(a, fault, HINT_GLOBAL_KEY,
                      "This is a Global API Key, not an API token; it opens everything and is not "
                      "accepted here.");
    if (text_starts(token, "cfoat_"))
        return refuse(a, fault, HINT_OAUTH_TOKEN,
                      "This is an OAuth token, as wrangler login makes it, not an API token; it "
                      "expires within hours.");
    if (text_starts(token, "v1.0-"))
        return refuse(a, fault, HINT_MALFORMED, "This is an Origin CA key, not an API token.");
    if (in_quotes(token))
        return refuse(a, fault, HINT_MALFORMED,
                      "The API token stands in quotes: paste it without them.");
    if (has_odd_character(token))
        return refuse(
            a, fault, HINT_MALFORMED,
            "The text in the token's place holds characters that no API token has (a blank, "
            "a line break, a bracket): paste the token alone.");
    return 0;
}

static enum owner_kind kind_by_prefix(const char *token)
{
    if (text_starts(token, "cfut_"))
        return OWNER_USER;
    if (text_starts(token, "cfat_"))
        return OWNER_ACCOUNT;
    return OWNER_UNTOLD;
}

/* The account id in a dashboard address, "https://dash.cloudflare.com/<id>/…"; NULL: none. */
static const char *id_in_address(struct arena *a, const char *text)
{
    static const char host[] = "dash.cloudflare.com/";
    const char *at = strstr(text, host);
    char *id;

    if (!at)
        return NULL;
    at += strlen(host);
    id = arena_strndup(a, at, strcspn(at, "/?#"));
    return text_is_hex32(id) ? id : NULL;
}

static const char *account_guess(const char *text)
{
    if (!*text)
        return "it is empty";
    if (strchr(text, '@'))
        return "this looks like an e-mail address";
    if (strstr(text, "://") || strchr(text, '/'))
        return "this looks like an address without an account id in it";
    if (text_is_uuid(text))
        return "this is a UUID, with dashes";
    if (text_starts(text, "cfut_") || text_starts(text, "cfat_"))
        return "this looks like a token: are the two fields mixed up?";
    if (strchr(text, '.'))
        return "this looks like a domain name";
    if (strspn(text, "0123456789abcdefABCDEF") == strlen(text))
        return strlen(text) < 32 ? "it is too short" : "it is too long";
    return "this is something else";
}

static int judge_account(struct arena *a, const char *text, struct input *in,
                         struct input_fault *fault)
{
    const char *id = text_is_hex32(text) ? text : id_in_address(a, text);

    if (!id) {
        fault->message = arena_printf(
            a,
            "The account id must be 32 hexadecimal digits; %s. In the dashboard it stands on the "
            "account's overview page and in the address behind dash.cloudflare.com/.",
            account_guess(text));
        return -1;
    }
    snprintf(in->account_id, sizeof in->account_id, "%s", id);
    text_lower(in->account_id);
    return 0;
}

static int judge_kind(const char *text, struct input *in, struct input_fault *fault)
{
    if (!*text)
        in->kind = OWNER_UNTOLD;
    else if (text_same_nocase(text, "user"))
        in->kind = OWNER_USER;
    else if (text_same_nocase(text, "account"))
        in->kind = OWNER_ACCOUNT;
    else
        fault->message = "The token type must be \"user\" or \"account\", or left out.";
    return fault->message ? -1 : 0;
}

int input_read(struct arena *a, const struct input_raw *raw, struct input *in,
               struct input_fault *fault)
{
    char *text = trimmed(a, raw->token), *token = without_scheme(a, text);
    const char *account = trimmed(a, raw->account_id);
    size_t notes = 0;

    memset(in, 0, sizeof *in);
    memset(fault, 0, sizeof *fault);
    in->token = token;
    in->kind_seen = kind_by_prefix(token);
    if (strcmp(text, token) != 0)
        in->notes[notes++] = "The word \"Bearer\" before the token was left out.";
    if (judge_token(a, token, fault) != 0 || judge_account(a, account, in, fault) != 0 ||
        judge_kind(trimmed(a, raw->token_type), in, fault) != 0)
        return -1;
    if (!text_is_hex32(account))
        in->notes[notes++] = "The account id was taken out of the dashboard's address.";
    return 0;
}
