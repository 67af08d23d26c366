/* SPDX-License-Identifier: Apache-2.0 */
/* object_copy: CopyObject: bytes of an object under another name, or under the same with other metadata. */
#include "object_copy.h"

#include "base/own.h"

#include "condition.h"
#include "handlers.h"
#include "object_put.h"

static void reader_closep(struct objects_reader **reader) {
    objects_reader_close(*reader);
}

static void upload_destroyp(struct objects_upload **upload) {
    objects_upload_destroy(*upload);
}

static bool check_source(
    struct s3api_exchange *exchange, const struct objects_info *info, struct error *error) {
    struct s3api_conditions conditions = {
        s3api_header(exchange, "x-amz-copy-source-if-match"),
        s3api_header(exchange, "x-amz-copy-source-if-none-match"),
        s3api_header(exchange, "x-amz-copy-source-if-modified-since"),
        s3api_header(exchange, "x-amz-copy-source-if-unmodified-since"),
    };
    return s3api_conditions_check(&conditions, info) == S3API_PROCEED ||
           error_set(error, ERROR_CONFLICT,
               "PreconditionFailed: At least one of the pre-conditions you specified did not hold");
}

struct objects_reader *s3api_open_source(struct s3api_exchange *exchange, struct s3api_source *ret_source,
    struct objects_info *ret_info, struct error *error) {
    struct objects_bucket bucket;
    struct s3api_source source;
    if (!s3api_source_parse(exchange->arena, s3api_header(exchange, "x-amz-copy-source"), &source, error) ||
        !s3api_read_bucket(exchange, source.bucket, &bucket, error))
        return NULL;
    struct str expected_owner = s3api_header(exchange, "x-amz-source-expected-bucket-owner");
    if (expected_owner.size > 0 && !str_equals(expected_owner, bucket.owner_account)) {
        IGNORE(s3api_refuse_access(error), "NULL says the same");
        return NULL;
    }
    SCOPED(reader_closep)
    struct objects_reader *reader = objects_reader_open(
        exchange->api->options.objects, source.bucket, source.key, exchange->arena, ret_info, error);
    if (reader == NULL || !check_source(exchange, ret_info, error))
        return NULL;
    *ret_source = source;
    return TAKE(reader);
}

/* The copy's description: the source's, or what the request says. */
static bool choose_metadata(struct s3api_exchange *exchange, const struct s3api_source *source,
    const struct objects_info *info, struct objects_metadata *ret_metadata, struct error *error) {
    struct str directive = s3api_header(exchange, "x-amz-metadata-directive");
    if (str_is(directive, "REPLACE"))
        return s3api_metadata_read(exchange, ret_metadata, error);
    if (directive.size > 0 && !str_is(directive, "COPY"))
        return error_set(error, ERROR_INVALID, "InvalidArgument: Unknown metadata directive.");
    if (str_equals(source->bucket, exchange->request.bucket) &&
        str_equals(source->key, exchange->request.key))
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata, storage class, website redirect location or encryption "
            "attributes.");
    *ret_metadata = info->metadata;
    return true;
}

/* The checksum asked for, else the source's kind, else the default. Of several parts' checksums only
 * the kind is kept: the copy is one piece. */
static bool choose_checksum(struct s3api_exchange *exchange, const struct objects_metadata *source,
    const struct s3api_algorithm **ret_algorithm, struct error *error) {
    struct str asked = s3api_header(exchange, "x-amz-checksum-algorithm");
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(asked);
    if (asked.size > 0 && algorithm == NULL)
        return error_set(
            error, ERROR_INVALID, "InvalidRequest: Value for x-amz-checksum-algorithm header is invalid.");
    if (algorithm == NULL)
        algorithm = s3api_algorithm_of_name(source->checksum_algorithm);
    *ret_algorithm = algorithm != NULL ? algorithm : s3api_algorithm_of_name(STR_LITERAL("CRC64NVME"));
    return true;
}

struct copy {
    struct objects_reader *reader; /* the source */
    uint64_t size;
    const struct s3api_algorithm *algorithm;
    struct objects_commit commit;
};

static bool copy_object(struct s3api_exchange *exchange, const struct copy *copy,
    struct objects_info *ret_info, struct error *error) {
    SCOPED(upload_destroyp)
    struct objects_upload *upload = objects_upload_begin(
        exchange->api->options.objects, exchange->request.bucket, exchange->request.key, error);
    if (upload == NULL)
        return false;
    objects_upload_set_checksum(upload, copy->algorithm->kind);
    return objects_upload_append_from(upload, copy->reader, 0, copy->size, error) &&
           objects_upload_commit(upload, &copy->commit, exchange->arena, ret_info, error);
}

static void answer(struct s3api_exchange *exchange, const struct objects_info *info) {
    struct buf xml = s3api_xml_begin("CopyObjectResult");
    s3api_xml_time(&xml, "LastModified", info->modified_at);
    s3api_metadata_write(&xml, info, true);
    xml_close(&xml, "CopyObjectResult");
    s3api_answer_xml(exchange, &xml);
}

bool s3api_copy_object(struct s3api_exchange *exchange, struct error *error) {
    struct s3api_source source;
    struct objects_info info, copied;
    struct objects_metadata metadata;
    struct copy copy = {.commit = {.metadata = &metadata}};
    if (!s3api_check_object_headers(exchange, error) ||
        !s3api_write_conditions(exchange, &copy.commit, error))
        return false;
    SCOPED(reader_closep) struct objects_reader *reader = s3api_open_source(exchange, &source, &info, error);
    if (reader == NULL || !choose_metadata(exchange, &source, &info, &metadata, error) ||
        !choose_checksum(exchange, &info.metadata, &copy.algorithm, error))
        return false;
    if (info.size > OBJECTS_PUT_SIZE_MAX)
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: The specified copy source is larger than the maximum allowable size for a copy "
            "source: "
            "%llu",
            (unsigned long long)OBJECTS_PUT_SIZE_MAX);
    metadata.checksum_algorithm = str_from(copy.algorithm->name);
    metadata.checksum_type = STR_LITERAL("FULL_OBJECT");
    metadata.checksum_value = STR_EMPTY;
    copy.reader = reader;
    copy.size = info.size;
    if (!copy_object(exchange, &copy, &copied, error))
        return false;
    answer(exchange, &copied);
    return true;
}
