/* SPDX-License-Identifier: Apache-2.0 */
/* batch: what the sender's thread does with each record: parse, check, hash, and wrap in its envelope. */
#include "admission/intent.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "journal/journal.h"
#include "sys/clock.h"

#include "private.h"

uint64_t admission_content(const uint8_t sha256[SHA256_SIZE]) {
    return load_u64_big(sha256);
}

struct admission_batch *admission_batch_create(
    struct admission *admission, const struct admission_sender *sender) {
    struct admission_batch *batch = MEM_NEW(struct admission_batch);
    batch->admission = admission;
    batch->sender = *sender;
    batch->kit = admission_take_kit(admission);
    mutex_init(&batch->mutex);
    condition_init(&batch->changed);
    return batch;
}

void admission_batch_destroy(struct admission_batch *batch) {
    if (batch == NULL)
        return;
    ASSERT(batch->done || !batch->submitted);
    admission_give_kit(batch->admission, batch->kit);
    arena_finish(&batch->arena);
    mem_free(batch->items);
    mem_free(batch->results);
    condition_finish(&batch->changed);
    mutex_finish(&batch->mutex);
    mem_free(batch);
}

static struct admission_result *add_result(struct admission_batch *batch) {
    if (batch->result_count == batch->result_capacity) {
        batch->result_capacity = batch->result_capacity * 2 + 16;
        batch->results = mem_resize_array(batch->results, batch->result_capacity, sizeof *batch->results);
    }
    struct admission_result *result = &batch->results[batch->result_count++];
    *result =
        (struct admission_result){.outcome = ADMISSION_PENDING, .account = STR_EMPTY, .region = STR_EMPTY};
    return result;
}

static struct admission_item *add_item(struct admission_batch *batch) {
    if (batch->item_count == batch->item_capacity) {
        batch->item_capacity = batch->item_capacity * 2 + 16;
        batch->items = mem_resize_array(batch->items, batch->item_capacity, sizeof *batch->items);
    }
    return &batch->items[batch->item_count++];
}

static bool check_sender(
    const struct admission_sender *sender, const struct event_facets *facets, struct error *error) {
    if (event_is_reserved(facets) && !sender->may_send_reserved)
        return error_set(error, ERROR_DENIED,
            "records of insights, gaps, channels and cairn.amazonaws.com are made by Cairn itself");
    if (sender->accepts_account != NULL && !sender->accepts_account(facets->account, sender->context))
        return error_set(error, ERROR_DENIED, "not accepted for account %.*s", STR(facets->account));
    return true;
}

/* What is added. */
struct addition {
    struct str record;
    enum event_kind kind;
    uint64_t sequence;
};

static bool keep(struct admission_batch *batch, const struct addition *addition,
    const struct event_facets *facets, struct error *error) {
    bool is_intent = addition->kind == EVENT_KIND_INTENT;
    struct event_envelope envelope = {
        .kind = addition->kind,
        .sequence = addition->sequence,
        .door = batch->sender.door,
        .is_witnessed = batch->sender.is_witnessed,
        .is_archive = batch->sender.is_archive || addition->record.size > EVENT_SIZE_MAX,
        .principal = batch->sender.principal,
        .facets = is_intent ? (struct event_facets){.time = facets->time, .id = facets->id} : *facets,
        .record = addition->record,
    };
    if (!is_intent)
        hash_sha256(str_bytes(addition->record), envelope.sha256);
    size_t offset = batch->kit.payloads.size;
    event_envelope_append(&batch->kit.payloads, &envelope);
    size_t size = batch->kit.payloads.size - offset;
    if (batch->kit.payloads.overflowed)
        return error_set(error, ERROR_LIMIT, "too many records at once");
    if (size > JOURNAL_PAYLOAD_SIZE_MAX) {
        batch->kit.payloads.size = offset;
        return error_set(error, ERROR_LIMIT, "its fields take %zu bytes, more than fit", size);
    }
    bool is_numbered = !is_intent && addition->sequence > 0;
    *add_item(batch) = (struct admission_item){.offset = offset,
        .size = size,
        .result = batch->result_count - 1,
        .content = admission_content(envelope.sha256),
        .is_intent = is_intent,
        .is_numbered = is_numbered};
    batch->numbered_count += is_numbered;
    return true;
}

/* After the account is known, before it without a chance of being taken. */
static bool check_size(const struct admission_sender *sender, struct str record, struct str account,
    bool has_account, struct error *error) {
    bool is_fine =
        record.size <= EVENT_SIZE_MAX ||
        (sender->takes_large != NULL && (!has_account || sender->takes_large(account, sender->context)));
    return is_fine || error_set(error, ERROR_LIMIT, "event of %zu bytes; at most %d are accepted",
                          record.size, EVENT_SIZE_MAX);
}

static bool check_and_keep(struct admission_batch *batch, const struct addition *addition,
    struct admission_result *result, struct error *error) {
    struct str record = addition->record;
    struct event_facets facets;
    if (!check_size(&batch->sender, record, STR_EMPTY, false, error) ||
        !event_parse(batch->kit.parser, record, clock_now(batch->admission->clock), &facets, error))
        return false;
    result->id = facets.id;
    result->time = facets.time;
    result->account = arena_str(&batch->arena, facets.account);
    result->region = arena_str(&batch->arena, facets.region);
    return check_size(&batch->sender, record, facets.account, true, error) &&
           check_sender(&batch->sender, &facets, error) && keep(batch, addition, &facets, error);
}

static void add(struct admission_batch *batch, struct addition addition) {
    ASSERT(!batch->submitted);
    struct admission_result *result = add_result(batch);
    struct error error = {0};
    if (check_and_keep(batch, &addition, result, &error))
        return;
    result->outcome = ADMISSION_REFUSED;
    result->reason = arena_text(&batch->arena, str_from(error.message));
    MUTEX_SCOPE(&batch->admission->mutex);
    batch->admission->stats.refused++;
}

void admission_batch_add(struct admission_batch *batch, struct str record) {
    add(batch, (struct addition){record, EVENT_KIND_EVENT, 0});
}

void admission_batch_add_numbered(struct admission_batch *batch, struct str record, uint64_t sequence) {
    add(batch, (struct addition){record, EVENT_KIND_EVENT, sequence});
}

void admission_batch_add_intent(struct admission_batch *batch, struct str record, uint64_t sequence) {
    add(batch, (struct addition){record, EVENT_KIND_INTENT, sequence});
}

void admission_batch_clear(struct admission_batch *batch) {
    ASSERT(batch->done || !batch->submitted);
    if (batch->kit.payloads.capacity > ADMISSION_KIT_BYTES_MAX)
        buf_finish(&batch->kit.payloads);
    buf_clear(&batch->kit.payloads);
    arena_clear(&batch->arena);
    batch->item_count = batch->result_count = batch->numbered_count = 0;
    batch->submitted = batch->done = false;
    batch->error = (struct error){0};
    batch->on_done = NULL;
    batch->tally = NULL;
}

size_t admission_batch_count(const struct admission_batch *batch) {
    return batch->result_count;
}

struct admission_result admission_batch_result(const struct admission_batch *batch, size_t index) {
    ASSERT(index < batch->result_count);
    return batch->results[index];
}
