/* SPDX-License-Identifier: Apache-2.0 */
#include "sender.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "codec/json.h"
#include "codec/text.h"
#include "sys/clock.h"

#include "client.h"
#include "screen.h"

#include <stdio.h>

enum {
    BATCH_BYTES = 2 << 20,
    BATCH_BYTES_MAX = 62 << 20,
    NAMES_MAX = 4096,
    REASONS_MAX = 10,
    RETRIES_MAX = 1000,
    RETRY_WAIT_MS_MAX = 5000,
};

struct names {
    struct str items[NAMES_MAX];
    size_t count;
};

struct ctl_sender {
    struct ctl_client *client;
    struct json_parser *parser;
    struct arena arena;
    struct buf batch;
    bool archive, failed;
    struct error error;
    struct ctl_sender_summary summary;
    struct names accounts, regions;
    size_t reason_count;
};

struct ctl_sender *ctl_sender_create(struct ctl_client *client, bool archive) {
    struct ctl_sender *sender = MEM_NEW(struct ctl_sender);
    sender->client = client;
    sender->parser = json_parser_create();
    sender->batch = BUF_INIT(BATCH_BYTES_MAX);
    sender->archive = archive;
    sender->summary.first = sender->summary.last = MOMENT_NONE;
    return sender;
}

void ctl_sender_destroy(struct ctl_sender *sender) {
    if (sender == NULL)
        return;
    json_parser_destroy(sender->parser);
    arena_finish(&sender->arena);
    buf_finish(&sender->batch);
    mem_free(sender);
}

static void remember(struct ctl_sender *sender, struct names *names, struct json_value list) {
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct str name = json_text(iterator.value);
        bool is_known = false;
        for (size_t i = 0; i < names->count && !is_known; i++)
            is_known = str_equals(names->items[i], name);
        if (!is_known && names->count < NAMES_MAX)
            names->items[names->count++] = arena_str(&sender->arena, name);
    }
}

static uint64_t count_of(struct json_value answer, const char *member) {
    int64_t number = 0;
    return json_i64(json_get(answer, member), &number) && number > 0 ? (uint64_t)number : 0;
}

static void remember_span(struct ctl_sender *sender, struct json_value answer) {
    double first = 0;
    double last = 0;
    if (!json_double(json_get(answer, "FirstTime"), &first) ||
        !json_double(json_get(answer, "LastTime"), &last))
        return;
    struct ctl_sender_summary *summary = &sender->summary;
    int64_t first_ms = (int64_t)(first * MS_PER_SECOND);
    int64_t last_ms = (int64_t)(last * MS_PER_SECOND);
    if (summary->first.ms == MOMENT_NONE.ms || first_ms < summary->first.ms)
        summary->first.ms = first_ms;
    if (last_ms > summary->last.ms)
        summary->last.ms = last_ms;
}

/* The first few refusals are shown with their reasons; all are counted. */
static void show_refusals(struct ctl_sender *sender, struct json_value records) {
    struct json_iterator iterator = json_iterate(records);
    while (json_next(&iterator) && sender->reason_count < REASONS_MAX) {
        if (!str_is(json_text(json_get(iterator.value, "Status")), "refused"))
            continue;
        sender->reason_count++;
        struct str id = json_text(json_get(iterator.value, "EventId"));
        struct str reason = json_text(json_get(iterator.value, "Reason"));
        ctl_complain("cairn: refused %.*s: %.*s", STR(id), STR(reason));
        if (sender->reason_count == REASONS_MAX)
            ctl_complain("cairn: further refusals are counted, not shown");
    }
}

