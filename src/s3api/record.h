/* SPDX-License-Identifier: Apache-2.0 */
/* record: a call to the S3 door as the event that CloudTrail makes of it. Threads: the exchange's. */
#pragma once

#include "base/buf.h"

struct s3api_exchange;

struct s3api_outcome {
    unsigned status;
    struct str code, message; /* empty on success */
    uint64_t bytes_out;
};

/* Admit it. False where the caller must not hear of success; `error` says why. */
NODISCARD bool s3api_record_admit(
    struct s3api_exchange *exchange, const struct s3api_outcome *outcome, struct error *error);
