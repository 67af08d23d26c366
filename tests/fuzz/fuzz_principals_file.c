/* SPDX-License-Identifier: Apache-2.0 */
/* Any principals file is refused with a reason, or gives persons that have a key and a type, each key once.
 */
#include "base/check.h"
#include "identity/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct identity_person *persons = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!identity_file_parse(&arena, bytes_str(bytes_of(data, size)), &persons, &count, &error)) {
        ASSERT(error.kind == ERROR_INVALID && error.message[0] != '\0');
        arena_finish(&arena);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        ASSERT(persons[i].identity.access_key_id.size > 0 && persons[i].identity.type.size > 0);
        for (size_t j = 0; j < i && count < 100; j++)
            ASSERT(!str_equals(persons[i].identity.access_key_id, persons[j].identity.access_key_id));
    }
    arena_finish(&arena);
    return 0;
}
