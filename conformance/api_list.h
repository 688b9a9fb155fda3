/* api_list: finds the case files of a run and reads them all. Main thread only. */
#ifndef MF_API_LIST_H
#define MF_API_LIST_H

#include "conformance/api_report.h"

struct api_list {
    struct arena *arena; // of all cases
    struct api_entry *entries;
    size_t count;
};

/* Reads the files, and the `.case` files below the folders, of `words`; with none, the cases that
 * come with the program. Only those whose id, or last part of it, matches `glob` (NULL: all). 0, or
 * -1 and *why, one line for each file that is wrong (caller frees). Release `list` in every case.
 */
int api_list_read(struct api_list *list, const char *const *words, size_t count, const char *glob,
                  char **why);
void api_list_release(struct api_list *list);

#endif
