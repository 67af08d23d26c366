/* SPDX-License-Identifier: Apache-2.0 */
/* service: what is known of services, by their signing names. */
#include "private.h"

struct str protocol_event_source(struct arena *arena, struct str service) {
    if (str_is(service, "s3"))
        return STR_LITERAL("s3.amazonaws.com");
    return arena_format(arena, "%.*s.amazonaws.com", STR(service));
}

enum protocol_kind protocol_kind_of(struct str service) {
    bool is_s3 = str_is(service, "s3") || str_is(service, "s3-outposts") || str_is(service, "s3express") ||
                 str_is(service, "s3-object-lambda");
    return is_s3 ? PROTOCOL_S3 : PROTOCOL_REST_JSON;
}
