/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/xml.h"

#include "base/own.h"

#include "hex.h"
#include "utf8.h"

#include <string.h>

/* An element that is open. */
struct open_element {
    struct xml_node *node;
    struct xml_node *last_child;
    struct str name; /* with its prefix: the end tag must repeat it */
};

/* Only the innermost element can have text, so one buffer serves all. */
struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    struct open_element open[XML_DEPTH_MAX];
    size_t depth;
    size_t node_count;
    struct xml_node *root;
    struct buf content;
};

static bool refuse(const struct reader *reader, const char *what, struct error *error) {
    return error_set(error, ERROR_INVALID, "XML: %s at byte %zu", what, reader->at);
}

static struct str rest_of(const struct reader *reader) {
    return str_slice(reader->text, reader->at, SIZE_MAX);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct reader *reader) {
    while (reader->at < reader->text.size && is_space(reader->text.data[reader->at]))
        reader->at++;
}

static bool take(struct reader *reader, const char *text) {
    if (!str_starts_with(rest_of(reader), str_from(text)))
        return false;
    reader->at += strlen(text);
    return true;
}

/* Move past the next `end`, giving what is before it; false where there is none. */
static bool take_until(struct reader *reader, struct str end, struct str *ret_before) {
    size_t size = str_find(rest_of(reader), end);
    if (size == SIZE_MAX)
        return false;
    *ret_before = str_slice(reader->text, reader->at, size);
    reader->at += size + end.size;
    return true;
}

static bool is_name_character(char c, bool is_first) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ':' || (uint8_t)c >= 0x80)
        return true;
    return !is_first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
}

static struct str take_name(struct reader *reader) {
    size_t start = reader->at;
    while (reader->at < reader->text.size &&
           is_name_character(reader->text.data[reader->at], reader->at == start))
        reader->at++;
    return str_slice(reader->text, start, reader->at - start);
}

/* Code points that XML 1.0 allows, section 2.2. */
static bool is_character(uint32_t point) {
    if (point < 0x20)
        return point == '\t' || point == '\n' || point == '\r';
    return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}

/* The code point of a reference such as "#38" or "#x26"; 0, which is none, where it is bad. */
static uint32_t referenced_point(struct str reference) {
    bool is_hex = reference.size > 1 && reference.data[1] == 'x';
    size_t start = is_hex ? 2 : 1;
    uint32_t point = 0;
    if (reference.size <= start)
        return 0;
    for (size_t i = start; i < reference.size && point <= 0x10ffff; i++) {
        int digit = hex_digit(reference.data[i]);
        if (digit < 0 || (!is_hex && digit > 9))
            return 0;
        point = point * (is_hex ? 16 : 10) + (uint32_t)digit;
    }
    return is_character(point) ? point : 0;
}

static const struct {
    const char *name;
    char c;
} entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
enum { ENTITY_COUNT = sizeof entities / sizeof *entities };

/* The cursor is after '&'. */
static bool take_reference(struct reader *reader, struct error *error) {
    enum { NAME_SIZE_MAX = 16 };
    size_t size = str_find_char(str_slice(reader->text, reader->at, NAME_SIZE_MAX + 1), ';');
    if (size == SIZE_MAX)
        return refuse(reader, "'&' without ';'", error);
    struct str name = str_slice(reader->text, reader->at, size);
    reader->at += size + 1;
    for (size_t i = 0; i < ENTITY_COUNT; i++) {
        if (str_is(name, entities[i].name)) {
            buf_append_char(&reader->content, entities[i].c);
            return true;
        }
    }
    uint32_t point = name.size > 0 && name.data[0] == '#' ? referenced_point(name) : 0;
    if (point == 0)
        return refuse(reader, "an unknown reference", error);
    char bytes[4];
    buf_append(&reader->content, bytes, utf8_encode(point, bytes));
    return true;
}

/* Line ends become '\n', section 2.11. */
static void append_raw(struct reader *reader, struct str text) {
    while (text.size > 0) {
        size_t run = str_find_char(text, '\r');
        buf_append_str(&reader->content, str_slice(text, 0, run));
        if (run == SIZE_MAX)
            return;
        text = str_slice(text, run + 1, SIZE_MAX);
        if (text.size == 0 || text.data[0] != '\n')
            buf_append_char(&reader->content, '\n');
    }
}

