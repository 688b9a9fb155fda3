/* https: how a step meets the mock by TLS: a listener of the sandbox's own, with the certificate
 * that the case asks for, straight or as a proxy for api.cloudflare.com. One thread. */
#ifndef MF_HTTPS_H
#define MF_HTTPS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct stage;
struct step;

struct https {
    bool used, wrong; // wrong: nobody should trust the certificate
    int port;         // of the listener; 0: there is none
    char *proxy;      // URL for HTTPS_PROXY; NULL: straight
    char *ca_file;    // in the case's folder
    int64_t seen;     // number of the last connection before the step
};

bool https_wanted(const struct stage *s, const struct step *step);
/* Opens the listener. The base URL for the linker (caller's), or NULL and *why. */
char *https_open(struct stage *s, const struct step *step, struct https *h, char **why);
/* The base URL of a linker whose proxy is at `origin` (the mock is not behind it). NULL and *why.
 */
char *https_behind(struct stage *s, struct https *h, const char *origin, char **why);
/* What came to the listener in the step: {"connections": […]}; NULL: no listener. 0, or -1 and
 * *why. */
int https_connections(struct stage *s, const struct https *h, cJSON **out, char **why);
void https_close(struct stage *s, struct https *h); // fine if nothing is open

#endif
