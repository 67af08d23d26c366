/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow: one direction of a relay. Bytes are read into one buffer, what frames them is removed there, and
 * they are written from it, framed anew; no more is read until all is written, so that memory is constant.
 *
 * Threads: its loop's.
 */
#pragma once

#include "base/buf.h"
#include "http/framing.h"

#include "link.h"

enum {
    PROXY_BUFFER_SMALL = 16 << 10,
    PROXY_BUFFER_BULK = 256 << 10, /* for bodies that have proved large */
    PROXY_FLOW_PIECES = 6,         /* head, chunk line, payload, chunk end, last chunk, trailers */
};

/* data[start..end) was read and not looked at yet; payload lies before it. */
struct proxy_buffer {
    struct proxy_buffer *next;
    size_t capacity, start, end;
    char data[];
};

/* Buffers that are not used now; zeroed is empty. */
struct proxy_buffer_pool {
    struct proxy_buffer *small, *bulk;
    unsigned small_count, bulk_count, bulk_used;
};

struct proxy_buffer *proxy_buffer_take(struct proxy_buffer_pool *pool, size_t capacity);
void proxy_buffer_give(struct proxy_buffer_pool *pool, struct proxy_buffer *owned_buffer); /* NULL is fine */
void proxy_buffer_copy(struct proxy_buffer *buffer, struct str bytes); /* its whole content; may overlap */
void proxy_buffer_pool_finish(struct proxy_buffer_pool *pool);

struct proxy_flow {
    struct proxy_buffer_pool *pool;
    struct proxy_buffer *buffer;
    struct http_framing framing;
    struct str payload; /* decoded and not queued yet; in the buffer */
    struct bytes pieces[PROXY_FLOW_PIECES];
    unsigned piece_count, piece_index;
    size_t piece_offset;
    char chunk_line[20];
    bool is_chunked;    /* as written */
    bool is_whole;      /* all was read and decoded */
    bool is_end_queued; /* all was queued */
    uint64_t payload_bytes, written_bytes;
};

void proxy_flow_begin(struct proxy_flow *flow, struct proxy_buffer_pool *pool);
void proxy_flow_finish(struct proxy_flow *flow);

/* Read more behind what is there. TCP_AGAIN also where there is no room: proxy_flow_has_room(). */
enum tcp_result proxy_flow_read(struct proxy_flow *flow, struct proxy_link *link);
bool proxy_flow_has_room(const struct proxy_flow *flow);
/* Make the buffer larger, up to `capacity_max`; false where it is as large already. */
bool proxy_flow_grow(struct proxy_flow *flow, size_t capacity_max);

/* Decode what was read; `ret_new` is the payload that was added. Nothing may be queued. */
enum http_framing_state proxy_flow_decode(struct proxy_flow *flow, struct str *ret_new);
/* Whether read bytes wait to be decoded. */
bool proxy_flow_has_raw(const struct proxy_flow *flow);
void proxy_flow_drop_payload(struct proxy_flow *flow);
void proxy_flow_drop_raw(struct proxy_flow *flow);
void proxy_flow_drop_queue(struct proxy_flow *flow);

bool proxy_flow_is_queued(const struct proxy_flow *flow); /* something waits to be written */
void proxy_flow_queue(struct proxy_flow *flow, struct str piece);
void proxy_flow_queue_payload(struct proxy_flow *flow, size_t kept_back); /* all but so many bytes */
void proxy_flow_queue_end(struct proxy_flow *flow);
/* TCP_DONE where all that was queued is written. */
enum tcp_result proxy_flow_write(struct proxy_flow *flow, struct proxy_link *link, void *scratch);
/* What was queued last is queued again, from its first byte. */
void proxy_flow_rewind(struct proxy_flow *flow);
/* After all was written and will not be rewound: the room of the payload is free. */
void proxy_flow_recycle(struct proxy_flow *flow);
