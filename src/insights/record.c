/* SPDX-License-Identifier: Apache-2.0 */
/* record: an insight as CloudTrail writes it ("CloudTrail record contents for Insights events for trails" in
 * the user guide). */
#include "base/own.h"
#include "codec/json.h"

#include "private.h"

#include <stdlib.h>

/* Names of the members; a record of a call rate has all three, one of an error rate not the last. */
static const char *const attribute_names[INSIGHTS_ATTRIBUTES] = {"userIdentityArn", "userAgent", "errorCode"};

/* Versions 1.07 to 1.09 of such records were seen; 1.09 knows sourceEventCategory. */
static const struct str event_version = {"1.09", 4};

/* Of all ids of insights. */
static const struct uuid name_space = {
    {0x6b, 0x1f, 0x0e, 0x52, 0x7d, 0x0c, 0x4f, 0x4b, 0x9c, 0x55, 0x2a, 0x91, 0x3e, 0x8d, 0x60, 0x17}};

enum { BASELINE_MINUTES = 10080 };

struct share {
    struct str text;
    double average;
};

static int by_average(const void *a, const void *b) {
    const struct share *left = a, *right = b;
    if (left->average > right->average || left->average < right->average)
        return left->average > right->average ? -1 : 1;
    return str_compare(left->text, right->text);
}

