/* SPDX-License-Identifier: Apache-2.0 */
/* XML bodies of DeleteObjects, CompleteMultipartUpload and CreateBucket: read within their limits, or
 * refused. */
#include "base/check.h"
#include "base/own.h"
#include "objects/upload.h"
#include "s3api/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size));
    struct s3api_deletion deletion;
    struct s3api_named_part *parts = NULL;
    const struct xml_node *root = NULL;
    size_t count = 0;
    struct error error = {0};
    if (s3api_document_parse_deletion(&arena, text, &deletion, &error))
        ASSERT(deletion.count > 0 && deletion.count <= S3API_DELETE_COUNT_MAX);
    if (s3api_document_parse_parts(&arena, text, &parts, &count, &error)) {
        ASSERT(count > 0 && count <= OBJECTS_PART_COUNT_MAX);
        for (size_t i = 1; i < count; i++)
            ASSERT(parts[i - 1].number < parts[i].number);
    }
    if (s3api_document_parse(&arena, text, "CreateBucketConfiguration", &root, &error))
        ASSERT(xml_child_text(root, "LocationConstraint").size <= size);
    return 0;
}
