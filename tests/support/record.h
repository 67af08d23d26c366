/* SPDX-License-Identifier: Apache-2.0 */
/* record: CloudTrail records for tests. Ours, not real: the real ones are read with record_each_real(). */
#pragma once

#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "event/event.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_NOW ((struct moment){1780000000000}) /* 2026-05-28T20:26:40Z */

#define RECORD_IDENTITY                                                                                      \
    "\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLEUSERID0001\","                      \
    "\"arn\":\"arn:aws:iam::210987654321:user/ada\",\"accountId\":\"210987654321\","                         \
    "\"accessKeyId\":\"AKIAEXAMPLEKEY000001\",\"userName\":\"ada\"}"

#define RECORD_STOP_LOGGING                                                                                  \
    "{\"eventVersion\":\"1.11\"," RECORD_IDENTITY ",\"eventTime\":\"2026-03-02T08:04:19Z\","                 \
    "\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"StopLogging\","                            \
    "\"awsRegion\":\"eu-west-1\",\"sourceIPAddress\":\"198.51.100.23\","                                     \
    "\"userAgent\":\"aws-cli/2.27.0\",\"errorCode\":\"AccessDenied\","                                       \
    "\"requestParameters\":{\"name\":\"audit-main\"},\"responseElements\":null,"                             \
    "\"requestID\":\"0c2f7f0e-6f7e-4f0d-9a4e-2f4f3c1b7a10\","                                                \
    "\"eventID\":\"5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a\",\"readOnly\":false,"                               \
    "\"resources\":[{\"accountId\":\"210987654321\",\"type\":\"AWS::CloudTrail::Trail\","                    \
    "\"ARN\":\"arn:aws:cloudtrail:eu-west-1:210987654321:trail/audit-main\"}],"                              \
    "\"eventType\":\"AwsApiCall\",\"managementEvent\":true,"                                                 \
    "\"recipientAccountId\":\"210987654321\",\"vpcEndpointId\":\"vpce-0a1b2c3d\","                           \
    "\"sharedEventID\":\"a4c0f9b2-51c7-4e43-8f0e-6a8f0a4f7d20\","                                            \
    "\"eventCategory\":\"Management\",\"sessionCredentialFromConsole\":\"true\"}"

/* `text` in `buf` with the padding that parsers want behind it. */
static inline struct str record_padded(struct buf *buf, struct str text) {
    buf_clear(buf);
    buf_append_str(buf, text);
    memset(buf_reserve(buf, JSON_PADDING), 0, JSON_PADDING);
    return buf_str(buf);
}

/* `text` with its first `part` replaced, in `buf`. */
static inline struct str record_replace(
    struct buf *buf, const char *text, const char *part, const char *replacement) {
    size_t at = str_find(str_from(text), str_from(part));
    ASSERT(at != SIZE_MAX);
    buf_clear(buf);
    buf_append(buf, text, at);
    buf_append_text(buf, replacement);
    buf_append_text(buf, text + at + strlen(part));
    memset(buf_reserve(buf, JSON_PADDING), 0, JSON_PADDING);
    return buf_str(buf);
}

static inline int record_is_log_file(const struct dirent *entry) {
    return str_ends_with(str_from(entry->d_name), STR_LITERAL(".json"));
}

/* Run over the real records of the folder in CAIRN_REAL_RECORDS, or else of the one that lies beside
 * the checkout (tests run in its build folder); false, with a message, where there is none. */
static inline bool record_each_real(json_on_record *on_record, void *context) {
    const char *folder = getenv("CAIRN_REAL_RECORDS");
    if (folder == NULL)
        folder = "../../shared/data/real-cloudtrail";
    struct dirent **entries;
    int count = scandir(folder, &entries, record_is_log_file, alphasort);
    struct json_parser *parser = json_parser_create();
    SCOPED(buf_finish) struct buf text = BUF_INIT(64 << 20);
    for (int i = 0; i < count; i++) {
        SCOPED(buf_finish) struct buf path = BUF_INIT(4096);
        buf_append_format(&path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = fopen(path.data, "rb");
        ASSERT(file != NULL);
        buf_clear(&text);
        char *place = buf_reserve(&text, 16 << 20);
        buf_commit(&text, fread(place, 1, 16 << 20, file));
        (void)fclose(file);
        memset(buf_reserve(&text, JSON_PADDING), 0, JSON_PADDING);
        struct error error;
        ASSERT(json_split_records(parser, buf_str(&text), on_record, context, &error));
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    json_parser_destroy(parser);
    if (count <= 0)
        printf("# no real records in %s: nothing to try\n", folder);
    return count > 0;
}
