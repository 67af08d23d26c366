/* SPDX-License-Identifier: Apache-2.0 */
/* object_delete: DeleteObject, and DeleteObjects for up to a thousand at once. */
#include "base/own.h"

#include "document.h"
#include "handlers.h"
#include "metadata.h"

#include <string.h>

bool s3api_delete_object(struct s3api_exchange *exchange, struct error *error) {
    struct str version = s3api_parameter(&exchange->request, "versionId");
    if (version.size > 0 && !str_is(version, "null"))
        return error_set(error, ERROR_INVALID, "InvalidArgument: Invalid version id specified");
    if (!objects_delete(
            exchange->api->options.objects, exchange->request.bucket, exchange->request.key, error))
        return false;
    s3api_answer_empty(exchange, 204);
    return true;
}

/* The collected body is what Content-MD5 or a checksum header say. */
static bool check_body(struct s3api_exchange *exchange, struct error *error) {
    struct bytes body = buf_bytes(&exchange->small_body);
    const struct s3api_algorithm *algorithm = NULL;
    uint8_t expected[MD5_SIZE], md5[MD5_SIZE];
    bool has_md5 = false;
    struct str value;
    if (!s3api_md5_read(exchange, expected, &has_md5, error) ||
        !s3api_checksum_read(exchange, &algorithm, &value, error) ||
        !s3api_checksum_expected(exchange, &value, error))
        return false;
    hash_md5(body, md5);
    if (has_md5 && memcmp(md5, expected, MD5_SIZE) != 0)
        return error_set(
            error, ERROR_INVALID, "BadDigest: The Content-MD5 you specified did not match what we received.");
    return algorithm == NULL || str_equals(value, s3api_checksum_of(algorithm, exchange->arena, body)) ||
           error_set(error, ERROR_INVALID,
               "BadDigest: The %s you specified did not match the calculated checksum.", algorithm->name);
}

static void write_problem(struct buf *xml, struct str key, const struct error *error) {
    struct str message = str_from(error->message), code = str_cut(&message, ':');
    xml_open(xml, "Error");
    xml_element(xml, "Key", key);
    xml_element(xml, "Code", code);
    xml_element(xml, "Message", str_trim(message));
    xml_close(xml, "Error");
}

static bool delete_one(
    struct s3api_exchange *exchange, const struct s3api_deleted *object, struct error *error) {
    if (object->version_id.size > 0 && !str_is(object->version_id, "null"))
        return error_set(error, ERROR_INVALID, "NoSuchVersion: The specified version does not exist.");
    return objects_delete(exchange->api->options.objects, exchange->request.bucket, object->key, error);
}

static void delete_all(
    struct s3api_exchange *exchange, const struct s3api_deletion *deletion, struct buf *xml) {
    for (size_t i = 0; i < deletion->count; i++) {
        struct error problem = {0};
        struct str key = deletion->objects[i].key;
        if (!delete_one(exchange, &deletion->objects[i], &problem)) {
            write_problem(xml, key, &problem);
            continue;
        }
        exchange->deleted_keys[exchange->deleted_count++] = key;
        if (deletion->is_quiet)
            continue;
        xml_open(xml, "Deleted");
        xml_element(xml, "Key", key);
        xml_close(xml, "Deleted");
    }
}

bool s3api_delete_objects(struct s3api_exchange *exchange, struct error *error) {
    struct s3api_deletion deletion;
    if (!check_body(exchange, error) ||
        !s3api_document_parse_deletion(exchange->arena, buf_str(&exchange->small_body), &deletion, error))
        return false;
    exchange->deleted_keys = ARENA_ARRAY(exchange->arena, deletion.count, struct str);
    struct buf xml = s3api_xml_begin("DeleteResult");
    delete_all(exchange, &deletion, &xml);
    xml_close(&xml, "DeleteResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}
