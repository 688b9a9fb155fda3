/* api_main: the verb `mockflare-conform api`: golden cases of the API against a mock. */
#ifndef MF_API_MAIN_H
#define MF_API_MAIN_H

/* argv[0] is the verb. Expects json_setup() and fetch_setup() done. Exit status: 0 all passed, 1
 * one failed, 2 usage or a case file that is wrong, 3 the harness could not do its work. */
int api_main(int argc, char **argv);

#endif
