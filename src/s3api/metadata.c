/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata.h"

#include "base/own.h"
#include "codec/text.h"

#include <string.h>

enum { USER_METADATA_SIZE_MAX = 2048 }; /* S3's */

static const char USER_PREFIX[] = "x-amz-meta-";
static const char TRAILER_HEADER[] = "x-amz-trailer";

static const struct {
    const char *header, *override;
    size_t offset; /* in struct objects_metadata */
} SYSTEM_HEADERS[] = {
    {"Content-Type", "response-content-type", offsetof(struct objects_metadata, content_type)},
    {"Content-Encoding", "response-content-encoding", offsetof(struct objects_metadata, content_encoding)},
    {"Content-Disposition", "response-content-disposition",
        offsetof(struct objects_metadata, content_disposition)},
    {"Content-Language", "response-content-language", offsetof(struct objects_metadata, content_language)},
    {"Cache-Control", "response-cache-control", offsetof(struct objects_metadata, cache_control)},
    {"Expires", "response-expires", offsetof(struct objects_metadata, expires)},
};
enum { SYSTEM_HEADER_COUNT = sizeof(SYSTEM_HEADERS) / sizeof(SYSTEM_HEADERS[0]) };

static struct str *system_value(struct objects_metadata *metadata, size_t index) {
    return (struct str *)(void *)((char *)metadata + SYSTEM_HEADERS[index].offset);
}

/* aws-chunked is the coding of the transfer and not of the object. */
static struct str without_aws_chunked(struct arena *arena, struct str encodings) {
    SCOPED(buf_finish) struct buf kept = BUF_INIT(BUF_UNBOUNDED);
    while (encodings.size > 0) {
        struct str one = str_trim(str_cut(&encodings, ','));
        if (one.size > 0 && !str_equals_ignoring_case(one, STR_LITERAL("aws-chunked")))
            (void)buf_append_format(&kept, "%s%.*s", kept.size > 0 ? "," : "", STR(one));
    }
    return arena_str(arena, buf_str(&kept));
}

static bool is_user_header(struct str name) {
    return str_equals_ignoring_case(str_slice(name, 0, strlen(USER_PREFIX)), str_from(USER_PREFIX)) &&
           name.size > strlen(USER_PREFIX);
}

static bool read_user_metadata(
    struct s3api_exchange *exchange, struct objects_metadata *metadata, struct error *error) {
    const struct http_header *headers = NULL;
    size_t count = http_headers(exchange->http, &headers), size = 0;
    struct objects_pair *pairs = ARENA_ARRAY(exchange->arena, count, struct objects_pair);
    for (size_t i = 0; i < count; i++) {
        if (!is_user_header(headers[i].name))
            continue;
        struct str name = str_slice(headers[i].name, strlen(USER_PREFIX), SIZE_MAX);
        pairs[metadata->user_count++] =
            (struct objects_pair){arena_lower_case(exchange->arena, name), str_trim(headers[i].value)};
        size += name.size + headers[i].value.size;
    }
    metadata->user = pairs;
    return size <= USER_METADATA_SIZE_MAX ||
           error_set(error, ERROR_LIMIT,
               "MetadataTooLarge: Your metadata headers exceed the maximum allowed metadata size");
}

bool s3api_metadata_read(
    struct s3api_exchange *exchange, struct objects_metadata *ret_metadata, struct error *error) {
    struct objects_metadata metadata = {0};
    for (size_t i = 0; i < SYSTEM_HEADER_COUNT; i++)
        *system_value(&metadata, i) = s3api_header(exchange, SYSTEM_HEADERS[i].header);
    metadata.content_encoding = without_aws_chunked(exchange->arena, metadata.content_encoding);
    if (!read_user_metadata(exchange, &metadata, error))
        return false;
    *ret_metadata = metadata;
    return true;
}

void s3api_metadata_send_etag(struct s3api_exchange *exchange, const struct objects_info *info) {
    http_set_header(exchange->http, "ETag", arena_format(exchange->arena, "\"%.*s\"", STR(info->etag)));
}

static void set_time(struct s3api_exchange *exchange, const char *name, struct moment moment) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    (void)time_append_http(&text, moment);
    http_set_header(exchange->http, name, buf_str(&text));
}

void s3api_metadata_send_checksum(struct s3api_exchange *exchange, const struct objects_info *info) {
    const struct objects_metadata *metadata = &info->metadata;
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(metadata->checksum_algorithm);
    if (algorithm == NULL || metadata->checksum_value.size == 0)
        return;
    http_set_header(exchange->http, algorithm->header, metadata->checksum_value);
    http_set_header(exchange->http, "x-amz-checksum-type", metadata->checksum_type);
}

void s3api_metadata_send_result(struct s3api_exchange *exchange, const struct objects_info *info) {
    s3api_metadata_send_etag(exchange, info);
    s3api_metadata_send_checksum(exchange, info);
}

static void send_user_metadata(struct s3api_exchange *exchange, const struct objects_metadata *metadata) {
    for (size_t i = 0; i < metadata->user_count; i++) {
        struct str name = arena_format(exchange->arena, "%s%.*s", USER_PREFIX, STR(metadata->user[i].name));
        http_set_header(exchange->http, name.data, metadata->user[i].value);
    }
}

