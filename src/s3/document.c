/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: S3's XML as AWS records it. Its records show what its converter does: attributes of the root
 * are members, elements of one name are a list, and texts that look like numbers or truths become them.
 */
#include "base/own.h"

#include "private.h"

enum { DISTINCT_NAMES_MAX = 64, NUMBER_DIGITS_MAX = 15, NAMESPACE_SIZE_MAX = 256 };

static bool is_plain_number(struct str text) {
    int64_t number;
    struct str digits = str_slice(text, text.size > 0 && text.data[0] == '-', SIZE_MAX);
    bool has_zero_in_front = digits.size > 1 && digits.data[0] == '0';
    return digits.size > 0 && digits.size <= NUMBER_DIGITS_MAX && !has_zero_in_front &&
           str_to_i64(text, &number);
}

static void write_scalar(struct json_writer *writer, struct str text) {
    if (str_is(text, "true") || str_is(text, "false") || is_plain_number(text))
        json_write_raw(writer, text);
    else
        json_write_string(writer, text);
}

static void write_children(struct json_writer *writer, const struct xml_node *node);

/* Appends the element's content as JSON as AWS records it: an object of its children, where more of one name
 * become a list, or the text as a string, number or truth. */
static void write_element(struct json_writer *writer, const struct xml_node *node) {
    if (node->first_child == NULL) {
        write_scalar(writer, node->text);
        return;
    }
    json_begin_object(writer);
    write_children(writer, node);
    json_end_object(writer);
}

static const struct xml_node *next_named(const struct xml_node *node, struct str name) {
    for (node = node->next; node != NULL; node = node->next) {
        if (str_equals(node->name, name))
            return node;
    }
    return NULL;
}

static void write_all_named(struct json_writer *writer, const struct xml_node *first) {
    const struct xml_node *second = next_named(first, first->name);
    json_key(writer, first->name);
    if (second == NULL) {
        write_element(writer, first);
        return;
    }
    json_begin_array(writer);
    write_element(writer, first);
    for (; second != NULL; second = next_named(second, first->name))
        write_element(writer, second);
    json_end_array(writer);
}

/* Each name once, at its first place. No configuration has as many names as the limit, which bounds what a
 * senseless one costs; depth is bounded by XML_DEPTH_MAX. */
static void write_children(struct json_writer *writer, const struct xml_node *node) {
    struct str names[DISTINCT_NAMES_MAX];
    size_t count = 0;
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < count && !str_equals(names[i], child->name))
            i++;
        if (i < count)
            continue;
        if (count == DISTINCT_NAMES_MAX)
            return;
        names[count++] = child->name;
        write_all_named(writer, child);
    }
}

/* The root's xmlns; the reader of XML skips attributes. */
static struct str namespace_of(struct str body) {
    struct str start = STR_LITERAL(" xmlns=\"");
    size_t at = str_find(body, start);
    if (at == SIZE_MAX)
        return STR_EMPTY;
    struct str rest = str_slice(body, at + start.size, NAMESPACE_SIZE_MAX);
    size_t end = str_find_char(rest, '"');
    return end == SIZE_MAX ? STR_EMPTY : str_slice(rest, 0, end);
}

static struct str without_blanks_in_front(struct str text) {
    size_t at = 0;
    while (at < text.size && (text.data[at] == ' ' || (text.data[at] >= '\t' && text.data[at] <= '\r')))
        at++;
    return str_slice(text, at, SIZE_MAX);
}

struct str s3_omitted(struct arena *arena, struct str parameters, const char *why, size_t size) {
    struct str note = arena_format(
        arena, "{\"reason\":\"requestBody %s\",\"omitted\":true,\"originalSize\":%zu}", why, size);
    return s3_parameters_with(arena, parameters, STR_LITERAL("requestBody"), note);
}

/* The size that a chunk's line tells before any extension; false where it is none. */
static bool chunk_size(struct str line, size_t *ret_size) {
    struct str digits = str_cut(&line, ';');
    size_t size = 0;
    for (size_t i = 0; i < digits.size; i++) {
        char c = digits.data[i];
        int digit = c >= '0' && c <= '9'                     ? c - '0'
                    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                             : -1;
        if (digit < 0)
            return false;
        size = size * 16 + (size_t)digit;
    }
    *ret_size = size;
    return digits.size > 0 && digits.size <= 8;
}

