/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity_file: the principals file, in which an operator says whose access keys are. Private to gateway.
 * Format:  docs/formats/principals.md
 * Threads: pure.
 */
#pragma once

#include "person.h"

enum {
    IDENTITY_FILE_BYTES_MAX = 32 << 20,
    IDENTITY_FILE_PERSONS_MAX = 100000,
    IDENTITY_KEY_SIZE_MAX = 128,
    IDENTITY_TEXT_SIZE_MAX = 1024, /* of ARNs and names; a record would cut them */
};

/* Texts live in the arena. ERROR_INVALID names the line and the member. */
NODISCARD bool identity_file_parse(struct arena *arena, struct str text, struct identity_person **ret_persons,
    size_t *ret_count, struct error *error);

/* What an ARN tells of its principal, and of the issuer of its session. Empty where it tells nothing. */
struct identity_arn {
    struct str type, account, user_name;
    struct str issuer_arn, issuer_user_name; /* of an assumed role: the role */
};
struct identity_arn identity_arn_read(struct arena *arena, struct str arn);