void s3api_metadata_send(struct s3api_exchange *exchange, const struct objects_info *info) {
    struct objects_metadata metadata = info->metadata;
    if (metadata.content_type.size == 0)
        metadata.content_type = STR_LITERAL("binary/octet-stream");
    for (size_t i = 0; i < SYSTEM_HEADER_COUNT; i++) {
        struct str override = s3api_parameter(&exchange->request, SYSTEM_HEADERS[i].override);
        struct str value = override.size > 0 ? override : *system_value(&metadata, i);
        if (value.size > 0)
            http_set_header(exchange->http, SYSTEM_HEADERS[i].header, value);
    }
    s3api_metadata_send_etag(exchange, info);
    set_time(exchange, "Last-Modified", info->modified_at);
    http_set_header(exchange->http, "Accept-Ranges", STR_LITERAL("bytes"));
    send_user_metadata(exchange, &metadata);
}

void s3api_metadata_write(struct buf *xml, const struct objects_info *info, bool with_type) {
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(info->metadata.checksum_algorithm);
    s3api_xml_etag(xml, info->etag);
    if (algorithm == NULL || info->metadata.checksum_value.size == 0)
        return;
    xml_element(xml, algorithm->element, info->metadata.checksum_value);
    if (with_type)
        xml_element(xml, "ChecksumType", info->metadata.checksum_type);
}

static bool read_checksum_header(struct s3api_exchange *exchange, const struct s3api_algorithm **algorithm,
    struct str *value, struct error *error) {
    const struct s3api_algorithm *algorithms = NULL;
    size_t count = s3api_algorithms(&algorithms);
    for (size_t i = 0; i < count; i++) {
        struct str header = s3api_header(exchange, algorithms[i].header);
        if (header.size == 0)
            continue;
        if (*algorithm != NULL)
            return error_set(error, ERROR_INVALID,
                "InvalidRequest: Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                "allowed.");
        if (!s3api_checksum_is_value(&algorithms[i], header))
            return error_set(error, ERROR_INVALID, "InvalidRequest: Value for %s header is invalid.",
                algorithms[i].header);
        *algorithm = &algorithms[i];
        *value = header;
    }
    return true;
}

bool s3api_checksum_read(struct s3api_exchange *exchange, const struct s3api_algorithm **ret_algorithm,
    struct str *ret_value, struct error *error) {
    const struct s3api_algorithm *algorithm = NULL;
    struct str value = STR_EMPTY, trailer = s3api_header(exchange, TRAILER_HEADER);
    struct str asked = s3api_header(exchange, "x-amz-sdk-checksum-algorithm");
    if (!read_checksum_header(exchange, &algorithm, &value, error))
        return false;
    if (trailer.size > 0) {
        const struct s3api_algorithm *trailing = s3api_algorithm_of_header(str_trim(trailer));
        if (trailing == NULL)
            return error_set(error, ERROR_INVALID,
                "InvalidRequest: The value specified in the x-amz-trailer header is not supported");
        if (algorithm != NULL)
            return error_set(error, ERROR_INVALID,
                "InvalidRequest: Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                "allowed.");
        algorithm = trailing;
    }
    if (asked.size > 0 && s3api_algorithm_of_name(asked) == NULL)
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: Value for x-amz-sdk-checksum-algorithm header is invalid.");
    if (asked.size > 0 && algorithm != NULL && s3api_algorithm_of_name(asked) != algorithm)
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: Value for x-amz-sdk-checksum-algorithm header is invalid.");
    *ret_algorithm = algorithm;
    *ret_value = value;
    return true;
}

bool s3api_md5_read(const struct s3api_exchange *exchange, uint8_t ret_md5[MD5_SIZE], bool *ret_is_given,
    struct error *error) {
    struct str text = s3api_header(exchange, "Content-MD5");
    *ret_is_given = http_has_header(exchange->http, "Content-MD5");
    if (!*ret_is_given)
        return true;
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(4 * MD5_SIZE);
    if (!base64_decode(text, &bytes) || bytes.size != MD5_SIZE)
        return error_set(error, ERROR_INVALID, "InvalidDigest: The Content-MD5 you specified is not valid.");
    memcpy(ret_md5, bytes.data, MD5_SIZE);
    return true;
}

bool s3api_checksum_expected(struct s3api_exchange *exchange, struct str *ret_value, struct error *error) {
    const struct s3api_algorithm *algorithm = NULL;
    struct str value = STR_EMPTY, trailer = str_trim(s3api_header(exchange, TRAILER_HEADER));
    if (!s3api_checksum_read(exchange, &algorithm, &value, error))
        return false;
    if (trailer.size > 0) {
        value =
            exchange->body.is_chunked ? s3api_chunked_trailer(&exchange->body.chunked, trailer) : STR_EMPTY;
        if (value.size == 0)
            return error_set(error, ERROR_INVALID,
                "MalformedTrailerError: The request contained trailing data that was not well-formed or did "
                "not "
                "conform to our published schema.");
        if (!s3api_checksum_is_value(algorithm, value))
            return error_set(error, ERROR_INVALID, "InvalidRequest: Value for %s trailing header is invalid.",
                algorithm->header);
    }
    *ret_value = value;
    return true;
}
