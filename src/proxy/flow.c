/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "base/check.h"
#include "base/own.h"

#include <stdio.h>
#include <string.h>

enum {
    SMALL_KEPT = 256,
    BULK_KEPT = 16,
    BULK_USED_MAX = 48, /* of one loop: 12 MiB; more large bodies flow through small buffers */
    BULK_AFTER = 64 << 10,
};

static struct proxy_buffer *pop(struct proxy_buffer **list, unsigned *count) {
    struct proxy_buffer *buffer = *list;
    if (buffer == NULL)
        return NULL;
    *list = buffer->next;
    (*count)--;
    return buffer;
}

struct proxy_buffer *proxy_buffer_take(struct proxy_buffer_pool *pool, size_t capacity) {
    struct proxy_buffer *buffer = NULL;
    if (capacity == PROXY_BUFFER_SMALL)
        buffer = pop(&pool->small, &pool->small_count);
    if (capacity == PROXY_BUFFER_BULK) {
        buffer = pop(&pool->bulk, &pool->bulk_count);
        pool->bulk_used++;
    }
    if (buffer == NULL)
        buffer = mem_resize(NULL, sizeof *buffer + capacity);
    buffer->next = NULL;
    buffer->capacity = capacity;
    buffer->start = buffer->end = 0;
    return buffer;
}

static bool push(struct proxy_buffer **list, unsigned *count, unsigned most, struct proxy_buffer *buffer) {
    if (*count >= most)
        return false;
    buffer->next = *list;
    *list = buffer;
    (*count)++;
    return true;
}

void proxy_buffer_give(struct proxy_buffer_pool *pool, struct proxy_buffer *owned_buffer) {
    if (owned_buffer == NULL)
        return;
    bool is_kept = false;
    if (owned_buffer->capacity == PROXY_BUFFER_SMALL)
        is_kept = push(&pool->small, &pool->small_count, SMALL_KEPT, owned_buffer);
    if (owned_buffer->capacity == PROXY_BUFFER_BULK) {
        pool->bulk_used--;
        is_kept = push(&pool->bulk, &pool->bulk_count, BULK_KEPT, owned_buffer);
    }
    if (!is_kept)
        mem_free(owned_buffer);
}

void proxy_buffer_copy(struct proxy_buffer *buffer, struct str bytes) {
    ASSERT(bytes.size <= buffer->capacity);
    memmove(buffer->data, bytes.data, bytes.size);
    buffer->start = 0;
    buffer->end = bytes.size;
}

void proxy_buffer_pool_finish(struct proxy_buffer_pool *pool) {
    for (struct proxy_buffer *buffer; (buffer = pop(&pool->small, &pool->small_count)) != NULL;)
        mem_free(buffer);
    for (struct proxy_buffer *buffer; (buffer = pop(&pool->bulk, &pool->bulk_count)) != NULL;)
        mem_free(buffer);
}

void proxy_flow_begin(struct proxy_flow *flow, struct proxy_buffer_pool *pool) {
    *flow = (struct proxy_flow){.pool = pool};
}

void proxy_flow_finish(struct proxy_flow *flow) {
    http_framing_finish(&flow->framing);
    proxy_buffer_give(flow->pool, flow->buffer);
    flow->buffer = NULL;
}

bool proxy_flow_has_raw(const struct proxy_flow *flow) {
    return flow->buffer != NULL && flow->buffer->start < flow->buffer->end;
}

bool proxy_flow_has_room(const struct proxy_flow *flow) {
    return flow->buffer == NULL || flow->buffer->end < flow->buffer->capacity;
}

static void move_to(struct proxy_flow *flow, struct proxy_buffer *target) {
    struct proxy_buffer *buffer = flow->buffer;
    size_t raw = buffer->end - buffer->start;
    if (flow->payload.size > 0)
        memmove(target->data, flow->payload.data, flow->payload.size);
    memmove(target->data + flow->payload.size, buffer->data + buffer->start, raw);
    flow->payload.data = target->data;
    target->start = flow->payload.size;
    target->end = target->start + raw;
}

