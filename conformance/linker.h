/* linker: the verb `mockflare-conform linker`: judges a linker by running it on many worlds. */
#ifndef MF_LINKER_H
#define MF_LINKER_H

/* argv[0] is the verb. Expects json_setup() and fetch_setup() done. Exit status: 0 all right, 1 a
 * case failed or a waiver is stale, 2 usage or a file that is wrong, 3 the harness could not do its
 * work. */
int linker_main(int argc, char **argv);

#endif
