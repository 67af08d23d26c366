/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include "admission/admission.h"
#include "codec/json.h"
#include "http/http.h"
#include "sys/random.h"

enum { NAMES_MAX = 256 };

static void set_common_headers(struct http_exchange *exchange) {
    uint8_t random[UUID_SIZE];
    char text[UUID_TEXT_SIZE + 1];
    random_bytes(random, sizeof random);
    uuid_format(uuid_random(random), text);
    http_set_header(exchange, "x-amzn-RequestId", str_from(text));
    http_set_header(exchange, "Content-Type", STR_LITERAL("application/json"));
}

void ingest_answer_error(
    struct http_exchange *exchange, unsigned status, const char *code, struct str message) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_string(&writer, "__type", str_from(code));
    json_member_string(&writer, "Message", message);
    json_end_object(&writer);
    set_common_headers(exchange);
    http_set_header(exchange, "x-amzn-ErrorType", str_from(code));
    http_answer(exchange, status, buf_bytes(&body));
    buf_finish(&body);
}

/* Different texts of a batch; a batch of more than NAMES_MAX different ones names the first. */
struct names {
    struct str items[NAMES_MAX];
    size_t count;
};

static void remember(struct names *names, struct str name) {
    for (size_t i = 0; i < names->count; i++) {
        if (str_equals(names->items[i], name))
            return;
    }
    if (names->count < NAMES_MAX)
        names->items[names->count++] = name;
}

struct summary {
    uint64_t accepted, duplicate, refused;
    struct names accounts, regions;
    struct moment first, last;
};

static void count_result(struct summary *summary, const struct admission_result *result) {
    if (result->outcome == ADMISSION_REFUSED) {
        summary->refused++;
        return;
    }
    if (result->outcome == ADMISSION_ACCEPTED)
        summary->accepted++;
    else
        summary->duplicate++;
    remember(&summary->accounts, result->account);
    remember(&summary->regions, result->region);
    if (summary->first.ms == MOMENT_NONE.ms || result->time.ms < summary->first.ms)
        summary->first = result->time;
    if (result->time.ms > summary->last.ms)
        summary->last = result->time;
}

static void write_names(struct json_writer *writer, const char *key, const struct names *names) {
    json_key(writer, str_from(key));
    json_begin_array(writer);
    for (size_t i = 0; i < names->count; i++)
        json_write_string(writer, names->items[i]);
    json_end_array(writer);
}

static void write_summary(struct json_writer *writer, const struct summary *summary) {
    json_member_i64(writer, "Accepted", (int64_t)summary->accepted);
    json_member_i64(writer, "Duplicate", (int64_t)summary->duplicate);
    json_member_i64(writer, "Refused", (int64_t)summary->refused);
    write_names(writer, "Accounts", &summary->accounts);
    write_names(writer, "Regions", &summary->regions);
    if (summary->first.ms == MOMENT_NONE.ms)
        return;
    json_key(writer, STR_LITERAL("FirstTime"));
    json_write_seconds(writer, summary->first.ms);
    json_key(writer, STR_LITERAL("LastTime"));
    json_write_seconds(writer, summary->last.ms);
}

static void write_record(struct json_writer *writer, const struct admission_result *result) {
    static const char *const names[] = {[ADMISSION_PENDING] = "pending",
        [ADMISSION_ACCEPTED] = "accepted",
        [ADMISSION_DUPLICATE] = "duplicate",
        [ADMISSION_REFUSED] = "refused"};
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(result->id, id);
    json_begin_object(writer);
    json_member_string(writer, "Status", str_from(names[result->outcome]));
    json_member_string(writer, "EventId", str_from(id));
    if (result->outcome == ADMISSION_REFUSED)
        json_member_string(writer, "Reason", str_from(result->reason));
    json_end_object(writer);
}

void ingest_answer_batch(struct http_exchange *exchange, const struct admission_batch *batch) {
    struct summary summary = {.first = MOMENT_NONE, .last = MOMENT_NONE};
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    size_t count = admission_batch_count(batch);
    for (size_t i = 0; i < count; i++) {
        struct admission_result result = admission_batch_result(batch, i);
        count_result(&summary, &result);
    }
    json_begin_object(&writer);
    write_summary(&writer, &summary);
    json_key(&writer, STR_LITERAL("Records"));
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        struct admission_result result = admission_batch_result(batch, i);
        write_record(&writer, &result);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    set_common_headers(exchange);
    size_t size = 0;
    char *text = buf_take(&body, &size);
    http_answer_owned(exchange, 200, text, size);
}
