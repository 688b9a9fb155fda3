#include "mock/settings.h"

#include "common/json.h"

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