/* Character data up to the next '<'. */
static bool take_text(struct reader *reader, struct error *error) {
    while (reader->at < reader->text.size && reader->text.data[reader->at] != '<') {
        if (take(reader, "&")) {
            if (!take_reference(reader, error))
                return false;
            continue;
        }
        size_t start = reader->at;
        while (reader->at < reader->text.size && reader->text.data[reader->at] != '<' &&
               reader->text.data[reader->at] != '&')
            reader->at++;
        append_raw(reader, str_slice(reader->text, start, reader->at - start));
    }
    return true;
}

static bool skip_attributes(struct reader *reader, struct error *error) {
    for (;;) {
        size_t before = reader->at;
        skip_space(reader);
        char next = reader->at < reader->text.size ? reader->text.data[reader->at] : '\0';
        if (next == '>' || next == '/')
            return true;
        if (reader->at == before || take_name(reader).size == 0)
            return refuse(reader, "a bad tag", error);
        skip_space(reader);
        if (!take(reader, "="))
            return refuse(reader, "an attribute without '='", error);
        skip_space(reader);
        bool is_double = take(reader, "\"");
        struct str value = STR_EMPTY;
        if ((!is_double && !take(reader, "'")) ||
            !take_until(reader, is_double ? STR_LITERAL("\"") : STR_LITERAL("'"), &value) ||
            str_find_char(value, '<') != SIZE_MAX)
            return refuse(reader, "a bad attribute", error);
    }
}

/* Between elements only white space may stand. */
static bool drop_blank_content(struct reader *reader, struct error *error) {
    for (size_t i = 0; i < reader->content.size; i++) {
        if (!is_space(reader->content.data[i]))
            return refuse(reader, "text beside elements", error);
    }
    buf_clear(&reader->content);
    return true;
}

static struct str without_prefix(struct str name) {
    size_t colon = str_find_char(name, ':');
    return colon == SIZE_MAX ? name : str_slice(name, colon + 1, SIZE_MAX);
}

static void close_innermost(struct reader *reader) {
    struct open_element *element = &reader->open[--reader->depth];
    if (element->node->first_child == NULL)
        element->node->text = arena_str(reader->arena, buf_str(&reader->content));
    buf_clear(&reader->content);
}

/* The cursor is after '<'. */
static bool take_start_tag(struct reader *reader, struct error *error) {
    struct str name = take_name(reader);
    if (name.size == 0)
        return refuse(reader, "a bad tag", error);
    if (reader->depth == XML_DEPTH_MAX || reader->node_count == XML_NODES_MAX)
        return refuse(reader, "too many elements", error);
    if (reader->depth == 0 && reader->root != NULL)
        return refuse(reader, "a second root", error);
    if (!drop_blank_content(reader, error))
        return false;
    struct xml_node *node = ARENA_NEW(reader->arena, struct xml_node);
    node->name = arena_str(reader->arena, without_prefix(name));
    node->text = STR_EMPTY;
    reader->node_count++;
    if (reader->depth == 0) {
        reader->root = node;
    } else {
        struct open_element *parent = &reader->open[reader->depth - 1];
        *(parent->last_child == NULL ? &parent->node->first_child : &parent->last_child->next) = node;
        parent->last_child = node;
    }
    reader->open[reader->depth++] = (struct open_element){node, NULL, name};
    if (!skip_attributes(reader, error))
        return false;
    if (take(reader, "/>"))
        close_innermost(reader);
    else if (!take(reader, ">"))
        return refuse(reader, "a bad tag", error);
    return true;
}

/* The cursor is after "</". */
static bool take_end_tag(struct reader *reader, struct error *error) {
    struct str name = take_name(reader);
    skip_space(reader);
    if (reader->depth == 0 || !str_equals(name, reader->open[reader->depth - 1].name) || !take(reader, ">"))
        return refuse(reader, "an end tag that does not match", error);
    if (reader->open[reader->depth - 1].node->first_child != NULL && !drop_blank_content(reader, error))
        return false;
    close_innermost(reader);
    return true;
}

