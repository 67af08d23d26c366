/* SPDX-License-Identifier: Apache-2.0 */
/* multipart_list: ListParts and ListMultipartUploads. */
#include "codec/text.h"

#include "handlers.h"
#include "metadata.h"
#include "multipart.h"

enum { PAGE_MAX = 1000 };

static void write_part(struct buf *xml, const struct objects_part *part) {
    xml_open(xml, "Part");
    s3api_xml_number(xml, "PartNumber", part->number);
    s3api_xml_time(xml, "LastModified", part->info.modified_at);
    s3api_metadata_write(xml, &part->info, false);
    s3api_xml_number(xml, "Size", part->info.size);
    xml_close(xml, "Part");
}

static void write_upload_head(
    struct s3api_exchange *exchange, struct buf *xml, const struct objects_info *asked) {
    xml_element(xml, "Bucket", exchange->request.bucket);
    xml_element(xml, "Key", exchange->request.key);
    xml_element(xml, "UploadId", s3api_parameter(&exchange->request, "uploadId"));
    s3api_xml_owner(xml, "Initiator", exchange->bucket.owner_account);
    s3api_xml_owner(xml, "Owner", exchange->bucket.owner_account);
    xml_element(xml, "StorageClass", STR_LITERAL("STANDARD"));
    if (asked->metadata.checksum_algorithm.size > 0) {
        xml_element(xml, "ChecksumAlgorithm", asked->metadata.checksum_algorithm);
        xml_element(xml, "ChecksumType", asked->metadata.checksum_type);
    }
}

