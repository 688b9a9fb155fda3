#include "mock/families/membership.h"

#include "common/mem.h"
#include "mock/families/listing.h"
#include "mock/state/identity.h"
#include "mock/store/store.h"
#include "mock/world.h"

#include <string.h>

#define SUPER "Super Administrator - All Privileges"

static bool is_super(const struct doc *d)
{
    const struct membership *m = membership_of(d);
    uint64_t all[GROUP_WORDS] = { 0 };

    role_groups(role_by_name(SUPER), all);
    for (size_t i = 0; i < GROUP_WORDS; i++)
        if ((m->groups[i] & all[i]) != all[i])
            return false;
    return m->accepted;
}

/* Is it the account's only Super Administrator? */
static bool is_last_super(struct view *v, const struct doc *d)
{
    if (!is_super(d))
        return false;
    view_each (v, other, KIND_MEMBERSHIP, doc_owner(d))
        if (strcmp(doc_id(other), doc_id(d)) != 0 && is_super(other))
            return false;
    return true;
}

enum membership_change membership_add(struct call *c, struct doc *made)
{
    struct txn *t = txn_begin(world_store(c->world));
    bool twice = view_by_key(txn_view(t), KIND_MEMBERSHIP, doc_key(made)) != NULL;

    if (!twice)
        txn_put_take(t, doc_ref(made));
    txn_commit(t);
    return twice ? MEMBERSHIP_TWICE : MEMBERSHIP_DONE;
}

enum membership_change membership_swap(struct call *c, struct doc *made)
{
    struct txn *t = txn_begin(world_store(c->world));
    struct view *v = txn_view(t);
    struct doc *old = view_get(v, KIND_MEMBERSHIP, doc_owner(made), doc_id(made));
    enum membership_change change = MEMBERSHIP_DONE;

    if (!old)
        change = MEMBERSHIP_GONE;
    else if (!is_super(made) && is_last_super(v, old))
        change = MEMBERSHIP_LAST_SUPER;
    else
        txn_put_take(t, doc_ref(made));
    txn_commit(t);
    return change;
}

static bool belongs_somewhere(struct view *v, const char *user)
{
    view_each (v, d, KIND_MEMBERSHIP, NULL)
        if (strcmp(membership_of(d)->user, user) == 0)
            return true;
    return false;
}

static void drop_tokens(struct txn *t, const char *user)
{
    struct view *v = txn_view(t);

    while (view_count(v, KIND_TOKEN, user))
        txn_remove(t, KIND_TOKEN, doc_id(view_nth(v, KIND_TOKEN, user, 0)));
}

enum membership_change membership_remove(struct call *c, const struct doc *old)
{
    const char *user = membership_of(old)->user; // `old` is held by the caller
    struct txn *t = txn_begin(world_store(c->world));
    struct view *v = txn_view(t);
    struct doc *now = view_get(v, KIND_MEMBERSHIP, doc_owner(old), doc_id(old));
    enum membership_change change = MEMBERSHIP_DONE;

    if (!now) {
        change = MEMBERSHIP_GONE;
    } else if (is_last_super(v, now)) {
        change = MEMBERSHIP_LAST_SUPER;
    } else {
        txn_remove(t, KIND_MEMBERSHIP, doc_id(old));
        if (*user && !belongs_somewhere(v, user))
            drop_tokens(t, user);
    }
    txn_commit(t);
    return change;
}

static const char *const user_members[] = { "first_name", "last_name", "email",
                                            "two_factor_authentication_enabled" };

/* The membership with the user's names as they are now. */
static struct doc *shown_anew(struct call *c, const struct doc *old, const cJSON *user)
{
    cJSON *member = doc_json(c, old), *shown = json_get(member, "user");

    for (size_t i = 0; i < ARRAY_LEN(user_members); i++)
        json_put(shown, user_members[i], cJSON_Duplicate(json_get(user, user_members[i]), true));
    return membership_doc_new(c->world, doc_owner(old), member);
}

/* Made outside the lock: a membership that changes meanwhile is left as it is. */
void membership_show_user(struct call *c, const struct doc *user)
{
    const cJSON *json = doc_json(c, user);
    struct doc_list own = { 0 };
    struct view *v = view_begin(world_store(c->world));

    view_each (v, d, KIND_MEMBERSHIP, NULL)
        if (strcmp(membership_of(d)->user, doc_id(user)) == 0)
            doc_list_add(c, &own, d);
    view_end(v);
    for (size_t i = 0; i < own.count; i++) {
        struct doc *made = shown_anew(c, own.at[i], json);
        struct txn *t = txn_begin(world_store(c->world));

        if (view_get(txn_view(t), KIND_MEMBERSHIP, doc_owner(made), doc_id(made)) == own.at[i])
            txn_put_take(t, made);
        else
            doc_unref(made);
        txn_commit(t);
    }
}
