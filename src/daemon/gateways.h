/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways: the recording gateway and the direct sources as the configuration has them.
 *
 * Threads: start, stop and close from the main thread; the rest any.
 */
#pragma once

#include "base/arena.h"
#include "gateway/gateway.h"

struct api_gateway;
struct metrics;
struct options;

/* Start what `stores` (all but its options) serves; NULL without an error where no entry is configured. */
NODISCARD bool daemon_gateways_start(const struct options *options, struct gateway_options stores,
    struct gateway **ret_gateway, struct error *error);

/* NULL is fine for all of these: no entry is configured. */
void daemon_gateways_fill_metrics(struct gateway *gateway, struct metrics *metrics);
size_t daemon_gateways_list(struct gateway *gateway, struct arena *arena, struct api_gateway **ret_gateways);
struct str daemon_gateways_first_endpoint(
    struct gateway *gateway, const struct options *options, struct arena *arena);