struct str s3_unchunked(struct arena *arena, struct str body) {
    SCOPED(buf_finish) struct buf data = BUF_INIT(BUF_UNBOUNDED);
    struct str rest = body, line_end = STR_LITERAL("\r\n");
    for (;;) {
        size_t end = str_find(rest, line_end), size;
        if (end == SIZE_MAX || !chunk_size(str_slice(rest, 0, end), &size))
            return body;
        rest = str_slice(rest, end + line_end.size, SIZE_MAX);
        if (size == 0)
            return arena_str(arena, buf_str(&data));
        if (size > rest.size || !str_starts_with(str_slice(rest, size, SIZE_MAX), line_end))
            return body;
        buf_append_str(&data, str_slice(rest, 0, size));
        rest = str_slice(rest, size + line_end.size, SIZE_MAX);
    }
}

struct str s3_document_record(struct arena *arena, struct str body, struct str parameters) {
    struct xml_node *root;
    struct error error;
    if (!xml_parse(arena, without_blanks_in_front(body), &root, &error))
        return s3_omitted(arena, parameters, "not readable", body.size);
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    struct str name_space = namespace_of(body);
    if (root->first_child == NULL && name_space.size == 0) {
        write_element(&writer, root);
    } else {
        json_begin_object(&writer);
        if (name_space.size > 0)
            json_member_string(&writer, "xmlns", name_space);
        write_children(&writer, root);
        json_end_object(&writer);
    }
    return s3_parameters_with(arena, parameters, root->name, buf_str(&text));
}

struct str s3_policy_record(struct arena *arena, struct str body, struct str parameters) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_parser *parser = json_parser_create();
    struct json_writer writer = JSON_WRITER(&text);
    struct json_value policy;
    struct error error;
    /* One that is no JSON is refused, and recorded as it came. */
    if (!json_parse(parser, body, &policy, &error) || !json_append_value(&text, policy)) {
        buf_clear(&text);
        json_write_string(&writer, body);
    }
    json_parser_destroy(parser);
    return s3_parameters_with(arena, parameters, STR_LITERAL("bucketPolicy"), buf_str(&text));
}

/* ---- replies ---- */

const struct xml_node *s3_document_read(struct arena *arena, struct bytes body) {
    struct xml_node *root;
    struct error error;
    struct str text = without_blanks_in_front(bytes_str(body));
    return text.size > 0 && xml_parse(arena, text, &root, &error) ? root : NULL;
}

bool s3_error_take(const struct xml_node *root, struct protocol_call *call) {
    if (root != NULL && str_is(root->name, "ErrorResponse"))
        root = xml_child(root, "Error");
    if (root == NULL || !str_is(root->name, "Error") || xml_child_text(root, "Code").size == 0)
        return false;
    call->error_code = xml_child_text(root, "Code");
    call->error_message = xml_child_text(root, "Message");
    return true;
}

struct status_error {
    unsigned status;
    const char *code, *message;
};

void s3_error_of_status(unsigned status, const struct s3_target *target, struct protocol_call *call) {
    static const struct status_error errors[] = {
        {301, "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint."},
        {304, "NotModified", "Not Modified"},
        {307, "TemporaryRedirect", "You are being redirected to the bucket while DNS updates."},
        {400, "BadRequest", "Bad Request"},
        {401, "AccessDenied", "Access Denied"},
        {403, "AccessDenied", "Access Denied"},
        {405, "MethodNotAllowed", "The specified method is not allowed against this resource."},
        {409, "OperationAborted",
            "A conflicting conditional operation is currently in progress against this resource."},
        {411, "MissingContentLength", "You must provide the Content-Length HTTP header."},
        {412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"},
        {416, "InvalidRange", "The requested range is not satisfiable"},
        {500, "InternalError", "We encountered an internal error. Please try again."},
        {501, "NotImplemented", "A header you provided implies functionality that is not implemented."},
        {503, "SlowDown", "Please reduce your request rate."},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].status == status) {
            call->error_code = str_from(errors[i].code);
            call->error_message = str_from(errors[i].message);
        }
    }
    if (status == 404) {
        bool is_key = target->level == S3_OBJECT;
        call->error_code = str_from(is_key ? "NoSuchKey" : "NoSuchBucket");
        call->error_message =
            str_from(is_key ? "The specified key does not exist." : "The specified bucket does not exist");
    }
}
