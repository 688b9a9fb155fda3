/* The walk down the tree of paths: a literal branch before a placeholder, and back up on a dead end
 * ("accounts/move" is no account, but "accounts/move/members" is one called "move"). */
#include "common/text.h"
#include "mock/spec/optable.h"
#include "mock/spec/tables.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 32 // segments; the longest path of the table has 14

struct walk {
    const struct segment *segments;
    size_t count;
    enum method method;
    uint16_t path[DEPTH_MOST + 1]; // nodes from the root to where the walk is
    bool by_any[DEPTH_MOST + 1];   // the step to that node was a placeholder
    struct route_found *found;
    size_t deepest; // segments of the longest way that matched
    uint16_t deepest_node;
};

static int compare(const char *text, const struct segment *s)
{
    int order = strncmp(text, s->at, s->len);

    return order ? order : text[s->len] != '\0';
}

/* A literal may come percent-encoded ("%7Aones"): compare it decoded. */
static uint16_t literal_child(const struct trie_node *node, const struct segment *s)
{
    char decoded[96];
    struct segment plain = *s;
    size_t low = 0, high = node->branch_count;

    if (s->len < sizeof decoded && memchr(s->at, '%', s->len)) {
        memcpy(decoded, s->at, s->len);
        decoded[s->len] = '\0';
        plain = (struct segment){ decoded, text_unpercent(decoded, s->len) };
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct trie_branch *b = &trie_branches[node->branches + middle];
        int order = compare(spec_text(b->text), &plain);

        if (!order)
            return b->node;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static void take_params(const struct walk *w, struct route_found *found)
{
    size_t n = 0;

    for (size_t i = 0; i < w->count && n < ROUTE_PARAMS_MOST; i++)
        if (w->by_any[i + 1])
            found->param[n++] = i;
}

/* At the end of the path. True if the search may stop. */
static bool arrive(struct walk *w, const struct trie_node *node)
{
    uint16_t here = w->method < M_COUNT ? node->op[w->method] : 0; // a method that the API has not

    if (here) {
        w->found->op = &spec_ops[here - 1];
        take_params(w, w->found);
        return true;
    }
    for (int m = 0; !w->found->other && m < M_COUNT; m++)
        if (node->op[m]) {
            w->found->other = &spec_ops[node->op[m] - 1];
            w->found->path_known = true;
            take_params(w, w->found);
        }
    return false;
}

static bool descend(struct walk *w, size_t depth)
{
    const struct trie_node *node = &trie_nodes[w->path[depth]];
    uint16_t next[2];

    if (depth > w->deepest || !depth) {
        w->deepest = depth;
        w->deepest_node = w->path[depth];
    }
    if (depth == w->count)
        return arrive(w, node);
    next[0] = literal_child(node, &w->segments[depth]);
    next[1] = w->segments[depth].len ? node->any : 0;
    for (int i = 0; i < 2; i++) {
        if (!next[i])
            continue;
        w->path[depth + 1] = next[i];
        w->by_any[depth + 1] = i == 1;
        if (descend(w, depth + 1))
            return true;
    }
    return false;
}

/* Any operation at or below a node, the one with the shortest path, of `method` if there is one. */
static const struct op *below(uint16_t at, enum method method)
{
    const struct trie_node *node = &trie_nodes[at];
    const struct op *found = NULL;

    if (method < M_COUNT && node->op[method])
        return &spec_ops[node->op[method] - 1];
    for (int m = 0; !found && m < M_COUNT; m++)
        if (node->op[m])
            found = &spec_ops[node->op[m] - 1];
    for (size_t i = 0; !found && i < node->branch_count; i++)
        found = below(trie_branches[node->branches + i].node, method);
    return !found && node->any ? below(node->any, method) : found;
}

/* The branch whose name is closest to the segment that led nowhere. */
static uint16_t closest_branch(const struct trie_node *node, const struct segment *s)
{
    uint16_t best = 0;
    size_t best_distance = (size_t)-1;
    char word[64];
    size_t len = s->len < sizeof word - 1 ? s->len : sizeof word - 1;

    memcpy(word, s->at, len);
    word[len] = '\0';
    for (size_t i = 0; i < node->branch_count; i++) {
        const struct trie_branch *b = &trie_branches[node->branches + i];
        size_t distance = text_distance(word, spec_text(b->text));

        if (distance < best_distance) {
            best_distance = distance;
            best = b->node;
        }
    }
    return best_distance <= len / 2 + 1 ? best : 0;
}

static const struct op *nearest(const struct walk *w)
{
    uint16_t at = w->deepest_node;

    if (w->deepest < w->count) {
        uint16_t better = closest_branch(&trie_nodes[at], &w->segments[w->deepest]);

        if (better)
            at = better;
    }
    return at ? below(at, w->method) : NULL;
}

void route_find(const struct segment *segments, size_t count, enum method method,
                struct route_found *found)
{
    struct walk w = { .segments = segments, .count = count, .method = method, .found = found };

    *found = (struct route_found){ 0 };
    while (w.count && !segments[w.count - 1].len) // a trailing slash
        w.count--;
    if (w.count > DEPTH_MOST)
        w.count = DEPTH_MOST; // no path is that long: it leads nowhere, and says what is nearest
    if (!descend(&w, 0) && !found->path_known)
        found->near = nearest(&w);
}

const struct op *op_by_name(const char *method, const char *path)
{
    uint16_t at = 0;
    int m = 0;

    while (m < M_COUNT && strcmp(op_method(&(struct op){ .method = (uint8_t)m }), method) != 0)
        m++;
    if (m == M_COUNT || *path != '/')
        return NULL;
    for (const char *from = path; *from; from += 1 + strcspn(from + 1, "/")) {
        struct segment s = { from + 1, strcspn(from + 1, "/") };

        at = memchr(s.at, '{', s.len) ? trie_nodes[at].any : literal_child(&trie_nodes[at], &s);
        if (!at)
            return NULL;
    }
    return trie_nodes[at].op[m] ? &spec_ops[trie_nodes[at].op[m] - 1] : NULL;
}
