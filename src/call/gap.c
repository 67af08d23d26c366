/* SPDX-License-Identifier: Apache-2.0 */
/* gap: the EventsNotRecorded event, built so that the same gap always gives the same bytes. */
#include "base/own.h"
#include "call/call.h"

static void member_time(struct json_writer *writer, const char *key, struct moment at) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    if (at.ms == MOMENT_NONE.ms) {
        json_member_null(writer, key);
        return;
    }
    time_append_iso(&text, at);
    json_member_string(writer, key, buf_str(&text));
}

static void write_details(struct json_writer *writer, const struct call_gap *gap) {
    json_key(writer, STR_LITERAL("serviceEventDetails"));
    json_begin_object(writer);
    json_member_string(writer, "entry", gap->entry);
    json_member_i64(writer, "count", (int64_t)gap->count);
    json_member_boolean(writer, "exact", gap->is_exact);
    member_time(writer, "firstTime", gap->first_at);
    member_time(writer, "lastTime", gap->last_at);
    json_member_string(writer, "reason", gap->reason);
    json_end_object(writer);
}

void call_append_gap(struct buf *buf, const struct call_gap *gap) {
    const struct str self = STR_LITERAL("cairn.amazonaws.com");
    char id_text[UUID_TEXT_SIZE + 1];
    uuid_format(gap->event_id, id_text);
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "eventVersion", STR_LITERAL("1.11"));
    json_key(&writer, STR_LITERAL("userIdentity"));
    json_begin_object(&writer);
    json_member_string(&writer, "type", STR_LITERAL("AWSService"));
    json_member_string(&writer, "accountId", gap->account);
    json_member_string(&writer, "invokedBy", self);
    json_end_object(&writer);
    member_time(&writer, "eventTime", gap->now);
    json_member_string(&writer, "eventSource", self);
    json_member_string(&writer, "eventName", STR_LITERAL("EventsNotRecorded"));
    json_member_string(&writer, "awsRegion", gap->region);
    json_member_string(&writer, "sourceIPAddress", self);
    json_member_string(&writer, "userAgent", self);
    json_member_null(&writer, "requestParameters");
    json_member_null(&writer, "responseElements");
    json_member_string(&writer, "eventID", str_from(id_text));
    json_member_boolean(&writer, "readOnly", false);
    json_member_string(&writer, "eventType", STR_LITERAL("AwsServiceEvent"));
    json_member_boolean(&writer, "managementEvent", true);
    json_member_string(&writer, "recipientAccountId", gap->account);
    write_details(&writer, gap);
    json_member_string(&writer, "eventCategory", STR_LITERAL("Management"));
    json_end_object(&writer);
}
