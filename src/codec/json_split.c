/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_split: where the records of a log file begin and end. A file can be 50 MB and each record
 * is parsed by itself afterwards, so this looks at 64 bytes at a time and only at quotes,
 * backslashes and brackets.
 */
#include "codec/json.h"

#include <string.h>

enum { BLOCK_SIZE = 64 };
_Static_assert((int)BLOCK_SIZE <= (int)JSON_PADDING, "a block may begin at the last byte");

/* One bit per byte of a block. */
struct block {
    uint64_t quotes, backslashes, opens, closes;
};

#ifdef __SSE2__
#    include <emmintrin.h>

static uint64_t equal_bits(const __m128i chunk[4], char c) {
    __m128i pattern = _mm_set1_epi8(c);
    uint64_t bits = 0;
    for (unsigned i = 0; i < 4; i++)
        bits |= (uint64_t)(uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(chunk[i], pattern)) << (16 * i);
    return bits;
}

static struct block classify(const char *data) {
    __m128i plain[4], folded[4];
    for (size_t i = 0; i < 4; i++) {
        plain[i] = _mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i));
        /* Bit 5 set makes '[' of '{' and ']' of '}' the same. */
        folded[i] = _mm_or_si128(plain[i], _mm_set1_epi8(0x20));
    }
    return (struct block){
        equal_bits(plain, '"'), equal_bits(plain, '\\'), equal_bits(folded, '{'), equal_bits(folded, '}')};
}
#else
static struct block classify(const char *data) {
    struct block block = {0};
    for (unsigned i = 0; i < BLOCK_SIZE; i++) {
        char c = data[i];
        block.quotes |= (uint64_t)(c == '"') << i;
        block.backslashes |= (uint64_t)(c == '\\') << i;
        block.opens |= (uint64_t)((c | 0x20) == '{') << i;
        block.closes |= (uint64_t)((c | 0x20) == '}') << i;
    }
    return block;
}
#endif

/* What a block leaves behind for the next. */
struct scan {
    bool in_string;
    bool escaped; /* the next byte follows an odd number of backslashes */
    size_t depth;
};

/* The bytes that follow an odd number of backslashes. Backslashes are rare: one at a time. */
static uint64_t escaped_bytes(struct scan *scan, uint64_t backslashes) {
    uint64_t escaped = scan->escaped ? 1 : 0;
    scan->escaped = false;
    backslashes &= ~escaped;
    while (backslashes != 0) {
        unsigned at = (unsigned)__builtin_ctzll(backslashes);
        if (at == BLOCK_SIZE - 1) {
            scan->escaped = true;
            break;
        }
        escaped |= (uint64_t)2 << at;
        backslashes &= ~((uint64_t)3 << at);
    }
    return escaped;
}

