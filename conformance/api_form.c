#include "api_form.h"

#include "common/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define TIME_LEN 20 // 2026-03-01T12:00:00Z
#define TIME_DIGITS_MOST 9

static const struct {
    const char *name;
    enum api_form_kind kind;
    bool sized; // a number must follow the name
} forms[] = {
    { "any", FORM_ANY, false },    { "text", FORM_TEXT, false },     { "int", FORM_INT, false },
    { "flag", FORM_FLAG, false },  { "uuid", FORM_UUID, false },     { "time", FORM_TIME, false },
    { "date", FORM_DATE, false },  { "hex", FORM_HEX, true },        { "alnum", FORM_ALNUM, true },
    { "upper", FORM_UPPER, true }, { "digits", FORM_DIGITS, false },
};

static bool find_form(const char *name, size_t len, bool sized, struct api_form_read *form)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strlen(forms[i].name) == len && memcmp(forms[i].name, name, len) == 0 &&
            (forms[i].sized == sized || (forms[i].kind == FORM_UUID && form->size == 7))) {
            form->kind = forms[i].kind;
            return true;
        }
    return false;
}

size_t api_form_parse(const char *text, struct api_form_read *form)
{
    const char *at = text + 1;
    size_t len = text[0] == '<' ? strspn(at, LETTERS) : 0;
    bool sized = len && isdigit((unsigned char)at[len]);

    *form = (struct api_form_read){ .size = -1 };
    if (!len || strspn(at + len, DIGITS) > 4)
        return 0;
    if (sized)
        form->size = atoi(at + len);
    if (!find_form(at, len, sized, form))
        return 0;
    at += len + strspn(at + len, DIGITS);
    if (form->kind == FORM_TIME && at[0] == ':' && isdigit((unsigned char)at[1])) {
        form->size = at[1] - '0';
        at += 2;
    }
    if (at[0] == ':' && isalpha((unsigned char)at[1])) {
        form->name = at + 1;
        form->name_len = strspn(at + 1, LETTERS CAPITALS DIGITS "_-");
        at += 1 + form->name_len;
    }
    return *at == '>' ? (size_t)(at + 1 - text) : 0;
}

static bool all_of(const char *text, size_t len, const char *set)
{
    for (size_t i = 0; i < len; i++)
        if (!text[i] || !strchr(set, text[i]))
            return false;
    return true;
}

/* `shape`: 0 stands for a digit, all else for itself. */
static bool has_shape(const char *text, const char *shape, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
    return true;
}

static bool is_time(const char *text, size_t len, int digits)
{
    if (len < TIME_LEN || !has_shape(text, "0000-00-00T00:00:00", TIME_LEN - 1) ||
        text[len - 1] != 'Z')
        return false;
    if (len == TIME_LEN)
        return digits <= 0;
    return text[TIME_LEN - 1] == '.' && len > TIME_LEN + 1 &&
           all_of(text + TIME_LEN, len - TIME_LEN - 1, DIGITS) &&
           (digits < 0 || len - TIME_LEN - 1 == (size_t)digits);
}

static bool is_uuid(const char *text, size_t len, int version)
{
    char copy[37];

    if (len != 36)
        return false;
    memcpy(copy, text, 36);
    copy[36] = '\0';
    return text_is_uuid(copy) && all_of(copy, 36, "0123456789abcdef-") &&
           (version < 0 || copy[14] - '0' == version);
}

bool api_form_accepts(const struct api_form_read *form, const char *text, size_t len)
{
    switch (form->kind) {
    case FORM_ANY:
        return true;
    case FORM_TEXT:
        return len > 0;
    case FORM_INT:
        return len > 0 && (text[0] == '-' ? len > 1 && all_of(text + 1, len - 1, DIGITS)
                                          : all_of(text, len, DIGITS));
    case FORM_DIGITS:
        return len > 0 && all_of(text, len, DIGITS);
    case FORM_FLAG:
        return (len == 4 && memcmp(text, "true", 4) == 0) ||
               (len == 5 && memcmp(text, "false", 5) == 0);
    case FORM_UUID:
        return is_uuid(text, len, form->size);
    case FORM_TIME:
        return is_time(text, len, form->size);
    case FORM_DATE:
        return len == 10 && has_shape(text, "0000-00-00", len);
    case FORM_HEX:
        return all_of(text, len, "0123456789abcdef");
    case FORM_ALNUM:
        return all_of(text, len, LETTERS CAPITALS DIGITS);
    case FORM_UPPER:
        return all_of(text, len, CAPITALS);
    }
    return false;
}

void api_form_lengths(const struct api_form_read *form, const char *text, size_t *least,
                      size_t *most)
{
    size_t all = strlen(text), fixed = 0;

    *least = 0;
    *most = all;
    switch (form->kind) {
    case FORM_ANY:
    case FORM_TEXT:
        return;
    case FORM_INT:
    case FORM_DIGITS:
        *most = strspn(text, "-" DIGITS);
        return;
    case FORM_FLAG:
        *least = 4;
        *most = all < 5 ? all : 5;
        return;
    case FORM_TIME:
        *least = TIME_LEN;
        *most = all < TIME_LEN + 1 + TIME_DIGITS_MOST ? all : TIME_LEN + 1 + TIME_DIGITS_MOST;
        return;
    case FORM_UUID:
        fixed = 36;
        break;
    case FORM_DATE:
        fixed = 10;
        break;
    case FORM_HEX:
    case FORM_ALNUM:
    case FORM_UPPER:
        fixed = (size_t)form->size;
    }
    *least = fixed;
    *most = all < fixed ? 0 : fixed;
}
