/* SPDX-License-Identifier: Apache-2.0 */
#include "remote_reply.h"

#include "base/own.h"
#include "codec/text.h"
#include "codec/xml.h"
#include "http/http.h"

#include <string.h>

static const struct {
    const char *code;
    enum error_kind kind;
} KINDS[] = {
    {"NoSuchBucket", ERROR_NOT_FOUND},
    {"NoSuchKey", ERROR_NOT_FOUND},
    {"AccessDenied", ERROR_DENIED},
    {"InvalidAccessKeyId", ERROR_DENIED},
    {"SignatureDoesNotMatch", ERROR_DENIED},
    {"AllAccessDisabled", ERROR_DENIED},
    {"PreconditionFailed", ERROR_CONFLICT},
    {"SlowDown", ERROR_UNAVAILABLE},
    {"ServiceUnavailable", ERROR_UNAVAILABLE},
    {"InternalError", ERROR_UNAVAILABLE},
    {"RequestTimeout", ERROR_UNAVAILABLE},
    {"OperationAborted", ERROR_UNAVAILABLE},
};

static enum error_kind kind_of(struct str code, unsigned status) {
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (str_is(code, KINDS[i].code))
            return KINDS[i].kind;
    }
    if (status >= 500 || status == 429 || status == 408)
        return ERROR_UNAVAILABLE;
    return status == 403 || status == 401   ? ERROR_DENIED
           : status == 404                  ? ERROR_NOT_FOUND
           : status == 409 || status == 412 ? ERROR_CONFLICT
                                            : ERROR_INVALID;
}

/* The code that a status stands for where no document says more, as in every answer to HEAD. */
static const char *code_of_status(unsigned status, bool is_about_key) {
    switch (status) {
    case 401:
    case 403:
        return "AccessDenied";
    case 404:
        return is_about_key ? "NoSuchKey" : "NoSuchBucket";
    case 412:
        return "PreconditionFailed";
    case 301:
    case 307:
        return "PermanentRedirect";
    case 429:
    case 503:
        return "ServiceUnavailable";
    default:
        return status >= 500 ? "InternalError" : "InvalidRequest";
    }
}

bool objects_remote_check(const struct http_reply *reply, struct str key, struct error *error) {
    if (reply->status >= 200 && reply->status < 300)
        return true;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct xml_node *root = NULL;
    struct error ignored = {0};
    struct str code = STR_EMPTY, message = STR_EMPTY;
    if (reply->body.size > 0 && xml_parse(&arena, bytes_str(reply->body), &root, &ignored) &&
        str_is(root->name, "Error")) {
        code = str_slice(xml_child_text(root, "Code"), 0, 60);
        message = str_slice(xml_child_text(root, "Message"), 0, 200);
    }
    if (code.size == 0)
        code = str_from(code_of_status(reply->status, key.size > 0));
    return error_set(error, kind_of(code, reply->status), "%.*s: %.*s (status %u)", STR(code), STR(message),
        reply->status);
}

static bool has_prefix(struct str name, const char *prefix) {
    return name.size > strlen(prefix) &&
           str_equals_ignoring_case(str_slice(name, 0, strlen(prefix)), str_from(prefix));
}

static struct str without_quotes(struct str etag) {
    return etag.size >= 2 && etag.data[0] == '"' ? str_slice(etag, 1, etag.size - 2) : etag;
}

struct objects_info objects_remote_info(const struct http_reply *reply, struct arena *arena) {
    static const char USER_PREFIX[] = "x-amz-meta-";
    struct objects_info info = {.etag = without_quotes(http_reply_header(reply, "ETag"))};
    struct objects_pair *pairs = ARENA_ARRAY(arena, reply->header_count, struct objects_pair);
    struct objects_metadata *metadata = &info.metadata;
    if (!str_to_u64(http_reply_header(reply, "Content-Length"), &info.size))
        info.size = 0;
    if (!time_parse_http(http_reply_header(reply, "Last-Modified"), &info.modified_at))
        info.modified_at = MOMENT_NONE;
    metadata->content_type = http_reply_header(reply, "Content-Type");
    metadata->content_encoding = http_reply_header(reply, "Content-Encoding");
    metadata->content_disposition = http_reply_header(reply, "Content-Disposition");
    metadata->content_language = http_reply_header(reply, "Content-Language");
    metadata->cache_control = http_reply_header(reply, "Cache-Control");
    metadata->expires = http_reply_header(reply, "Expires");
    for (size_t i = 0; i < reply->header_count; i++) {
        struct str name = reply->headers[i].name;
        if (!has_prefix(name, USER_PREFIX))
            continue;
        pairs[metadata->user_count++] = (struct objects_pair){
            arena_lower_case(arena, str_slice(name, strlen(USER_PREFIX), SIZE_MAX)), reply->headers[i].value};
    }
    metadata->user = pairs;
    return info;
}

static bool refuse_list(struct error *error) {
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: the answer is no list of objects");
}

static bool name_of(struct arena *arena, struct str text, bool is_encoded, struct str *ret_name) {
    SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    if (!is_encoded) {
        *ret_name = text;
        return true;
    }
    if (!percent_decode(text, true, &decoded))
        return false;
    *ret_name = arena_str(arena, buf_str(&decoded));
    return true;
}

static bool parse_object(
    const struct xml_node *node, bool is_encoded, struct arena *arena, struct objects_info *info) {
    info->etag = without_quotes(xml_child_text(node, "ETag"));
    if (!time_parse_iso(xml_child_text(node, "LastModified"), &info->modified_at))
        info->modified_at = MOMENT_NONE;
    return str_to_u64(xml_child_text(node, "Size"), &info->size) &&
           name_of(arena, xml_child_text(node, "Key"), is_encoded, &info->key);
}

bool objects_remote_parse_list(
    struct str text, size_t limit, struct arena *arena, struct objects_page *ret_page, struct error *error) {
    struct xml_node *root = NULL;
    struct error syntax = {0};
    if (!xml_parse(arena, text, &root, &syntax) || !str_is(root->name, "ListBucketResult"))
        return refuse_list(error);
    bool is_encoded = str_is(xml_child_text(root, "EncodingType"), "url");
    struct objects_page page = {
        .objects = ARENA_ARRAY(arena, limit, struct objects_info),
        .prefixes = ARENA_ARRAY(arena, limit, struct str),
        .is_truncated = str_is(xml_child_text(root, "IsTruncated"), "true"),
        .next = STR_EMPTY,
    };
    for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
        bool is_prefix = str_is(node->name, "CommonPrefixes");
        struct str *name = NULL;
        if (!is_prefix && !str_is(node->name, "Contents"))
            continue;
        if (page.object_count + page.prefix_count == limit)
            return refuse_list(error);
        if (is_prefix) {
            name = &page.prefixes[page.prefix_count++];
            if (!name_of(arena, xml_child_text(node, "Prefix"), is_encoded, name))
                return refuse_list(error);
        } else {
            name = &page.objects[page.object_count].key;
            if (!parse_object(node, is_encoded, arena, &page.objects[page.object_count++]))
                return refuse_list(error);
        }
        if (str_compare(*name, page.next) > 0)
            page.next = *name;
    }
    *ret_page = page;
    return true;
}
