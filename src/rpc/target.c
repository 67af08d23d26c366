/* SPDX-License-Identifier: Apache-2.0 */
/* target: services by the prefix of X-Amz-Target. */
#include "private.h"

#define TARGET(prefix, service) {prefix, service},
static const struct {
    const char *prefix, *service;
} targets[] = {
#include "target_table.h"
};
#undef TARGET

struct str rpc_target_service(struct str prefix) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (str_is(prefix, targets[i].prefix))
            return str_from(targets[i].service);
    }
    return STR_EMPTY;
}

bool rpc_target_has_service(struct str service) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (str_is(service, targets[i].service))
            return true;
    }
    return false;
}
