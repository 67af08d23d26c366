/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read: json.h's reading side over simdjson's DOM. A value is a place on simdjson's tape:
 * one 64-bit word per value, its kind in the top byte. Containers hold the place after their
 * end (low 32 bits) and their count (next 24, saturated); numbers have their bits in the next
 * word; strings hold where their length and text lie in the string buffer.
 */
extern "C" {
#include "codec/json.h"

#include "json_repair.h"
}

#define SIMDJSON_EXCEPTIONS 0
#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>

using simdjson::dom::document;

struct json_parser {
    simdjson::dom::parser parser;
    struct buf copy;
    size_t depth_max;
};

static_assert(static_cast<size_t>(JSON_PADDING) >= simdjson::SIMDJSON_PADDING, "padding is too small");

/* The tape takes about ten bytes for each of text. After a text larger than this the parser
 * gives the memory back as soon as a much smaller one comes. */
static constexpr size_t CAPACITY_KEPT = 4u << 20;

static const document *document_of(struct json_value value) {
    return static_cast<const document *>(value.document);
}

static uint64_t word_at(const void *doc, size_t index) {
    return static_cast<const document *>(doc)->tape[index];
}

static char type_at(const void *doc, size_t index) {
    return static_cast<char>(word_at(doc, index) >> 56);
}

static struct str text_at(const void *doc, size_t index) {
    uint64_t offset = word_at(doc, index) & simdjson::internal::JSON_VALUE_MASK;
    const uint8_t *place = static_cast<const document *>(doc)->string_buf.get() + offset;
    uint32_t size;
    std::memcpy(&size, place, sizeof size);
    return {reinterpret_cast<const char *>(place + sizeof size), size};
}

/* The place after the value at `index`. */
static size_t after(const void *doc, size_t index) {
    switch (type_at(doc, index)) {
    case '[':
    case '{':
        return static_cast<uint32_t>(word_at(doc, index));
    case 'l':
    case 'u':
    case 'd':
        return index + 2;
    default:
        return index + 1;
    }
}

static bool is_type(struct json_value value, char type) {
    return value.document != nullptr && type_at(value.document, value.index) == type;
}

/* simdjson counts the document itself as one level, but no empty container. */
struct json_parser *json_parser_create_deep(size_t depth_max) {
    struct json_parser *parser = new (std::nothrow) json_parser;
    if (parser == nullptr || parser->parser.allocate(4096, depth_max) != simdjson::SUCCESS)
        std::abort();
    parser->copy = {nullptr, 0, 0, BUF_UNBOUNDED, false};
    parser->depth_max = depth_max;
    return parser;
}

struct json_parser *json_parser_create(void) {
    return json_parser_create_deep(JSON_DEPTH_MAX);
}

void json_parser_destroy(struct json_parser *parser) {
    if (parser == nullptr)
        return;
    buf_finish(&parser->copy);
    delete parser;
}

static void give_memory_back(struct json_parser *parser, size_t size) {
    if (parser->parser.doc.capacity() <= CAPACITY_KEPT || size > parser->parser.doc.capacity() / 8)
        return;
    parser->parser = simdjson::dom::parser();
    if (parser->parser.allocate(CAPACITY_KEPT, parser->depth_max) != simdjson::SUCCESS)
        std::abort();
    buf_finish(&parser->copy);
}

static bool parse_failed(const struct json_parser *parser, simdjson::error_code code, struct error *error) {
    if (code == simdjson::MEMALLOC)
        std::abort(); /* as base/mem does */
    if (code == simdjson::CAPACITY)
        return error_set(error, ERROR_LIMIT, "JSON text is too large");
    if (code == simdjson::DEPTH_ERROR)
        return error_set(error, ERROR_INVALID, "JSON is nested deeper than %zu levels", parser->depth_max);
    return error_set(error, ERROR_INVALID, "not valid JSON: %s", simdjson::error_message(code));
}

/* simdjson refuses numbers that no 64-bit type holds: those are put in another form first. */
static simdjson::error_code parse_repaired(struct json_parser *parser, struct str text) {
    struct buf repaired = {nullptr, 0, 0, BUF_UNBOUNDED, false};
    json_repair_numbers(text, &repaired);
    size_t size = repaired.size;
    std::memset(buf_reserve(&repaired, JSON_PADDING), ' ', JSON_PADDING);
    simdjson::error_code code = parser->parser.parse(repaired.data, size, false).error();
    buf_finish(&repaired);
    return code;
}

static bool parse_in_place(
    struct json_parser *parser, struct str text, struct json_value *ret_root, struct error *error) {
    simdjson::error_code code = parser->parser.parse(text.data, text.size, false).error();
    if (code == simdjson::NUMBER_ERROR)
        code = parse_repaired(parser, text);
    if (code != simdjson::SUCCESS)
        return parse_failed(parser, code, error);
    *ret_root = {&parser->parser.doc, 1};
    return true;
}

