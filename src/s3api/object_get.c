/* SPDX-License-Identifier: Apache-2.0 */
/* object_get: GetObject and HeadObject: conditions, ranges, parts. */
#include "base/own.h"
#include "objects/reader.h"

#include "condition.h"
#include "handlers.h"
#include "metadata.h"

struct selection { /* which bytes of the object */
    uint64_t offset, size;
    bool is_part;
};

static bool check_version(const struct s3api_exchange *exchange, struct error *error) {
    struct str version = s3api_parameter(&exchange->request, "versionId");
    return version.size == 0 || str_is(version, "null") ||
           error_set(error, ERROR_INVALID, "InvalidArgument: Invalid version id specified");
}

static bool check_conditions(
    const struct s3api_exchange *exchange, const struct objects_info *info, struct error *error) {
    struct s3api_conditions conditions = {
        s3api_header(exchange, "If-Match"),
        s3api_header(exchange, "If-None-Match"),
        s3api_header(exchange, "If-Modified-Since"),
        s3api_header(exchange, "If-Unmodified-Since"),
    };
    switch (s3api_conditions_check(&conditions, info)) {
    case S3API_PROCEED:
        return true;
    case S3API_NOT_MODIFIED:
        return error_set(error, ERROR_CONFLICT, "NotModified: Not Modified");
    case S3API_PRECONDITION_FAILED:
        break;
    }
    return error_set(error, ERROR_CONFLICT,
        "PreconditionFailed: At least one of the pre-conditions you specified did not hold");
}

static bool select_part(struct s3api_exchange *exchange, const struct objects_info *info,
    struct selection *selection, struct error *error) {
    uint64_t number = 0, count = info->part_count > 0 ? info->part_count : 1;
    if (!s3api_parameter_number(&exchange->request, "partNumber", UINT64_MAX, &number, error))
        return false;
    if (number == 0)
        return error_set(
            error, ERROR_INVALID, "InvalidArgument: Part number must be an integer of 1 or more");
    if (number > count)
        return error_set(
            error, ERROR_INVALID, "InvalidPartNumber: The requested partnumber is not satisfiable");
    for (uint64_t i = 0; i + 1 < number; i++)
        selection->offset += info->part_sizes[i];
    selection->size = info->part_count > 0 ? info->part_sizes[number - 1] : info->size;
    selection->is_part = true;
    if (info->part_count > 0)
        http_set_header(exchange->http, "x-amz-mp-parts-count",
            arena_format(exchange->arena, "%llu", (unsigned long long)count));
    return true;
}

static bool select_bytes(struct s3api_exchange *exchange, const struct objects_info *info,
    struct selection *ret_selection, struct error *error) {
    struct selection selection = {0};
    struct str range = s3api_header(exchange, "Range");
    if (s3api_has_parameter(&exchange->request, "partNumber")) {
        if (range.size > 0)
            return error_set(error, ERROR_INVALID,
                "InvalidRequest: Cannot specify both Range header and partNumber query parameter");
        if (!select_part(exchange, info, &selection, error))
            return false;
    } else {
        switch (s3api_range_parse(range, info->size, &selection.offset, &selection.size)) {
        case S3API_RANGE_NONE:
            selection = (struct selection){.size = info->size};
            break;
        case S3API_RANGE_SATISFIABLE:
            selection.is_part = true;
            break;
        case S3API_RANGE_NOT_SATISFIABLE:
            http_set_header(exchange->http, "Content-Range",
                arena_format(exchange->arena, "bytes */%llu", (unsigned long long)info->size));
            return error_set(error, ERROR_INVALID, "InvalidRange: The requested range is not satisfiable");
        }
    }
    *ret_selection = selection;
    return true;
}

static void send_selection(
    struct s3api_exchange *exchange, const struct objects_info *info, const struct selection *selection) {
    s3api_metadata_send(exchange, info);
    if (selection->is_part && selection->size > 0)
        http_set_header(exchange->http, "Content-Range",
            arena_format(exchange->arena, "bytes %llu-%llu/%llu", (unsigned long long)selection->offset,
                (unsigned long long)(selection->offset + selection->size - 1),
                (unsigned long long)info->size));
    /* The checksum is of the whole object: it does not fit a part. */
    if (str_equals_ignoring_case(s3api_header(exchange, "x-amz-checksum-mode"), STR_LITERAL("ENABLED")) &&
        selection->size == info->size)
        s3api_metadata_send_checksum(exchange, info);
}

static void reader_closep(struct objects_reader **reader) {
    objects_reader_close(*reader);
}

bool s3api_get_object(struct s3api_exchange *exchange, struct error *error) {
    struct objects_info info;
    struct selection selection = {0};
    if (!check_version(exchange, error))
        return false;
    SCOPED(reader_closep)
    struct objects_reader *reader = objects_reader_open(exchange->api->options.objects,
        exchange->request.bucket, exchange->request.key, exchange->arena, &info, error);
    if (reader == NULL)
        return false;
    if (!check_conditions(exchange, &info, error)) {
        s3api_metadata_send_etag(exchange, &info); /* the ETag, for who asked whether it changed */
        return false;
    }
    if (!select_bytes(exchange, &info, &selection, error))
        return false;
    send_selection(exchange, &info, &selection);
    s3api_answer_stream(exchange, &(struct s3api_stream){selection.is_part ? 206 : 200, selection.offset,
                                      selection.size, TAKE(reader)});
    return true;
}
