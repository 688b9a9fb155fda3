#include "api_mock.h"

#include "common/mem.h"
#include "common/text.h"
#include "locate.h"
#include "mockctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE_PATH "/client/v4"

static void remove_dir(char *dir)
{
    static const char *const files[] = { "mock.ready", "mock.log" };

    for (size_t i = 0; dir && i < ARRAY_LEN(files); i++) {
        char *path = text_printf("%s/%s", dir, files[i]);

        unlink(path);
        free(path);
    }
    if (dir)
        rmdir(dir);
    free(dir);
}

int api_mock_start(struct api_mock *m, const char *program, char **why)
{
    const char *tmp = getenv("TMPDIR");
    char *path = locate_mock_dup(program);

    *m = (struct api_mock){ .dir = text_printf("%s/mockflare-api-XXXXXX",
                                               tmp && *tmp ? tmp : "/tmp") };
    if (mkdtemp(m->dir))
        m->mock = mock_start(path, m->dir, why);
    else
        *why = text_printf("%s: %s", m->dir, strerror(errno));
    free(path);
    if (!m->mock) {
        remove_dir(m->dir);
        *m = (struct api_mock){ 0 };
        return -1;
    }
    m->origin = xstrdup(mock_origin(m->mock));
    return 0;
}

int api_mock_use(struct api_mock *m, const char *base_url, char **why)
{
    size_t len = strlen(base_url);

    *m = (struct api_mock){ 0 };
    while (len && base_url[len - 1] == '/')
        len--;
    m->origin = xstrndup(base_url, len);
    if (text_ends(m->origin, BASE_PATH))
        m->origin[len - strlen(BASE_PATH)] = '\0';
    if (text_starts(m->origin, "http://") || text_starts(m->origin, "https://"))
        return 0;
    *why = text_printf("--base-url takes an address such as http://127.0.0.1:4010" BASE_PATH);
    free(m->origin);
    m->origin = NULL;
    return -1;
}

int api_mock_stop(struct api_mock *m, char **why)
{
    int rc = mock_end(m->mock, why);

    remove_dir(m->dir);
    free(m->origin);
    *m = (struct api_mock){ 0 };
    return rc;
}