static void write_shares(struct json_writer *writer, const char *name, struct share *shares, size_t count) {
    qsort(shares, count, sizeof *shares, by_average);
    json_key(writer, str_from(name));
    json_begin_array(writer);
    for (size_t i = 0; i < count && i < INSIGHTS_ATTRIBUTIONS_MAX; i++) {
        json_begin_object(writer);
        json_member_string(writer, "value", shares[i].text);
        json_key(writer, STR_LITERAL("average"));
        json_write_double(writer, shares[i].average);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static size_t list_unusual(const struct insights *insights, const struct insights_slot *slot,
    enum insights_attribute attribute, double minutes, struct share *ret_shares) {
    size_t count = 0;
    for (unsigned i = 0; slot->book != NULL && i < INSIGHTS_BOOK_VALUES; i++) {
        uint32_t value = slot->book->values[attribute][i], calls = slot->book->counts[attribute][i];
        if (value != INSIGHTS_VALUE_NONE && calls > 0)
            ret_shares[count++] =
                (struct share){insights_values_text(&insights->values, value), calls / minutes};
    }
    return count;
}

static size_t list_usual(const struct insights *insights, const struct insights_slot *slot,
    enum insights_attribute attribute, struct share *ret_shares) {
    size_t count = 0;
    for (unsigned i = insights_share_begin[attribute]; i < insights_share_begin[attribute + 1]; i++)
        if (slot->usual_values[i] != INSIGHTS_VALUE_NONE && slot->usual_calls[i] > 0 &&
            slot->usual_minutes > 0)
            ret_shares[count++] =
                (struct share){insights_values_text(&insights->values, slot->usual_values[i]),
                    (double)slot->usual_calls[i] / (double)slot->usual_minutes};
    return count;
}

static void write_average(struct json_writer *writer, const char *name, double average) {
    json_key(writer, str_from(name));
    json_begin_object(writer);
    json_key(writer, STR_LITERAL("average"));
    json_write_double(writer, average);
    json_end_object(writer);
}

static void write_context(struct json_writer *writer, const struct insights *insights,
    const struct insights_slot *slot, const struct insights_verdict *verdict) {
    int64_t learned = verdict->start_minute - slot->model.born_minute;
    int64_t end = verdict->end_minute;
    json_key(writer, STR_LITERAL("insightContext"));
    json_begin_object(writer);
    json_key(writer, STR_LITERAL("statistics"));
    json_begin_object(writer);
    write_average(writer, "baseline", verdict->baseline);
    write_average(writer, "insight", verdict->average);
    json_member_i64(writer, "insightDuration", end - verdict->start_minute);
    json_member_i64(writer, "baselineDuration", learned < BASELINE_MINUTES ? learned : BASELINE_MINUTES);
    json_end_object(writer);
    json_key(writer, STR_LITERAL("attributions"));
    json_begin_array(writer);
    for (enum insights_attribute attribute = INSIGHTS_IDENTITY; attribute < INSIGHTS_ATTRIBUTES;
         attribute++) {
        struct share shares[INSIGHTS_BOOK_VALUES];
        if (attribute == INSIGHTS_ERROR && slot->key[0] == INSIGHTS_ERROR_RATE)
            continue;
        json_begin_object(writer);
        json_member_string(writer, "attribute", str_from(attribute_names[attribute]));
        size_t count = list_unusual(insights, slot, attribute, (double)(end - verdict->start_minute), shares);
        write_shares(writer, "insight", shares, count);
        count = list_usual(insights, slot, attribute, shares);
        write_shares(writer, "baseline", shares, count);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static void write_details(struct json_writer *writer, const struct insights *insights,
    const struct insights_slot *slot, const struct insights_series *series,
    const struct insights_verdict *verdict) {
    bool is_error = series->type == INSIGHTS_ERROR_RATE;
    json_key(writer, STR_LITERAL("insightDetails"));
    json_begin_object(writer);
    json_member_string(
        writer, "state", verdict->change == INSIGHTS_STARTED ? STR_LITERAL("Start") : STR_LITERAL("End"));
    json_member_string(writer, "eventSource", series->event_source);
    json_member_string(writer, "eventName", series->event_name);
    json_member_string(writer, "insightType",
        is_error ? STR_LITERAL("ApiErrorRateInsight") : STR_LITERAL("ApiCallRateInsight"));
    if (is_error)
        json_member_string(writer, "errorCode", series->error_code);
    json_member_string(
        writer, "sourceEventCategory", series->is_data ? STR_LITERAL("Data") : STR_LITERAL("Management"));
    if (series->is_data)
        json_member_string(writer, "insightSource", series->trail_arn);
    write_context(writer, insights, slot, verdict);
    json_end_object(writer);
}

/* An id that follows from the series, a word and the minute: a replay gives the same. */
static void write_id(struct json_writer *writer, const char *member, const struct insights_slot *slot,
    const char *word, int64_t minute) {
    SCOPED(buf_finish) struct buf name = BUF_INIT(2 * INSIGHTS_KEY_SIZE_MAX);
    char text[UUID_TEXT_SIZE + 1];
    buf_append(&name, slot->key, slot->key_size);
    buf_append_format(&name, "/%s/%jd", word, (intmax_t)minute);
    uuid_format(uuid_named(name_space, buf_bytes(&name)), text);
    json_member_string(writer, member, str_from(text));
}

void insights_record_append(const struct insights *insights, const struct insights_slot *slot,
    const struct insights_verdict *verdict, struct buf *buf) {
    struct error impossible = {0};
    struct insights_series series = {0};
    struct json_writer writer = JSON_WRITER(buf);
    bool is_start = verdict->change == INSIGHTS_STARTED;
    int64_t minute = is_start ? verdict->start_minute : verdict->end_minute;
    if (!insights_key_parse(bytes_of(slot->key, slot->key_size), &series, &impossible))
        return;
    SCOPED(buf_finish) struct buf time = BUF_INIT(64);
    time_append_iso(&time, (struct moment){minute * MS_PER_MINUTE});
    json_begin_object(&writer);
    json_member_string(&writer, "eventVersion", event_version);
    json_member_string(&writer, "eventTime", buf_str(&time));
    json_member_string(&writer, "awsRegion", series.region);
    write_id(&writer, "eventID", slot, is_start ? "Start" : "End", minute);
    json_member_string(&writer, "eventType", STR_LITERAL("AwsCloudTrailInsight"));
    json_member_string(&writer, "recipientAccountId", series.account);
    write_id(&writer, "sharedEventID", slot, "Shared", verdict->start_minute);
    write_details(&writer, insights, slot, &series, verdict);
    json_member_string(&writer, "eventCategory", STR_LITERAL("Insight"));
    json_end_object(&writer);
}
