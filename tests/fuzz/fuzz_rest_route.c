/* SPDX-License-Identifier: Apache-2.0 */
/* A method, a service and a target of any form: what is found has as many labels as its path, each of them
 * a part of the request. */
#include "base/check.h"
#include "rest/route.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str rest = str_of((const char *)data, size);
    struct str service = str_cut(&rest, ' '), method = str_cut(&rest, ' ');
    struct str query = rest, path = str_cut(&query, '?');
    struct route_match match;
    if (!rest_route_find(service, method, path, query, &match))
        return 0;
    size_t labels = 0;
    for (const char *at = match.route->path; (at = strchr(at, '{')) != NULL; at++)
        labels++;
    ASSERT(labels == match.label_count);
    for (size_t i = 0; i < match.label_count; i++) {
        struct str value = match.labels[i].value;
        ASSERT(value.data >= path.data && value.data + value.size <= path.data + path.size);
        ASSERT(match.labels[i].member.size != 0);
    }
    return 0;
}
