/* SPDX-License-Identifier: Apache-2.0 */
/* call.c: one call of PutAuditEvents: its channel, the caller's right to it, and its events one by one. */
#include "admission/admission.h"
#include "aws/arn.h"
#include "base/check.h"
#include "base/own.h"
#include "catalog/policies.h"
#include "catalog/stores.h"
#include "event/event.h"

#include "private.h"

#include <string.h>

enum { SUBMIT_TIMEOUT_MS = 5000 };
#define ACTION "cloudtrail-data:PutAuditEvents"

static const struct aws_pattern id_pattern = {
    "^[-_A-Za-z0-9]+$", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"};
static const struct aws_shape id_shape = {.kind = AWS_STRING, .min = 1, .max = 128, .pattern = &id_pattern};
static const struct aws_member event_members[] = {
    {"eventData", offsetof(struct audit_event, data), &aws_string, true, false},
    {"eventDataChecksum", offsetof(struct audit_event, checksum), &aws_string, false, false},
    {"id", offsetof(struct audit_event, id), &id_shape, true, false},
};
static const struct aws_shape event_shape = AWS_SHAPE_OF(struct audit_event, event_members);
static const struct aws_shape event_list = {
    .kind = AWS_LIST, .element = &event_shape, .min = 1, .max = AUDIT_EVENTS_MAX};

struct request {
    struct aws_list events;
    struct str external_id;
};
static const struct aws_pattern external_id_pattern = {
    "^[\\w+=,.@:\\/-]*$", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@:/-"};
static const struct aws_shape external_id_shape = {
    .kind = AWS_STRING, .min = 2, .max = 1224, .pattern = &external_id_pattern};
static const struct aws_member request_members[] = {
    {"auditEvents", offsetof(struct request, events), &event_list, true, false},
    {"externalId", offsetof(struct request, external_id), &external_id_shape, false, false},
};
static const struct aws_shape request_shape = AWS_SHAPE_OF(struct request, request_members);

bool audit_fail(struct audit_call *call, const char *code, const char *format, ...) {
    SCOPED(buf_finish) struct buf message = BUF_INIT(BUF_UNBOUNDED);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&message, format, args);
    va_end(args);
    bool is_denied = strcmp(code, "AccessDeniedException") == 0;
    call->fault = (struct audit_fault){code,
        strcmp(code, "InternalFailure") == 0 ? 500
        : is_denied                          ? 403
                                             : 400,
        arena_str(call->arena, buf_str(&message))};
    return false;
}

/* ---- the channel ---- */

/* The channel's UUID from an ARN of this door, or from a bare UUID. */
static bool read_channel_id(struct audit_call *call, struct str *ret_uuid) {
    struct aws_arn arn;
    struct uuid uuid;
    struct str id = call->channel;
    if (aws_arn_parse(id, &arn)) {
        id = arn.resource;
        struct str type = str_cut(&id, '/');
        if (!str_is(arn.service, "cloudtrail") || !str_is(type, "channel"))
            id = STR_EMPTY;
    }
    if (!uuid_parse(id, &uuid))
        return audit_fail(call, "InvalidChannelARN", "The channel ARN %.*s is not valid.",
            STR(str_slice(call->channel, 0, 256)));
    *ret_uuid = id;
    return true;
}

static bool find_channel(struct audit_call *call) {
    struct str uuid = STR_EMPTY;
    struct error error = {0};
    struct catalog_channel row;
    if (!read_channel_id(call, &uuid))
        return false;
    bool is_found = catalog_channel_find(
        call->audit->options.catalog, arena_lower_case(call->arena, uuid), call->arena, &row, &error);
    if (!is_found && error.kind != ERROR_NOT_FOUND)
        return audit_fail(call, "InternalFailure", "%s", error.message);
    /* An ARN of another account or region that ends alike names another channel, which is not there. */
    bool is_named = is_found && str_equals(row.region, call->region) &&
                    (str_equals(call->channel, row.arn) || str_find_char(call->channel, ':') == SIZE_MAX);
    if (!is_named)
        return audit_fail(call, "ChannelNotFound", "The channel %.*s could not be found.",
            STR(str_slice(call->channel, 0, 256)));
    call->row = row;
    return true;
}

static bool check_access(struct audit_call *call) {
    struct error error = {0};
    struct str policy = STR_EMPTY;
    if (!catalog_policy_get(call->audit->options.catalog, call->row.arn, call->arena, &policy, &error) &&
        error.kind != ERROR_NOT_FOUND)
        return audit_fail(call, "InternalFailure", "%s", error.message);
    struct aws_policy_fact external_id = {STR_LITERAL("cloudtrail:ExternalId"), call->external_id};
    struct auth_access access = {.principal = &call->principal,
        .permission = AUTH_SEND_EVENTS,
        .action = STR_LITERAL(ACTION),
        .resource = call->row.arn,
        .owner = call->row.account,
        .policy = policy,
        .facts = &external_id,
        .fact_count = call->external_id.size > 0 ? 1 : 0};
    if (auth_may_access(&access))
        return true;
    if (!str_equals(call->principal.account, call->row.account)) {
        call->row =
            (struct catalog_channel){.uuid = STR_EMPTY}; /* no stranger writes into the owner's history */
        return audit_fail(call, "ChannelInsufficientPermission",
            "The caller's account ID must be the same as the channel owner's account ID, or the channel's "
            "resource policy must allow the caller " ACTION ", with the external ID that it asks for.");
    }
    return audit_fail(call, "AccessDeniedException", "%.*s",
        STR(auth_denial(call->arena, &call->principal, STR_LITERAL(ACTION), call->row.arn)));
}

/* ---- the events ---- */

static bool check_request(struct audit_call *call, const struct request *request) {
    size_t bytes = 0;
    for (size_t i = 0; i < request->events.count; i++) {
        const struct audit_event *event = AWS_ITEM(request->events, struct audit_event, i);
        bytes += event->data.size;
        for (size_t j = 0; j < i; j++)
            if (str_equals(event->id, AWS_ITEM(request->events, struct audit_event, j)->id))
                return audit_fail(call, "DuplicatedAuditEventId",
                    "Two or more entries in the request have the same event ID: %.*s.", STR(event->id));
    }
    if (bytes > AUDIT_PAYLOAD_BYTES_MAX)
        return audit_fail(call, "ValidationException",
            "The events of the request have %zu bytes; at most %d are allowed.", bytes,
            AUDIT_PAYLOAD_BYTES_MAX);
    return true;
}

static bool read_request(struct audit_call *call, struct str body) {
    struct request request = {.external_id = aws_optional_text(call->external_id)};
    struct str external_id = request.external_id;
    struct json_value root;
    struct error error = {0};
    call->parser = json_parser_create();
    if (!json_parse(call->parser, body.size > 0 ? body : STR_LITERAL("{}"), &root, &error) ||
        !aws_shape_decode(call->arena, &request_shape, root, &request, &error))
        return audit_fail(call, "SerializationException", "%s", error.message);
    request.external_id = external_id; /* it comes by the query alone */
    if (!aws_shape_validate(&request_shape, &request, &error))
        return audit_fail(call, "ValidationException", "%s", error.message);
    if (!check_request(call, &request))
        return false;
    call->count = request.events.count;
    call->outcomes = ARENA_ARRAY(call->arena, call->count, struct audit_outcome);
    for (size_t i = 0; i < call->count; i++)
        call->outcomes[i].event = *AWS_ITEM(request.events, struct audit_event, i);
    return true;
}

static void refuse_event(struct audit_outcome *outcome, const char *code, struct str message) {
    outcome->code = code;
    outcome->message = str_slice(message, 0, 1024);
}

static void refuse_all(struct audit_call *call, const char *code, struct str message) {
    for (size_t i = 0; i < call->count; i++)
        if (call->outcomes[i].code == NULL)
            refuse_event(&call->outcomes[i], code, message);
}

/* Is there a store that takes them now? */
static bool has_destination(const struct audit_call *call) {
    struct str rest = call->row.destinations;
    while (rest.size > 0) {
        struct str uuid = str_cut(&rest, ' ');
        struct catalog_store store;
        struct error error = {0};
        (void)str_cut(&uuid, '/'); /* what is left of the ARN is the store's id */
        if (catalog_store_find(call->audit->options.catalog, uuid, call->arena, &store, &error) &&
            (store.status == CATALOG_STORE_ENABLED || store.status == CATALOG_STORE_CREATED))
            return true;
    }
    return false;
}

/* Add the events that keep the rules; `ret_places`: which outcome each record of the batch is. */
static size_t fill_batch(struct audit_call *call, struct admission_batch *batch, size_t *ret_places) {
    struct audit_place place = {.channel_arn = call->row.arn,
        .account = call->row.account,
        .region = call->row.region,
        .now = call->now,
        .key = call->audit->key};
    struct json_parser *parser = json_parser_create();
    SCOPED(buf_finish) struct buf record = BUF_INIT(EVENT_LARGE_SIZE_MAX + JSON_PADDING);
    size_t count = 0;
    for (size_t i = 0; i < call->count; i++) {
        struct audit_outcome *outcome = &call->outcomes[i];
        struct audit_problem problem;
        buf_clear(&record);
        record.overflowed = false;
        outcome->event_id = audit_event_id(&place, &outcome->event);
        if (!audit_event_append(&record, parser, call->arena, &place, &outcome->event, &problem)) {
            refuse_event(outcome, problem.code, problem.message);
            continue;
        }
        void *padding = buf_reserve(&record, JSON_PADDING);
        ASSERT(padding != NULL);
        memset(padding, 0, JSON_PADDING);
        admission_batch_add(batch, buf_str(&record));
        ret_places[count++] = i;
    }
    json_parser_destroy(parser);
    return count;
}

static void take_results(struct audit_call *call, const struct admission_batch *batch, const size_t *places,
    const struct error *error) {
    for (size_t i = 0; i < admission_batch_count(batch); i++) {
        struct admission_result result = admission_batch_result(batch, i);
        struct audit_outcome *outcome = &call->outcomes[places[i]];
        switch (result.outcome) {
        case ADMISSION_ACCEPTED:
        case ADMISSION_DUPLICATE:
            break;
        case ADMISSION_REFUSED: /* its form: the rules of events go further than those of eventData */
            refuse_event(outcome, "InvalidData", arena_str(call->arena, str_from(result.reason)));
            break;
        case ADMISSION_PENDING:
            if (error->kind == ERROR_UNAVAILABLE)
                refuse_event(outcome, "Throttling", STR_LITERAL("Rate exceeded"));
            else
                refuse_event(outcome, "InternalFailure", arena_str(call->arena, str_from(error->message)));
            break;
        }
    }
}

static void admit_events(struct audit_call *call) {
    struct admission *admission = call->audit->options.admission;
    struct admission_sender sender = {.door = EVENT_DOOR_AUDIT,
        .principal = call->principal.arn,
        .may_send_reserved = true,
        .ids_tell_content = true};
    struct admission_batch *batch = admission_batch_create(admission, &sender);
    size_t places[AUDIT_EVENTS_MAX];
    struct error error = {0};
    if (fill_batch(call, batch, places) > 0) {
        if (!admission_submit(admission, batch, SUBMIT_TIMEOUT_MS, &error) &&
            admission_stats(admission).is_refusing)
            error.kind = ERROR_LIMIT; /* not overload: the disk is full or failing */
        take_results(call, batch, places, &error);
    }
    admission_batch_destroy(batch);
}

static struct str uuid_text(struct arena *arena, struct uuid uuid) {
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid, text);
    return arena_str(arena, str_from(text));
}

