/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c: the table of refusals, and the texts of S3 where they differ. */
#include "fault.h"

#include <string.h>

static const struct fault_row {
    const char *json_code;
    unsigned json_status;
    const char *query_code;
    unsigned query_status;
    const char *s3_code;
    unsigned s3_status;
} rows[] = {
#define FAULT(name, json, json_status, query, query_status, s3, s3_status)                                   \
    [AUTH_FAULT_##name] = {json, json_status, query, query_status, s3, s3_status},
#include "fault_table.h"
#undef FAULT
};

static const char *const s3_messages[sizeof rows / sizeof *rows] = {
    [AUTH_FAULT_MISSING] = "Access Denied",
    [AUTH_FAULT_UNKNOWN_KEY] = "The AWS Access Key Id you provided does not exist in our records.",
    [AUTH_FAULT_TOKEN] = "The provided token is malformed or otherwise invalid.",
    [AUTH_FAULT_SKEWED] = "The difference between the request time and the current time is too large.",
    [AUTH_FAULT_UNSIGNED_HEADER] = "There were headers present in the request which were not signed",
    [AUTH_FAULT_PAYLOAD_HASH] =
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    [AUTH_FAULT_MISMATCH] = "The request signature we calculated does not match the signature you provided. "
                            "Check your key and signing method.",
};

enum auth_words auth_words_of(const char *service) {
    if (strcmp(service, "s3") == 0)
        return AUTH_WORDS_S3;
    return strcmp(service, "sts") == 0 ? AUTH_WORDS_QUERY : AUTH_WORDS_JSON;
}

bool auth_refuse(
    struct auth_refusal *refusal, enum auth_words words, enum auth_fault fault, struct str message) {
    const struct fault_row *row = &rows[fault];
    bool is_s3 = words == AUTH_WORDS_S3, is_query = words == AUTH_WORDS_QUERY;
    /* REST services have the names of the JSON ones, and statuses that mean something. */
    bool has_meaning = is_query || words == AUTH_WORDS_REST_JSON;
    refusal->code = is_s3 ? row->s3_code : is_query ? row->query_code : row->json_code;
    refusal->status = is_s3 ? row->s3_status : has_meaning ? row->query_status : row->json_status;
    refusal->message = is_s3 && s3_messages[fault] != NULL ? str_from(s3_messages[fault]) : message;
    return false;
}
