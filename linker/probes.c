#include "linker/probes.h"

#include "common/arena.h"
#include "common/mem.h"
#include "common/text.h"

#include <string.h>

#define A GROUP_ACCOUNT
#define Z GROUP_ZONE
#define U GROUP_USER

static const struct probe probes[] = {
    // clang-format off
    /* The rows of the integration. */
    { "Account Firewall Access Rules",       A, "/firewall/access_rules/rules?per_page=5", false },
    { "Account Rulesets",                    A, "/rulesets?per_page=5", true },
    { "Account Settings",                    A, "/audit_logs?per_page=5", false },
    { "AI Gateway",                          A, "/ai-gateway/gateways?per_page=5", false },
    { "Analytics",                           Z, "/dns_analytics/report?metrics=queryCount&limit=1", false },
    { "API Tokens",                          U, "/user/tokens?per_page=5", false },
    { "Cloudflare Tunnel",                   A, "/cfd_tunnel?is_deleted=false&per_page=5", true },
    { "Cloudflare Tunnel",                   A, "/teamnet/routes?per_page=5", true },
    { "D1",                                  A, "/d1/database?per_page=10", false },
    { "DNS",                                 Z, "/dns_records?per_page=5", false },
    { "Firewall Services",                   Z, "/firewall/lockdowns?per_page=5", false },
    { "Health Checks",                       Z, "/healthchecks?per_page=5", false },
    { "Load Balancers",                      Z, "/load_balancers", true },
    { "Load Balancing: Monitors and Pools",  A, "/load_balancers/pools", false },
    { "Memberships",                         U, "/memberships?per_page=5", false },
    { "Page Rules",                          Z, "/pagerules", true },
    { "Pages",                               A, "/pages/projects?per_page=5", false },
    { "SSL and Certificates",                Z, "/ssl/certificate_packs?status=all&per_page=5", false },
    { "Waiting Rooms",                       Z, "/waiting_rooms/settings", false },
    { "Workers KV Storage",                  A, "/storage/kv/namespaces?per_page=5", false },
    { "Workers R2 Storage",                  A, "/r2/buckets?per_page=5", false },
    { "Workers Routes",                      Z, "/workers/routes", false },
    { "Workers Scripts",                     A, "/workers/subdomain", false },
    { "Zone Settings",                       Z, "/settings", false },
    { "Zone",                                Z, "/cache/cache_reserve", true },
    /* Others that a linker may be asked for. */
    { "Access: Apps and Policies",           A, "/access/policies?per_page=5", false },
    { "Access: Apps and Policies",           Z, "/access/apps/ca", false },
    { "Access: Apps and Policies Revoke",    A, "/access/apps", true },
    { "Access: Apps and Policies Revoke",    Z, "/access/apps", true },
    { "Access: Audit Logs",                  A, "/access/logs/access_requests?limit=1", false },
    { "Access: Custom Pages",                A, "/access/custom_pages", false },
    { "Access: Mutual TLS Certificates",     A, "/access/certificates", false },
    { "Access: Organizations, Identity Providers, and Groups", A, "/access/groups", false },
    { "Access: Organizations, Identity Providers, and Groups Revoke", A, "/access/organizations", true },
    { "Access: Service Tokens",              A, "/access/service_tokens", false },
    { "Access: SSH Auditing",                A, "/access/gateway_ca", false },
    { "Account API Tokens",                  A, "/tokens?per_page=5", false },
    { "Account Custom Pages",                A, "/custom_pages", true },
    { "Account DNS Settings",                A, "/dns_settings", false },
    { "Account Waiting Rooms",               A, "/waiting_rooms", false },
    { "Account: SSL and Certificates",       A, "/mtls_certificates", false },
    { "Address Maps",                        A, "/addressing/address_maps", false },
    { "Billing",                             A, "/subscriptions", false },
    { "Bot Management",                      Z, "/bot_management", false },
    { "Bot Management Feedback Report",      Z, "/bot_management/feedback", true },
    { "Browser Rendering",                   A, "/browser-rendering/devtools/session", false },
    { "Calls",                               A, "/calls/apps", false },
    { "Cloud Connector",                     Z, "/cloud_connector/rules", false },
    { "Cloud Email Security:",               A, "/email-security/investigate", false },
    { "Cloudflare DEX Read",                 A, "/dex/commands/quota", true },
    { "Cloudflare DEX Write",                A, "/dex/commands/quota", true },
    { "Cloudflare One Connector: cloudflared", A, "/cfd_tunnel?is_deleted=false&per_page=5", true },
    { "Cloudflare One Connector: WARP",      A, "/warp_connector", true },
    { "Cloudflare One Connectors",           A, "/cfd_tunnel?is_deleted=false&per_page=5", true },
    { "Cloudflare One Connectors",           A, "/warp_connector", true },
    { "Cloudflare One Networks",             A, "/zerotrust/subnets", false },
    { "Cloudflare Zero Trust Secure DNS Locations Write", A, "/gateway/locations", true },
    { "Cloudforce One",                      A, "/cloudforce-one/events", false },
    { "DDoS Botnet Feed",                    A, "/botnet_feed/configs/asn", false },
    { "DDoS Protection",                     A, "/magic/advanced_tcp_protection/configs/prefixes", false },
    { "DNS Firewall",                        A, "/dns_firewall", false },
    { "DNS View",                            A, "/dns_settings/views", false },
    { "Domain API Gateway",                  Z, "/api_gateway/labels", true },
    { "Domain Page Shield",                  Z, "/page_shield", true },
    { "Email Routing Addresses",             A, "/email/routing/addresses", false },
    { "Email Routing Rules",                 Z, "/email/routing/rules/catch_all", false },
    { "Fraud Detection",                     Z, "/fraud_detection/settings", false },
    { "Hyperdrive",                          A, "/hyperdrive/configs", false },
    { "Images",                              A, "/images/v1/keys", false },
    { "Intel",                               A, "/intel/ip", false },
    { "IP Prefixes:",                        A, "/addressing/services", false },
    { "IP Prefixes: BGP On Demand",          A, "/addressing/prefixes", true },
    { "Load Balancers Account",              A, "/load_balancers", false },
    { "Logs",                                A, "/logs/control/cmb/config", false },
    { "Magic Firewall Packet Captures - Read PCAPs API", A, "/pcaps", true },
    { "Magic Firewall Packet Captures - Write PCAPs API", A, "/pcaps", true },
    { "Magic Network Monitoring",            A, "/mnm/rules", true },
    { "Magic Network Monitoring Config",     A, "/mnm/rules", true },
    { "Magic Transit",                       A, "/cni/cnis", true },
    { "Magic WAN",                           A, "/magic/connectors", false },
    { "MCP Portals",                         A, "/access/ai-controls/mcp/portals", false },
    { "Notifications",                       A, "/alerting/v3/policies", true },
    { "Pipelines",                           A, "/pipelines/v1/pipelines", false },
    { "Queues",                              A, "/queues", true },
    { "Realtime",                            A, "/realtime/kit/apps", true },
    { "SCIM Provisioning",                   A, "/members?per_page=5", true },
    { "Secrets Store",                       A, "/secrets_store/stores", false },
    { "Snippets",                            Z, "/snippets", false },
    { "SSO Connector Read",                  A, "/sso_connectors", false },
    { "Stream",                              A, "/stream?limit=1", false },
    { "Trust and Safety",                    A, "/abuse-reports", false },
    { "Turnstile Sites",                     A, "/challenges/widgets?per_page=5", true },
    { "URL Scanner",                         A, "/urlscanner/v2/search", false },
    { "User Details",                        U, "/user", false },
    { "Vectorize",                           A, "/vectorize/v2/indexes", false },
    { "Web3 Hostnames",                      Z, "/web3/hostnames", false },
    { "Workers AI",                          A, "/ai/models/search?per_page=1", false },
    { "Workers CI",                          A, "/builds/account/limits", false },
    { "Workers Containers",                  A, "/containers/registries", false },
    { "Workers Observability",               A, "/workers/observability/destinations", false },
    { "Workers R2 Data Catalog",             A, "/r2-catalog", false },
    { "Workers Tail",                        A, "/workers/scripts", true },
    { "Zaraz",                               Z, "/settings/zaraz/config", false },
    { "Zero Trust",                          A, "/gateway", false },
    { "Zero Trust Report",                   A, "/zerotrust/connectivity_settings", true },
    { "Zero Trust Report",                   A, "/dex/commands/quota", true },
    { "Zero Trust Resilience",               A, "/devices/resilience/disconnect", true },
    { "Zero Trust: PII",                     A, "/zt_risk_scoring/summary", false },
    { "Zone DNS Settings",                   Z, "/dns_settings", true },
    { "Zone Versioning",                     Z, "/environments", false },
    { "Zone WAF",                            Z, "/leaked-credential-checks", true },
    // clang-format on
};

