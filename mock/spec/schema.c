#include "mock/spec/schema.h"

#include "mock/spec/optable.h"


static uint32_t next(const uint32_t **at)
{
    return *(*at)++;
}

static const uint32_t *run(const uint32_t **at, uint32_t *count, uint32_t width)
{
    const uint32_t *first;

    *count = next(at);
    first = *at;
    *at += *count * width;
    return first;
}

static void limits(const uint32_t **at, uint32_t *least, uint32_t *most)
{
    *least = next(at);
    *most = next(at);
}

static void open_limits(const uint32_t **at, struct schema *out)
{
    uint32_t flags = out->flags;

    if (flags & SCHEMA_MIN)
        out->min = schema_numbers[next(at)];
    if (flags & SCHEMA_MAX)
        out->max = schema_numbers[next(at)];
    if (flags & SCHEMA_MULTIPLE)
        out->multiple = schema_numbers[next(at)];
    if (flags & SCHEMA_LENGTH)
        limits(at, &out->least_length, &out->most_length);
    if (flags & SCHEMA_COUNT)
        limits(at, &out->least_items, &out->most_items);
    if (flags & SCHEMA_SIZE)
        limits(at, &out->least_members, &out->most_members);
}

void schema_open(uint32_t node, struct schema *out)
{
    const uint32_t *at = schema_words + node;
    uint32_t marks = 0, flags = next(&at);

    while (flags & (SCHEMA_SAME | SCHEMA_AGAIN)) {
        marks |= flags & (SCHEMA_NULL | SCHEMA_READ_ONLY | SCHEMA_WRITE_ONLY);
        node = flags & SCHEMA_SAME ? *at : schema_slots[*at];
        at = schema_words + node;
        flags = next(&at);
    }
    if (!(flags & SCHEMA_TYPES))
        marks &= ~(uint32_t)SCHEMA_NULL; // anything includes null
    *out = (struct schema){ .node = node,
                            .flags = flags | marks,
                            .most_length = SCHEMA_NO_LIMIT,
                            .most_items = SCHEMA_NO_LIMIT,
                            .most_members = SCHEMA_NO_LIMIT };
    if (flags & SCHEMA_FORMAT)
        out->format = (enum schema_format)next(&at);
    if (flags & SCHEMA_MEMBERS)
        out->members = run(&at, &out->members_count, 2);
    if (flags & SCHEMA_OTHERS)
        out->others = next(&at);
    if (flags & SCHEMA_ITEMS)
        out->items = next(&at);
    if (flags & SCHEMA_ENUM)
        out->enums = run(&at, &out->enums_count, 1);
    open_limits(&at, out);
    if (flags & SCHEMA_ALL)
        out->all = run(&at, &out->all_count, 1);
    if (flags & SCHEMA_ANY)
        out->any = run(&at, &out->any_count, 1);
    if (flags & SCHEMA_ONE)
        out->one = run(&at, &out->one_count, 1);
    if (flags & SCHEMA_NOT)
        out->not_node = next(&at);
    if (flags & SCHEMA_DEFAULT)
        out->default_text = next(&at);
}

bool schema_member_required(uint32_t name_word)
{
    return (name_word & SCHEMA_REQUIRED) != 0;
}

const char *schema_member_name(uint32_t name_word)
{
    return spec_text(name_word & ~SCHEMA_REQUIRED);
}
