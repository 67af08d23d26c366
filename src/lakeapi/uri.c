/* SPDX-License-Identifier: Apache-2.0 */
#include "uri.h"

#include "api/bucket.h"

bool lakeapi_place_parse(struct api_call *call, struct str uri, struct lakeapi_place *ret_place) {
    struct str scheme = STR_LITERAL("s3://");
    if (!str_starts_with(uri, scheme))
        return api_fail(call, API_INVALID_PARAMETER,
            "The S3 URI is not valid, it must be s3://bucket/prefix: %.*s", STR(str_slice(uri, 0, 256)));
    struct str prefix = str_slice(uri, scheme.size, SIZE_MAX), bucket = str_cut(&prefix, '/');
    while (prefix.size > 0 && prefix.data[prefix.size - 1] == '/')
        prefix.size--;
    if (!api_bucket_check_name(call, bucket) || !api_bucket_check_prefix(call, prefix))
        return false;
    *ret_place = (struct lakeapi_place){bucket, prefix};
    return true;
}