static void replace_buffer(struct proxy_flow *flow, size_t capacity) {
    struct proxy_buffer *larger = proxy_buffer_take(flow->pool, capacity);
    if (flow->buffer != NULL)
        move_to(flow, larger);
    proxy_buffer_give(flow->pool, flow->buffer);
    flow->buffer = larger;
}

bool proxy_flow_grow(struct proxy_flow *flow, size_t capacity_max) {
    size_t capacity = flow->buffer->capacity;
    if (capacity >= capacity_max)
        return false;
    capacity = capacity < PROXY_BUFFER_BULK ? PROXY_BUFFER_BULK : 2 * capacity;
    if (capacity > capacity_max && capacity_max > PROXY_BUFFER_BULK)
        capacity = capacity_max;
    replace_buffer(flow, capacity);
    return true;
}

static void choose_buffer(struct proxy_flow *flow) {
    bool is_bulk = flow->payload_bytes >= BULK_AFTER && flow->pool->bulk_used < BULK_USED_MAX;
    if (flow->buffer == NULL)
        flow->buffer = proxy_buffer_take(flow->pool, is_bulk ? PROXY_BUFFER_BULK : PROXY_BUFFER_SMALL);
    else if (is_bulk && flow->buffer->end == 0 && flow->buffer->capacity < PROXY_BUFFER_BULK)
        replace_buffer(flow, PROXY_BUFFER_BULK);
}

enum tcp_result proxy_flow_read(struct proxy_flow *flow, struct proxy_link *link) {
    choose_buffer(flow);
    struct proxy_buffer *buffer = flow->buffer;
    size_t size = 0;
    if (buffer->start == buffer->end && flow->payload.size == 0)
        buffer->start = buffer->end = 0;
    if (buffer->end == buffer->capacity)
        return TCP_AGAIN;
    enum tcp_result result =
        proxy_link_read(link, buffer->data + buffer->end, buffer->capacity - buffer->end, &size);
    buffer->end += size;
    return result;
}

/* Bytes that were decoded leave their room to those that come. */
static void close_gap(struct proxy_flow *flow) {
    struct proxy_buffer *buffer = flow->buffer;
    if (buffer->start == buffer->end && !flow->is_whole)
        buffer->start = buffer->end =
            flow->payload.size == 0 ? 0 : (size_t)(flow->payload.data + flow->payload.size - buffer->data);
}

enum http_framing_state proxy_flow_decode(struct proxy_flow *flow, struct str *ret_new) {
    struct proxy_buffer *buffer = flow->buffer;
    size_t taken = 0;
    ASSERT(!proxy_flow_is_queued(flow));
    *ret_new = STR_EMPTY;
    if (buffer == NULL) {
        flow->is_whole = flow->framing.is_whole;
        return flow->is_whole ? HTTP_FRAMING_WHOLE : HTTP_FRAMING_MORE;
    }
    char *payload_end =
        flow->payload.size == 0 ? NULL : (char *)(uintptr_t)(flow->payload.data + flow->payload.size);
    enum http_framing_state state = http_framing_decode(&flow->framing, buffer->data + buffer->start,
        buffer->end - buffer->start, payload_end, &taken, ret_new);
    buffer->start += taken;
    if (flow->payload.size == 0)
        flow->payload.data = ret_new->data;
    flow->payload.size += ret_new->size;
    flow->payload_bytes += ret_new->size;
    flow->is_whole = state == HTTP_FRAMING_WHOLE;
    close_gap(flow);
    return state;
}

void proxy_flow_drop_payload(struct proxy_flow *flow) {
    flow->payload = STR_EMPTY;
    if (flow->buffer != NULL)
        close_gap(flow);
}

