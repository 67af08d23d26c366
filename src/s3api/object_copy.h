/* SPDX-License-Identifier: Apache-2.0 */
/* object_copy: the source of a copy. Threads: the exchange's. */
#pragma once

#include "objects/reader.h"

#include "request.h"

struct s3api_exchange;

/* Open what x-amz-copy-source names, if its conditions hold and it is the caller's: NoSuchBucket,
 * NoSuchKey, AccessDenied, PreconditionFailed. The caller closes the reader. */
NODISCARD struct objects_reader *s3api_open_source(struct s3api_exchange *exchange,
    struct s3api_source *ret_source, struct objects_info *ret_info, struct error *error);
