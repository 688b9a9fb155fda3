/* mockflare-conform: judges linkers (`linker`) and servers of the API (`api`) from outside. */
#include "api_main.h"
#include "common/fetch.h"
#include "common/json.h"
#include "common/text.h"
#include "linker.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: mockflare-conform VERB [options]\n\n"
    "  linker   judge a linker: run it on many worlds, look at its verdicts, traffic and leaks\n"
    "  api      golden cases of the API against a server\n\n"
    "mockflare-conform VERB --help tells a verb's options.\n"
    "      --help                       print this and exit\n"
    "      --version                    print the version and exit\n";

static int refuse(const char *word)
{
    static const char *const words[] = { "linker", "api", "--help", "--version", NULL };
    const char *near = text_nearest(word, words);

    fprintf(stderr, "mockflare-conform: unknown %s %s%s%s%s\n", word[0] == '-' ? "option" : "verb",
            word, near ? "; did you mean " : "; see --help", near ? near : "", near ? "?" : "");
    return 2;
}

int main(int argc, char **argv)
{
    int code;

    json_setup();
    if (argc < 2) {
        fputs(help, stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return fputs(help, stdout) < 0;
    if (strcmp(argv[1], "--version") == 0)
        return printf("mockflare-conform %s\n", MF_VERSION) < 0;
    if (strcmp(argv[1], "linker") != 0 && strcmp(argv[1], "api") != 0)
        return refuse(argv[1]);
    if (fetch_setup() != 0) {
        fputs("mockflare-conform: libcurl does not start\n", stderr);
        return 3;
    }
    code = strcmp(argv[1], "linker") == 0 ? linker_main(argc - 1, argv + 1)
                                          : api_main(argc - 1, argv + 1);
    fetch_release();
    return code;
}
