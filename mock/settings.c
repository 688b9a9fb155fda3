#include "mock/settings.h"

#include "common/json.h"
#include "common/mem.h"

#include <string.h>

size_t settings_list(const cJSON *env, const char *token, struct setting out[SETTINGS_MOST])
{
    const cJSON *one = json_get(json_get(env, "tokens"), token);
    const char *base = json_text(env, "base_url"), *account = json_text(env, "account_id");
    const char *zone = json_text(env, "zone_id");
    const char *value = cJSON_IsObject(one) ? json_text(one, "value") : cJSON_GetStringValue(one);
    size_t n = 0;

    if (!value)
        return 0;
    out[n++] = (struct setting){ "CLOUDFLARE_API_BASE_URL", base };
    out[n++] = (struct setting){ "CLOUDFLARE_BASE_URL", base };
    out[n++] = (struct setting){ "CLOUDFLARE_API_TOKEN", value };
    if (account)
        out[n++] = (struct setting){ "CLOUDFLARE_ACCOUNT_ID", account };
    if (zone)
        out[n++] = (struct setting){ "CLOUDFLARE_ZONE_ID", zone };
    return n;
}

size_t settings_proxy(const char *proxy_url, const char *ca_file, struct setting *out)
{
    static const char here[] = "127.0.0.1,localhost,::1";
    const struct setting all[] = {
        { "HTTPS_PROXY", proxy_url },      { "https_proxy", proxy_url },
        { "NO_PROXY", here },              { "no_proxy", here },
        { "SSL_CERT_FILE", ca_file },      { "NODE_EXTRA_CA_CERTS", ca_file },
        { "NODE_USE_ENV_PROXY", "1" },     { "REQUESTS_CA_BUNDLE", ca_file },
        { "CURL_CA_BUNDLE", ca_file },
    };

    memcpy(out, all, sizeof all);
    return ARRAY_LEN(all);
}