/* For GetChannel's IngestionStatus. */
static void note_ingestion(struct audit_call *call) {
    struct catalog_ingestion ingestion = {.success_at = MOMENT_NONE,
        .attempt_at = call->now,
        .success_event_id = STR_EMPTY,
        .attempt_event_id = STR_EMPTY,
        .error_code = STR_EMPTY};
    for (size_t i = 0; i < call->count; i++) {
        const struct audit_outcome *outcome = &call->outcomes[i];
        ingestion.attempt_event_id = uuid_text(call->arena, outcome->event_id);
        if (outcome->code != NULL) {
            ingestion.error_code = str_from(outcome->code);
        } else {
            ingestion.success_at = call->now;
            ingestion.success_event_id = ingestion.attempt_event_id;
        }
    }
    catalog_channel_note_ingestion(call->audit->options.catalog, call->row.id, &ingestion, call->now);
}

bool audit_call_run(struct audit_call *call, struct str body) {
    bool is_good = find_channel(call) && check_access(call) && read_request(call, body);
    if (is_good) {
        if (has_destination(call))
            admit_events(call);
        else
            refuse_all(call, "AccountNotSubscribed",
                STR_LITERAL("No event data store of the channel takes events now."));
        note_ingestion(call);
    }
    return is_good;
}
