/* SPDX-License-Identifier: Apache-2.0 */
/* Lines "METHOD", "host", "path?query" and a copy source: read or refused, and led to an operation or none.
 */
#include "base/check.h"
#include "base/own.h"
#include "objects/objects.h"
#include "s3api/operation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_header(const char *name, void *context) {
    (void)name;
    return *(const bool *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size));
    struct s3api_request_line line = {.virtual_host = STR_LITERAL("localhost")};
    struct s3api_request request;
    struct s3api_source source;
    struct error error = {0};
    line.method = str_cut(&text, '\n');
    line.host = str_cut(&text, '\n');
    line.query = str_cut(&text, '\n');
    line.path = str_cut(&line.query, '?');
    if (s3api_source_parse(&arena, text, &source, &error))
        ASSERT(source.bucket.size > 0 && source.key.size > 0 && source.key.size <= OBJECTS_KEY_SIZE_MAX);
    if (!s3api_request_parse(&arena, &line, &request, &error))
        return 0;
    ASSERT(request.key.size <= OBJECTS_KEY_SIZE_MAX && str_is_utf8(request.key));
    ASSERT((request.level == S3API_OBJECT) == (request.key.size > 0));
    ASSERT((request.level == S3API_SERVICE) == (request.bucket.size == 0));
    for (int i = 0; i < 2; i++) {
        bool has = i == 1;
        const struct s3api_operation *operation = s3api_operation_find(&request, has_header, &has, &error);
        ASSERT(operation == NULL || (operation->level == request.level && operation->handler != NULL));
    }
    return 0;
}
