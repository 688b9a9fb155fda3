/* api_form: the forms that stand in angle brackets in a pattern: <hex32>, <time:6>, <any:rec>. Pure
 * functions, any thread. */
#ifndef MF_API_FORM_H
#define MF_API_FORM_H

#include <stdbool.h>
#include <stddef.h>

enum api_form_kind {
    FORM_ANY,    // any JSON value; in a text any bytes, none too
    FORM_TEXT,   // a text that is not empty
    FORM_INT,    // a whole number
    FORM_DIGITS, // digits in a text
    FORM_FLAG,   // true or false
    FORM_UUID,   // version 7 where `size` is 7
    FORM_TIME,   // RFC 3339 in UTC, `size` fraction digits (-1: any number of them)
    FORM_DATE,   // 2026-03-01
    FORM_HEX,    // `size` lower-case digits
    FORM_ALNUM,  // `size` letters or digits
    FORM_UPPER,  // `size` capital letters
};

struct api_form_read {
    enum api_form_kind kind;
    int size;
    const char *name; // remembered under it; NULL: not remembered
    size_t name_len;
};

/* Reads a form at the beginning of `text`: its bytes with the brackets, or 0 if there is none. */
size_t api_form_parse(const char *text, struct api_form_read *form);
/* May the form stand for the first `len` bytes of `text`? */
bool api_form_accepts(const struct api_form_read *form, const char *text, size_t len);
/* The lengths worth trying on `text`, longest first, are *most … *least. */
void api_form_lengths(const struct api_form_read *form, const char *text, size_t *least,
                      size_t *most);

#endif
