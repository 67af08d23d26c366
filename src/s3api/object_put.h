/* SPDX-License-Identifier: Apache-2.0 */
/* object_put: what all requests that write objects share. Threads: the exchange's. */
#pragma once

#include "metadata.h"

/* x-amz-acl and x-amz-storage-class are ones that change nothing. */
NODISCARD bool s3api_check_object_headers(const struct s3api_exchange *exchange, struct error *error);

/* If-Match and If-None-Match of a write. */
NODISCARD bool s3api_write_conditions(
    const struct s3api_exchange *exchange, struct objects_commit *commit, struct error *error);

/* Set exchange->checksum to what the client chose, else to `otherwise` (may be NULL). */
NODISCARD bool s3api_choose_checksum(
    struct s3api_exchange *exchange, const struct s3api_algorithm *otherwise, struct error *error);

/* Commit exchange->upload under everything that the request says about its body. */
NODISCARD bool s3api_commit_body(struct s3api_exchange *exchange, struct objects_metadata *metadata,
    struct objects_commit *commit, struct objects_info *ret_info, struct error *error);
