/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

enum { STATUS_BAD = 400, STATUS_TOO_LARGE = 431, STATUS_UNKNOWN = 501, STATUS_VERSION = 505 };

enum character { TOKEN = 1, VALUE = 2, TARGET = 4 };

/* RFC 9110: tokens, and field values with obs-text. A target has no blanks and no control characters; nor
 * '#', behind which some servers read nothing, nor '\\', which some take for '/'. */
/* clang-format off */
static const uint8_t characters[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, /* 00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    2, 7, 6, 3, 7, 7, 7, 7, 6, 6, 7, 7, 6, 7, 7, 6, /* 20 */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 6, 6, 6, 6, 6, /* 30 */
    6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, /* 40 */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 6, 7, 7, /* 50 */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, /* 60 */
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 7, 6, 7, 0, /* 70 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* 80 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* 90 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* a0 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* b0 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* c0 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* d0 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* e0 */
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, /* f0 */
};
/* clang-format on */

static size_t span(struct str text, enum character kind) {
    size_t size = 0;
    while (size < text.size && (characters[(uint8_t)text.data[size]] & kind) != 0)
        size++;
    return size;
}

enum http_message_end http_message_find_end(struct str data, size_t *io_scanned) {
    /* What begins a TLS session, or any other protocol, need not be waited for. */
    if (data.size > 0 && (characters[(uint8_t)data.data[0]] & TOKEN) == 0)
        return HTTP_MESSAGE_BROKEN;
    while (*io_scanned < data.size) {
        const char *line = data.data + *io_scanned;
        size_t left = data.size - *io_scanned;
        const char *feed = memchr(line, '\n', left);
        if (feed == NULL)
            break;
        if (feed == line || feed[-1] != '\r')
            return HTTP_MESSAGE_BROKEN;
        *io_scanned += (size_t)(feed - line) + 1;
        if (feed == line + 1)
            return HTTP_MESSAGE_FINISHED;
    }
    return HTTP_MESSAGE_UNFINISHED;
}

enum header_kind {
    ORDINARY,
    CONNECTION,
    LENGTH,
    CODING,
    HOST,
    EXPECT,
    KEEP_ALIVE,
    HOP_BY_HOP,
};

static enum header_kind kind_of(struct str name) {
    static const struct {
        struct str name;
        enum header_kind kind;
    } known[] = {
        {{"TE", 2}, HOP_BY_HOP},
        {{"Host", 4}, HOST},
        {{"Expect", 6}, EXPECT},
        {{"Upgrade", 7}, HOP_BY_HOP},
        {{"Connection", 10}, CONNECTION},
        {{"Keep-Alive", 10}, KEEP_ALIVE},
        {{"Content-Length", 14}, LENGTH},
        {{"HTTP2-Settings", 14}, HOP_BY_HOP},
        {{"Proxy-Connection", 16}, HOP_BY_HOP},
        {{"Transfer-Encoding", 17}, CODING},
    };
    static const uint32_t sizes = 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 14 | 1 << 16 | 1 << 17;
    if (name.size > 17 || (sizes >> name.size & 1) == 0)
        return ORDINARY;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].name.size == name.size && str_equals_ignoring_case(known[i].name, name))
            return known[i].kind;
    }
    return ORDINARY;
}

/* The next element of a list of tokens; false at its end. */
static bool next_token(struct str *rest, struct str *ret_token) {
    while (rest->size > 0) {
        *ret_token = str_trim(str_cut(rest, ','));
        if (ret_token->size > 0)
            return true;
    }
    return false;
}

static void note_connection(struct http_message *message, struct str value) {
    struct str token;
    while (next_token(&value, &token)) {
        message->says_close |= str_equals_ignoring_case(token, STR_LITERAL("close"));
        message->says_keep_alive |= str_equals_ignoring_case(token, STR_LITERAL("keep-alive"));
    }
}

/* "timeout=5, max=100" */
static void note_keep_alive(struct http_message *message, struct str value) {
    struct str token;
    while (next_token(&value, &token)) {
        struct str name = str_cut(&token, '=');
        if (str_equals_ignoring_case(str_trim(name), STR_LITERAL("timeout")))
            IGNORE(str_to_u64(str_trim(token), &message->keeps_alive_s), "it is a hint");
    }
}

/* RFC 3986: what a name, an address and a port are made of. Never a user or a path. */
static bool is_host(struct str text) {
    for (size_t i = 0; i < text.size; i++) {
        if ((uint8_t)text.data[i] <= ' ' || strchr("\"#,/<>?@\\^`{|}", text.data[i]) != NULL)
            return false;
    }
    return true;
}

