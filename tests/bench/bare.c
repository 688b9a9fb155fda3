/* bare: the ceiling of ci/bench: a CivetWeb server that does nothing but write the bytes of one file,
 * status line and headers included, with the options that the mock's front uses. Prints its port.
 *   bare THREADS FILE */
#include <civetweb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static char answer[1 << 20];
static size_t answer_len;

static int begin_request(struct mg_connection *conn)
{
    char body[65536];

    if (mg_get_request_info(conn)->content_length > 0)
        while (mg_read(conn, body, sizeof body) > 0)
            ;
    mg_write(conn, answer, answer_len);
    return 200; // handled, and the connection lives on
}

int main(int argc, char **argv)
{
    const char *options[] = { "listening_ports", "127.0.0.1:0", "num_threads", argc > 1 ? argv[1] : "",
                              "enable_keep_alive", "yes", "keep_alive_timeout_ms", "60000",
                              "request_timeout_ms", "60000", "tcp_nodelay", "1",
                              "decode_url", "no", "linger_timeout_ms", "-2",
                              "max_request_size", "65536", "connection_queue", "512",
                              "listen_backlog", "512", NULL };
    struct mg_callbacks callbacks = { .begin_request = begin_request };
    struct mg_server_port port;
    struct mg_context *context;
    sigset_t ends;
    FILE *f;
    int signal_number;

    f = argc == 3 ? fopen(argv[2], "rb") : NULL;
    if (!f) {
        fprintf(stderr, "usage: bare THREADS FILE\n");
        return 2;
    }
    answer_len = fread(answer, 1, sizeof answer, f);
    fclose(f);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    context = mg_start(&callbacks, NULL, options);
    if (!context || mg_get_server_ports(context, 1, &port) != 1) {
        fprintf(stderr, "bare: cannot listen\n");
        return 1;
    }
    printf("%d\n", port.port);
    fflush(stdout);
    sigwait(&ends, &signal_number);
    mg_stop(context);
    return 0;
}
