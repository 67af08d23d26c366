/* SPDX-License-Identifier: Apache-2.0 */
/* status.c: GetStatus: how far everything is, and how the caller's trails fare. */
#include "catalog/imports.h"
#include "catalog/trails.h"
#include "history/history.h"
#include "journal/journal.h"

#include "private.h"

enum { IMPORTS_SHOWN = 10 };

struct reader {
    struct str name;
    struct aws_integer position, lag;
};
struct trail_health {
    struct str trail_arn, name, latest_delivery_error, latest_digest_delivery_error;
    struct aws_boolean is_logging;
    struct aws_timestamp latest_delivery_time, latest_digest_delivery_time;
};
struct admission_counts {
    struct aws_integer admitted, duplicates, conflicts, refused, queued_bytes;
    struct aws_boolean is_refusing;
};
struct gateway_counts {
    struct str name, listen, upstream, guarantee;
    struct aws_integer seen, recorded, gaps, refused, in_flight;
};
struct import_proof { /* GetImport has no member for it */
    struct str import_id, location, proof;
    struct aws_boolean is_complete;
};
struct api_status {
    struct str version, account_id, region;
    struct aws_timestamp start_time;
    struct aws_integer journal_position, history_position, events, segments, history_bytes, journal_bytes;
    struct aws_list readers, trails, gateways, imports;
    struct admission_counts *admission;
};

static const struct aws_member reader_members[] = {
    API_MEMBER(reader, name, "Name", aws_string),
    API_MEMBER(reader, position, "Position", aws_long),
    API_MEMBER(reader, lag, "Lag", aws_long),
};
static const struct aws_shape reader = AWS_SHAPE_OF(struct reader, reader_members);
static const struct aws_shape reader_list = AWS_LIST_OF(reader);
static const struct aws_member trail_members[] = {
    API_MEMBER(trail_health, trail_arn, "TrailARN", aws_string),
    API_MEMBER(trail_health, name, "Name", aws_string),
    API_MEMBER(trail_health, is_logging, "IsLogging", aws_boolean),
    API_MEMBER(trail_health, latest_delivery_time, "LatestDeliveryTime", aws_timestamp),
    API_MEMBER(trail_health, latest_delivery_error, "LatestDeliveryError", aws_string),
    API_MEMBER(trail_health, latest_digest_delivery_time, "LatestDigestDeliveryTime", aws_timestamp),
    API_MEMBER(trail_health, latest_digest_delivery_error, "LatestDigestDeliveryError", aws_string),
};
static const struct aws_shape trail_health = AWS_SHAPE_OF(struct trail_health, trail_members);
static const struct aws_shape trail_list = AWS_LIST_OF(trail_health);
static const struct aws_member admission_members[] = {
    API_MEMBER(admission_counts, admitted, "Admitted", aws_long),
    API_MEMBER(admission_counts, duplicates, "Duplicates", aws_long),
    API_MEMBER(admission_counts, conflicts, "Conflicts", aws_long),
    API_MEMBER(admission_counts, refused, "Refused", aws_long),
    API_MEMBER(admission_counts, queued_bytes, "QueuedBytes", aws_long),
    API_MEMBER(admission_counts, is_refusing, "Refusing", aws_boolean),
};
static const struct aws_shape admission_counts = AWS_SHAPE_OF(struct admission_counts, admission_members);
static const struct aws_member gateway_members[] = {
    API_MEMBER(gateway_counts, name, "Name", aws_string),
    API_MEMBER(gateway_counts, listen, "Listen", aws_string),
    API_MEMBER(gateway_counts, upstream, "Upstream", aws_string),
    API_MEMBER(gateway_counts, guarantee, "Guarantee", aws_string),
    API_MEMBER(gateway_counts, seen, "Seen", aws_long),
    API_MEMBER(gateway_counts, recorded, "Recorded", aws_long),
    API_MEMBER(gateway_counts, gaps, "Gaps", aws_long),
    API_MEMBER(gateway_counts, refused, "Refused", aws_long),
    API_MEMBER(gateway_counts, in_flight, "InFlight", aws_long),
};
static const struct aws_shape gateway_counts = AWS_SHAPE_OF(struct gateway_counts, gateway_members);
static const struct aws_shape gateway_list = AWS_LIST_OF(gateway_counts);
static const struct aws_member import_members[] = {
    API_MEMBER(import_proof, import_id, "ImportId", aws_string),
    API_MEMBER(import_proof, location, "S3LocationUri", aws_string),
    API_MEMBER(import_proof, is_complete, "ProvedComplete", aws_boolean),
    API_MEMBER(import_proof, proof, "Proof", aws_string),
};
static const struct aws_shape import_proof = AWS_SHAPE_OF(struct import_proof, import_members);
static const struct aws_shape import_list = AWS_LIST_OF(import_proof);
static const struct aws_member status_members[] = {
    API_MEMBER(api_status, version, "Version", aws_string),
    API_MEMBER(api_status, account_id, "AccountId", aws_string),
    API_MEMBER(api_status, region, "Region", aws_string),
    API_MEMBER(api_status, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_status, journal_position, "JournalPosition", aws_long),
    API_MEMBER(api_status, history_position, "HistoryPosition", aws_long),
    API_MEMBER(api_status, events, "Events", aws_long),
    API_MEMBER(api_status, segments, "Segments", aws_long),
    API_MEMBER(api_status, history_bytes, "HistoryBytes", aws_long),
    API_MEMBER(api_status, journal_bytes, "JournalBytes", aws_long),
    API_MEMBER(api_status, readers, "Readers", reader_list),
    API_MEMBER(api_status, trails, "Trails", trail_list),
    API_MEMBER(api_status, gateways, "Gateways", gateway_list),
    API_MEMBER(api_status, imports, "Imports", import_list),
    API_MEMBER(api_status, admission, "Admission", admission_counts),
};
const struct aws_shape api_get_status_request = {.kind = AWS_STRUCTURE};
const struct aws_shape api_get_status_response = AWS_SHAPE_OF(struct api_status, status_members);

