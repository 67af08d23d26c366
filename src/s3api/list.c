/* SPDX-License-Identifier: Apache-2.0 */
/* list: ListObjects in both versions, and ListObjectVersions of buckets without versions. */
#include "base/own.h"
#include "codec/text.h"

#include "handlers.h"
#include "metadata.h"

struct listing {
    struct s3api_exchange *exchange;
    struct objects_list_query query;
    uint64_t max_keys;
    bool is_url_encoded;
    struct objects_page page;
};

/* Continuation tokens are the key to go on after, in base64, marked so that nothing else passes for one. */
static const char TOKEN_MARK[] = "1/";

static struct str make_token(struct arena *arena, struct str key) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct str marked = arena_format(arena, "%s%.*s", TOKEN_MARK, STR(key));
    (void)base64_append(&text, str_bytes(marked));
    return arena_str(arena, buf_str(&text));
}

static bool read_token(struct arena *arena, struct str token, struct str *ret_key) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(2 * OBJECTS_KEY_SIZE_MAX);
    if (!base64_decode(token, &text) || !str_starts_with(buf_str(&text), str_from(TOKEN_MARK)))
        return false;
    *ret_key = arena_str(arena, str_slice(buf_str(&text), sizeof(TOKEN_MARK) - 1, SIZE_MAX));
    return true;
}

/* A text of the answer that may hold a key's characters. */
static void write_name(struct listing *listing, struct buf *xml, const char *name, struct str text) {
    if (!listing->is_url_encoded) {
        xml_element(xml, name, text);
        return;
    }
    xml_open(xml, name);
    (void)percent_append(xml, text, true);
    xml_close(xml, name);
}

static void write_optional(struct listing *listing, struct buf *xml, const char *name, struct str text) {
    if (text.size > 0)
        write_name(listing, xml, name, text);
}

static bool begin(struct listing *listing, struct s3api_exchange *exchange, struct error *error) {
    const struct s3api_request *request = &exchange->request;
    struct str encoding = s3api_parameter(request, "encoding-type");
    *listing = (struct listing){.exchange = exchange, .max_keys = OBJECTS_LIST_MAX};
    listing->query.prefix = s3api_parameter(request, "prefix");
    listing->query.delimiter = s3api_parameter(request, "delimiter");
    listing->is_url_encoded = str_is(encoding, "url");
    if (encoding.size > 0 && !listing->is_url_encoded)
        return error_set(
            error, ERROR_INVALID, "InvalidArgument: Invalid Encoding Method specified in Request");
    return s3api_parameter_number(request, "max-keys", OBJECTS_LIST_MAX, &listing->max_keys, error);
}

static bool read_page(struct listing *listing, struct error *error) {
    listing->query.limit = (size_t)listing->max_keys;
    if (listing->max_keys == 0) /* nothing was asked for, and nothing more is to come */
        return true;
    return objects_list(listing->exchange->api->options.objects, listing->exchange->request.bucket,
        &listing->query, listing->exchange->arena, &listing->page, error);
}

static void write_head(struct listing *listing, struct buf *xml) {
    xml_element(xml, "Name", listing->exchange->request.bucket);
    write_name(listing, xml, "Prefix", listing->query.prefix);
    s3api_xml_number(xml, "MaxKeys", listing->max_keys);
    write_optional(listing, xml, "Delimiter", listing->query.delimiter);
    if (listing->is_url_encoded)
        xml_element(xml, "EncodingType", STR_LITERAL("url"));
    s3api_xml_boolean(xml, "IsTruncated", listing->page.is_truncated);
}

static void write_object(
    struct listing *listing, struct buf *xml, const struct objects_info *info, bool with_owner) {
    write_name(listing, xml, "Key", info->key);
    s3api_xml_time(xml, "LastModified", info->modified_at);
    s3api_xml_etag(xml, info->etag);
    if (info->metadata.checksum_value.size > 0) {
        xml_element(xml, "ChecksumAlgorithm", info->metadata.checksum_algorithm);
        xml_element(xml, "ChecksumType", info->metadata.checksum_type);
    }
    s3api_xml_number(xml, "Size", info->size);
    if (with_owner)
        s3api_xml_owner(xml, "Owner", listing->exchange->bucket.owner_account);
    xml_element(xml, "StorageClass", STR_LITERAL("STANDARD"));
}

