/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4.c: the canonical request, the string to sign, keys and signatures. */
#include "aws/sigv4.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_s3(const struct aws_authorization *authorization) {
    return str_is(authorization->scope.service, "s3");
}

static struct str keep(struct arena *arena, struct buf *buf) {
    struct str text = arena_str(arena, buf_str(buf));
    buf_finish(buf);
    return text;
}

/* Resolve "." and ".." and drop empty segments, as RFC 3986 section 6 has it for every service but S3. */
static void append_normalised_path(struct buf *buf, struct arena *arena, struct str path) {
    size_t segment_max = 1;
    for (size_t i = 0; i < path.size; i++)
        segment_max += path.data[i] == '/';
    struct str *segments = ARENA_ARRAY(arena, segment_max, struct str);
    size_t count = 0;
    struct str rest = path;
    while (rest.size > 0) {
        struct str segment = str_cut(&rest, '/');
        if (str_is(segment, "..") && count > 0)
            count--;
        else if (segment.size > 0 && !str_is(segment, ".") && !str_is(segment, ".."))
            segments[count++] = segment;
    }
    for (size_t i = 0; i < count; i++) {
        buf_append_char(buf, '/');
        percent_append(buf, segments[i], false);
    }
    bool ends_with_slash = path.size > 0 && path.data[path.size - 1] == '/';
    if (count == 0 || ends_with_slash)
        buf_append_char(buf, '/');
}

/* S3 signs the key's own characters encoded once, whatever a client chose to encode on the wire. */
static void append_s3_path(struct buf *buf, struct str path) {
    struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    if (path.size == 0)
        buf_append_char(buf, '/');
    else if (percent_decode(path, false, &decoded))
        percent_append(buf, buf_str(&decoded), true);
    else
        buf_append_str(buf, path);
    buf_finish(&decoded);
}

/* A query component encoded exactly once: decoded first, because clients differ in what they encode. */
static struct str encoded_once(struct arena *arena, struct str text) {
    struct buf decoded = BUF_INIT(BUF_UNBOUNDED), encoded = BUF_INIT(BUF_UNBOUNDED);
    if (percent_decode(text, true, &decoded))
        percent_append(&encoded, buf_str(&decoded), false);
    else
        buf_append_str(&encoded, text);
    buf_finish(&decoded);
    return keep(arena, &encoded);
}

static int compare_headers(const void *left, const void *right) {
    const struct aws_header *a = left, *b = right;
    int order = str_compare(a->name, b->name);
    return order != 0 ? order : str_compare(a->value, b->value);
}

static void append_canonical_query(
    struct buf *buf, struct arena *arena, struct str query, bool is_presigned) {
    size_t pair_max = 1;
    for (size_t i = 0; i < query.size; i++)
        pair_max += query.data[i] == '&';
    struct aws_header *pairs = ARENA_ARRAY(arena, pair_max, struct aws_header);
    size_t count = 0;
    struct str rest = query;
    while (rest.size > 0) {
        struct str value = str_cut(&rest, '&');
        if (value.size == 0)
            continue;
        struct str name = str_cut(&value, '=');
        if (is_presigned && str_is(name, "X-Amz-Signature"))
            continue;
        pairs[count++] = (struct aws_header){encoded_once(arena, name), encoded_once(arena, value)};
    }
    qsort(pairs, count, sizeof *pairs, compare_headers);
    for (size_t i = 0; i < count; i++)
        buf_append_format(buf, "%s%.*s=%.*s", i > 0 ? "&" : "", STR(pairs[i].name), STR(pairs[i].value));
}

/* Trimmed, and runs of blanks inside made one blank. */
static void append_header_value(struct buf *buf, struct str value) {
    struct str trimmed = str_trim(value);
    for (size_t i = 0; i < trimmed.size; i++)
        if (trimmed.data[i] != ' ' || trimmed.data[i - 1] != ' ')
            buf_append_char(buf, trimmed.data[i]);
}

static void append_canonical_headers(
    struct buf *buf, const struct aws_request *request, struct str signed_headers) {
    struct str rest = signed_headers;
    while (rest.size > 0) {
        struct str name = str_cut(&rest, ';');
        bool is_first = true;
        buf_append_str(buf, name);
        buf_append_char(buf, ':');
        for (size_t i = 0; i < request->header_count; i++) {
            if (!str_equals_ignoring_case(request->headers[i].name, name))
                continue;
            if (!is_first)
                buf_append_char(buf, ',');
            append_header_value(buf, request->headers[i].value);
            is_first = false;
        }
        buf_append_char(buf, '\n');
    }
}

struct str aws_canonical_request(
    struct arena *arena, const struct aws_request *request, const struct aws_authorization *authorization) {
    struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&buf, request->method);
    buf_append_char(&buf, '\n');
    if (is_s3(authorization))
        append_s3_path(&buf, request->path);
    else
        append_normalised_path(&buf, arena, request->path);
    buf_append_char(&buf, '\n');
    append_canonical_query(&buf, arena, request->query, authorization->is_presigned);
    buf_append_char(&buf, '\n');
    append_canonical_headers(&buf, request, authorization->signed_headers);
    buf_append_format(&buf, "\n%.*s\n%.*s", STR(authorization->signed_headers), STR(request->payload_hash));
    return keep(arena, &buf);
}

