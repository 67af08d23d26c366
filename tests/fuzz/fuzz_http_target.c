/* SPDX-License-Identifier: Apache-2.0 */
/* A first line as the target, the rest as headers: parts stay inside, sizes agree with the headers. */
#include "base/check.h"
#include "http/http.h"
#include "http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_target(struct str target) {
    struct str path, query;
    http_target_split(target, &path, &query);
    ASSERT(path.size > 0 && str_find_char(path, '?') == SIZE_MAX);
    ASSERT(query.size == 0 || str_ends_with(target, query));
    ASSERT(query.size + path.size <= target.size + 1);
}

static void check_clean(struct arena *arena, struct str value) {
    struct str clean = http_target_clean(arena, value);
    ASSERT(clean.size <= value.size && clean.data[clean.size] == '\0');
    for (size_t i = 0; i < clean.size; i++)
        ASSERT((uint8_t)clean.data[i] >= 0x20);
    ASSERT(str_equals(clean, http_target_clean(arena, clean)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { HEADERS_MAX = 8 };
    struct http_header headers[HEADERS_MAX];
    struct arena arena = ARENA_INIT;
    struct str rest = str_of((const char *)data, size);
    size_t count = 0;
    check_target(str_cut(&rest, '\n'));
    for (; count < HEADERS_MAX && rest.size > 0; count++) {
        struct str line = str_cut(&rest, '\n');
        headers[count].name = str_cut(&line, ':');
        headers[count].value = line;
        check_clean(&arena, line);
    }
    uint64_t body_size = 0;
    if (http_target_body_size(headers, count, &body_size) && body_size == UINT64_MAX)
        ASSERT(http_target_header(headers, count, STR_LITERAL("transfer-encoding")).size == 7);
    arena_finish(&arena);
    return 0;
}
