/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as keys of CloudTrail's layout: what they are said to hold are their own parts. */
#include "archive/archive.h"
#include "archive/place.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_part(struct str part, struct str whole) {
    return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str key = bytes_str(bytes_of(data, size)), bucket, prefix;
    struct archive_place place;
    struct moment at = archive_place_time(key);
    ASSERT(at.ms == MOMENT_NONE.ms || at.ms >= 0);
    if (archive_parse_uri(key, &bucket, &prefix))
        ASSERT(bucket.size > 0 && is_part(bucket, key) && is_part(prefix, key));
    if (!archive_place_parse(key, &place))
        return 0;
    ASSERT(is_part(place.base, key) && is_part(place.path, key) && is_part(place.name, key));
    ASSERT(place.path.size + place.name.size == key.size && place.day >= 0);
    ASSERT(is_part(archive_place_trail(place.name, place.region), key));
    return 0;
}
