/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include "aws/sigv4.h"
#include "codec/text.h"
#include "sys/clock.h"

#include "bench.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_BYTES_MAX = 64 << 20, START_TRIES = 200 };

enum { PORT_FIRST = 20000, PORT_COUNT = 10000 };
static const char account[] = "123837392027"; /* of the replayed records */
extern char **environ;

/* A port of its own for each run, so that runs beside each other do not meet. Written once, by
 * target_start(): clients on several threads read it. */
static char host_text[32];

static const char *host(void) {
    if (host_text[0] == '\0')
        (void)snprintf(host_text, sizeof host_text, "127.0.0.1:%d", PORT_FIRST + (int)getpid() % PORT_COUNT);
    return host_text;
}

static int running; /* the daemon; 0: none */

/* A bench that fails leaves no daemon behind. */
static void stop_at_exit(void) {
    if (running != 0)
        kill(running, SIGTERM);
}

int target_start(const struct bench_settings *settings) {
    int pid = 0;
    const char *arguments[] = {settings->cairn, "serve", "--data", bench_folder(settings, "daemon"),
        "--listen", host(), "--account-id", account, "--accept-accounts", "any", NULL};
    struct error error = {.message = "cannot start the daemon: give --cairn"};
    setenv("CAIRN_ROOT_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0", 1);
    setenv("CAIRN_ROOT_SECRET_ACCESS_KEY", "bench/bench/bench/bench/bench/bench/benc", 1);
    /* For commands that the bench starts beside the daemon. */
    setenv("AWS_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "bench/bench/bench/bench/bench/bench/benc", 1);
    setenv("AWS_REGION", "us-east-1", 1);
    if (settings->cairn == NULL ||
        posix_spawn(&pid, settings->cairn, NULL, NULL, (char *const *)(uintptr_t)arguments, environ) != 0)
        bench_fail(&error);
    running = pid;
    (void)atexit(stop_at_exit);
    return pid;
}

bool target_call(struct http_client *client, struct arena *arena, const char *path, const char *service,
    const char *target, struct bytes body, struct http_reply *ret_reply) {
    struct error error = {0};
    uint8_t hash[SHA256_SIZE];
    char hash_text[2 * SHA256_SIZE];
    hash_sha256(body, hash);
    hex_encode(BYTES_OF(hash), hash_text);
    struct aws_header headers[3] = {{STR_LITERAL("Host"), str_from(host())},
        {STR_LITERAL("Content-Type"), STR_LITERAL("application/x-amz-json-1.1")},
        {STR_LITERAL("X-Amz-Target"), str_from(target)}};
    struct aws_request request = {.method = STR_LITERAL("POST"),
        .path = str_from(path),
        .headers = headers,
        .header_count = target == NULL ? 2 : 3,
        .payload_hash = str_of(hash_text, sizeof hash_text)};
    struct aws_sign_options sign = {.access_key_id = STR_LITERAL("AKIABENCHBENCHBENCH0"),
        .secret_access_key = STR_LITERAL("bench/bench/bench/bench/bench/bench/benc"),
        .region = STR_LITERAL("us-east-1"),
        .service = str_from(service),
        .now = clock_now(clock_real())};
    struct aws_header *made = NULL;
    size_t count = aws_sign(arena, &request, &sign, &made);
    struct http_header *wire = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        wire[i] = (struct http_header){made[i].name, made[i].value};
    struct http_call http_call = {.method = request.method,
        .url = arena_format(arena, "http://%s%s", host(), path),
        .headers = wire,
        .header_count = count,
        .body = body,
        .answer_bytes_max = ANSWER_BYTES_MAX};
    if (http_client_call(client, &http_call, arena, ret_reply, &error))
        return true;
    fprintf(stderr, "bench: POST %s: %s\n", path, error.message);
    return false;
}

void target_wait_ready(struct http_client *client, struct arena *arena) {
    for (int i = 0; i < START_TRIES; i++) {
        struct error error = {0};
        struct http_reply reply = {0};
        struct http_call ready = {.method = STR_LITERAL("GET"),
            .url = arena_format(arena, "http://%s/readyz", host()),
            .answer_bytes_max = 4096};
        if (http_client_call(client, &ready, arena, &reply, &error) && reply.status == 200)
            return;
        clock_sleep_ms(50);
    }
    struct error error = {.message = "the daemon does not get ready"};
    bench_fail(&error);
}

void target_print_memory(int pid) {
    char path[64];
    char line[256];
    (void)snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        uint64_t kibibytes = 0;
        struct str text = str_from(line);
        if (!str_starts_with(text, STR_LITERAL("VmHWM:")))
            continue;
        text = str_trim(str_slice(text, 6, SIZE_MAX));
        if (str_to_u64(str_cut(&text, ' '), &kibibytes))
            bench_row("resident memory of the daemon, peak", (double)kibibytes / 1024, "MiB");
    }
    if (file != NULL)
        fclose(file);
}

const char *target_url(void) {
    static char url[64];
    (void)snprintf(url, sizeof url, "http://%s", host());
    return url;
}

void target_stop(int pid) {
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    running = 0;
}
