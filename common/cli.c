#include "cli.h"

#include "mem.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MOST 64

static const struct cli_option *find_option(const struct cli_command *c, const char *name, size_t len)
{
    for (const struct cli_option *o = c->options; o->name; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *c, char letter)
{
    for (const struct cli_option *o = c->options; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static int unknown_option(const struct cli_command *c, const char *word, char **why)
{
    const char *names[OPTIONS_MOST + 3] = { "help", "version" };
    char *bare = xstrndup(word, strcspn(word, "="));
    const char *near;
    size_t n = 2;

    for (const struct cli_option *o = c->options; o->name && n < OPTIONS_MOST + 2; o++)
        names[n++] = o->name;
    near = text_nearest(bare + strspn(bare, "-"), names);
    *why = near ? text_printf("unknown option %s; did you mean --%s?", bare, near)
                : text_printf("unknown option %s; see --help", bare);
    free(bare);
    return -1;
}

static int store(const struct cli_option *o, const char *value, void *options, char **why)
{
    char *field = (char *)options + o->at;
    char *end;
    long n;

    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)field = true;
        break;
    case CLI_TEXT:
        *(const char **)field = value;
        break;
    case CLI_LIST: {
        struct cli_list *list = (struct cli_list *)field;

        list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
        list->items[list->count++] = value;
        break;
    }
    case CLI_NUMBER:
        errno = 0;
        n = strtol(value, &end, 10);
        if (errno || *end || end == value || n < 0) {
            *why = text_printf("--%s takes a whole number, not \"%s\"", o->name, value);
            return -1;
        }
        *(long *)field = n;
    }
    return 0;
}

/* One option word and, where it takes one, its value; *i moves over what was used. */
static int take_option(const struct cli_command *c, int argc, char **argv, int *i, void *options,
                       char **why)
{
    const char *word = argv[*i], *equals = strchr(word, '='), *value = NULL;
    const struct cli_option *o;

    if (word[1] == '-') {
        o = find_option(c, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2));
        value = equals ? equals + 1 : NULL;
    } else {
        o = find_letter(c, word[1]);
        value = word[2] ? word + 2 : NULL;
    }
    if (!o)
        return unknown_option(c, word, why);
    if (o->kind == CLI_FLAG && value) {
        *why = text_printf("--%s takes no value", o->name);
        return -1;
    }
    if (o->kind != CLI_FLAG && !value) {
        if (*i + 1 >= argc) {
            *why = text_printf("--%s needs a value: %s", o->name, o->value);
            return -1;
        }
        value = argv[++*i];
    }
    return store(o, value, options, why);
}

int cli_parse(const struct cli_command *c, int argc, char **argv, void *options,
              struct cli_rest *rest, char **why)
{
    *rest = (struct cli_rest){ 0 };
    rest->words = xcalloc((size_t)argc + 1, sizeof *rest->words);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            rest->command = argv + i + 1;
            rest->command_count = (size_t)(argc - i - 1);
            break;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            rest->help = true;
        else if (strcmp(argv[i], "--version") == 0)
            rest->version = true;
        else if (argv[i][0] != '-' || !argv[i][1])
            rest->words[rest->words_count++] = argv[i];
        else if (take_option(c, argc, argv, &i, options, why) != 0)
            return -1;
    }
    return 0;
}

void cli_rest_release(struct cli_rest *rest)
{
    free(rest->words);
    *rest = (struct cli_rest){ 0 };
}

void cli_help(FILE *out, const struct cli_command *c)
{
    fprintf(out, "usage: %s%s%s %s\n\n%s\n", c->program, c->name ? " " : "", c->name ? c->name : "",
            c->usage, c->about);
    if (c->options->name)
        fputs("\noptions:\n", out);
    for (const struct cli_option *o = c->options; o->name; o++) {
        char letter[5] = "    ", *left;

        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        left = text_printf("  %s--%s%s%s", letter, o->name, o->value ? " " : "",
                           o->value ? o->value : "");
        fprintf(out, "%-34s %s\n", left, o->help);
        free(left);
    }
    fputs("      --help                       print this and exit\n"
          "      --version                    print the version and exit\n", out);
}