/* What a header means for the message; false where it contradicts another. */
static unsigned note(struct http_message *message, const struct http_header *header) {
    switch (kind_of(header->name)) {
    case CONNECTION:
        note_connection(message, header->value);
        return 0;
    case LENGTH:
        if (message->has_length || !str_to_u64(header->value, &message->length) ||
            message->length > INT64_MAX)
            return STATUS_BAD;
        message->has_length = true;
        return 0;
    case CODING:
        if (message->is_chunked || message->minor_version == 0)
            return STATUS_BAD;
        message->is_chunked = str_equals_ignoring_case(header->value, STR_LITERAL("chunked"));
        return message->is_chunked ? 0 : STATUS_UNKNOWN;
    case HOST:
        if (message->is_request && (message->has_host || !is_host(header->value)))
            return STATUS_BAD;
        message->has_host = true;
        return 0;
    case EXPECT:
        message->expects_continue |= str_equals_ignoring_case(header->value, STR_LITERAL("100-continue"));
        return 0;
    case KEEP_ALIVE:
        note_keep_alive(message, header->value);
        return 0;
    case ORDINARY:
    case HOP_BY_HOP:
        return 0;
    }
    return 0;
}

/* Servers of CGI's descent take "X_Amz_Target" for "X-Amz-Target": no client that means well sends it. The
 * names of an object's metadata are the caller's. */
static bool is_disguised(struct str name) {
    static const struct str framing[] = {{"content-", 8}, {"transfer-", 9}, {"x-amz-", 6}};
    if (memchr(name.data, '_', name.size) == NULL ||
        str_equals_ignoring_case(str_slice(name, 0, 11), STR_LITERAL("x-amz-meta-")))
        return false;
    for (size_t i = 0; i < sizeof framing / sizeof *framing; i++) {
        size_t same = 0;
        for (; same < framing[i].size && same < name.size; same++) {
            char c = name.data[same] == '_' ? '-' : name.data[same];
            if (!str_equals_ignoring_case(str_of(&c, 1), str_slice(framing[i], same, 1)))
                break;
        }
        if (same == framing[i].size)
            return true;
    }
    return false;
}

/* One line without its CRLF; false where it is no header. */
static bool read_header(struct str line, struct http_header *ret_header) {
    size_t name = span(line, TOKEN);
    if (name == 0 || name == line.size || line.data[name] != ':')
        return false;
    struct str value = str_slice(line, name + 1, SIZE_MAX);
    if (span(value, VALUE) != value.size)
        return false;
    *ret_header = (struct http_header){str_slice(line, 0, name), str_trim(value)};
    return true;
}

/* Cut one line off; its end is known to be there. */
static struct str cut_line(struct str *rest) {
    const char *feed = memchr(rest->data, '\n', rest->size);
    ASSERT(feed != NULL && feed > rest->data && feed[-1] == '\r');
    size_t size = (size_t)(feed - rest->data) + 1;
    struct str line = str_of(rest->data, size - 2);
    *rest = str_of(rest->data + size, rest->size - size);
    return line;
}

static unsigned read_headers(struct http_message *message, struct str rest) {
    for (;;) {
        struct str line = cut_line(&rest);
        if (line.size == 0)
            break;
        if (message->header_count == message->header_capacity)
            return STATUS_TOO_LARGE;
        struct http_header *header = &message->headers[message->header_count++];
        if (!read_header(line, header) || (message->is_request && is_disguised(header->name)))
            return STATUS_BAD;
        unsigned refused = note(message, header);
        if (refused != 0)
            return refused;
    }
    return message->has_length && message->is_chunked ? STATUS_BAD : 0;
}

static void begin(struct http_message *message, struct str head, bool is_request) {
    *message = (struct http_message){.head = head,
        .is_request = is_request,
        .headers = message->headers,
        .header_capacity = message->header_capacity};
}

/* "HTTP/1.1"; 0, or the status to refuse it with. */
static unsigned read_version(struct http_message *message, struct str text) {
    bool is_version = text.size == 8 && str_starts_with(text, STR_LITERAL("HTTP/")) && text.data[6] == '.';
    if (!is_version || text.data[5] < '0' || text.data[5] > '9' || text.data[7] < '0' || text.data[7] > '9')
        return STATUS_BAD;
    if (text.data[5] != '1' || text.data[7] > '1')
        return STATUS_VERSION;
    message->minor_version = text.data[7] == '1';
    return 0;
}

/* "/path", "*", or "http://AUTHORITY/path" of the same authority that Host names: not all servers let the
 * same of the two decide. */
static bool is_target_clear(const struct http_message *message) {
    struct str target = message->target, rest = target;
    if (target.data[0] == '/' || str_is(target, "*"))
        return true;
    struct str scheme = str_cut(&rest, ':');
    bool is_absolute = (str_equals_ignoring_case(scheme, STR_LITERAL("http")) ||
                           str_equals_ignoring_case(scheme, STR_LITERAL("https"))) &&
                       str_starts_with(rest, STR_LITERAL("//"));
    struct str authority = str_slice(rest, 2, SIZE_MAX);
    authority = str_cut(&authority, '?');
    authority = str_cut(&authority, '/');
    for (size_t i = 0; is_absolute && i < message->header_count; i++)
        if (kind_of(message->headers[i].name) == HOST)
            return authority.size > 0 && str_equals_ignoring_case(authority, message->headers[i].value);
    return false;
}

