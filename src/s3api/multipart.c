/* SPDX-License-Identifier: Apache-2.0 */
/* multipart: uploads in parts: begun, parts sent or copied, aborted. */
#include "objects/multipart.h"

#include "base/own.h"

#include "condition.h"
#include "handlers.h"
#include "multipart.h"
#include "object_copy.h"
#include "object_put.h"

static void reader_closep(struct objects_reader **reader) {
    objects_reader_close(*reader);
}

struct objects_multipart s3api_multipart(const struct s3api_exchange *exchange) {
    return (struct objects_multipart){
        exchange->request.bucket, exchange->request.key, s3api_parameter(&exchange->request, "uploadId")};
}

/* What the object's checksum is to be: of the parts' checksums, or of the whole. */
static bool choose_checksum(
    const struct s3api_exchange *exchange, struct objects_metadata *metadata, struct error *error) {
    struct str name = s3api_header(exchange, "x-amz-checksum-algorithm");
    struct str type = s3api_header(exchange, "x-amz-checksum-type");
    const struct s3api_algorithm *algorithm = s3api_algorithm_of_name(name);
    if (name.size > 0 && algorithm == NULL)
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: Checksum algorithm provided is unsupported. Please try again with any of the "
            "valid "
            "types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    if (algorithm == NULL)
        return type.size == 0 ||
               error_set(error, ERROR_INVALID,
                   "InvalidRequest: The x-amz-checksum-type header can only be used with the "
                   "x-amz-checksum-algorithm header.");
    bool is_crc64 = algorithm->kind == HASH_CRC64NVME;
    if (type.size == 0)
        type = is_crc64 ? STR_LITERAL("FULL_OBJECT") : STR_LITERAL("COMPOSITE");
    bool is_whole = str_is(type, "FULL_OBJECT");
    if ((!is_whole && !str_is(type, "COMPOSITE")) || (is_whole && !algorithm->is_linear) ||
        (!is_whole && is_crc64))
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: The %.*s checksum type cannot be used with the %s checksum algorithm.",
            STR(str_slice(type, 0, 40)), algorithm->name);
    metadata->checksum_algorithm = str_from(algorithm->name);
    metadata->checksum_type = type;
    return true;
}

bool s3api_create_multipart_upload(struct s3api_exchange *exchange, struct error *error) {
    struct objects_metadata metadata;
    struct str upload_id;
    if (!s3api_check_object_headers(exchange, error) || !s3api_metadata_read(exchange, &metadata, error) ||
        !choose_checksum(exchange, &metadata, error) ||
        !objects_multipart_create(exchange->api->options.objects, exchange->request.bucket,
            exchange->request.key, &metadata, exchange->arena, &upload_id, error))
        return false;
    if (metadata.checksum_algorithm.size > 0) {
        http_set_header(exchange->http, "x-amz-checksum-algorithm", metadata.checksum_algorithm);
        http_set_header(exchange->http, "x-amz-checksum-type", metadata.checksum_type);
    }
    struct buf xml = s3api_xml_begin("InitiateMultipartUploadResult");
    xml_element(&xml, "Bucket", exchange->request.bucket);
    xml_element(&xml, "Key", exchange->request.key);
    xml_element(&xml, "UploadId", upload_id);
    xml_close(&xml, "InitiateMultipartUploadResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

/* Open the part that the query names, with the checksum that client or upload want. */
static bool begin_part(struct s3api_exchange *exchange, struct error *error) {
    struct objects_multipart multipart = s3api_multipart(exchange);
    struct objects_info asked;
    uint64_t number = 0;
    if (!s3api_parameter_number(&exchange->request, "partNumber", UINT64_MAX, &number, error) ||
        !objects_multipart_get(exchange->api->options.objects, &multipart, exchange->arena, &asked, error))
        return false;
    const struct s3api_algorithm *wanted = s3api_algorithm_of_name(asked.metadata.checksum_algorithm);
    if (!s3api_choose_checksum(exchange, wanted, error))
        return false;
    if (wanted != NULL && exchange->checksum != wanted)
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum "
            "Type: %s",
            wanted->name, exchange->checksum->name);
    exchange->upload =
        objects_upload_begin_part(exchange->api->options.objects, &multipart, (unsigned)number, error);
    if (exchange->upload != NULL && exchange->checksum != NULL)
        objects_upload_set_checksum(exchange->upload, exchange->checksum->kind);
    return exchange->upload != NULL;
}

bool s3api_begin_upload_part(struct s3api_exchange *exchange, struct error *error) {
    return begin_part(exchange, error);
}

bool s3api_upload_part(struct s3api_exchange *exchange, struct error *error) {
    struct objects_metadata metadata = {0};
    struct objects_commit commit = {0};
    struct objects_info info;
    if (!s3api_commit_body(exchange, &metadata, &commit, &info, error))
        return false;
    info.metadata.checksum_type = STR_EMPTY; /* it is the part's, and not yet an object's */
    s3api_metadata_send_result(exchange, &info);
    s3api_answer_empty(exchange, 200);
    return true;
}

/* x-amz-copy-source-range: exactly "bytes=first-last", inside the source. */
static bool read_source_range(struct s3api_exchange *exchange, uint64_t source_size, uint64_t *offset,
    uint64_t *size, struct error *error) {
    struct str range = s3api_header(exchange, "x-amz-copy-source-range"), last = range;
    uint64_t end = 0;
    *size = source_size;
    if (range.size == 0)
        return true;
    (void)str_cut(&last, '-');
    if (s3api_range_parse(range, source_size, offset, size) != S3API_RANGE_SATISFIABLE ||
        !str_to_u64(last, &end) || end >= source_size || *offset + *size != end + 1)
        return error_set(error, ERROR_INVALID,
            "InvalidArgument: Range specified is not valid for source object of size: %llu",
            (unsigned long long)source_size);
    return true;
}

bool s3api_upload_part_copy(struct s3api_exchange *exchange, struct error *error) {
    struct s3api_source source;
    struct objects_info info, copied;
    uint64_t offset = 0, size = 0;
    SCOPED(reader_closep) struct objects_reader *reader = s3api_open_source(exchange, &source, &info, error);
    if (reader == NULL || !read_source_range(exchange, info.size, &offset, &size, error) ||
        !begin_part(exchange, error) ||
        !objects_upload_append_from(exchange->upload, reader, offset, size, error))
        return false;
    struct objects_metadata metadata = {
        .checksum_algorithm = str_from(exchange->checksum == NULL ? NULL : exchange->checksum->name)};
    struct objects_commit commit = {.metadata = &metadata};
    if (!objects_upload_commit(exchange->upload, &commit, exchange->arena, &copied, error))
        return false;
    struct buf xml = s3api_xml_begin("CopyPartResult");
    s3api_xml_time(&xml, "LastModified", copied.modified_at);
    s3api_metadata_write(&xml, &copied, false);
    xml_close(&xml, "CopyPartResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

bool s3api_abort_multipart_upload(struct s3api_exchange *exchange, struct error *error) {
    struct objects_multipart multipart = s3api_multipart(exchange);
    if (!objects_multipart_abort(exchange->api->options.objects, &multipart, error))
        return false;
    s3api_answer_empty(exchange, 204);
    return true;
}
