/* SPDX-License-Identifier: Apache-2.0 */
/* target: which bucket and key a request is about, and which operation it is. */
#include "aws/host.h"
#include "base/own.h"
#include "codec/text.h"

#include "private.h"

#include <string.h>

enum sub_resource {
#define SUB_RESOURCE(id, name) SUB_##id,
#define OPERATION(level, sub, method, name, body, reply)
#include "operation_table.h"
#undef SUB_RESOURCE
#undef OPERATION
    SUB_COUNT,
};

static const struct str_literal {
    const char *data;
    size_t size;
} sub_resources[SUB_COUNT] = {
#define SUB_RESOURCE(id, name) {name, sizeof(name) - 1},
#define OPERATION(level, sub, method, name, body, reply)
#include "operation_table.h"
#undef SUB_RESOURCE
#undef OPERATION
};

static const struct s3_operation operations[S3_LEVEL_COUNT][SUB_COUNT][S3_METHOD_COUNT] = {
#define SUB_RESOURCE(id, name)
#define OPERATION(level, sub, method, name, body, reply)                                                     \
    [S3_##level][SUB_##sub][S3_##method] = {#name, S3_BODY_##body, S3_REPLY_##reply},
#include "operation_table.h"
#undef SUB_RESOURCE
#undef OPERATION
};

/* Operations that one column of the table cannot tell. */
static const struct s3_operation list_directory_buckets = {
    "ListDirectoryBuckets", S3_BODY_NONE, S3_REPLY_PLAIN};
static const struct s3_operation write_get_object_response = {
    "WriteGetObjectResponse", S3_BODY_NONE, S3_REPLY_PLAIN};

enum s3_method s3_method_of(struct str method) {
    static const char *const names[S3_METHOD_COUNT] = {[S3_GET] = "GET",
        [S3_HEAD] = "HEAD",
        [S3_PUT] = "PUT",
        [S3_POST] = "POST",
        [S3_DELETE] = "DELETE",
        [S3_OPTIONS] = "OPTIONS",
        [S3_PATCH] = "PATCH"};
    for (unsigned i = 0; i < S3_METHOD_COUNT; i++) {
        if (str_is(method, names[i]))
            return (enum s3_method)i;
    }
    return S3_METHOD_COUNT;
}

/* ---- bucket and key ---- */

/* "s3", and as in s3-accelerate, s3-website-eu-west-1, s3-accesspoint, s3express-euw1-az1. */
static bool is_endpoint_label(struct str label) {
    return str_is(label, "s3") || str_starts_with(label, STR_LITERAL("s3-")) ||
           str_starts_with(label, STR_LITERAL("s3express-"));
}

/* The bucket before the endpoint's last such label: "a.b" of "a.b.s3.dualstack.eu-west-1.amazonaws.com". */
static struct str bucket_of_aws_host(struct str host) {
    struct str name = str_cut(&host, ':'), bucket = STR_EMPTY;
    if (!str_ends_with(name, STR_LITERAL(".amazonaws.com")) &&
        !str_ends_with(name, STR_LITERAL(".amazonaws.com.cn")))
        return STR_EMPTY;
    for (size_t start = 0; start < name.size;) {
        struct str rest = str_slice(name, start, SIZE_MAX), label = str_cut(&rest, '.');
        if (start > 0 && is_endpoint_label(label))
            bucket = str_slice(name, 0, start - 1);
        start += label.size + 1;
    }
    return bucket;
}

struct str s3_bucket_of_host(const struct protocol_head *head) {
    struct str bucket = aws_bucket_of_host(head->host, head->request->host_suffixes);
    return bucket.size == 0 && head->request->is_aws ? bucket_of_aws_host(head->host) : bucket;
}

/* What is no escape stands for itself, whatever else is one. */
static struct str decode_path(struct arena *arena, struct str path) {
    SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    if (str_find_char(path, '%') == SIZE_MAX)
        return path;
    while (path.size > 0) {
        size_t size = path.data[0] == '%' && path.size > 2 ? 3 : 1;
        if (!percent_decode(str_slice(path, 0, size), false, &decoded))
            buf_append_str(&decoded, str_slice(path, 0, size = 1));
        path = str_slice(path, size, SIZE_MAX);
    }
    return arena_str(arena, buf_str(&decoded));
}

static bool is_object_lambda(const struct protocol_head *head) {
    return str_is(head->path, "/WriteGetObjectResponse") && str_is(head->request->method, "POST");
}

void s3_target_read(struct arena *arena, const struct protocol_head *head, struct s3_target *ret_target) {
    if (is_object_lambda(head)) { /* the host's first label is the way back to a caller, no bucket */
        *ret_target = (struct s3_target){.bucket = STR_EMPTY, .key = STR_EMPTY, .method = S3_POST};
        return;
    }
    struct str bucket = arena_lower_case(arena, s3_bucket_of_host(head));
    /* Decoded first: no bucket has a slash in its name, so a service either refuses "/b%2Fk" or takes it as
     * "/b/k". Likewise none has an empty name: what stands behind "//" is the bucket, or nothing is. */
    struct str path = decode_path(arena, head->path);
    if (path.size > 0 && path.data[0] == '/')
        path = str_slice(path, 1, SIZE_MAX);
    while (bucket.size == 0 && path.size > 0)
        bucket = str_cut(&path, '/');
    struct s3_target target = {.bucket = bucket, .key = path, .method = s3_method_of(head->request->method)};
    target.level = target.key.size > 0 ? S3_OBJECT : target.bucket.size > 0 ? S3_BUCKET : S3_SERVICE;
    *ret_target = target;
}

/* ---- the operation ---- */

static enum sub_resource sub_resource_named(struct str name) {
    for (unsigned i = SUB_UPLOAD; i < SUB_COUNT; i++) {
        if (sub_resources[i].size == name.size && memcmp(sub_resources[i].data, name.data, name.size) == 0)
            return (enum sub_resource)i;
    }
    return SUB_COUNT;
}

struct query {
    enum sub_resource sub;
    bool has_id;
};

/* A sub-resource that has no such operation is no choice: most services carry out the plain call then. */
static bool is_choice(const struct s3_target *target, enum sub_resource sub) {
    return sub < SUB_COUNT && operations[target->level][sub][target->method].name != NULL;
}

static struct query read_query(struct arena *arena, struct str query, const struct s3_target *target) {
    struct query found = {.sub = SUB_COUNT};
    while (query.size > 0) {
        struct str value = str_cut(&query, '&'), name = protocol_decode(arena, str_cut(&value, '='), true);
        enum sub_resource sub = sub_resource_named(name);
        found.sub = sub < found.sub && is_choice(target, sub) ? sub : found.sub;
        found.has_id = found.has_id || str_is(name, "id");
    }
    return found;
}

static bool is_form_type(struct str type) {
    struct str name = STR_LITERAL("multipart/form-data");
    return str_equals_ignoring_case(str_slice(type, 0, name.size), name);
}

/* What only the absence of a parameter or the presence of a header tells. */
static enum sub_resource refine(
    const struct protocol_head *head, const struct s3_target *target, struct query query) {
    const struct protocol_request *request = head->request;
    bool is_put = target->method == S3_PUT && target->level == S3_OBJECT;
    bool is_copy =
        is_put && (query.sub == SUB_COUNT || query.sub == SUB_UPLOAD) &&
        protocol_header(request->headers, request->header_count, STR_LITERAL("x-amz-copy-source")).size > 0;
    bool is_form =
        target->method == S3_POST && target->level == S3_BUCKET && is_form_type(head->content_type);
    bool is_list = target->method == S3_GET && !query.has_id;
    if (query.sub == SUB_COUNT)
        return is_copy ? SUB_COPY : is_form ? SUB_FORM : SUB_PLAIN;
    if (is_copy)
        return SUB_UPLOAD_COPY;
    if (is_list && query.sub == SUB_ANALYTICS)
        return SUB_ANALYTICS_LIST;
    if (is_list && query.sub == SUB_INTELLIGENT_TIERING)
        return SUB_INTELLIGENT_TIERING_LIST;
    if (is_list && query.sub == SUB_INVENTORY)
        return SUB_INVENTORY_LIST;
    if (is_list && query.sub == SUB_METRICS)
        return SUB_METRICS_LIST;
    return query.sub;
}

const struct s3_operation *s3_operation_find(
    struct arena *arena, const struct protocol_head *head, const struct s3_target *target, bool is_express) {
    if (target->method == S3_METHOD_COUNT)
        return NULL;
    if (is_object_lambda(head))
        return &write_get_object_response;
    struct query query = {.sub = SUB_COUNT};
    if (head->query.size > 0)
        query = read_query(arena, head->query, target);
    enum sub_resource sub = refine(head, target, query);
    if (is_express && target->level == S3_SERVICE && target->method == S3_GET && sub == SUB_PLAIN)
        return &list_directory_buckets;
    const struct s3_operation *operation = &operations[target->level][sub][target->method];
    return operation->name == NULL ? NULL : operation;
}
