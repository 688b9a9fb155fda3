/* Any bytes as a zone file: refused with a line, or read into records; each record's data goes
 * through ldns, is rendered, and what is rendered must be read to the same again. */
#include "common/arena.h"
#include "common/json.h"
#include "mock/families/dns_data.h"
#include "mock/families/dns_name.h"
#include "mock/families/dns_zone_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MOST 200 // of one input: $GENERATE makes many

struct seen {
    struct arena *a;
    int count;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool look_at(void *to, const struct zone_record *r)
{
    struct seen *seen = to;
    enum dns_type type = dns_type_of(r->type);
    struct dns_data once, again;

    dns_name_full(seen->a, r->name, "example.test");
    if (type == DNS_TYPE_COUNT)
        return ++seen->count < RECORDS_MOST;
    once = dns_data_read(seen->a, type, r->rdata, r->origin);
    if (once.content) {
        again = dns_data_read(seen->a, type,
                              dns_data_rdata(seen->a, type, once.content, once.priority, once.data),
                              "");
        if (again.content && dns_types[type].form == DNS_FORM_TEXT &&
            dns_text_compare(once.content, again.content))
            abort();
        cJSON_Delete(again.data);
    }
    cJSON_Delete(once.data);
    return ++seen->count < RECORDS_MOST;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct seen seen = { 0 };
    struct zone_fault fault = { 0 };

    json_setup();
    seen.a = arena_new();
    if (!zone_file_read(seen.a, (const char *)bytes, len, "example.test", look_at, &seen, &fault) &&
        !fault.line)
        abort(); // a refusal without a place
    arena_free(seen.a);
    return 0;
}
