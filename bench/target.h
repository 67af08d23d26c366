/* SPDX-License-Identifier: Apache-2.0 */
/* target: the daemon that benchmarks over HTTP talk to. */
#pragma once

#include "http/http.h"

struct bench_settings;

/* Start it on a folder of its own and with known root credentials, also in this process's environment. */
int target_start(const struct bench_settings *settings);
const char *target_url(void);
void target_wait_ready(struct http_client *client, struct arena *arena);
void target_print_memory(int pid); /* a row with its peak */
void target_stop(int pid);

/* A signed POST; the reply lives in the arena. `target`: X-Amz-Target, or NULL. */
bool target_call(struct http_client *client, struct arena *arena, const char *path, const char *service,
    const char *target, struct bytes body, struct http_reply *ret_reply);
