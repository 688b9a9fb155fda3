/* ips: the published address ranges. Facts of the network, the same in every sandbox. */
#include "mock/call.h"

#include "common/mem.h"
#include "common/text.h"
#include "gen/hooks.h"
#include "mock/state/identity.h"

#include <string.h>

// clang-format off
static const char *const ipv4[] = {
    "173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18",
    "108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17",
    "162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22",
};
static const char *const ipv6[] = {
    "2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32",
    "2a06:98c0::/29", "2c0f:f248::/32",
};
// clang-format on

/* The etag changes with the list and with nothing else. */
static void etag_of(char out[33])
{
    unsigned char sum[32];
    struct buf all;

    buf_init(&all);
    for (size_t i = 0; i < ARRAY_LEN(ipv4); i++)
        buf_printf(&all, "%s\n", ipv4[i]);
    for (size_t i = 0; i < ARRAY_LEN(ipv6); i++)
        buf_printf(&all, "%s\n", ipv6[i]);
    token_sha256(all.at, sum);
    buf_release(&all);
    text_hex(sum, 16, out);
}

/* GET /ips. The ranges of the partner network are not in the notes: its list is there and empty. */
enum step ips_get(struct call *c)
{
    const char *networks = call_query(c, "networks");
    cJSON *result = json_object(J_TREE("ipv4_cidrs", json_list_of(ipv4, ARRAY_LEN(ipv4))),
                                J_TREE("ipv6_cidrs", json_list_of(ipv6, ARRAY_LEN(ipv6))));
    char etag[33];

    etag_of(etag);
    json_put(result, "etag", cJSON_CreateString(etag));
    if (networks && strcmp(networks, "jdcloud") == 0)
        json_put(result, "jdcloud_cidrs", cJSON_CreateArray());
    return answer(c, result);
}
