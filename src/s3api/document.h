/* SPDX-License-Identifier: Apache-2.0 */
/* document: the XML bodies that requests have. Threads: pure; any. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "codec/xml.h"

enum { S3API_DELETE_COUNT_MAX = 1000 };

/* MalformedXML where it is not XML, or not of that root. */
NODISCARD bool s3api_document_parse(struct arena *arena, struct str text, const char *root,
    const struct xml_node **ret_root, struct error *error);

struct s3api_deletion {
    struct s3api_deleted {
        struct str key, version_id; /* version_id empty: none was named */
    } * objects;
    size_t count;
    bool is_quiet;
};
NODISCARD bool s3api_document_parse_deletion(
    struct arena *arena, struct str text, struct s3api_deletion *ret_deletion, struct error *error);

/* The parts that a CompleteMultipartUpload names: at least one, in rising order (InvalidPartOrder). */
struct s3api_named_part {
    unsigned number;
    struct str etag;             /* without quotes */
    const struct xml_node *node; /* for its checksums */
};
NODISCARD bool s3api_document_parse_parts(struct arena *arena, struct str text,
    struct s3api_named_part **ret_parts, size_t *ret_count, struct error *error);
