/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_address: the addresses and networks of proxies whose X-Forwarded-For is believed. Private to
 * gateway.
 * Threads: pure.
 */
#pragma once

#include "base/arena.h"

struct identity_network {
    uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned prefix_bits;
};

/* "10.0.0.0/8, 192.168.1.1, fd00::/8"; the networks live in the arena. ERROR_INVALID names what is none. */
NODISCARD bool identity_networks_parse(struct arena *arena, struct str text,
    struct identity_network **ret_networks, size_t *ret_count, struct error *error);

/* The peer; or where it is in one of the networks, the last address of `forwarded_for` that is in none; where
 * all of them are, the first. What stands left of something that is no address is not believed. */
struct str identity_forwarded_address(const struct identity_network *networks, size_t count,
    struct arena *arena, struct str peer_address, struct str forwarded_for);