bool json_parse_padded(
    struct json_parser *parser, struct str text, struct json_value *ret_root, struct error *error) {
    give_memory_back(parser, text.size);
    return parse_in_place(parser, text, ret_root, error);
}

bool json_parse(
    struct json_parser *parser, struct str text, struct json_value *ret_root, struct error *error) {
    give_memory_back(parser, text.size);
    buf_clear(&parser->copy);
    if (text.size > simdjson::SIMDJSON_MAXSIZE_BYTES)
        return parse_failed(parser, simdjson::CAPACITY, error);
    buf_append_str(&parser->copy, text);
    std::memset(buf_reserve(&parser->copy, JSON_PADDING), ' ', JSON_PADDING);
    return parse_in_place(parser, buf_str(&parser->copy), ret_root, error);
}

bool json_exists(struct json_value value) {
    return value.document != nullptr;
}

enum json_kind json_kind(struct json_value value) {
    switch (value.document == nullptr ? 'n' : type_at(value.document, value.index)) {
    case '[':
        return JSON_ARRAY;
    case '{':
        return JSON_OBJECT;
    case '"':
        return JSON_STRING;
    case 'l':
    case 'u':
    case 'd':
        return JSON_NUMBER;
    case 't':
    case 'f':
        return JSON_BOOLEAN;
    default:
        return JSON_NULL;
    }
}

struct json_value json_get_str(struct json_value object, struct str key) {
    if (!is_type(object, '{'))
        return {nullptr, 0};
    size_t end = after(object.document, object.index) - 1;
    for (size_t at = object.index + 1; at < end; at = after(object.document, at + 1)) {
        struct str name = text_at(object.document, at);
        if (name.size == key.size && std::memcmp(name.data, key.data, key.size) == 0)
            return {object.document, at + 1};
    }
    return {nullptr, 0};
}

struct json_value json_get(struct json_value object, const char *key) {
    return json_get_str(object, {key, std::strlen(key)});
}

size_t json_count(struct json_value value) {
    if (!is_type(value, '{') && !is_type(value, '['))
        return 0;
    size_t count = (word_at(value.document, value.index) >> 32) & simdjson::internal::JSON_COUNT_MASK;
    if (count < simdjson::internal::JSON_COUNT_MASK)
        return count;
    count = 0;
    struct json_iterator iterator = json_iterate(value);
    while (json_next(&iterator))
        count++;
    return count;
}

bool json_string(struct json_value value, struct str *ret_text) {
    if (!is_type(value, '"'))
        return false;
    *ret_text = text_at(value.document, value.index);
    return true;
}

struct str json_text(struct json_value value) {
    return is_type(value, '"') ? text_at(value.document, value.index) : str{"", 0};
}

bool json_boolean(struct json_value value, bool *ret_boolean) {
    bool is_true = is_type(value, 't');
    if (!is_true && !is_type(value, 'f'))
        return false;
    *ret_boolean = is_true;
    return true;
}

bool json_i64(struct json_value value, int64_t *ret_number) {
    if (!is_type(value, 'l'))
        return false; /* simdjson uses 'u' only past INT64_MAX */
    *ret_number = static_cast<int64_t>(document_of(value)->tape[value.index + 1]);
    return true;
}

bool json_u64(struct json_value value, uint64_t *ret_number) {
    if (!is_type(value, 'u') && !is_type(value, 'l'))
        return false;
    uint64_t number = document_of(value)->tape[value.index + 1];
    if (is_type(value, 'l') && number > INT64_MAX)
        return false; /* negative */
    *ret_number = number;
    return true;
}

bool json_double(struct json_value value, double *ret_number) {
    if (json_kind(value) != JSON_NUMBER)
        return false;
    uint64_t bits = document_of(value)->tape[value.index + 1];
    if (is_type(value, 'l'))
        *ret_number = static_cast<double>(static_cast<int64_t>(bits));
    else if (is_type(value, 'u'))
        *ret_number = static_cast<double>(bits);
    else
        std::memcpy(ret_number, &bits, sizeof bits);
    return true;
}

struct json_iterator json_iterate(struct json_value container) {
    struct json_iterator iterator = {};
    if (!is_type(container, '{') && !is_type(container, '['))
        return iterator;
    iterator.document = container.document;
    iterator.index = container.index + 1;
    iterator.end = after(container.document, container.index) - 1;
    iterator.is_object = is_type(container, '{');
    return iterator;
}

bool json_next(struct json_iterator *iterator) {
    if (iterator->index >= iterator->end)
        return false;
    if (iterator->is_object)
        iterator->key = text_at(iterator->document, iterator->index++);
    iterator->value = {iterator->document, iterator->index};
    iterator->index = after(iterator->document, iterator->index);
    return true;
}
