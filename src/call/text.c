/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: secrets inside of texts. A parameter may be an address that is signed, or a document in JSON, YAML or
 * query form that holds a password: of these only the secret is covered, the rest stays readable.
 */
#include "private.h"

#include <string.h>

enum { NAME_SIZE_MAX = 64 };

/* The part of a text that is covered. */
struct span {
    size_t start, end;
};

struct scan {
    const struct call_secrets *secrets;
    struct str text;
    bool only_addresses;
};

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

/* What no address and no value without quotes has in it. */
static bool is_blank_or_quote(char c) {
    return (unsigned char)c <= ' ' || is_quote(c) || c == '\\' || c == '<' || c == '>' || c == '`';
}

/* ---- names ---- */

struct name {
    struct str text;
    size_t start;
    bool is_quoted;
};

/* The name before a '=' or ':' at `at`, through blanks and quotes, which may be escaped. */
static struct name name_before(struct str text, size_t at) {
    struct name name = {.start = at};
    while (name.start > 0 && text.data[name.start - 1] == ' ')
        name.start--;
    for (; name.start > 0 && (is_quote(text.data[name.start - 1]) || text.data[name.start - 1] == '\\');
         name.start--)
        name.is_quoted = true;
    size_t end = name.start;
    while (name.start > 0 && end - name.start < NAME_SIZE_MAX && is_name_character(text.data[name.start - 1]))
        name.start--;
    /* "%26X-Amz-Signature%3D": an encoded '&' is no part of the name. */
    if (name.start > 0 && text.data[name.start - 1] == '%' && end - name.start > 2)
        name.start += 2;
    name.text = str_slice(text, name.start, end - name.start);
    return name;
}

static bool ends_ignoring_case(struct str name, const char *ending) {
    size_t size = strlen(ending);
    return name.size >= size &&
           str_equals_ignoring_case(str_slice(name, name.size - size, size), str_from(ending));
}

static bool is_signature(struct str name) {
    return ends_ignoring_case(name, "signature") || str_equals_ignoring_case(name, STR_LITERAL("sig"));
}

static bool is_of_address(struct str name) {
    return str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("X-Amz-"));
}

/* ---- values ---- */

/* The value that begins at `start` and, where quotes are around it, ends at the quote that is escaped as the
 * first one is; else at what ends values of its form. Never too early: rather too much is covered. */
static struct span value_after(struct str text, size_t start, const char *ends) {
    while (start < text.size && text.data[start] == ' ')
        start++;
    size_t escapes = 0;
    while (start + escapes < text.size && text.data[start + escapes] == '\\')
        escapes++;
    struct span span = {start, start};
    if (start + escapes >= text.size || !is_quote(text.data[start + escapes])) {
        while (span.end < text.size && strchr(ends, text.data[span.end]) == NULL)
            span.end++;
        return span;
    }
    char quote = text.data[start + escapes];
    span.start = start + escapes + 1;
    size_t run = 0;
    for (span.end = span.start; span.end < text.size; span.end++) {
        if (text.data[span.end] == quote && run == escapes)
            break;
        run = text.data[span.end] == '\\' ? run + 1 : 0;
    }
    if (span.end < text.size)
        span.end -= escapes;
    return span;
}

/* A signature is good for the whole query that it stands in, so all of that is covered. */
static struct span signed_query(struct str text, const struct name *name, size_t value) {
    struct span span = {value, value};
    for (size_t at = name->start; at > 0 && !is_blank_or_quote(text.data[at - 1]); at--) {
        if (text.data[at - 1] == '?') {
            span.start = at;
            break;
        }
    }
    while (span.end < text.size && !is_blank_or_quote(text.data[span.end]))
        span.end++;
    return span;
}

static bool is_plain_word(struct str value) {
    return str_is(value, "null") || str_is(value, "true") || str_is(value, "false") || value.size == 0;
}

/* At '=' or its encoding: "name=value" in a query, a form, a connection string. */
static bool find_assigned(const struct scan *scan, size_t at, size_t separator_size, struct span *ret_span) {
    struct name name = name_before(scan->text, at);
    size_t value = at + separator_size;
    if (is_signature(name.text)) {
        *ret_span = signed_query(scan->text, &name, value);
        return ret_span->end > value;
    }
    if (scan->only_addresses && !is_of_address(name.text))
        return false;
    if (call_secret_form_common(scan->secrets, name.text) == CALL_SECRET_NONE)
        return false;
    *ret_span = value_after(scan->text, value, "&; \t\r\n\"'<>`");
    return !is_plain_word(str_slice(scan->text, ret_span->start, ret_span->end - ret_span->start));
}

