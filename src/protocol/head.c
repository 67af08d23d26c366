/* SPDX-License-Identifier: Apache-2.0 */
/* head: what a request's head says, looked up once. */
#include "base/own.h"
#include "codec/text.h"

#include "dialect.h"

/* The place in the head of a header's value; NULL for headers of no interest. */
static struct str *place_of(struct protocol_head *head, struct str name) {
#define HEADER(name, member)                                                                                 \
    { name, sizeof(name) - 1, offsetof(struct protocol_head, member) }
    static const struct {
        const char *name;
        size_t size, place;
    } headers[] = {
        HEADER("host", host),
        HEADER("user-agent", user_agent),
        HEADER("content-type", content_type),
        HEADER("x-amz-target", target),
        HEADER("authorization", authorization),
        HEADER("smithy-protocol", smithy_protocol),
        HEADER("x-amz-region-set", region_set),
        HEADER("x-amz-security-token", session_token),
    };
#undef HEADER
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (name.size == headers[i].size &&
            str_equals_ignoring_case(name, str_of(headers[i].name, headers[i].size)))
            return (struct str *)(void *)((char *)head + headers[i].place);
    }
    return NULL;
}

/* Path and query; host too where the target is an absolute one. */
static void split_target(struct str target, struct protocol_head *head) {
    head->query = target;
    head->path = str_cut(&head->query, '?');
    size_t scheme = str_find(head->path, STR_LITERAL("://"));
    if (scheme == SIZE_MAX || head->path.data[0] == '/')
        return;
    struct str rest = str_slice(head->path, scheme + 3, SIZE_MAX);
    size_t slash = str_find_char(rest, '/');
    head->path = slash == SIZE_MAX ? STR_LITERAL("/") : str_slice(rest, slash, SIZE_MAX);
    head->host = str_slice(rest, 0, slash); /* it stands above the header: RFC 9112, 3.2.2 */
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