/* Each bit is the parity of the bits up to it: from the quotes, which bytes are in strings. */
static uint64_t prefix_parity(uint64_t bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

/* Count brackets of a block; true where the depth comes back to zero, at the byte `ret_at`. */
static bool block_closes(struct scan *scan, const char *data, unsigned *ret_at) {
    struct block block = classify(data);
    if (block.backslashes != 0 || scan->escaped)
        block.quotes &= ~escaped_bytes(scan, block.backslashes);
    uint64_t in_string = prefix_parity(block.quotes) ^ (scan->in_string ? UINT64_MAX : 0);
    scan->in_string = in_string >> 63 != 0;
    uint64_t opens = block.opens & ~in_string, brackets = opens | (block.closes & ~in_string);
    for (; brackets != 0; brackets &= brackets - 1) {
        uint64_t lowest = brackets & (~brackets + 1);
        if ((opens & lowest) != 0) {
            scan->depth++;
        } else if (--scan->depth == 0) {
            *ret_at = (unsigned)__builtin_ctzll(brackets);
            return true;
        }
    }
    return false;
}

/* The place after the container that opens at `start`; SIZE_MAX where it does not end. */
static size_t container_end(struct str text, size_t start) {
    struct scan scan = {0};
    for (size_t at = start; at < text.size; at += BLOCK_SIZE) {
        unsigned closing = 0;
        if (block_closes(&scan, text.data + at, &closing))
            return at + closing < text.size ? at + closing + 1 : SIZE_MAX;
    }
    return SIZE_MAX;
}

static size_t string_end(struct str text, size_t start) {
    for (size_t at = start + 1; at < text.size; at++) {
        if (text.data[at] == '"')
            return at + 1;
        if (text.data[at] == '\\')
            at++;
    }
    return SIZE_MAX;
}

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_scalar(char c) {
    return !is_space(c) && c != '\0' && strchr(",:\"[]{}", c) == NULL;
}

static size_t value_end(struct str text, size_t start) {
    if (start >= text.size)
        return SIZE_MAX;
    if (text.data[start] == '{' || text.data[start] == '[')
        return container_end(text, start);
    if (text.data[start] == '"')
        return string_end(text, start);
    size_t end = start;
    while (end < text.size && is_scalar(text.data[end]))
        end++;
    return end > start ? end : SIZE_MAX;
}

/* A reader of the frame around the records. */
struct frame {
    struct json_parser *parser;
    struct str text;
    size_t at;
    json_on_record *on_record;
    void *context;
    bool stopped;
};

/* The next byte that is no space, NUL at the end; the cursor moves to it. */
static char peek(struct frame *frame) {
    while (frame->at < frame->text.size && is_space(frame->text.data[frame->at]))
        frame->at++;
    return frame->at < frame->text.size ? frame->text.data[frame->at] : '\0';
}

static bool refuse(const struct frame *frame, const char *what, struct error *error) {
    return error_set(error, ERROR_INVALID, "%s at byte %zu", what, frame->at);
}

/* The value at the cursor, which moves past it. */
static bool take_value(struct frame *frame, struct str *ret_value, struct error *error) {
    (void)peek(frame);
    size_t end = value_end(frame->text, frame->at);
    if (end == SIZE_MAX)
        return refuse(frame, "no complete JSON value", error);
    *ret_value = str_slice(frame->text, frame->at, end - frame->at);
    frame->at = end;
    return true;
}

static bool take_records(struct frame *frame, struct error *error) {
    if (peek(frame) != '[')
        return refuse(frame, "no array of records", error);
    frame->at++;
    if (peek(frame) == ']') {
        frame->at++;
        return true;
    }
    for (;;) {
        struct str record = STR_EMPTY;
        if (!take_value(frame, &record, error))
            return false;
        if (!frame->on_record(record, frame->context)) {
            frame->stopped = true;
            return true;
        }
        char next = peek(frame);
        if (next != ',' && next != ']')
            return refuse(frame, "neither ',' nor ']' after a record", error);
        frame->at++;
        if (next == ']')
            return true;
    }
}

static bool take_key(struct frame *frame, bool *ret_is_records, struct error *error) {
    struct str text = STR_EMPTY;
    struct json_value key = JSON_MISSING;
    if (peek(frame) != '"')
        return refuse(frame, "no key", error);
    if (!take_value(frame, &text, error) || !json_parse_padded(frame->parser, text, &key, error))
        return false;
    *ret_is_records = str_is(json_text(key), "Records");
    if (peek(frame) != ':')
        return refuse(frame, "no ':' after a key", error);
    frame->at++;
    return true;
}

static bool take_member(struct frame *frame, bool *has_records, struct error *error) {
    bool is_records = false;
    if (!take_key(frame, &is_records, error))
        return false;
    if (is_records) {
        if (*has_records)
            return refuse(frame, "a second \"Records\"", error);
        *has_records = true;
        return take_records(frame, error);
    }
    struct str text = STR_EMPTY;
    struct json_value value = JSON_MISSING;
    return take_value(frame, &text, error) && json_parse_padded(frame->parser, text, &value, error);
}

static bool take_object(struct frame *frame, struct error *error) {
    bool has_records = false;
    frame->at++;
    if (peek(frame) == '}')
        return refuse(frame, "no \"Records\" in the object", error);
    for (;;) {
        if (!take_member(frame, &has_records, error))
            return false;
        if (frame->stopped)
            return true;
        char next = peek(frame);
        if (next != ',' && next != '}')
            return refuse(frame, "neither ',' nor '}' after a member", error);
        frame->at++;
        if (next == '}')
            return has_records ? true : refuse(frame, "no \"Records\" in the object", error);
    }
}

bool json_split_records(struct json_parser *parser, struct str text, json_on_record *on_record, void *context,
    struct error *error) {
    struct frame frame = {.parser = parser, .text = text, .on_record = on_record, .context = context};
    char first = peek(&frame);
    if (first != '{' && first != '[')
        return refuse(&frame, "neither an object nor an array", error);
    if (!(first == '{' ? take_object(&frame, error) : take_records(&frame, error)))
        return false;
    (void)peek(&frame);
    if (!frame.stopped && frame.at < text.size)
        return refuse(&frame, "something after the end", error);
    return true;
}
