/* load_balancing: what the files of load balancing share. Pools refer to monitors or monitor
 * groups, load balancers to pools; the ids that a pool, group or load balancer refers to hang on
 * its doc, so that who is referred to is seen under the lock without parsing. Any thread. */
#ifndef MF_LOAD_BALANCING_H
#define MF_LOAD_BALANCING_H

#include "mock/call.h"
#include "mock/families/listing.h"
#include "mock/store/store.h"

#define LB_ORIGINS_MOST 20   // of a pool: a plan's (INF)
#define LB_INTERVAL_LEAST 10 // of a monitor, seconds: a plan's (INF)

/* Where the monitors, pools or groups stand that the call's objects may refer to: below its
 * account, for a zone below the zone's account, below /user the caller's own. Arena. */
const char *lb_owner(struct call *c, struct view *v, const char *collection); // "pools"

/* Does the doc refer to that id? */
bool lb_mentions(const struct doc *d, const char *id);
/* A list of ids as it hangs on a doc; `visit_all` calls visit(to, id) for each id in `shown`. */
typedef void lb_visit(void *to, const char *id);
void *lb_ids_new(const cJSON *shown,
                 void (*visit_all)(const cJSON *shown, lb_visit *visit, void *to));
void lb_ids_free(void *ids);
void lb_balancer_pools(const cJSON *shown, lb_visit *visit, void *to);

/* All docs of the kind that refer to `id`, held for the length of the request. */
void lb_referrers(struct call *c, struct view *v, enum kind kind, const char *id,
                  struct doc_list *into);
/* The doc of that id in the collection that lb_owner tells, held likewise; NULL: none. */
struct doc *lb_held(struct call *c, enum kind kind, const char *collection, const char *id);

const char *lb_account_of_zone(struct view *v, const char *zone); // id; NULL: no such zone
bool lb_is_below(const char *host, const char *domain);           // the domain itself, too
/* Is the host one of a zone of the account (NULL: of any)? */
bool lb_host_in_zones(struct call *c, const char *account, const char *host);

/* Small things on trees. */
bool lb_is_set(const cJSON *object, const char *name); // there, and not null
void lb_drop(cJSON *object, const char *name);
void lb_drop_null(cJSON *object,
                  const char *const *names); // ends at NULL; drops members that are null
void lb_default_text(cJSON *object, const char *name, const char *value); // where it is not there
bool lb_in_range(const cJSON *object, const char *name, double least, double most); // or not there
enum step lb_refuse_range(struct call *c, const char *name, int64_t least, int64_t most);
char *lb_stamp(struct call *c); // now, as these services write it

/* The result_info of a list that is not paged (REC 2025): the page size is the largest number there
 * is. */
cJSON *lb_whole_info(int64_t count);

/* Regions with their countries as the API shows them, cut to what is asked for (NULL or "": all).
 */
cJSON *lb_regions_shown(const char *code, const char *country, const char *subdivision);
size_t lb_region_count(void);
const char *lb_region_code(size_t i);
const char *lb_region_city(size_t i); // where its probes are said to run

#endif
