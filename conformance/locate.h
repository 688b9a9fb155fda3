/* locate: where the cases, the profiles and the mock lie, and words of a command made independent
 * of the folder that it will run in. Results are the caller's. */
#ifndef MF_LOCATE_H
#define MF_LOCATE_H

/* The folder that holds cases/ and profiles/: beside the installed program, else in the sources. */
char *locate_data_dup(void);
/* The mock: as told, else beside this program, else "mockflare" for PATH. */
char *locate_mock_dup(const char *told);
/* A word that names a file from here: absolute if it has a slash or a dot and is a file; else a
 * copy. */
char *locate_word_dup(const char *word);

#endif