/* At ':': a member of JSON, a line of YAML, a header. Not "arn:aws:...", which has neither quote nor blank.
 */
static bool find_member(const struct scan *scan, size_t at, struct span *ret_span) {
    struct str text = scan->text;
    bool is_followed = at + 1 < text.size && (text.data[at + 1] == ' ' || is_quote(text.data[at + 1]));
    bool is_preceded = at > 0 && (is_quote(text.data[at - 1]) || text.data[at - 1] == ' ');
    if (scan->only_addresses || (!is_followed && !is_preceded))
        return false;
    struct name name = name_before(text, at);
    if (call_secret_form_common(scan->secrets, name.text) == CALL_SECRET_NONE && !is_signature(name.text))
        return false;
    struct span span = value_after(text, at + 1, name.is_quoted ? ",}] \t\r\n" : "\r\n");
    char first = span.start < text.size ? text.data[span.start] : '\0';
    if (is_plain_word(str_slice(text, span.start, span.end - span.start)) || first == '{' || first == '[')
        return false;
    *ret_span = span;
    return true;
}

/* "scheme://user:password@host": at the ':' of the scheme. */
static bool find_in_address(const struct scan *scan, size_t at, struct span *ret_span) {
    struct str rest = str_slice(scan->text, at, SIZE_MAX);
    if (scan->only_addresses || !str_starts_with(rest, STR_LITERAL("://")))
        return false;
    size_t colon = 0, i = 3;
    for (; i < rest.size && !is_blank_or_quote(rest.data[i]) && strchr("/?#@", rest.data[i]) == NULL; i++) {
        if (rest.data[i] == ':' && colon == 0)
            colon = i;
    }
    if (i == rest.size || rest.data[i] != '@' || colon == 0)
        return false;
    *ret_span = (struct span){at + colon + 1, at + i};
    return ret_span->end > ret_span->start;
}

/* At the dashes behind "-----BEGIN ... PRIVATE KEY": its begin may be part of another value that is covered.
 */
static bool find_private_key(const struct scan *scan, size_t at, struct span *ret_span) {
    const struct str dashes = STR_LITERAL("-----");
    struct str text = scan->text, before = str_slice(text, 0, at);
    if (scan->only_addresses || !str_ends_with(before, STR_LITERAL("PRIVATE KEY")) ||
        !str_starts_with(str_slice(text, at, SIZE_MAX), dashes))
        return false;
    size_t label = at;
    while (label > 0 && at - label < NAME_SIZE_MAX && text.data[label - 1] != '-')
        label--;
    if (str_starts_with(str_slice(text, label, SIZE_MAX), STR_LITERAL("END ")))
        return false;
    size_t body = at + dashes.size, end = str_find(str_slice(text, body, SIZE_MAX), STR_LITERAL("-----END "));
    *ret_span = (struct span){body, end == SIZE_MAX ? text.size : body + end};
    return ret_span->end > ret_span->start;
}

static bool find_next(const struct scan *scan, size_t from, struct span *ret_span) {
    static const bool is_sign[256] = {['='] = true, ['%'] = true, [':'] = true, ['-'] = true};
    struct str text = scan->text;
    for (size_t at = from; at < text.size; at++) {
        bool is_found = false;
        if (!is_sign[(uint8_t)text.data[at]])
            continue;
        if (text.data[at] == '=')
            is_found = find_assigned(scan, at, 1, ret_span);
        else if (text.data[at] == '%')
            is_found = str_equals_ignoring_case(str_slice(text, at, 3), STR_LITERAL("%3D")) &&
                       find_assigned(scan, at, 3, ret_span);
        else if (text.data[at] == ':')
            is_found = find_member(scan, at, ret_span) || find_in_address(scan, at, ret_span);
        else if (text.data[at] == '-')
            is_found = find_private_key(scan, at, ret_span);
        if (is_found)
            return true;
    }
    return false;
}

bool call_text_append_covered(
    struct buf *buf, const struct call_secrets *secrets_of, struct str text, bool only_addresses) {
    struct scan scan = {secrets_of, text, only_addresses};
    struct span span;
    size_t done = 0;
    while (find_next(&scan, done, &span)) {
        if (span.start > done)
            buf_append_str(buf, str_slice(text, done, span.start - done));
        buf_append_text(buf, CALL_HIDDEN);
        done = span.end;
    }
    if (done == 0)
        return false;
    buf_append_str(buf, str_slice(text, done, SIZE_MAX));
    return true;
}