bool s3api_list_parts(struct s3api_exchange *exchange, struct error *error) {
    struct objects_multipart multipart = s3api_multipart(exchange);
    struct objects_info asked;
    struct objects_part *parts = NULL;
    size_t count = 0, first = 0;
    uint64_t marker = 0, max = PAGE_MAX;
    if (!s3api_parameter_number(&exchange->request, "part-number-marker", UINT64_MAX, &marker, error) ||
        !s3api_parameter_number(&exchange->request, "max-parts", PAGE_MAX, &max, error) ||
        !objects_multipart_get(exchange->api->options.objects, &multipart, exchange->arena, &asked, error) ||
        !objects_multipart_parts(
            exchange->api->options.objects, &multipart, exchange->arena, &parts, &count, error))
        return false;
    while (first < count && parts[first].number <= marker)
        first++;
    size_t end = count - first > max ? first + (size_t)max : count;
    struct buf xml = s3api_xml_begin("ListPartsResult");
    write_upload_head(exchange, &xml, &asked);
    s3api_xml_number(&xml, "PartNumberMarker", marker);
    s3api_xml_number(&xml, "NextPartNumberMarker", end > first ? parts[end - 1].number : 0);
    s3api_xml_number(&xml, "MaxParts", max);
    s3api_xml_boolean(&xml, "IsTruncated", end < count && max > 0);
    for (size_t i = first; i < end; i++)
        write_part(&xml, &parts[i]);
    xml_close(&xml, "ListPartsResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

struct uploads {
    struct s3api_exchange *exchange;
    struct str prefix, delimiter, key_marker, upload_id_marker, encoding;
    uint64_t max, count;
    struct str last_prefix;           /* the common prefix that was counted last */
    struct str next_key, next_upload; /* the last entry on the page */
    bool is_truncated;
    struct buf entries, prefixes;
};

static void write_name(const struct uploads *uploads, struct buf *xml, const char *name, struct str text) {
    if (uploads->encoding.size == 0) {
        xml_element(xml, name, text);
        return;
    }
    xml_open(xml, name);
    (void)percent_append(xml, text, true);
    xml_close(xml, name);
}

/* Entries up to the marker were on earlier pages: by key, and within a key by where its upload stands. */
static bool is_after_marker(
    struct uploads *uploads, const struct objects_multipart_entry *entry, bool *has_passed_upload) {
    int order = str_compare(entry->key, uploads->key_marker);
    if (uploads->key_marker.size == 0 || order > 0)
        return true;
    if (order < 0 || uploads->upload_id_marker.size == 0)
        return false;
    if (*has_passed_upload)
        return true;
    *has_passed_upload = str_equals(entry->upload_id, uploads->upload_id_marker);
    return false;
}

static struct str common_prefix(const struct uploads *uploads, struct str key) {
    size_t at = uploads->delimiter.size == 0
                    ? SIZE_MAX
                    : str_find(str_slice(key, uploads->prefix.size, SIZE_MAX), uploads->delimiter);
    return at == SIZE_MAX ? STR_EMPTY
                          : str_slice(key, 0, uploads->prefix.size + at + uploads->delimiter.size);
}

static void write_upload(struct uploads *uploads, const struct objects_multipart_entry *entry) {
    struct buf *xml = &uploads->entries;
    struct str owner = uploads->exchange->bucket.owner_account;
    xml_open(xml, "Upload");
    write_name(uploads, xml, "Key", entry->key);
    xml_element(xml, "UploadId", entry->upload_id);
    s3api_xml_owner(xml, "Initiator", owner);
    s3api_xml_owner(xml, "Owner", owner);
    xml_element(xml, "StorageClass", STR_LITERAL("STANDARD"));
    s3api_xml_time(xml, "Initiated", entry->started_at);
    xml_close(xml, "Upload");
}

/* False at the end of the page. */
static bool add_entry(struct uploads *uploads, const struct objects_multipart_entry *entry) {
    struct str prefix = common_prefix(uploads, entry->key);
    if (prefix.size > 0 &&
        (str_equals(prefix, uploads->last_prefix) || str_equals(prefix, uploads->key_marker)))
        return true;
    if (uploads->count == uploads->max) {
        uploads->is_truncated = uploads->max > 0;
        return false;
    }
    uploads->count++;
    if (prefix.size == 0) {
        write_upload(uploads, entry);
        uploads->next_key = entry->key;
        uploads->next_upload = entry->upload_id;
        return true;
    }
    xml_open(&uploads->prefixes, "CommonPrefixes");
    write_name(uploads, &uploads->prefixes, "Prefix", prefix);
    xml_close(&uploads->prefixes, "CommonPrefixes");
    uploads->last_prefix = uploads->next_key = prefix;
    uploads->next_upload = STR_EMPTY;
    return true;
}

static void answer_uploads(struct uploads *uploads) {
    struct buf xml = s3api_xml_begin("ListMultipartUploadsResult");
    xml_element(&xml, "Bucket", uploads->exchange->request.bucket);
    write_name(uploads, &xml, "KeyMarker", uploads->key_marker);
    xml_element(&xml, "UploadIdMarker", uploads->upload_id_marker);
    if (uploads->is_truncated) {
        write_name(uploads, &xml, "NextKeyMarker", uploads->next_key);
        xml_element(&xml, "NextUploadIdMarker", uploads->next_upload);
    }
    write_name(uploads, &xml, "Prefix", uploads->prefix);
    if (uploads->delimiter.size > 0)
        write_name(uploads, &xml, "Delimiter", uploads->delimiter);
    if (uploads->encoding.size > 0)
        xml_element(&xml, "EncodingType", uploads->encoding);
    s3api_xml_number(&xml, "MaxUploads", uploads->max);
    s3api_xml_boolean(&xml, "IsTruncated", uploads->is_truncated);
    (void)buf_append_str(&xml, buf_str(&uploads->entries));
    (void)buf_append_str(&xml, buf_str(&uploads->prefixes));
    xml_close(&xml, "ListMultipartUploadsResult");
    s3api_answer_xml(uploads->exchange, &xml);
}

bool s3api_list_multipart_uploads(struct s3api_exchange *exchange, struct error *error) {
    const struct s3api_request *request = &exchange->request;
    struct uploads uploads = {
        .exchange = exchange,
        .prefix = s3api_parameter(request, "prefix"),
        .delimiter = s3api_parameter(request, "delimiter"),
        .key_marker = s3api_parameter(request, "key-marker"),
        .upload_id_marker = s3api_parameter(request, "upload-id-marker"),
        .encoding = s3api_parameter(request, "encoding-type"),
        .max = PAGE_MAX,
        .entries = BUF_INIT(BUF_UNBOUNDED),
        .prefixes = BUF_INIT(BUF_UNBOUNDED),
    };
    struct objects_multipart_entry *entries = NULL;
    size_t count = 0;
    bool has_passed_upload = false;
    if (uploads.encoding.size > 0 && !str_is(uploads.encoding, "url"))
        return error_set(
            error, ERROR_INVALID, "InvalidArgument: Invalid Encoding Method specified in Request");
    if (!s3api_parameter_number(request, "max-uploads", PAGE_MAX, &uploads.max, error) ||
        !objects_multipart_list(
            exchange->api->options.objects, request->bucket, exchange->arena, &entries, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_starts_with(entries[i].key, uploads.prefix) ||
            !is_after_marker(&uploads, &entries[i], &has_passed_upload))
            continue;
        if (!add_entry(&uploads, &entries[i]))
            break;
    }
    answer_uploads(&uploads);
    buf_finish(&uploads.entries);
    buf_finish(&uploads.prefixes);
    return true;
}
