/* SPDX-License-Identifier: Apache-2.0 */
/* Any body of any operation: refused in words, or read; and what was read, printed and read again, is the
 * same. The first line is X-Amz-Target. */
#include "api/operation.h"
#include "base/check.h"
#include "base/own.h"
#include "lakeapi/lakeapi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *decode(
    struct arena *arena, struct json_parser *parser, const struct aws_shape *shape, struct str body) {
    struct json_value root;
    struct error error = {0};
    void *structure = arena_alloc(arena, shape->size);
    if (json_parse(parser, body, &root, &error) && aws_shape_decode(arena, shape, root, structure, &error))
        return structure;
    ASSERT(error.message[0] != '\0');
    return NULL;
}

static void encode(
    struct buf *buf, const struct aws_shape *shape, const void *structure, enum aws_style style) {
    struct json_writer writer = JSON_WRITER(buf);
    aws_shape_encode(&writer, shape, structure, style);
}

static void round_trip(struct arena *arena, const struct aws_shape *shape, const void *structure) {
    SCOPED(buf_finish) struct buf first = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf second = BUF_INIT(BUF_UNBOUNDED);
    encode(&first, shape, structure, AWS_STYLE_WIRE);
    struct json_parser *parser = json_parser_create();
    const void *again = decode(arena, parser, shape, buf_str(&first));
    ASSERT(again != NULL);
    encode(&second, shape, again, AWS_STYLE_WIRE);
    ASSERT(str_equals(buf_str(&first), buf_str(&second)));
    json_parser_destroy(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str body = bytes_str(bytes_of(data, size));
    const struct api_operation *operation =
        api_operation_of_target(lakeapi_extension(), str_cut(&body, '\n'));
    if (operation == NULL || operation->request == NULL)
        return 0;
    struct json_parser *parser = json_parser_create();
    const void *structure = decode(&arena, parser, operation->request, body);
    if (structure != NULL) {
        struct error error = {0};
        bool is_valid = aws_shape_validate(operation->request, structure, &error);
        ASSERT(is_valid == (error.message[0] == '\0'));
        SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
        encode(&record, operation->request, structure, AWS_STYLE_RECORD);
        round_trip(&arena, operation->request, structure);
    }
    json_parser_destroy(parser);
    return 0;
}
