#include "locate.h"

#include "common/mem.h"
#include "common/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *own_folder_dup(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    char *slash;

    path[n > 0 ? n : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return xstrdup(slash ? path : ".");
}

char *locate_data_dup(void)
{
    char *own = own_folder_dup(), *data = text_printf("%s/../share/mockflare", own);
    char *profiles = text_printf("%s/profiles", data);

    if (access(profiles, R_OK) != 0) {
        free(data);
        data = xstrdup(MF_CONFORM_DATA);
    }
    free(profiles);
    free(own);
    return data;
}

char *locate_mock_dup(const char *told)
{
    char *own, *beside;

    if (told)
        return locate_word_dup(told);
    own = own_folder_dup();
    beside = text_printf("%s/mockflare", own);
    free(own);
    if (access(beside, X_OK) == 0)
        return beside;
    free(beside);
    return xstrdup("mockflare");
}

char *locate_word_dup(const char *word)
{
    char path[PATH_MAX];
    struct stat st;

    if (word[0] != '-' && strpbrk(word, "/.") && stat(word, &st) == 0 && S_ISREG(st.st_mode) &&
        realpath(word, path))
        return xstrdup(path);
    return xstrdup(word);
}
