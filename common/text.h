/* text: strings for people and for wires: formatting, nearest names, globs, hex, base64, percent.
 * Results named *_dup and text_printf are the caller's to free. Any thread. */
#ifndef MF_TEXT_H
#define MF_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

__attribute__((format(printf, 1, 2))) char *text_printf(const char *format, ...);
char *text_vprintf(const char *format, va_list args);

/* The name of `names` (NULL-terminated) that is closest to `word`, or NULL if none is close. */
const char *text_nearest(const char *word, const char *const *names);
/* Fewest single-character edits between two words; swaps of neighbours count one. */
size_t text_distance(const char *a, const char *b);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_same_nocase(const char *a, const char *b);
/* `*` matches inside one path segment, `**` across segments, `?` one character. */
bool text_glob(const char *pattern, const char *text);
bool text_is_hex32(const char *text); // 32 characters 0-9a-fA-F, nothing else
bool text_is_uuid(const char *text);  // 8-4-4-4-12 hex
void text_lower(char *text);          // ASCII, in place

void text_hex(const unsigned char *bytes, size_t len, char *out); // writes 2*len + NUL, lower case
char *text_base64_dup(const void *bytes, size_t len);
/* Decodes standard base64 (padding optional, URL alphabet accepted); NULL if it is none. */
unsigned char *text_unbase64_dup(const char *text, size_t len, size_t *out_len);
/* Percent-encodes all but A-Za-z0-9-._~ */
char *text_percent_dup(const char *text);
/* Decodes %XX in place (a `+` stays); returns the new length. A broken escape stays as it is. */
size_t text_unpercent(char *text, size_t len);

#endif
