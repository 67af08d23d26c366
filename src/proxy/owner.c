/* SPDX-License-Identifier: Apache-2.0 */
/* owner: what the owner of a proxy may ask of a relay and tell it. */
#include "base/check.h"
#include "http/target.h"

#include "private.h"

struct proxy_loop *proxy_relay_loop(struct proxy_relay *relay) {
    return relay->loop;
}

struct arena *proxy_relay_arena(struct proxy_relay *relay) {
    return &relay->arena;
}

void *proxy_relay_entry_context(const struct proxy_relay *relay) {
    return relay->front->entry->context;
}

struct str proxy_relay_method(const struct proxy_relay *relay) {
    return relay->method;
}

struct str proxy_relay_target(const struct proxy_relay *relay) {
    return relay->target;
}

size_t proxy_relay_headers(const struct proxy_relay *relay, const struct http_header **ret_headers) {
    *ret_headers = relay->headers;
    return relay->header_count;
}

bool proxy_relay_has_body(const struct proxy_relay *relay) {
    return relay->body_size > 0;
}

uint64_t proxy_relay_body_size(const struct proxy_relay *relay) {
    return relay->body_size;
}

struct str proxy_relay_client_address(const struct proxy_relay *relay) {
    return str_from(relay->front->address);
}

struct str proxy_relay_tls_version(const struct proxy_relay *relay) {
    return relay->tls_version.data == NULL ? STR_EMPTY : relay->tls_version;
}

struct str proxy_relay_tls_cipher(const struct proxy_relay *relay) {
    return relay->tls_cipher.data == NULL ? STR_EMPTY : relay->tls_cipher;
}

uint64_t proxy_relay_bytes_in(const struct proxy_relay *relay) {
    return relay->request.payload_bytes;
}

uint64_t proxy_relay_bytes_out(const struct proxy_relay *relay) {
    return relay->reply.payload_bytes;
}

void proxy_relay_attach(struct proxy_relay *relay, void *attachment) {
    relay->attachment = attachment;
}

void *proxy_relay_attachment(const struct proxy_relay *relay) {
    return relay->attachment;
}

void proxy_relay_collect(struct proxy_relay *relay, size_t size_max) {
    ASSERT(!relay->is_head_queued);
    relay->is_collecting = true;
    relay->collect_max = size_max;
}

void proxy_relay_hold(struct proxy_relay *relay) {
    ASSERT(!relay->is_head_queued);
    relay->is_held = !relay->is_answered;
}

void proxy_relay_hold_reply(struct proxy_relay *relay) {
    relay->is_reply_held = !relay->is_answered;
}

void proxy_relay_release(struct proxy_relay *relay) {
    if (relay->is_held)
        relay->is_held = false;
    else
        relay->is_reply_held = false;
    proxy_loop_schedule(relay->loop, relay->front);
}

void proxy_relay_break(struct proxy_relay *relay) {
    relay->is_broken = true;
    proxy_loop_schedule(relay->loop, relay->front);
}

void proxy_relay_remove_header(struct proxy_relay *relay, const char *name) {
    size_t kept = 0;
    for (size_t i = 0; i < relay->header_count; i++) {
        if (!str_equals_ignoring_case(relay->headers[i].name, str_from(name)))
            relay->headers[kept++] = relay->headers[i];
    }
    relay->header_count = kept;
}

static void make_room(struct proxy_relay *relay) {
    if (relay->header_count < relay->header_capacity)
        return;
    size_t capacity = 2 * relay->header_capacity;
    struct http_header *larger = arena_alloc_unset(&relay->arena, capacity * sizeof *larger);
    for (size_t i = 0; i < relay->header_count; i++)
        larger[i] = relay->headers[i];
    relay->headers = larger;
    relay->header_capacity = capacity;
}

void proxy_relay_set_header(struct proxy_relay *relay, const char *name, struct str value) {
    struct str copy = http_target_clean(&relay->arena, value);
    for (size_t i = 0; i < relay->header_count; i++) {
        if (str_equals_ignoring_case(relay->headers[i].name, str_from(name))) {
            relay->headers[i].value = copy;
            return;
        }
    }
    make_room(relay);
    relay->headers[relay->header_count++] =
        (struct http_header){arena_str(&relay->arena, str_from(name)), copy};
}

void proxy_relay_set_target(struct proxy_relay *relay, struct str target) {
    relay->target = target;
}

unsigned proxy_relay_status(const struct proxy_relay *relay) {
    return relay->status;
}

size_t proxy_relay_reply_headers(const struct proxy_relay *relay, const struct http_header **ret_headers) {
    *ret_headers = relay->reply_headers;
    return relay->reply_header_count;
}
