/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many clients at once over several loops: some leave early, some pipeline, some send in drips; the owner
 * collects, holds, answers and breaks by turns. Whatever a client gets whole must be its own reply, and every
 * relay must be closed once.
 */
#include "base/own.h"
#include "proxy/proxy.h"
#include "support/http_raw.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

enum { CLIENTS = 12, ROUNDS = 300, BODY_MAX = 300000, LOOPS = 3, HELD_MAX = 64 };

static struct proxy *proxy;
static struct http_server *upstream;
static struct error error;
static _Atomic int requests, closes, ends, good_replies, own_answers, broken_replies, breaks;
static char pattern[2 * BODY_MAX];

/* ---- the upstream gives a body back ---- */

static void on_headers(struct http_exchange *exchange, void *context) {
    (void)context;
    struct buf *body = ARENA_NEW(http_arena(exchange), struct buf);
    *body = BUF_INIT(BODY_MAX);
    http_attach(exchange, body);
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    (void)context;
    buf_append_bytes(http_attachment(exchange), piece);
}

static int64_t read_body(void *reader, uint64_t offset, void *data, size_t size) {
    struct buf *body = reader;
    size_t left = body->size - (size_t)offset;
    size_t count = left < size ? left : size;
    memcpy(data, body->data + offset, count);
    return (int64_t)count;
}

static void close_body(void *reader) {
    (void)reader;
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    struct buf *body = http_attachment(exchange);
    bool is_chunked = body->size % 3 == 0;
    if (is_chunked && body->size > 0)
        http_answer_stream(exchange, 200, UINT64_MAX, read_body, close_body, body);
    else
        http_answer(exchange, 200, buf_bytes(body));
}

static void on_exchange_close(struct http_exchange *exchange, void *context) {
    (void)context;
    buf_finish(http_attachment(exchange));
}

/* ---- the owner ---- */

struct note {
    uint32_t magic;
    unsigned number;
    bool is_open;
};
enum { NOTE_MAGIC = 0x4e4f5445 };

static struct proxy_relay *held[LOOPS][HELD_MAX];

static void remember(struct proxy_relay *relay) {
    struct proxy_relay **list = held[proxy_loop_index(proxy_relay_loop(relay))];
    for (int i = 0; i < HELD_MAX; i++) {
        if (list[i] == NULL || list[i] == relay) {
            list[i] = relay;
            return;
        }
    }
    proxy_relay_release(relay);
}

static void proxy_on_request(struct proxy_relay *relay, void *context) {
    (void)context;
    struct note *note = ARENA_NEW(proxy_relay_arena(relay), struct note);
    *note = (struct note){NOTE_MAGIC, (unsigned)requests++, true};
    proxy_relay_attach(relay, note);
    if (note->number % 3 == 0)
        proxy_relay_collect(relay, 100000);
    if (note->number % 4 == 0) {
        proxy_relay_hold(relay);
        remember(relay);
    }
    if (note->number % 5 == 0)
        proxy_relay_hold_reply(relay);
    if (note->number % 29 == 0)
        proxy_relay_answer(relay, 503, NULL, 0, bytes_of("busy", 4));
}

static void proxy_on_reply(struct proxy_relay *relay, void *context) {
    (void)context;
    struct note *note = proxy_relay_attachment(relay);
    EXPECT(note->magic == NOTE_MAGIC && note->is_open);
    if (note->number % 31 == 0) {
        breaks++;
        proxy_relay_break(relay);
    }
}

static void proxy_on_end(struct proxy_relay *relay, enum proxy_relay_end end, void *context) {
    (void)context;
    (void)end;
    struct note *note = proxy_relay_attachment(relay);
    EXPECT(note->magic == NOTE_MAGIC && note->is_open);
    ends++;
    if (note->number % 5 == 0)
        remember(relay);
}

static void proxy_on_close(struct proxy_relay *relay, void *context) {
    (void)context;
    struct note *note = proxy_relay_attachment(relay);
    EXPECT(note->magic == NOTE_MAGIC && note->is_open);
    note->is_open = false;
    closes++;
    struct proxy_relay **list = held[proxy_loop_index(proxy_relay_loop(relay))];
    for (int i = 0; i < HELD_MAX; i++) {
        if (list[i] == relay)
            list[i] = NULL;
    }
}