static const struct shown_as shown[] = {
    { "DNS", "dns_records", true },
    { "Workers Routes", "worker", true },
    { "Zone", "zone", true },
    { "Zone Settings", "zone_settings", true },
    { "Analytics", "analytics", false },
    { "Cache Purge", "cache_purge", false },
    { "Firewall Services", "waf", false },
    { "Health Checks", "healthchecks", false },
    { "Load Balancers", "lb", false },
    { "Logs", "logs", false },
    { "SSL and Certificates", "ssl", false },
    { "Waiting Rooms", "waitingroom", false },
};

static bool has_stem(const struct group *g, const char *stem)
{
    static const char *const verbs[] = { "", " Read", " Write", " Edit", " Admin" };
    size_t len = strlen(stem);

    if (strncmp(g->name, stem, len) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (!strcmp(g->name + len, verbs[i]))
            return true;
    return false;
}

const struct probe *probe_of(const struct group *g, const struct probe *after)
{
    for (size_t i = after ? (size_t)(after - probes) + 1 : 0; i < ARRAY_LEN(probes); i++)
        if (probes[i].scope == g->scope && has_stem(g, probes[i].stem))
            return &probes[i];
    return NULL;
}

const char *probe_path(struct arena *a, const struct probe *p, const char *id)
{
    if (p->scope == GROUP_USER)
        return p->path;
    return arena_printf(a, "/%s/%s%s", p->scope == GROUP_ZONE ? "zones" : "accounts", id, p->path);
}

const struct shown_as *probe_shown_as(const struct group *g)
{
    for (size_t i = 0; g->scope == GROUP_ZONE && i < ARRAY_LEN(shown); i++)
        if (has_stem(g, shown[i].stem))
            return &shown[i];
    return NULL;
}

bool probe_wants_edit(const struct group *g)
{
    return !text_ends(g->name, " Read");
}
