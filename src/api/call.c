/* SPDX-License-Identifier: Apache-2.0 */
/* call.c: one authenticated call from its body to its outcome, recorded. */
#include "base/own.h"
#include "catalog/catalog.h"

#include "private.h"

static const struct error_row {
    const char *code;
    unsigned status;
} error_rows[] = {
#define API_ERROR(name, code, status) [API_##name] = {code, status},
#include "error_table.h"
#undef API_ERROR
};

bool api_fail(struct api_call *call, enum api_error error, const char *format, ...) {
    SCOPED(buf_finish) struct buf message = BUF_INIT(BUF_UNBOUNDED);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&message, format, args);
    va_end(args);
    call->fault = (struct api_fault){
        error_rows[error].code, error_rows[error].status, arena_str(call->arena, buf_str(&message))};
    return false;
}

bool api_fail_with(struct api_call *call, const struct error *error) {
    if (error->kind == ERROR_UNAVAILABLE)
        return api_fail(call, API_THROTTLED, "Rate exceeded");
    return api_fail(call, API_INTERNAL, "%s", error->message);
}

static bool authorize(struct api_call *call) {
    if (auth_allows(&call->principal, call->operation->permission))
        return true;
    struct str action = arena_format(call->arena, "%s:%s",
        api_service_names(call->operation->service)->action_prefix, call->operation->name);
    return api_fail(
        call, API_ACCESS_DENIED, "%.*s", STR(auth_denial(call->arena, &call->principal, action, STR_EMPTY)));
}

static bool decode(struct api_call *call, struct str body) {
    const struct aws_shape *shape = call->operation->request;
    struct error error = {0};
    if (body.size == 0)
        body = STR_LITERAL("{}");
    call->parser = json_parser_create();
    void *request = arena_alloc(call->arena, shape->size);
    if (!json_parse(call->parser, body, &call->body, &error) ||
        !aws_shape_decode(call->arena, shape, call->body, request, &error))
        return api_fail(call, API_SERIALIZATION, "%s", error.message);
    call->request = request;
    if (!aws_shape_validate(shape, request, &error))
        return api_fail(call, API_VALIDATION, "%s", error.message);
    return true;
}

/* The change and its record in one transaction. */
static bool commit_change(struct api_call *call) {
    struct error error = {0};
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(call->api->options.catalog, &error);
    if (change == NULL)
        return api_fail_with(call, &error);
    call->change = change;
    bool succeeded = call->operation->handle(call);
    call->change = NULL;
    if (!succeeded)
        return false;
    SCOPED(buf_finish) struct buf record = BUF_INIT(EVENT_SIZE_MAX);
    api_record_append(&record, call, true);
    if (!buf_check(&record, "record", &error) ||
        !catalog_outbox_add(change, buf_str(&record), call->event_id, &error))
        return api_fail_with(call, &error);
    if (!catalog_commit(TAKE(change), &error))
        return api_fail_with(call, &error);
    if (call->on_committed != NULL)
        call->on_committed(call);
    return true;
}

/* What was committed is durable in the outbox. Where admission cannot take it now, the next call or the next
 * start brings it: to answer an error would say that nothing had changed. */
static void flush_outbox(struct api *api) {
    struct error error = {0};
    if (!api_outbox_flush(api->outbox, &error))
        atomic_store(&api->has_pending_records, true);
}

static bool run_change(struct api_call *call) {
    struct error error = {0};
    const struct api_options *options = &call->api->options;
    if (admission_stats(options->admission).is_refusing || catalog_has_stopped(options->catalog))
        return api_fail(call, API_INTERNAL, "no changes are taken: the disk is full or failing");
    if (call->operation->prepare != NULL && !call->operation->prepare(call))
        return false;
    if (!commit_change(call))
        return false;
    /* Its record stands from here on, whatever follows. */
    call->is_unrecorded = true;
    flush_outbox(call->api);
    return !call->has_changed_keys || auth_reload(options->auth, &error) || api_fail_with(call, &error);
}

static bool run(struct api_call *call, struct str body) {
    const struct api_operation *operation = call->operation;
    if (!authorize(call) || !decode(call, body))
        return false;
    call->response = arena_alloc(call->arena, operation->response->size);
    return operation->effect == API_CHANGES ? run_change(call) : operation->handle(call);
}

bool api_call_run(struct api_call *call, struct str body) {
    if (atomic_exchange(&call->api->has_pending_records, false))
        flush_outbox(call->api);
    bool succeeded = run(call, body);
    bool is_recorded = succeeded && call->operation->effect == API_CHANGES;
    if (is_recorded || call->is_unrecorded)
        return succeeded;
    struct error error = {0};
    if (api_record_admit(call, succeeded, &error))
        return succeeded;
    /* Overload asks to come again. With a full or failing disk reads go on; the counter tells of the gap. */
    bool is_refusing = admission_stats(call->api->options.admission).is_refusing;
    if (error.kind == ERROR_UNAVAILABLE && !is_refusing)
        return api_fail(call, API_THROTTLED, "Rate exceeded");
    atomic_fetch_add(&call->api->unrecorded_calls, 1);
    return succeeded;
}
