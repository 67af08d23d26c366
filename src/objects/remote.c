/* SPDX-License-Identifier: Apache-2.0 */
/* remote: no rule leads anywhere until the HTTP client is there; the daemon has none to give. */
#include "remote.h"

#include "base/check.h"

struct objects_remote *objects_remote_create(const struct objects_options *options, struct clock *clock) {
    (void)options;
    (void)clock;
    return NULL;
}

void objects_remote_destroy(struct objects_remote *remote) {
    ASSERT(remote == NULL);
}

bool objects_remote_has(const struct objects_remote *remote, struct str bucket) {
    (void)bucket;
    return remote != NULL;
}

bool objects_remote_bucket_get(struct objects_remote *remote, struct str bucket, struct arena *arena,
    struct objects_bucket *ret_bucket, struct error *error) {
    (void)remote, (void)bucket, (void)arena, (void)ret_bucket;
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: no HTTP client");
}

bool objects_remote_put(
    struct objects_remote *remote, const struct objects_remote_put *put, struct error *error) {
    (void)remote, (void)put;
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: no HTTP client");
}

bool objects_remote_get(struct objects_remote *remote, const struct objects_remote_get *get,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    (void)remote, (void)get, (void)arena, (void)ret_info;
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: no HTTP client");
}

bool objects_remote_delete(
    struct objects_remote *remote, struct str bucket, struct str key, struct error *error) {
    (void)remote, (void)bucket, (void)key;
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: no HTTP client");
}

bool objects_remote_list(struct objects_remote *remote, struct str bucket,
    const struct objects_list_query *query, struct arena *arena, struct objects_page *ret_page,
    struct error *error) {
    (void)remote, (void)bucket, (void)query, (void)arena, (void)ret_page;
    return error_set(error, ERROR_UNAVAILABLE, "ServiceUnavailable: no HTTP client");
}