static struct aws_integer count_of(uint64_t number) {
    return AWS_SET_INTEGER(number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static struct aws_list show_readers(struct api_call *call, uint64_t end) {
    const struct api_options *options = &call->api->options;
    struct api_reader own = {STR_LITERAL("history"), history_applied_position(options->history)};
    struct api_reader *readers = &own;
    size_t count = 1;
    if (options->readers != NULL)
        count = options->readers(call->arena, &readers, options->readers_context);
    struct reader *list = ARENA_ARRAY(call->arena, count, struct reader);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct reader){readers[i].name, count_of(readers[i].position),
            count_of(end > readers[i].position ? end - readers[i].position : 0)};
    return (struct aws_list){true, count, list};
}

static struct aws_list show_trails(struct api_call *call) {
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(call->api->options.catalog, call->account, call->region, call->arena, &trails, &count);
    struct trail_health *list = ARENA_ARRAY(call->arena, count, struct trail_health);
    for (size_t i = 0; i < count; i++) {
        const struct catalog_trail_status *status = &trails[i].status;
        list[i] = (struct trail_health){.trail_arn = trails[i].arn,
            .name = trails[i].name,
            .is_logging = AWS_SET_BOOLEAN(trails[i].is_logging),
            .latest_delivery_time = aws_optional_time(status->latest_delivery_time),
            .latest_delivery_error = aws_optional_text(status->latest_delivery_error),
            .latest_digest_delivery_time = aws_optional_time(status->latest_digest_delivery_time),
            .latest_digest_delivery_error = aws_optional_text(status->latest_digest_delivery_error)};
    }
    return (struct aws_list){true, count, list};
}

static struct aws_list show_gateways(struct api_call *call) {
    const struct api_options *options = &call->api->options;
    struct api_gateway *gateways = NULL;
    size_t count = 0;
    if (options->gateways != NULL)
        count = options->gateways(call->arena, &gateways, options->readers_context);
    struct gateway_counts *list = ARENA_ARRAY(call->arena, count, struct gateway_counts);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct gateway_counts){gateways[i].name, gateways[i].listen, gateways[i].upstream,
            gateways[i].guarantee, count_of(gateways[i].seen), count_of(gateways[i].recorded),
            count_of(gateways[i].gaps), count_of(gateways[i].refused), count_of(gateways[i].in_flight)};
    return (struct aws_list){true, count, list};
}

/* What the digests of the latest imports proved, newest first. */
static struct aws_list show_imports(struct api_call *call) {
    struct catalog_import_filter filter = {
        .account = call->account, .region = call->region, .limit = IMPORTS_SHOWN};
    struct catalog_import *imports = NULL;
    struct error ignored = {0};
    size_t count = 0, shown = 0;
    if (!catalog_import_list(call->api->options.catalog, &filter, call->arena, &imports, &count, &ignored))
        return (struct aws_list){true, 0, NULL};
    struct import_proof *list = ARENA_ARRAY(call->arena, count, struct import_proof);
    for (size_t i = 0; i < count; i++)
        if (imports[i].proof.size > 0)
            list[shown++] = (struct import_proof){imports[i].import_id, imports[i].location_uri,
                imports[i].proof, AWS_SET_BOOLEAN(imports[i].is_proved_complete)};
    return (struct aws_list){true, shown, list};
}

static struct admission_counts *show_admission(struct api_call *call) {
    struct admission_stats stats = admission_stats(call->api->options.admission);
    struct admission_counts *counts = ARENA_NEW(call->arena, struct admission_counts);
    *counts = (struct admission_counts){count_of(stats.admitted), count_of(stats.duplicates),
        count_of(stats.conflicts), count_of(stats.refused), count_of(stats.queued_bytes),
        AWS_SET_BOOLEAN(stats.is_refusing)};
    return counts;
}

bool api_get_status(struct api_call *call) {
    const struct api_options *options = &call->api->options;
    struct history_stats history;
    history_stats(options->history, &history);
    struct api_status *status = call->response;
    uint64_t end = history_applied_position(options->history);
    if (options->journal != NULL) {
        struct journal_stats journal = journal_stats(options->journal);
        status->journal_bytes = count_of(journal.bytes);
        end = journal.end_position;
    }
    status->version = options->version;
    status->account_id = call->account;
    status->region = call->region;
    status->start_time = AWS_SET_TIMESTAMP(call->api->started_at);
    status->journal_position = count_of(end);
    status->history_position = count_of(history_applied_position(options->history));
    status->events = count_of(history.events);
    status->segments = count_of(history.segments);
    status->history_bytes = count_of(history.disk_bytes);
    status->readers = show_readers(call, end);
    status->trails = show_trails(call);
    status->gateways = show_gateways(call);
    status->imports = show_imports(call);
    status->admission = show_admission(call);
    return true;
}
