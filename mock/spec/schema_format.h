/* schema_format: the formats of strings that have one meaning. Any thread. */
#ifndef MF_SCHEMA_FORMAT_H
#define MF_SCHEMA_FORMAT_H

#include "mock/spec/schema.h"

bool schema_format_fits(enum schema_format format, const char *text); // true for the others
const char *schema_format_words(enum schema_format format);           // "a UUID"; "" for the others

#endif