static bool read_answer(struct ctl_sender *sender, const struct http_reply *reply) {
    struct json_value answer = JSON_MISSING;
    if (reply->status != 200)
        return error_set(&sender->error, ERROR_INVALID, "%s answered %u: %.*s", "POST /events", reply->status,
            STR(ctl_client_reply_message(sender->client, reply)));
    if (!json_parse(sender->parser, bytes_str(reply->body), &answer, &sender->error))
        return error_context(&sender->error, "answer of POST /events");
    sender->summary.accepted += count_of(answer, "Accepted");
    sender->summary.duplicate += count_of(answer, "Duplicate");
    sender->summary.refused += count_of(answer, "Refused");
    remember(sender, &sender->accounts, json_get(answer, "Accounts"));
    remember(sender, &sender->regions, json_get(answer, "Regions"));
    remember_span(sender, answer);
    show_refusals(sender, json_get(answer, "Records"));
    return true;
}

static bool send_batch(struct ctl_sender *sender) {
    struct str target = sender->archive ? STR_LITERAL("/events?archive=true&import=true")
                                        : STR_LITERAL("/events?import=true");
    struct http_reply reply = {0};
    for (int attempt = 0; attempt < RETRIES_MAX; attempt++) {
        if (!ctl_client_post(sender->client, target, buf_bytes(&sender->batch), &reply, &sender->error))
            return false;
        if (reply.status != 429)
            return read_answer(sender, &reply);
        uint64_t seconds = 1;
        if (!str_to_u64(http_reply_header(&reply, "Retry-After"), &seconds))
            seconds = 1;
        int64_t wait_ms = (int64_t)(seconds > 5 ? 5 : seconds) * MS_PER_SECOND;
        clock_sleep_ms(wait_ms < RETRY_WAIT_MS_MAX ? wait_ms : RETRY_WAIT_MS_MAX);
    }
    return error_set(
        &sender->error, ERROR_UNAVAILABLE, "the daemon is overloaded: import again later, nothing is lost");
}

static bool flush(struct ctl_sender *sender) {
    if (sender->failed)
        return false;
    if (sender->batch.size == 0)
        return true;
    buf_append_text(&sender->batch, "]}");
    sender->failed = !send_batch(sender);
    buf_clear(&sender->batch);
    return !sender->failed;
}

bool ctl_sender_add(struct ctl_sender *sender, struct str record) {
    if (sender->batch.size > 0 && sender->batch.size + record.size > BATCH_BYTES && !flush(sender))
        return false;
    buf_append_text(&sender->batch, sender->batch.size == 0 ? "{\"Records\":[" : ",");
    buf_append_str(&sender->batch, record);
    sender->summary.sent++;
    if (!buf_check(&sender->batch, "a record", &sender->error))
        sender->failed = true;
    return !sender->failed;
}

bool ctl_sender_failed(const struct ctl_sender *sender) {
    return sender->failed;
}

bool ctl_sender_flush(struct ctl_sender *sender, struct error *error) {
    if (flush(sender))
        return true;
    *error = sender->error;
    return false;
}

const struct ctl_sender_summary *ctl_sender_summary(const struct ctl_sender *sender) {
    return &sender->summary;
}

static void print_names(struct json_writer *writer, const char *key, const struct names *names) {
    json_key(writer, str_from(key));
    json_begin_array(writer);
    for (size_t i = 0; i < names->count; i++)
        json_write_string(writer, names->items[i]);
    json_end_array(writer);
}

