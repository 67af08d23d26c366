/* SPDX-License-Identifier: Apache-2.0 */
/* uri: s3://bucket/prefix, as members of Lake's operations have it. */
#pragma once

#include "private.h"

struct lakeapi_place {
    struct str bucket, prefix; /* the prefix without a slash at its end */
};

/* InvalidParameterException where it is no such URI, InvalidS3BucketNameException, InvalidS3PrefixException.
 */
bool lakeapi_place_parse(struct api_call *call, struct str uri, struct lakeapi_place *ret_place);