struct str aws_string_to_sign(
    struct arena *arena, struct str canonical_request, const struct aws_authorization *authorization) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(canonical_request), hash);
    hex_encode(BYTES_OF(hash), hex);
    const struct aws_scope *scope = &authorization->scope;
    return arena_format(arena, "AWS4-HMAC-SHA256\n%.*s\n%.*s/%.*s/%.*s/aws4_request\n%.*s",
        STR(authorization->time_text), STR(scope->date), STR(scope->region), STR(scope->service),
        (int)sizeof hex, hex);
}

void aws_signing_key(
    struct str secret_access_key, const struct aws_scope *scope, uint8_t ret_key[SHA256_SIZE]) {
    struct buf first = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&first, "AWS4");
    buf_append_str(&first, secret_access_key);
    uint8_t key[SHA256_SIZE];
    hash_hmac_sha256(buf_bytes(&first), str_bytes(scope->date), key);
    mem_wipe(first.data, first.size);
    buf_finish(&first);
    hash_hmac_sha256(BYTES_OF(key), str_bytes(scope->region), key);
    hash_hmac_sha256(BYTES_OF(key), str_bytes(scope->service), key);
    hash_hmac_sha256(BYTES_OF(key), str_bytes(STR_LITERAL("aws4_request")), ret_key);
    mem_wipe(key, sizeof key);
}

void aws_signature(
    const uint8_t key[SHA256_SIZE], struct str string_to_sign, char ret_signature[AWS_SIGNATURE_SIZE]) {
    uint8_t hash[SHA256_SIZE];
    hash_hmac_sha256(bytes_of(key, SHA256_SIZE), str_bytes(string_to_sign), hash);
    hex_encode(BYTES_OF(hash), ret_signature);
}

bool aws_signature_matches(const uint8_t key[SHA256_SIZE], struct str string_to_sign,
    const struct aws_authorization *authorization) {
    char expected[AWS_SIGNATURE_SIZE];
    aws_signature(key, string_to_sign, expected);
    bool matches = bytes_equal_in_constant_time(BYTES_OF(expected), str_bytes(authorization->signature));
    mem_wipe(expected, sizeof expected);
    return matches;
}

/* The client's side. */

static struct str names_to_sign(struct arena *arena, const struct aws_header *headers, size_t count) {
    struct aws_header *names = ARENA_ARRAY(arena, count, struct aws_header);
    for (size_t i = 0; i < count; i++)
        names[i].name = arena_lower_case(arena, headers[i].name);
    qsort(names, count, sizeof *names, compare_headers);
    struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !str_equals(names[i].name, names[i - 1].name))
            buf_append_format(&buf, "%s%.*s", i > 0 ? ";" : "", STR(names[i].name));
    return keep(arena, &buf);
}

size_t aws_sign(struct arena *arena, const struct aws_request *request,
    const struct aws_sign_options *options, struct aws_header **ret_headers) {
    enum { HEADERS_ADDED = 4 };
    struct aws_header *headers = ARENA_ARRAY(arena, request->header_count + HEADERS_ADDED, struct aws_header);
    size_t count = request->header_count;
    for (size_t i = 0; i < count; i++)
        headers[i] = request->headers[i];
    struct buf time_text = BUF_INIT(BUF_UNBOUNDED);
    time_append_basic(&time_text, options->now);
    struct aws_authorization authorization = {.time_text = keep(arena, &time_text)};
    authorization.scope =
        (struct aws_scope){str_slice(authorization.time_text, 0, 8), options->region, options->service};
    headers[count++] = (struct aws_header){STR_LITERAL("x-amz-date"), authorization.time_text};
    headers[count++] = (struct aws_header){STR_LITERAL("x-amz-content-sha256"), request->payload_hash};
    if (options->session_token.size > 0)
        headers[count++] = (struct aws_header){STR_LITERAL("x-amz-security-token"), options->session_token};
    authorization.signed_headers = names_to_sign(arena, headers, count);

    struct aws_request signed_request = *request;
    signed_request.headers = headers;
    signed_request.header_count = count;
    struct str string_to_sign = aws_string_to_sign(
        arena, aws_canonical_request(arena, &signed_request, &authorization), &authorization);
    uint8_t key[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    aws_signing_key(options->secret_access_key, &authorization.scope, key);
    aws_signature(key, string_to_sign, signature);
    mem_wipe(key, sizeof key);
    struct str value = arena_format(arena,
        "AWS4-HMAC-SHA256 Credential=%.*s/%.*s/%.*s/%.*s/aws4_request, SignedHeaders=%.*s, Signature=%.*s",
        STR(options->access_key_id), STR(authorization.scope.date), STR(options->region),
        STR(options->service), STR(authorization.signed_headers), AWS_SIGNATURE_SIZE, signature);
    headers[count++] = (struct aws_header){STR_LITERAL("Authorization"), value};
    *ret_headers = headers;
    return count;
}
