/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import.c: StartImport (new and retry), GetImport, ListImports, ListImportFailures, StopImport.
 *
 * Cairn assumes no roles: S3BucketAccessRoleArn must be a role's ARN and is kept and shown. A bucket is open
 * to imports where it is the caller's own, or lies behind an S3 endpoint that Cairn was set up with.
 */
#include "import.h"

#include "base/own.h"
#include "imports/imports.h"
#include "objects/objects.h"

#include "page.h"
#include "store.h"
#include "uri.h"

static struct str status_text(enum catalog_import_status status) {
    switch (status) {
    case CATALOG_IMPORT_INITIALIZING:
        return STR_LITERAL("INITIALIZING");
    case CATALOG_IMPORT_IN_PROGRESS:
        return STR_LITERAL("IN_PROGRESS");
    case CATALOG_IMPORT_COMPLETED:
        return STR_LITERAL("COMPLETED");
    case CATALOG_IMPORT_FAILED:
        return STR_LITERAL("FAILED");
    case CATALOG_IMPORT_STOPPED:
        return STR_LITERAL("STOPPED");
    }
    return STR_EMPTY;
}

static struct aws_list show_destination(struct arena *arena, const struct catalog_import *import) {
    struct str *arn = ARENA_NEW(arena, struct str);
    *arn = import->store_arn;
    return (struct aws_list){true, 1, arn};
}

static struct lakeapi_import_source *show_source(struct arena *arena, const struct catalog_import *import) {
    struct lakeapi_import_source *source = ARENA_NEW(arena, struct lakeapi_import_source);
    source->s3 = ARENA_NEW(arena, struct lakeapi_s3_source);
    *source->s3 = (struct lakeapi_s3_source){import->location_uri, import->bucket_region, import->role_arn};
    return source;
}

static void show(struct api_call *call, const struct catalog_import *import) {
    struct lakeapi_import_statistics *statistics = ARENA_NEW(call->arena, struct lakeapi_import_statistics);
    *statistics =
        (struct lakeapi_import_statistics){.prefixes_found = AWS_SET_INTEGER((int64_t)import->prefixes_found),
            .prefixes_completed = AWS_SET_INTEGER((int64_t)import->prefixes_completed),
            .files_completed = AWS_SET_INTEGER((int64_t)import->files_completed),
            .events_completed = AWS_SET_INTEGER((int64_t)import->events_completed),
            .failed_entries = AWS_SET_INTEGER((int64_t)import->failed_entries)};
    *(struct lakeapi_import *)call->response = (struct lakeapi_import){.import_id = import->import_id,
        .import_status = status_text(import->status),
        .destinations = show_destination(call->arena, import),
        .import_source = show_source(call->arena, import),
        .start_event_time = aws_optional_time(import->from_time),
        .end_event_time = aws_optional_time(import->to_time),
        .created_timestamp = AWS_SET_TIMESTAMP(import->created_at),
        .updated_timestamp = AWS_SET_TIMESTAMP(import->updated_at),
        .import_statistics = statistics};
}

static bool is_running(const struct catalog_import *import) {
    return import->status == CATALOG_IMPORT_INITIALIZING || import->status == CATALOG_IMPORT_IN_PROGRESS;
}