static _Atomic(struct proxy_loop *) loops[LOOPS];

static void proxy_on_turn(struct proxy_loop *loop, void *context) {
    (void)context;
    loops[proxy_loop_index(loop)] = loop;
}

static void proxy_on_wake(struct proxy_loop *loop, void *context) {
    (void)context;
    for (int i = 0; i < HELD_MAX; i++) {
        struct proxy_relay *relay = held[proxy_loop_index(loop)][i];
        held[proxy_loop_index(loop)][i] = NULL;
        if (relay != NULL)
            proxy_relay_release(relay);
    }
}

static _Atomic bool is_over;

static void wake_now_and_then(void *context) {
    (void)context;
    while (!is_over) {
        clock_sleep_ms(2);
        for (int i = 0; i < LOOPS; i++) {
            struct proxy_loop *loop = loops[i];
            if (loop != NULL)
                proxy_loop_wake(loop);
        }
    }
}

/* ---- the clients ---- */

struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides) {
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice->state >> 33) % sides;
}

static struct str make_request(struct buf *text, size_t offset, size_t size, bool is_chunked) {
    buf_clear(text);
    buf_append_text(text, size == 0 ? "GET / HTTP/1.1\r\nHost: h\r\n" : "POST / HTTP/1.1\r\nHost: h\r\n");
    if (size == 0) {
        buf_append_text(text, "\r\n");
    } else if (is_chunked) {
        buf_append_format(text, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", size);
        buf_append(text, pattern + offset, size);
        buf_append_text(text, "\r\n0\r\n\r\n");
    } else {
        buf_append_format(text, "Content-Length: %zu\r\n\r\n", size);
        buf_append(text, pattern + offset, size);
    }
    return buf_str(text);
}

static void send_in_pieces(int connection, struct str text, struct dice *dice) {
    size_t piece = roll(dice, 3) == 0 ? 1 + roll(dice, 3000) : text.size;
    for (size_t at = 0; at < text.size; at += piece) {
        struct str part = str_slice(text, at, piece);
        if (!raw_send(connection, part.data, part.size))
            return;
    }
}

/* One line or one count of bytes of what comes; false where the connection ended. */
static bool read_line(int connection, char *line, size_t size) {
    size_t at = 0;
    while (at + 1 < size && recv(connection, line + at, 1, 0) == 1) {
        if (line[at++] == '\n') {
            line[at] = '\0';
            return true;
        }
    }
    return false;
}

static bool read_bytes(int connection, struct buf *out, size_t size) {
    char data[4096];
    while (size > 0) {
        ssize_t count = recv(connection, data, size < sizeof data ? size : sizeof data, 0);
        if (count <= 0)
            return false;
        buf_append(out, data, (size_t)count);
        size -= (size_t)count;
    }
    return true;
}

/* The status of a whole reply, or 0 where none came; its body. */
static unsigned read_reply(int connection, struct buf *body, bool *ret_is_last) {
    char line[300];
    unsigned long size = 0, status = 0;
    bool is_chunked = false;
    buf_clear(body);
    *ret_is_last = false;
    if (!read_line(connection, line, sizeof line))
        return 0;
    status = strtoul(line + 9, NULL, 10);
    while (read_line(connection, line, sizeof line) && line[0] != '\r') {
        if (strncasecmp(line, "content-length:", 15) == 0)
            size = strtoul(line + 15, NULL, 10);
        is_chunked |= strncasecmp(line, "transfer-encoding: chunked", 26) == 0;
        *ret_is_last |= strncasecmp(line, "connection: close", 17) == 0;
    }
    if (!is_chunked)
        return line[0] == '\r' && read_bytes(connection, body, size) ? (unsigned)status : 0;
    for (;;) {
        if (!read_line(connection, line, sizeof line))
            return 0;
        size = strtoul(line, NULL, 16);
        if (!read_bytes(connection, body, size) || !read_line(connection, line, sizeof line))
            return 0;
        if (size == 0)
            return (unsigned)status;
    }
}

/* Requests over one connection, the later ones before the replies of the earlier; then it may just leave. */
static void visit(struct dice *dice, struct buf *text, struct buf *body) {
    enum { MOST = 3 };
    size_t sizes[MOST], offsets[MOST];
    unsigned count = 1 + roll(dice, MOST);
    int connection = raw_connect(proxy_port(proxy, 0), 20000);
    EXPECT(connection >= 0);
    for (unsigned i = 0; i < count; i++) {
        unsigned kind = roll(dice, 8);
        sizes[i] = kind < 3 ? 0 : roll(dice, kind == 7 ? BODY_MAX : 3000);
        offsets[i] = roll(dice, BODY_MAX);
        send_in_pieces(connection, make_request(text, offsets[i], sizes[i], roll(dice, 2) == 0), dice);
        bool has_to_read = sizes[i] > 3000 || i + 1 == count;
        if (roll(dice, 12) == 0 || (has_to_read && i + 1 < count))
            count = i + 1;
    }
    bool is_last = roll(dice, 10) == 0;
    for (unsigned i = 0; i < count && !is_last; i++) {
        unsigned status = read_reply(connection, body, &is_last);
        if (status == 0)
            broken_replies++;
        if (status == 503)
            own_answers++;
        if (status != 200) {
            is_last |= status == 0;
            continue;
        }
        good_replies++;
        EXPECT(body->size == sizes[i] &&
               (sizes[i] == 0 || memcmp(body->data, pattern + offsets[i], sizes[i]) == 0));
    }
    (void)close(connection);
}

static void be_clients(void *context) {
    struct dice *dice = context;
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf body = BUF_INIT(1 << 20);
    for (int i = 0; i < ROUNDS; i++)
        visit(dice, &text, &body);
}

static void every_relay_is_closed_and_no_reply_is_anothers(void) {
    struct thread *threads[CLIENTS], *waker = thread_start("waker", wake_now_and_then, NULL);
    struct dice dices[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        dices[i].state = 1000 + i;
        threads[i] = thread_start("client", be_clients, &dices[i]);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        thread_join(threads[i]);
    for (int i = 0; i < 10000 && closes < requests; i++)
        clock_sleep_ms(1);
    is_over = true;
    thread_join(waker);
    proxy_destroy(proxy, 5000);
    EXPECT_INT(closes, requests);
    EXPECT(ends <= requests);
    EXPECT(good_replies > CLIENTS * ROUNDS / 2);
    EXPECT(own_answers > 0 && broken_replies > 0 && broken_replies <= breaks);
    printf("# %d requests, %d good replies, %d answers of the owner, %d broken\n", requests, good_replies,
        own_answers, broken_replies);
}

int main(void) {
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (char)(i * 31 + (i >> 7));
    struct http_service service = {on_headers, on_body, on_complete, on_exchange_close, NULL};
    struct http_server_options server_options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 200, .idle_timeout_s = 20};
    upstream = http_server_create(&server_options, &service, &error);
    EXPECT(upstream != NULL);
    struct proxy_relay_service relay_service = {.on_request = proxy_on_request,
        .on_reply = proxy_on_reply,
        .on_end = proxy_on_end,
        .on_close = proxy_on_close,
        .on_turn = proxy_on_turn,
        .on_wake = proxy_on_wake};
    struct proxy_entry entry = {.host = STR_LITERAL("127.0.0.1"),
        .upstream = arena_format(&arena, "http://127.0.0.1:%u", http_server_port(upstream))};
    struct proxy_options options = {
        .entries = &entry, .entry_count = 1, .loops = LOOPS, .connections_max = 100};
    proxy = proxy_create(&options, &relay_service, &error);
    EXPECT(proxy != NULL);
    TEST(every_relay_is_closed_and_no_reply_is_anothers);
    http_server_destroy(upstream);
    arena_finish(&arena);
    return tap_done();
}
