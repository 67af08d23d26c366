/* SPDX-License-Identifier: Apache-2.0 */
/* What an S3 endpoint may answer: the first byte chooses the status, the rest is the body. */
#include "base/check.h"
#include "base/own.h"
#include "http/http.h"
#include "objects/remote_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { LIMIT = 50 };
    if (size == 0)
        return 0;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct http_reply reply = {.status = 200 + 2u * data[0], .body = bytes_of(data + 1, size - 1)};
    struct objects_page page;
    struct error error = {0};
    if (!objects_remote_check(&reply, STR_LITERAL("key"), &error))
        ASSERT(error.kind != ERROR_NONE && error.message[0] != ':');
    if (objects_remote_parse_list(bytes_str(reply.body), LIMIT, &arena, &page, &error))
        ASSERT(page.object_count + page.prefix_count <= LIMIT);
    return 0;
}