static bool find(struct api_call *call, struct str import_id, struct catalog_import *ret_import) {
    struct error error = {0};
    bool is_found =
        catalog_import_get(call->api->options.catalog, import_id, call->arena, ret_import, &error);
    if (!is_found && error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    if (is_found && str_equals(ret_import->account, call->account) &&
        str_equals(ret_import->region, call->region))
        return true;
    return api_fail(call, API_NO_IMPORT, "The specified import was not found: %.*s", STR(import_id));
}

static bool refuse_source(struct api_call *call, const char *what, struct str value) {
    return api_fail(call, API_INVALID_IMPORT_SOURCE,
        "The provided source S3 bucket is not valid for import: %s: %.*s", what,
        STR(str_slice(value, 0, 256)));
}

static bool check_source(struct api_call *call, const struct lakeapi_s3_source *source) {
    struct lakeapi_place place;
    struct objects_bucket bucket;
    struct aws_arn role;
    struct error error = {0};
    if (!str_starts_with(source->location_uri, STR_LITERAL("s3://")) ||
        !lakeapi_place_parse(call, source->location_uri, &place))
        return refuse_source(call, "S3LocationUri must be s3://bucket/prefix", source->location_uri);
    if (!aws_arn_parse(source->access_role_arn, &role) || !str_is(role.service, "iam") ||
        !str_starts_with(role.resource, STR_LITERAL("role/")))
        return refuse_source(
            call, "S3BucketAccessRoleArn must be the ARN of a role", source->access_role_arn);
    if (!objects_bucket_get(call->api->options.objects, place.bucket, call->arena, &bucket, &error))
        return error.kind == ERROR_NOT_FOUND ? refuse_source(call, "the bucket does not exist", place.bucket)
                                             : api_fail_with(call, &error);
    if (!bucket.is_remote && !str_equals(bucket.owner_account, call->account))
        return refuse_source(call, "access to the bucket is denied", place.bucket);
    if (!bucket.is_remote && !str_equals(bucket.region, source->bucket_region))
        return refuse_source(call, "the bucket is not in the region", source->bucket_region);
    return true;
}

/* An import brings CloudTrail events, so the store must be one for them, and not on its way out. */
static bool find_destination(struct api_call *call, struct str reference, struct catalog_store *ret_store) {
    enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
    if (!lakeapi_store_find_active(call, reference, ret_store) ||
        !lakeapi_store_family(call, ret_store, &family))
        return false;
    return family == EVENT_FAMILY_CLOUDTRAIL ||
           api_fail(call, API_STORE_CATEGORY,
               "Trail events can be imported to an event data store of the categories Management, Data and "
               "NetworkActivity only.");
}

static bool check_request(struct api_call *call, const struct lakeapi_import_request *request) {
    bool is_retry = request->import_id.data != NULL;
    bool has_source = request->destinations.is_set || request->import_source != NULL ||
                      request->start_event_time.is_set || request->end_event_time.is_set;
    if (lakeapi_of(call)->imports == NULL)
        return api_fail(call, API_UNSUPPORTED, "Imports are turned off in this Cairn.");
    if (is_retry && has_source)
        return api_fail(call, API_INVALID_PARAMETER,
            "ImportId retries an import: it cannot be combined with other parameters.");
    if (!is_retry && (!request->destinations.is_set || request->import_source == NULL))
        return api_fail(call, API_INVALID_PARAMETER,
            "You must specify Destinations and ImportSource for a new import, or ImportId to retry one.");
    if (request->start_event_time.is_set && request->end_event_time.is_set &&
        request->start_event_time.value.ms > request->end_event_time.value.ms)
        return api_fail(call, API_INVALID_PARAMETER, "StartEventTime must be before EndEventTime.");
    return true;
}

static void wake(struct api_call *call) {
    imports_wake(lakeapi_of(call)->imports);
}

static bool has_ongoing(struct api_call *call) {
    return api_fail(call, API_ACCOUNT_IMPORTING,
        "The account %.*s has an import in progress: only one can run at a time.", STR(call->account));
}

static bool start(struct api_call *call, const struct lakeapi_import_request *request) {
    const struct lakeapi_s3_source *source = request->import_source->s3;
    struct catalog_store store;
    struct error error = {0};
    if (!find_destination(call, *AWS_ITEM(request->destinations, struct str, 0), &store))
        return false;
    struct str none = STR_EMPTY;
    struct catalog_import import = {.import_id = lakeapi_new_id(call),
        .account = call->account,
        .region = call->region,
        .store_arn = store.arn,
        .store_uuid = store.uuid,
        .location_uri = source->location_uri,
        .bucket_region = source->bucket_region,
        .role_arn = source->access_role_arn,
        .from_time = request->start_event_time.is_set ? request->start_event_time.value : MOMENT_NONE,
        .to_time = request->end_event_time.is_set ? request->end_event_time.value : MOMENT_NONE,
        .status = CATALOG_IMPORT_INITIALIZING,
        .created_at = call->now,
        .updated_at = call->now,
        .after_key = none,
        .proof = none};
    if (!catalog_import_add(call->change, &import, &error))
        return error.kind == ERROR_CONFLICT ? has_ongoing(call) : api_fail_with(call, &error);
    show(call, &import);
    return true;
}

/* One that failed takes its failed files again; one that was stopped goes on where it was. */
static bool retry(struct api_call *call, struct str import_id) {
    struct catalog_import import;
    struct catalog_store store;
    struct error error = {0};
    if (!find(call, import_id, &import) || !find_destination(call, import.store_arn, &store))
        return false;
    if (is_running(&import))
        return has_ongoing(call);
    if (import.status == CATALOG_IMPORT_COMPLETED)
        return api_fail(call, API_INVALID_PARAMETER, "The import is complete: there is nothing to retry.");
    import.is_retry = import.status == CATALOG_IMPORT_FAILED;
    import.status = CATALOG_IMPORT_INITIALIZING;
    import.updated_at = call->now;
    if (!catalog_import_update(call->change, &import, &error))
        return error.kind == ERROR_CONFLICT ? has_ongoing(call) : api_fail_with(call, &error);
    show(call, &import);
    return true;
}

bool lakeapi_start_import_prepare(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    return check_request(call, request) &&
           (request->import_id.data != NULL || check_source(call, request->import_source->s3));
}

bool lakeapi_start_import(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    call->on_committed = wake;
    return request->import_id.data != NULL ? retry(call, request->import_id) : start(call, request);
}

bool lakeapi_get_import(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    struct catalog_import import;
    if (!find(call, request->import_id, &import))
        return false;
    show(call, &import);
    return true;
}

bool lakeapi_stop_import(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    struct catalog_import import;
    struct error error = {0};
    if (!find(call, request->import_id, &import))
        return false;
    if (!is_running(&import))
        return api_fail(call, API_INVALID_PARAMETER, "The import cannot be stopped: it is %.*s.",
            STR(status_text(import.status)));
    import.status = CATALOG_IMPORT_STOPPED;
    import.updated_at = call->now;
    if (!catalog_import_update(call->change, &import, &error))
        return api_fail_with(call, &error);
    if (lakeapi_of(call)->imports != NULL)
        call->on_committed = wake;
    show(call, &import);
    return true;
}

static bool read_status(struct str text, struct catalog_import_filter *filter) {
    for (unsigned status = 0; status <= CATALOG_IMPORT_STOPPED; status++) {
        filter->status = (enum catalog_import_status)status;
        filter->has_status = str_equals(text, status_text(filter->status));
        if (filter->has_status)
            return true;
    }
    return false;
}

/* Imports stay when their store is gone: its ARN still finds them. */
bool lakeapi_list_imports(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    struct lakeapi_list_imports_response *response = call->response;
    struct catalog_import_filter filter = {
        .account = call->account, .region = call->region, .store_arn = STR_EMPTY};
    struct str parameters =
        arena_format(call->arena, "%.*s\n%.*s", STR(request->destination), STR(request->import_status));
    struct lakeapi_page page;
    struct catalog_import *imports = NULL;
    size_t count = 0;
    struct error error = {0};
    if (request->destination.data != NULL) {
        if (!str_starts_with(request->destination, STR_LITERAL("arn:")))
            return api_fail(call, API_STORE_ARN_INVALID,
                "The specified event data store ARN is not valid: %.*s", STR(request->destination));
        filter.store_arn = request->destination;
    }
    IGNORE(read_status(request->import_status, &filter), "the shape has the values");
    if (!lakeapi_page_open(call, request->max_results, request->next_token, parameters, &page))
        return false;
    filter.before_id = page.after_id;
    filter.limit = page.size + 1; /* one more tells that there is another page */
    if (!catalog_import_list(call->api->options.catalog, &filter, call->arena, &imports, &count, &error))
        return api_fail_with(call, &error);
    size_t shown = count < page.size ? count : page.size;
    struct lakeapi_import *list = ARENA_ARRAY(call->arena, shown, struct lakeapi_import);
    for (size_t i = 0; i < shown; i++)
        list[i] = (struct lakeapi_import){.import_id = imports[i].import_id,
            .import_status = status_text(imports[i].status),
            .destinations = show_destination(call->arena, &imports[i]),
            .created_timestamp = AWS_SET_TIMESTAMP(imports[i].created_at),
            .updated_timestamp = AWS_SET_TIMESTAMP(imports[i].updated_at)};
    response->imports = (struct aws_list){true, shown, list};
    if (count > shown)
        response->next_token = lakeapi_page_token(call, imports[shown - 1].id, parameters);
    return true;
}

static struct str failure_text(enum catalog_import_failure_status status) {
    switch (status) {
    case CATALOG_IMPORT_FAILURE_FAILED:
        return STR_LITERAL("FAILED");
    case CATALOG_IMPORT_FAILURE_RETRY:
        return STR_LITERAL("RETRY");
    case CATALOG_IMPORT_FAILURE_SUCCEEDED:
        return STR_LITERAL("SUCCEEDED");
    }
    return STR_EMPTY;
}

bool lakeapi_list_import_failures(struct api_call *call) {
    const struct lakeapi_import_request *request = call->request;
    struct lakeapi_import_failures_response *response = call->response;
    struct catalog_import import;
    struct lakeapi_page page;
    struct catalog_import_failure *failures = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!lakeapi_page_open(call, request->max_results, request->next_token, request->import_id, &page))
        return false;
    if (!find(call, request->import_id, &import))
        return api_fail(
            call, API_INVALID_PARAMETER, "The specified import was not found: %.*s", STR(request->import_id));
    if (!catalog_import_failure_list(call->api->options.catalog, import.id, page.after_id, page.size + 1,
            call->arena, &failures, &count, &error))
        return api_fail_with(call, &error);
    size_t shown = count < page.size ? count : page.size;
    struct lakeapi_import_failure *list = ARENA_ARRAY(call->arena, shown, struct lakeapi_import_failure);
    for (size_t i = 0; i < shown; i++)
        list[i] = (struct lakeapi_import_failure){.location = failures[i].location,
            .status = failure_text(failures[i].status),
            .error_type = failures[i].error_type,
            .error_message = failures[i].error_message,
            .last_updated_time = AWS_SET_TIMESTAMP(failures[i].updated_at)};
    response->failures = (struct aws_list){true, shown, list};
    if (count > shown)
        response->next_token = lakeapi_page_token(call, failures[shown - 1].id, request->import_id);
    return true;
}
