/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/host.h"

struct str aws_bucket_of_host(struct str host, struct str suffixes) {
    struct str name = str_cut(&host, ':'), bucket = STR_EMPTY;
    while (suffixes.size > 0) {
        struct str suffix = str_trim(str_cut(&suffixes, ','));
        if (suffix.size == 0 || name.size < suffix.size + 2)
            continue;
        size_t size = name.size - suffix.size - 1;
        bool is_below =
            name.data[size] == '.' && str_equals_ignoring_case(str_slice(name, size + 1, SIZE_MAX), suffix);
        if (is_below && (bucket.size == 0 || size < bucket.size))
            bucket = str_slice(name, 0, size);
    }
    return bucket;
}
