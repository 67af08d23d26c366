/* SPDX-License-Identifier: Apache-2.0 */
/* fault: reasons to refuse, in the words of the protocol that the caller speaks. Private to auth. */
#pragma once

#include "auth/auth.h"

enum auth_fault {
#define FAULT(name, json, json_status, query, query_status, s3, s3_status) AUTH_FAULT_##name,
#include "fault_table.h"
#undef FAULT
};

/* The words that a service speaks. */
enum auth_words auth_words_of(const char *service);

/* Fill the refusal's code, status and message; returns false. `message` is AWS's text for JSON and query
 * services; S3's own where it has one for this fault. */
bool auth_refuse(
    struct auth_refusal *refusal, enum auth_words words, enum auth_fault fault, struct str message);