static void write_objects(struct listing *listing, struct buf *xml, bool with_owner) {
    for (size_t i = 0; i < listing->page.object_count; i++) {
        xml_open(xml, "Contents");
        write_object(listing, xml, &listing->page.objects[i], with_owner);
        xml_close(xml, "Contents");
    }
}

static void write_prefixes(struct listing *listing, struct buf *xml) {
    for (size_t i = 0; i < listing->page.prefix_count; i++) {
        xml_open(xml, "CommonPrefixes");
        write_name(listing, xml, "Prefix", listing->page.prefixes[i]);
        xml_close(xml, "CommonPrefixes");
    }
}

bool s3api_list_objects(struct s3api_exchange *exchange, struct error *error) {
    struct listing listing;
    if (!begin(&listing, exchange, error))
        return false;
    listing.query.start_after = s3api_parameter(&exchange->request, "marker");
    if (!read_page(&listing, error))
        return false;
    struct buf xml = s3api_xml_begin("ListBucketResult");
    write_head(&listing, &xml);
    write_name(&listing, &xml, "Marker", listing.query.start_after);
    if (listing.page.is_truncated && listing.query.delimiter.size > 0)
        write_name(&listing, &xml, "NextMarker", listing.page.next);
    write_objects(&listing, &xml, true);
    write_prefixes(&listing, &xml);
    xml_close(&xml, "ListBucketResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

bool s3api_list_objects_v2(struct s3api_exchange *exchange, struct error *error) {
    const struct s3api_request *request = &exchange->request;
    struct listing listing;
    struct str token = s3api_parameter(request, "continuation-token");
    struct str start_after = s3api_parameter(request, "start-after");
    if (!str_is(s3api_parameter(request, "list-type"), "2"))
        return error_set(error, ERROR_INVALID, "InvalidArgument: Invalid List Type specified in Request");
    if (!begin(&listing, exchange, error))
        return false;
    listing.query.start_after = start_after;
    if (s3api_has_parameter(request, "continuation-token") &&
        !read_token(exchange->arena, token, &listing.query.start_after))
        return error_set(
            error, ERROR_INVALID, "InvalidArgument: The continuation token provided is incorrect");
    if (!read_page(&listing, error))
        return false;
    struct buf xml = s3api_xml_begin("ListBucketResult");
    write_head(&listing, &xml);
    s3api_xml_number(&xml, "KeyCount", listing.page.object_count + listing.page.prefix_count);
    if (token.size > 0)
        xml_element(&xml, "ContinuationToken", token);
    if (listing.page.is_truncated)
        xml_element(&xml, "NextContinuationToken", make_token(exchange->arena, listing.page.next));
    write_optional(&listing, &xml, "StartAfter", start_after);
    write_objects(&listing, &xml, str_is(s3api_parameter(request, "fetch-owner"), "true"));
    write_prefixes(&listing, &xml);
    xml_close(&xml, "ListBucketResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

bool s3api_list_object_versions(struct s3api_exchange *exchange, struct error *error) {
    struct listing listing;
    if (!begin(&listing, exchange, error))
        return false;
    listing.query.start_after = s3api_parameter(&exchange->request, "key-marker");
    if (!read_page(&listing, error))
        return false;
    struct buf xml = s3api_xml_begin("ListVersionsResult");
    write_head(&listing, &xml);
    write_name(&listing, &xml, "KeyMarker", listing.query.start_after);
    xml_element(&xml, "VersionIdMarker", s3api_parameter(&exchange->request, "version-id-marker"));
    if (listing.page.is_truncated) {
        write_name(&listing, &xml, "NextKeyMarker", listing.page.next);
        xml_element(&xml, "NextVersionIdMarker", STR_LITERAL("null"));
    }
    for (size_t i = 0; i < listing.page.object_count; i++) {
        xml_open(&xml, "Version");
        xml_element(&xml, "VersionId", STR_LITERAL("null"));
        s3api_xml_boolean(&xml, "IsLatest", true);
        write_object(&listing, &xml, &listing.page.objects[i], true);
        xml_close(&xml, "Version");
    }
    write_prefixes(&listing, &xml);
    xml_close(&xml, "ListVersionsResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}