/* The cursor is at '<'. */
static bool take_markup(struct reader *reader, struct error *error) {
    struct str skipped = STR_EMPTY;
    if (take(reader, "<!--"))
        return take_until(reader, STR_LITERAL("-->"), &skipped) ? true
                                                                : refuse(reader, "an open comment", error);
    if (reader->depth > 0 && take(reader, "<![CDATA[")) {
        if (!take_until(reader, STR_LITERAL("]]>"), &skipped))
            return refuse(reader, "an open CDATA section", error);
        append_raw(reader, skipped);
        return true;
    }
    if (take(reader, "</"))
        return take_end_tag(reader, error);
    if (take(reader, "<!") || take(reader, "<?"))
        return refuse(reader, "a DOCTYPE or processing instruction", error);
    return take(reader, "<") && take_start_tag(reader, error);
}

static bool has_only_xml_characters(struct str text) {
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = (uint8_t)text.data[i];
        if (!is_character(c))
            return false;
        /* U+FFFE and U+FFFF are EF BF BE and EF BF BF. */
        if (c == 0xef && text.size - i > 2 && (uint8_t)text.data[i + 1] == 0xbf &&
            (uint8_t)text.data[i + 2] >= 0xbe)
            return false;
    }
    return str_is_utf8(text);
}

static bool read_document(struct reader *reader, struct error *error) {
    struct str declaration = STR_EMPTY;
    if (!has_only_xml_characters(reader->text))
        return refuse(reader, "characters that XML does not have", error);
    IGNORE(take(reader, "\xef\xbb\xbf"), "a byte order mark may stand there");
    if (take(reader, "<?xml ") && !take_until(reader, STR_LITERAL("?>"), &declaration))
        return refuse(reader, "an open declaration", error);
    while (reader->at < reader->text.size) {
        bool is_outside = reader->depth == 0;
        if (!take_text(reader, error) || (is_outside && !drop_blank_content(reader, error)))
            return false;
        if (reader->at < reader->text.size && !take_markup(reader, error))
            return false;
    }
    return reader->root != NULL && reader->depth == 0 ? true : refuse(reader, "an open element", error);
}

bool xml_parse(struct arena *arena, struct str text, struct xml_node **ret_root, struct error *error) {
    struct reader reader = {.arena = arena, .text = text, .content = BUF_INIT(BUF_UNBOUNDED)};
    bool done = read_document(&reader, error);
    buf_finish(&reader.content);
    if (done)
        *ret_root = reader.root;
    return done;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name) {
    for (const struct xml_node *child = node == NULL ? NULL : node->first_child; child != NULL;
         child = child->next) {
        if (str_is(child->name, name))
            return child;
    }
    return NULL;
}

struct str xml_child_text(const struct xml_node *node, const char *name) {
    const struct xml_node *child = xml_child(node, name);
    return child == NULL ? STR_EMPTY : child->text;
}

void xml_open(struct buf *buf, const char *name) {
    buf_append_format(buf, "<%s>", name);
}

void xml_close(struct buf *buf, const char *name) {
    buf_append_format(buf, "</%s>", name);
}

void xml_element(struct buf *buf, const char *name, struct str text) {
    xml_open(buf, name);
    xml_text(buf, text);
    xml_close(buf, name);
}

/* What stands for a character; NULL where it stands for itself. */
static const char *escape_of(struct str character) {
    if (!has_only_xml_characters(character))
        return UTF8_REPLACEMENT;
    switch (character.data[0]) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;"; /* a plain one would be read as a line end */
    default:
        return NULL;
    }
}

void xml_text(struct buf *buf, struct str text) {
    for (size_t at = 0; at < text.size;) {
        size_t size = utf8_sequence_size(text, at);
        struct str character = str_slice(text, at, size == 0 ? 1 : size);
        const char *escape = escape_of(character);
        if (escape == NULL)
            buf_append_str(buf, character);
        else
            buf_append_text(buf, escape);
        at += character.size;
    }
}
