/* SPDX-License-Identifier: Apache-2.0 */
/* event_text: small CloudTrail records for tests, with readable bytes after them. */
#pragma once

#include "base/str.h"

#include <stdio.h>

enum { EVENT_TEXT_SIZE = 1024 };

/* A management event of account 111122223333; the id is made of `number`, the content also of `variant`. */
static inline struct str event_text(char text[EVENT_TEXT_SIZE], unsigned number, unsigned variant) {
    int size = snprintf(text, EVENT_TEXT_SIZE,
        "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"111122223333\","
        "\"userName\":\"Alice\"},\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventSource\":\"s3.amazonaws.com\","
        "\"eventName\":\"ListBuckets\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"192.0.2.%u\","
        "\"userAgent\":\"test\",\"requestParameters\":null,\"responseElements\":null,"
        "\"eventID\":\"00000000-0000-4000-8000-%012u\",\"eventType\":\"AwsApiCall\","
        "\"recipientAccountId\":\"111122223333\"}",
        variant, number);
    return str_of(text, (size_t)size);
}
