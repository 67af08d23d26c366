/* SPDX-License-Identifier: Apache-2.0 */
/* object_put: PutObject, and what its headers have in common with copies and multipart uploads. */
#include "object_put.h"

#include "condition.h"
#include "handlers.h"

bool s3api_check_object_headers(const struct s3api_exchange *exchange, struct error *error) {
    static const char *const ACLS[] = {"private", "bucket-owner-full-control", "bucket-owner-read"};
    struct str acl = s3api_header(exchange, "x-amz-acl");
    struct str storage_class = s3api_header(exchange, "x-amz-storage-class");
    bool is_known = acl.size == 0;
    for (size_t i = 0; i < sizeof(ACLS) / sizeof(ACLS[0]); i++)
        is_known = is_known || str_is(acl, ACLS[i]);
    if (!is_known)
        return error_set(
            error, ERROR_INVALID, "AccessControlListNotSupported: The bucket does not allow ACLs");
    return storage_class.size == 0 || str_is(storage_class, "STANDARD") ||
           error_set(error, ERROR_INVALID,
               "InvalidStorageClass: The storage class you specified is not valid: there is STANDARD only");
}

bool s3api_write_conditions(
    const struct s3api_exchange *exchange, struct objects_commit *commit, struct error *error) {
    struct str if_none_match = s3api_header(exchange, "If-None-Match");
    if (if_none_match.size > 0 && !str_is(str_trim(if_none_match), "*"))
        return error_set(error, ERROR_INVALID,
            "NotImplemented: A header you provided implies functionality that is not implemented: "
            "If-None-Match "
            "takes \"*\" only");
    commit->if_none_match = str_trim(if_none_match);
    commit->if_match = s3api_etag_strip(s3api_header(exchange, "If-Match"));
    return true;
}

bool s3api_choose_checksum(
    struct s3api_exchange *exchange, const struct s3api_algorithm *otherwise, struct error *error) {
    struct str value;
    const struct s3api_algorithm *algorithm = NULL;
    if (!s3api_checksum_read(exchange, &algorithm, &value, error))
        return false;
    exchange->checksum = algorithm != NULL ? algorithm : otherwise;
    return true;
}

bool s3api_begin_put_object(struct s3api_exchange *exchange, struct error *error) {
    /* Like S3, which keeps a CRC64NVME where the client chose nothing. */
    const struct s3api_algorithm *otherwise = s3api_algorithm_of_name(STR_LITERAL("CRC64NVME"));
    if (!s3api_check_object_headers(exchange, error) || !s3api_choose_checksum(exchange, otherwise, error))
        return false;
    exchange->upload = objects_upload_begin(
        exchange->api->options.objects, exchange->request.bucket, exchange->request.key, error);
    if (exchange->upload == NULL)
        return false;
    objects_upload_set_checksum(exchange->upload, exchange->checksum->kind);
    return true;
}

bool s3api_commit_body(struct s3api_exchange *exchange, struct objects_metadata *metadata,
    struct objects_commit *commit, struct objects_info *ret_info, struct error *error) {
    uint8_t md5[MD5_SIZE];
    bool has_md5 = false;
    if (!s3api_checksum_expected(exchange, &metadata->checksum_value, error) ||
        !s3api_md5_read(exchange, md5, &has_md5, error))
        return false;
    if (exchange->checksum != NULL) {
        metadata->checksum_algorithm = str_from(exchange->checksum->name);
        metadata->checksum_type = STR_LITERAL("FULL_OBJECT");
    }
    commit->metadata = metadata;
    commit->md5_expected = has_md5 ? md5 : NULL;
    return objects_upload_commit(exchange->upload, commit, exchange->arena, ret_info, error);
}

bool s3api_put_object(struct s3api_exchange *exchange, struct error *error) {
    struct objects_metadata metadata;
    struct objects_commit commit = {0};
    struct objects_info info;
    if (!s3api_metadata_read(exchange, &metadata, error) ||
        !s3api_write_conditions(exchange, &commit, error) ||
        !s3api_commit_body(exchange, &metadata, &commit, &info, error))
        return false;
    s3api_metadata_send_result(exchange, &info);
    s3api_answer_empty(exchange, 200);
    return true;
}
