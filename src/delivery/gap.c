/* SPDX-License-Identifier: Apache-2.0 */
/* gap: the EventsNotRecorded event, built so that the same gap always gives the same bytes. */
#include "codec/json.h"

#include "state.h"

static const struct uuid GAP_SPACE = {
    {0x6b, 0x2f, 0x1e, 0x0a, 0x54, 0x3d, 0x4c, 0x11, 0x9a, 0x37, 0xd1, 0x70, 0x0c, 0xa1, 0x41, 0x27}};

static void member_time(struct json_writer *writer, const char *key, struct moment at) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    if (at.ms == MOMENT_NONE.ms) {
        json_member_null(writer, key);
        return;
    }
    time_append_iso(&text, at);
    json_member_string(writer, key, buf_str(&text));
}

static void write_details(struct json_writer *writer, const struct delivery_gap *gap) {
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

static void write_record(struct buf *buf, const struct delivery_gap *gap, struct uuid id) {
    static const char SELF[] = "cairn.amazonaws.com";
    char id_text[UUID_TEXT_SIZE + 1];
    uuid_format(id, id_text);
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "eventVersion", STR_LITERAL("1.11"));
    json_key(&writer, STR_LITERAL("userIdentity"));
    json_begin_object(&writer);
    json_member_string(&writer, "type", STR_LITERAL("AWSService"));
    json_member_string(&writer, "accountId", gap->account);
    json_member_string(&writer, "invokedBy", str_from(SELF));
    json_end_object(&writer);
    member_time(&writer, "eventTime", gap->now);
    json_member_string(&writer, "eventSource", str_from(SELF));
    json_member_string(&writer, "eventName", STR_LITERAL("EventsNotRecorded"));
    json_member_string(&writer, "awsRegion", gap->region);
    json_member_string(&writer, "sourceIPAddress", str_from(SELF));
    json_member_string(&writer, "userAgent", str_from(SELF));
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

bool delivery_report_gap(struct delivery *delivery, const struct delivery_gap *gap, struct error *error) {
    if (delivery->options.on_gap == NULL)
        return true;
    struct uuid cairn_id = catalog_cairn_id(delivery->stores.catalog);
    SCOPED(buf_finish) struct buf name = BUF_INIT(BUF_UNBOUNDED);
    buf_append_bytes(&name, BYTES_OF(cairn_id.bytes));
    buf_append_str(&name, gap->name);
    SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
    write_record(&record, gap, uuid_named(GAP_SPACE, buf_bytes(&name)));
    if (!delivery->options.on_gap(buf_str(&record), delivery->options.gap_context, error))
        return error_context(error, "report a gap");
    return true;
}