unsigned http_message_read_request(struct http_message *message, struct str head) {
    begin(message, head, true);
    struct str rest = head;
    struct str line = cut_line(&rest);
    message->method = str_slice(line, 0, span(line, TOKEN));
    line = str_slice(line, message->method.size, SIZE_MAX);
    if (message->method.size == 0 || line.size < 2 || line.data[0] != ' ')
        return STATUS_BAD;
    line = str_slice(line, 1, SIZE_MAX);
    message->target = str_slice(line, 0, span(line, TARGET));
    line = str_slice(line, message->target.size, SIZE_MAX);
    if (message->target.size == 0 || line.size < 1 || line.data[0] != ' ')
        return STATUS_BAD;
    unsigned refused = read_version(message, str_slice(line, 1, SIZE_MAX));
    if (refused == 0)
        refused = read_headers(message, rest);
    if (refused == 0 && message->minor_version > 0 && !message->has_host)
        refused = STATUS_BAD;
    /* A tunnel cannot be recorded. */
    if (refused == 0 && str_is(message->method, "CONNECT"))
        refused = STATUS_UNKNOWN;
    if (refused == 0 && !is_target_clear(message))
        refused = STATUS_BAD;
    return refused;
}

unsigned http_message_read_reply(struct http_message *message, struct str head) {
    begin(message, head, false);
    struct str rest = head;
    struct str line = cut_line(&rest);
    uint64_t status = 0;
    if (read_version(message, str_slice(line, 0, 8)) != 0 || line.size < 12 || line.data[8] != ' ' ||
        !str_to_u64(str_slice(line, 9, 3), &status) || status < 100 || status > 599)
        return STATUS_BAD;
    message->status = (unsigned)status;
    message->status_line = str_slice(line, 8, SIZE_MAX);
    if ((line.size > 12 && line.data[12] != ' ') ||
        span(message->status_line, VALUE) != message->status_line.size)
        return STATUS_BAD;
    return read_headers(message, rest);
}

static bool is_end_to_end(struct str name) {
    static const struct str needed[] = {
        {"Host", 4}, {"Content-Length", 14}, {"Authorization", 13}, {"Date", 4}, {"Expect", 6}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (str_equals_ignoring_case(name, needed[i]))
            return true;
    }
    return str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("x-amz-")) ||
           str_equals_ignoring_case(str_slice(name, 0, 8), STR_LITERAL("content-"));
}

static void remove_named(struct http_message *message, struct str name) {
    size_t kept = 0;
    for (size_t i = 0; i < message->header_count; i++) {
        /* The framing is made anew, under the same header. */
        if (kind_of(message->headers[i].name) == CODING ||
            !str_equals_ignoring_case(message->headers[i].name, name))
            message->headers[kept++] = message->headers[i];
    }
    message->header_count = kept;
}

bool http_message_drop_hop_by_hop(struct http_message *message) {
    struct str connection[4];
    size_t connections = 0, kept = 0;
    for (size_t i = 0; i < message->header_count; i++) {
        enum header_kind kind = kind_of(message->headers[i].name);
        if (kind == CONNECTION && connections == sizeof connection / sizeof *connection)
            return false;
        if (kind == CONNECTION)
            connection[connections++] = message->headers[i].value;
        else if (kind != HOP_BY_HOP && kind != KEEP_ALIVE)
            message->headers[kept++] = message->headers[i];
    }
    message->header_count = kept;
    for (size_t i = 0; i < connections; i++) {
        struct str token;
        while (next_token(&connection[i], &token)) {
            if (is_end_to_end(token))
                return false;
            remove_named(message, token);
        }
    }
    return true;
}

bool http_message_are_trailers(struct str text) {
    while (text.size > 0) {
        struct http_header header;
        struct str line = str_cut(&text, '\n');
        if (line.size < 2 || line.data[line.size - 1] != '\r' ||
            !read_header(str_slice(line, 0, line.size - 1), &header) || kind_of(header.name) != ORDINARY)
            return false;
    }
    return true;
}

struct http_text http_text_begin(struct arena *arena, size_t capacity) {
    return (struct http_text){arena_alloc_unset(arena, capacity), 0, capacity};
}

void http_text_add(struct http_text *text, struct str more) {
    ASSERT(more.size <= text->capacity - text->size);
    memcpy(text->data + text->size, more.data, more.size);
    text->size += more.size;
}

struct str http_text_str(const struct http_text *text) {
    return str_of(text->data, text->size);
}

void http_text_add_header(struct http_text *text, struct str head, const struct http_header *header) {
    const char *end = head.data + head.size;
    bool is_original = header->name.data >= head.data && header->name.data < end &&
                       header->value.data > header->name.data && header->value.data < end;
    if (is_original) {
        const char *feed = header->value.data + header->value.size;
        while (*feed != '\n')
            feed++;
        http_text_add(text, str_of(header->name.data, (size_t)(feed + 1 - header->name.data)));
        return;
    }
    http_text_add(text, header->name);
    http_text_add(text, STR_LITERAL(": "));
    http_text_add(text, header->value);
    http_text_add(text, STR_LITERAL("\r\n"));
}
