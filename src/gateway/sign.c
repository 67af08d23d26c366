/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign: an entry with credentials of its own passes calls on under these. What the caller signed is taken
 * out, Host becomes the upstream's, a bucket in the host name moves into the path.
 */
#include "aws/host.h"
#include "sys/clock.h"

#include "call.h"

/* The path as the upstream takes it: a virtual host is no part of its name. */
static struct str path_of(struct gateway_call *call) {
    struct str bucket = aws_bucket_of_host(call->host, call->gate->entry->virtual_hosts);
    if (bucket.size == 0)
        return call->request.path;
    return arena_format(
        call->arena, "/%.*s%.*s", STR(arena_lower_case(call->arena, bucket)), STR(call->request.path));
}

static const struct aws_header *find(const struct aws_header *headers, size_t count, struct str name) {
    for (size_t i = 0; i < count; i++)
        if (str_equals_ignoring_case(headers[i].name, name))
            return &headers[i];
    return NULL;
}

/* Make the relay's headers those that were signed. */
static void replace_headers(struct gateway_call *call, const struct identity_signed *from) {
    const struct aws_request *request = &call->request;
    for (size_t i = 0; i < request->header_count; i++)
        if (find(from->headers, from->header_count, request->headers[i].name) == NULL)
            proxy_relay_remove_header(call->relay, arena_text(call->arena, request->headers[i].name));
    for (size_t i = 0; i < from->header_count; i++) {
        const struct aws_header *header = &from->headers[i];
        const struct aws_header *old = find(request->headers, request->header_count, header->name);
        if (old == NULL || !str_equals(old->value, header->value))
            proxy_relay_set_header(call->relay, arena_text(call->arena, header->name), header->value);
    }
}

bool gateway_sign(struct gateway_call *call, struct gateway_answer *ret_answer) {
    struct aws_request request = call->request;
    struct aws_header *headers = ARENA_ARRAY(call->arena, request.header_count + 1, struct aws_header);
    size_t count = 0;
    headers[count++] = (struct aws_header){STR_LITERAL("Host"), call->gate->upstream_host};
    for (size_t i = 0; i < request.header_count; i++)
        if (!str_equals_ignoring_case(request.headers[i].name, STR_LITERAL("Host")))
            headers[count++] = request.headers[i];
    request.headers = headers;
    request.header_count = count;
    request.path = path_of(call);
    struct identity_signed signed_request = {.headers = NULL};
    if (!identity_sign(call->gate->book, call->arena, &request, call->protocol.service,
            clock_now(call->gate->gateway->clock), &signed_request)) {
        *ret_answer = gateway_answer_of(call, call->was_streamed ? FAULT_TOO_LARGE : FAULT_NOT_IMPLEMENTED);
        return false;
    }
    replace_headers(call, &signed_request);
    bool has_query = signed_request.query.size > 0;
    proxy_relay_set_target(call->relay, arena_format(call->arena, "%.*s%s%.*s", STR(request.path),
                                            has_query ? "?" : "", STR(signed_request.query)));
    return true;
}
