/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart_complete: parts become an object. Its ETag is the MD5 of the parts' MD5s, and "-" and their
 * count; a composite checksum is made in the same way.
 */
#include "base/own.h"
#include "codec/text.h"

#include "document.h"
#include "handlers.h"
#include "multipart.h"
#include "object_put.h"

#include <string.h>

#define PART_SIZE_MIN ((uint64_t)5 << 20) /* of all but the last */

struct completion {
    struct s3api_exchange *exchange;
    struct objects_multipart multipart;
    struct objects_info asked;   /* what was said at the start */
    struct objects_part *stored; /* all parts that came, by number */
    size_t stored_count;
    struct objects_part *parts; /* those that the client names */
    uint64_t *part_sizes;
    size_t part_count;
    struct objects_metadata metadata; /* of the object */
    struct objects_commit commit;
    enum hash_kind checksum;
};

static const struct objects_part *find_part(const struct completion *completion, uint64_t number) {
    size_t low = 0, high = completion->stored_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (completion->stored[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < completion->stored_count && completion->stored[low].number == number
               ? &completion->stored[low]
               : NULL;
}

static bool refuse_part(struct error *error) {
    return error_set(error, ERROR_INVALID,
        "InvalidPart: One or more of the specified parts could not be found. The part may not have been "
        "uploaded, "
        "or the specified entity tag may not match the part's entity tag.");
}

/* A checksum that the client names for a part is the stored one. */
static bool check_part_checksum(const struct xml_node *node, const struct objects_part *part) {
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(part->info.metadata.checksum_algorithm);
    struct str named = algorithm == NULL ? STR_EMPTY : xml_child_text(node, algorithm->element);
    return named.size == 0 || str_equals(named, part->info.metadata.checksum_value);
}

static bool add_part(
    struct completion *completion, const struct s3api_named_part *named, struct error *error) {
    size_t count = completion->part_count;
    const struct objects_part *part = find_part(completion, named->number);
    if (part == NULL || !str_equals(named->etag, part->info.etag) || !check_part_checksum(named->node, part))
        return refuse_part(error);
    completion->parts[count] = *part;
    completion->part_sizes[count] = part->info.size;
    completion->part_count++;
    return true;
}

static bool read_parts(struct completion *completion, struct error *error) {
    struct arena *arena = completion->exchange->arena;
    struct s3api_named_part *named = NULL;
    size_t count = 0;
    if (!s3api_document_parse_parts(arena, buf_str(&completion->exchange->small_body), &named, &count, error))
        return false;
    completion->parts = ARENA_ARRAY(arena, count, struct objects_part);
    completion->part_sizes = ARENA_ARRAY(arena, count, uint64_t);
    for (size_t i = 0; i < count; i++) {
        if (!add_part(completion, &named[i], error))
            return false;
    }
    for (size_t i = 0; i + 1 < completion->part_count; i++) {
        if (completion->part_sizes[i] < PART_SIZE_MIN)
            return error_set(error, ERROR_INVALID,
                "EntityTooSmall: Your proposed upload is smaller than the minimum allowed size");
    }
    return true;
}

static struct str make_etag(const struct completion *completion) {
    SCOPED(buf_finish) struct buf all = BUF_INIT(BUF_UNBOUNDED);
    uint8_t md5[MD5_SIZE];
    char hex[2 * MD5_SIZE];
    for (size_t i = 0; i < completion->part_count; i++) {
        if (hex_decode(str_slice(completion->parts[i].info.etag, 0, 2 * MD5_SIZE), md5))
            (void)buf_append(&all, md5, sizeof(md5));
    }
    hash_md5(buf_bytes(&all), md5);
    hex_encode(BYTES_OF(md5), hex);
    return arena_format(
        completion->exchange->arena, "%.*s-%zu", (int)sizeof(hex), hex, completion->part_count);
}

static bool make_composite(
    struct completion *completion, const struct s3api_algorithm *algorithm, struct error *error) {
    struct arena *arena = completion->exchange->arena;
    SCOPED(buf_finish) struct buf all = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < completion->part_count; i++) {
        if (!base64_decode(completion->parts[i].info.metadata.checksum_value, &all))
            return refuse_part(error);
    }
    struct str value = s3api_checksum_of(algorithm, arena, buf_bytes(&all));
    completion->metadata.checksum_value = arena_format(arena, "%.*s-%zu", STR(value), completion->part_count);
    return true;
}

/* The checksum that the request names for the whole must be the one that comes out. */
static bool settle_checksum(struct completion *completion, struct error *error) {
    struct objects_metadata *metadata = &completion->metadata;
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(metadata->checksum_algorithm);
    if (algorithm == NULL) {
        algorithm = s3api_algorithm_of_name(STR_LITERAL("CRC64NVME"));
        metadata->checksum_algorithm = str_from(algorithm->name);
        metadata->checksum_type = STR_LITERAL("FULL_OBJECT");
    }
    struct str named = s3api_header(completion->exchange, algorithm->header);
    if (str_is(metadata->checksum_type, "FULL_OBJECT")) {
        completion->checksum = algorithm->kind;
        completion->commit.checksum = &completion->checksum;
        metadata->checksum_value = named; /* empty: filled in by the commit */
        return true;
    }
    if (!make_composite(completion, algorithm, error))
        return false;
    struct str value = metadata->checksum_value;
    struct str plain = str_slice(value, 0, str_find_char(value, '-'));
    return named.size == 0 || str_equals(named, value) || str_equals(named, plain) ||
           error_set(error, ERROR_INVALID,
               "BadDigest: The %s you specified did not match the calculated checksum.", algorithm->name);
}

static bool check_object_size(const struct completion *completion, struct error *error) {
    struct str named = s3api_header(completion->exchange, "x-amz-mp-object-size");
    uint64_t size = 0, total = 0;
    for (size_t i = 0; i < completion->part_count; i++)
        total += completion->part_sizes[i];
    return named.size == 0 || (str_to_u64(named, &size) && size == total) ||
           error_set(error, ERROR_INVALID,
               "InvalidRequest: The provided 'x-amz-mp-object-size' header does not match what was computed");
}

static void answer(struct s3api_exchange *exchange, const struct objects_info *info) {
    struct str host = exchange->request.host;
    struct buf xml = s3api_xml_begin("CompleteMultipartUploadResult");
    xml_element(&xml, "Location",
        arena_format(exchange->arena, "%s://%.*s%.*s", http_is_tls(exchange->http) ? "https" : "http",
            STR(host), STR(http_path(exchange->http))));
    xml_element(&xml, "Bucket", exchange->request.bucket);
    xml_element(&xml, "Key", exchange->request.key);
    s3api_metadata_write(&xml, info, true);
    xml_close(&xml, "CompleteMultipartUploadResult");
    s3api_answer_xml(exchange, &xml);
}

bool s3api_complete_multipart_upload(struct s3api_exchange *exchange, struct error *error) {
    struct objects *objects = exchange->api->options.objects;
    struct completion completion = {.exchange = exchange, .multipart = s3api_multipart(exchange)};
    struct objects_info info;
    if (!objects_multipart_get(objects, &completion.multipart, exchange->arena, &completion.asked, error) ||
        !objects_multipart_parts(objects, &completion.multipart, exchange->arena, &completion.stored,
            &completion.stored_count, error) ||
        !read_parts(&completion, error) || !check_object_size(&completion, error))
        return false;
    completion.metadata = completion.asked.metadata;
    if (!settle_checksum(&completion, error) || !s3api_write_conditions(exchange, &completion.commit, error))
        return false;
    completion.commit.metadata = &completion.metadata;
    completion.commit.etag = make_etag(&completion);
    completion.commit.part_sizes = completion.part_sizes;
    completion.commit.part_count = completion.part_count;
    if (!objects_multipart_complete(objects, &completion.multipart, &completion.commit, completion.parts,
            completion.part_count, exchange->arena, &info, error))
        return false;
    answer(exchange, &info);
    return true;
}