void proxy_flow_drop_raw(struct proxy_flow *flow) {
    if (flow->buffer != NULL)
        flow->buffer->start = flow->buffer->end = 0;
}

void proxy_flow_drop_queue(struct proxy_flow *flow) {
    flow->piece_count = flow->piece_index = 0;
    flow->piece_offset = 0;
}

bool proxy_flow_is_queued(const struct proxy_flow *flow) {
    return flow->piece_index < flow->piece_count;
}

void proxy_flow_queue(struct proxy_flow *flow, struct str piece) {
    if (piece.size == 0)
        return;
    if (!proxy_flow_is_queued(flow))
        flow->piece_count = flow->piece_index = 0;
    ASSERT(flow->piece_count < PROXY_FLOW_PIECES);
    flow->pieces[flow->piece_count++] = str_bytes(piece);
}

void proxy_flow_queue_payload(struct proxy_flow *flow, size_t kept_back) {
    if (flow->payload.size <= kept_back)
        return;
    struct str now = str_slice(flow->payload, 0, flow->payload.size - kept_back);
    flow->payload = str_slice(flow->payload, now.size, SIZE_MAX);
    if (flow->is_chunked) {
        int size = snprintf(flow->chunk_line, sizeof flow->chunk_line, "%zx\r\n", now.size);
        proxy_flow_queue(flow, str_of(flow->chunk_line, (size_t)size));
    }
    proxy_flow_queue(flow, now);
    if (flow->is_chunked)
        proxy_flow_queue(flow, STR_LITERAL("\r\n"));
}

void proxy_flow_queue_end(struct proxy_flow *flow) {
    flow->is_end_queued = true;
    if (!flow->is_chunked)
        return;
    proxy_flow_queue(flow, STR_LITERAL("0\r\n"));
    struct str trailers = buf_str(&flow->framing.trailers);
    if (trailers.size == 0) {
        flow->pieces[flow->piece_count - 1] = str_bytes(STR_LITERAL("0\r\n\r\n"));
        return;
    }
    /* The lines are there with their CRLF; the empty one follows. */
    buf_append_str(&flow->framing.trailers, STR_LITERAL("\r\n"));
    proxy_flow_queue(flow, buf_str(&flow->framing.trailers));
}

static void advance(struct proxy_flow *flow, size_t size) {
    flow->written_bytes += size;
    while (size > 0) {
        size_t left = flow->pieces[flow->piece_index].size - flow->piece_offset;
        size_t step = size < left ? size : left;
        size -= step;
        flow->piece_offset += step;
        if (step == left) {
            flow->piece_index++;
            flow->piece_offset = 0;
        }
    }
}

enum tcp_result proxy_flow_write(struct proxy_flow *flow, struct proxy_link *link, void *scratch) {
    while (proxy_flow_is_queued(flow)) {
        struct bytes pieces[PROXY_FLOW_PIECES];
        size_t count = 0, size = 0;
        for (unsigned i = flow->piece_index; i < flow->piece_count; i++)
            pieces[count++] = flow->pieces[i];
        pieces[0].data += flow->piece_offset;
        pieces[0].size -= flow->piece_offset;
        enum tcp_result result = proxy_link_write(link, pieces, count, scratch, &size);
        if (result != TCP_DONE)
            return result;
        advance(flow, size);
        if (!link->is_writable && proxy_flow_is_queued(flow))
            return TCP_AGAIN;
    }
    return TCP_DONE;
}

void proxy_flow_rewind(struct proxy_flow *flow) {
    flow->piece_index = 0;
    flow->piece_offset = 0;
}

void proxy_flow_recycle(struct proxy_flow *flow) {
    ASSERT(!proxy_flow_is_queued(flow));
    flow->piece_count = flow->piece_index = 0;
    struct proxy_buffer *buffer = flow->buffer;
    if (buffer == NULL)
        return;
    if (flow->payload.size > 0 && buffer->start == buffer->end)
        move_to(flow, buffer);
    else
        close_gap(flow);
}