static void write_proofs(
    struct json_writer *writer, const struct ctl_sender_proof *proofs, size_t proof_count) {
    json_key(writer, STR_LITERAL("buckets"));
    json_begin_array(writer);
    for (size_t i = 0; i < proof_count; i++) {
        json_begin_object(writer);
        json_member_string(writer, "uri", proofs[i].uri);
        json_member_i64(writer, "files", (int64_t)proofs[i].files);
        json_member_i64(writer, "filesLeftOut", (int64_t)proofs[i].left_out);
        json_member_boolean(writer, "isProvedComplete", proofs[i].is_complete);
        json_member_string(writer, "reason", proofs[i].reason);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void print_json(
    const struct ctl_sender *sender, const struct ctl_sender_proof *proofs, size_t proof_count) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct buf span = BUF_INIT(64);
    struct json_writer writer = JSON_WRITER(&text);
    const struct ctl_sender_summary *summary = &sender->summary;
    json_begin_object(&writer);
    print_names(&writer, "accounts", &sender->accounts);
    print_names(&writer, "regions", &sender->regions);
    if (summary->first.ms != MOMENT_NONE.ms) {
        time_append_iso(&span, summary->first);
        json_member_string(&writer, "firstTime", buf_str(&span));
        buf_clear(&span);
        time_append_iso(&span, summary->last);
        json_member_string(&writer, "lastTime", buf_str(&span));
    }
    json_member_i64(&writer, "accepted", (int64_t)summary->accepted);
    json_member_i64(&writer, "duplicate", (int64_t)summary->duplicate);
    json_member_i64(&writer, "refused", (int64_t)summary->refused);
    if (proof_count > 0)
        write_proofs(&writer, proofs, proof_count);
    json_end_object(&writer);
    printf("%.*s\n", STR(buf_str(&text)));
    buf_finish(&text);
    buf_finish(&span);
}

static void print_line(const char *label, const struct names *names) {
    printf("%-10s", label);
    for (size_t i = 0; i < names->count; i++) {
        printf(i > 0 ? ", " : "");
        ctl_print_safely(names->items[i]);
    }
    printf(names->count == 0 ? "none\n" : "\n");
}

static void print_table(const struct ctl_sender *sender) {
    const struct ctl_sender_summary *summary = &sender->summary;
    print_line("accounts", &sender->accounts);
    print_line("regions", &sender->regions);
    if (summary->first.ms != MOMENT_NONE.ms) {
        struct buf span = BUF_INIT(64);
        time_append_iso(&span, summary->first);
        buf_append_text(&span, " to ");
        time_append_iso(&span, summary->last);
        printf("%-10s%.*s\n", "time", STR(buf_str(&span)));
        buf_finish(&span);
    }
    printf("%-10s%llu\n%-10s%llu\n%-10s%llu\n", "accepted", (unsigned long long)summary->accepted,
        "duplicate", (unsigned long long)summary->duplicate, "refused", (unsigned long long)summary->refused);
}

static void print_proof(const struct ctl_sender_proof *proof) {
    printf("%-10s", "bucket");
    ctl_print_safely(proof->uri);
    printf(", %llu files, %s: ", (unsigned long long)proof->files,
        proof->is_complete ? "proved complete" : "not proved complete");
    ctl_print_safely(proof->reason);
    printf("\n");
}

static bool sees_something(const struct ctl_sender *sender, struct str account) {
    bool has_account = false;
    bool has_region = false;
    for (size_t i = 0; i < sender->accounts.count; i++)
        has_account = has_account || str_equals(sender->accounts.items[i], account);
    for (size_t i = 0; i < sender->regions.count; i++)
        has_region = has_region || str_equals(sender->regions.items[i], ctl_client_region(sender->client));
    return has_account && has_region;
}

bool ctl_sender_print_summary(struct ctl_sender *sender, bool as_json, const struct ctl_sender_proof *proofs,
    size_t proof_count, struct error *error) {
    if (as_json)
        print_json(sender, proofs, proof_count);
    else
        print_table(sender);
    for (size_t i = 0; !as_json && i < proof_count; i++)
        print_proof(&proofs[i]);
    struct str account = STR_EMPTY;
    if (sender->accounts.count == 0)
        return true;
    if (!ctl_client_account(sender->client, &account, error))
        return false;
    if (!sees_something(sender, account))
        (void)fprintf(stderr,
            "note: your key is of account %.*s and your region is %.*s, and none of these events is of both: "
            "lookups "
            "with it show none of them. Set AWS_REGION, or make a key for their account: cairn key create "
            "--account ID\n",
            STR(account), STR(ctl_client_region(sender->client)));
    return true;
}
