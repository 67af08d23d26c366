/* SPDX-License-Identifier: Apache-2.0 */
/* head: what a request's head says, looked up once. */
#include "base/own.h"
#include "codec/text.h"

#include "private.h"

/* The place in the head of a header's value; NULL for headers of no interest. */
static struct str *place_of(struct protocol_head *head, struct str name) {
    static const struct {
        const char *name;
        size_t place;
    } headers[] = {
        {"host", offsetof(struct protocol_head, host)},
        {"user-agent", offsetof(struct protocol_head, user_agent)},
        {"content-type", offsetof(struct protocol_head, content_type)},
        {"x-amz-target", offsetof(struct protocol_head, target)},
        {"authorization", offsetof(struct protocol_head, authorization)},
        {"smithy-protocol", offsetof(struct protocol_head, smithy_protocol)},
        {"x-amz-region-set", offsetof(struct protocol_head, region_set)},
        {"x-amz-security-token", offsetof(struct protocol_head, session_token)},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (str_equals_ignoring_case(name, str_from(headers[i].name)))
            return (struct str *)(void *)((char *)head + headers[i].place);
    }
    return NULL;
}

/* Path and query, without the scheme and host of an absolute target. */
static void split_target(struct str target, struct protocol_head *head) {
    head->query = target;
    head->path = str_cut(&head->query, '?');
    size_t scheme = str_find(head->path, STR_LITERAL("://"));
    if (scheme == SIZE_MAX || head->path.data[0] == '/')
        return;
    struct str rest = str_slice(head->path, scheme + 3, SIZE_MAX);
    size_t slash = str_find_char(rest, '/');
    head->path = slash == SIZE_MAX ? STR_LITERAL("/") : str_slice(rest, slash, SIZE_MAX);
}

void protocol_head_read(const struct protocol_request *request, struct protocol_head *ret_head) {
    struct protocol_head head = {.request = request};
    split_target(request->target, &head);
    for (size_t i = 0; i < request->header_count; i++) {
        struct str *place = place_of(&head, request->headers[i].name);
        if (place != NULL && place->size == 0)
            *place = str_trim(request->headers[i].value);
    }
    *ret_head = head;
}

struct str protocol_header(const struct protocol_header *headers, size_t count, struct str name) {
    for (size_t i = 0; i < count; i++) {
        if (str_equals_ignoring_case(headers[i].name, name))
            return str_trim(headers[i].value);
    }
    return STR_EMPTY;
}

bool protocol_query_find(struct str query, struct str name, struct str *ret_value) {
    while (query.size > 0) {
        struct str value = str_cut(&query, '&');
        if (str_equals(str_cut(&value, '='), name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

struct str protocol_decode(struct arena *arena, struct str text, bool plus_is_space) {
    bool is_plain = str_find_char(text, '%') == SIZE_MAX;
    if (is_plain && (!plus_is_space || str_find_char(text, '+') == SIZE_MAX))
        return text;
    SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    return percent_decode(text, plus_is_space, &decoded) ? arena_str(arena, buf_str(&decoded)) : text;
}
