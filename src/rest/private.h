/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what REST-JSON and REST-XML share: the parameters that stand in path, query and headers.
 *
 * Threads: pure.
 */
#pragma once

#include "protocol/body.h"
#include "rest/rest.h"

/* What the head of a request told: the call's `detail`. */
struct rest_detail {
    struct route_match match;
    struct str members; /* "name":value,... of the parameters in the head, no braces; may be empty */
};

/* Find the operation and the parameters of the head; the first part has them until the body is read. */
void rest_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call);

/* The member that the whole body is; empty where its own members are the parameters. */
struct str rest_body_member(const struct route *route);

void rest_begin_reply(const struct protocol_reply *reply, struct protocol_call *call);

/* The first part's request: the members of the head, then those of `body` (which may be empty), each
 * "name":value,... without braces. */
void rest_take_request(struct arena *arena, struct str members, struct str body, struct protocol_call *call);

/* As rest_take_request(), for a body that is not of its form: a marker says so. */
void rest_take_unreadable(
    struct arena *arena, struct str members, size_t body_size, struct protocol_call *call);

/* A text as the number or truth that it is said to be ('#', '?'), where it is one. */
void rest_write_typed(struct json_writer *writer, char kind, struct str text);
