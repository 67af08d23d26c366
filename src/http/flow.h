/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow: one direction of a relay. Bytes are read into one buffer, what frames them is removed there, and
 * they are written from it, framed anew; no more is read until all is written, so that memory is constant.
 *
 * Threads: its loop's.
 */
#pragma once

#include "base/buf.h"

#include "framing.h"
#include "link.h"

enum {
    HTTP_BUFFER_SMALL = 16 << 10,
    HTTP_BUFFER_BULK = 256 << 10, /* for bodies that have proved large */
    HTTP_FLOW_PIECES = 6,         /* head, chunk line, payload, chunk end, last chunk, trailers */
};

/* data[start..end) was read and not looked at yet; payload lies before it. */
struct http_buffer {
    struct http_buffer *next;
    size_t capacity, start, end;
    char data[];
};

/* Buffers that are not used now; zeroed is empty. */
struct http_buffer_pool {
    struct http_buffer *small, *bulk;
    unsigned small_count, bulk_count, bulk_used;
};

struct http_buffer *http_buffer_take(struct http_buffer_pool *pool, size_t capacity);
void http_buffer_give(struct http_buffer_pool *pool, struct http_buffer *owned_buffer); /* NULL is fine */
void http_buffer_copy(struct http_buffer *buffer, struct str bytes); /* its whole content; may overlap */
void http_buffer_pool_finish(struct http_buffer_pool *pool);

struct http_flow {
    struct http_buffer_pool *pool;
    struct http_buffer *buffer;
    struct http_framing framing;
    struct str payload; /* decoded and not queued yet; in the buffer */
    struct bytes pieces[HTTP_FLOW_PIECES];
    unsigned piece_count, piece_index;
    size_t piece_offset;
    char chunk_line[20];
    bool is_chunked;    /* as written */
    bool is_whole;      /* all was read and decoded */
    bool is_end_queued; /* all was queued */
    uint64_t payload_bytes, written_bytes;
};

void http_flow_begin(struct http_flow *flow, struct http_buffer_pool *pool);
void http_flow_finish(struct http_flow *flow);

/* Read more behind what is there. TCP_AGAIN also where there is no room: http_flow_has_room(). */
enum tcp_result http_flow_read(struct http_flow *flow, struct http_link *link);
bool http_flow_has_room(const struct http_flow *flow);
/* Make the buffer larger, up to `capacity_max`; false where it is as large already. */
bool http_flow_grow(struct http_flow *flow, size_t capacity_max);

/* Decode what was read; `ret_new` is the payload that was added. Nothing may be queued. */
enum http_framing_state http_flow_decode(struct http_flow *flow, struct str *ret_new);
/* Whether read bytes wait to be decoded. */
bool http_flow_has_raw(const struct http_flow *flow);
void http_flow_drop_payload(struct http_flow *flow);
void http_flow_drop_raw(struct http_flow *flow);
void http_flow_drop_queue(struct http_flow *flow);

bool http_flow_is_queued(const struct http_flow *flow); /* something waits to be written */
void http_flow_queue(struct http_flow *flow, struct str piece);
void http_flow_queue_payload(struct http_flow *flow, size_t kept_back); /* all but so many bytes */
void http_flow_queue_end(struct http_flow *flow);
/* TCP_DONE where all that was queued is written. */
enum tcp_result http_flow_write(struct http_flow *flow, struct http_link *link, void *scratch);
/* What was queued last is queued again, from its first byte. */
void http_flow_rewind(struct http_flow *flow);
/* After all was written and will not be rewound: the room of the payload is free. */
void http_flow_recycle(struct http_flow *flow);
