/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c: CreateChannel, GetChannel, ListChannels, UpdateChannel, DeleteChannel. */
#include "channel.h"

#include "api/tag.h"
#include "base/own.h"
#include "catalog/resource_tags.h"
#include "journal/journal.h"

#include "page.h"
#include "store.h"

/* The id of a reference, which is an ARN's last part or the whole of it. */
static bool read_reference(struct api_call *call, struct str reference, struct str *ret_uuid) {
    struct aws_arn arn;
    struct str uuid = reference;
    struct uuid ignored;
    if (str_starts_with(reference, STR_LITERAL("arn:"))) {
        bool is_cloudtrail = aws_arn_parse(reference, &arn) && str_is(arn.service, "cloudtrail");
        uuid = is_cloudtrail ? arn.resource : STR_EMPTY;
        if (!str_is(str_cut(&uuid, '/'), "channel"))
            uuid = STR_EMPTY;
    }
    if (uuid.size != UUID_TEXT_SIZE || !uuid_parse(uuid, &ignored))
        return api_fail(
            call, API_CHANNEL_ARN_INVALID, "The specified channel ARN is not valid: %.*s", STR(reference));
    *ret_uuid = uuid;
    return true;
}

bool lakeapi_channel_find(struct api_call *call, struct str reference, struct catalog_channel *ret_channel) {
    struct str uuid = STR_EMPTY;
    struct error error = {0};
    if (!read_reference(call, reference, &uuid))
        return false;
    bool is_found = catalog_channel_find(call->api->options.catalog, uuid, call->arena, ret_channel, &error);
    if (!is_found && error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    bool is_whole = reference.size > UUID_TEXT_SIZE;
    if (!is_found || (is_whole && !str_equals(ret_channel->arn, reference)) ||
        !str_equals(ret_channel->account, call->account) || !str_equals(ret_channel->region, call->region))
        return api_fail(call, API_NO_CHANNEL, "The specified channel was not found: %.*s", STR(reference));
    return true;
}

/* ---- rules ---- */

/* AWS knows its partners by name; here a partner may be anybody but AWS. */
static bool check_source(struct api_call *call, struct str source) {
    bool is_fine = !str_ends_with(source, STR_LITERAL(".amazonaws.com"));
    for (size_t i = 0; i < source.size && is_fine; i++) {
        char c = source.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        is_fine = is_letter || (i > 0 && (c == '.' || c == '_' || c == '-' || c == ' '));
    }
    return is_fine ||
           api_fail(call, API_INVALID_SOURCE,
               "The specified source is not valid: %.*s. Use Custom, or the name of a partner event "
               "source.",
               STR(source));
}

static bool names_store(struct str destinations, struct str arn) {
    while (destinations.size > 0)
        if (str_equals(str_cut(&destinations, ' '), arn))
            return true;
    return false;
}

static bool check_destination(
    struct api_call *call, const struct lakeapi_destination *destination, struct str *ret_arn) {
    struct catalog_store store;
    enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
    if (!str_is(destination->type, "EVENT_DATA_STORE"))
        return api_fail(call, API_INVALID_PARAMETER,
            "Destinations of the type AWS_SERVICE are those of service-linked channels, which AWS services "
            "create.");
    if (!lakeapi_store_find_active(call, destination->location, &store) ||
        !lakeapi_store_family(call, &store, &family))
        return false;
    if (family != EVENT_FAMILY_ACTIVITY)
        return api_fail(call, API_STORE_CATEGORY,
            "The event data store %.*s does not log events from outside of AWS: its event category must be "
            "ActivityAuditLog.",
            STR(store.arn));
    *ret_arn = store.arn;
    return true;
}

static bool take_destinations(
    struct api_call *call, const struct aws_list *list, struct catalog_channel *channel) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    if (!list->is_set)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        struct str arn = STR_EMPTY;
        if (!check_destination(call, AWS_ITEM(*list, struct lakeapi_destination, i), &arn))
            return false;
        if (names_store(buf_str(&text), arn))
            return api_fail(call, API_INVALID_PARAMETER,
                "The event data store %.*s is a destination more than once.", STR(arn));
        buf_append_format(&text, "%s%.*s", i > 0 ? " " : "", STR(arn));
    }
    channel->destinations = arena_str(call->arena, buf_str(&text));
    return true;
}

/* Another channel of that name or source? */
static bool check_unique(struct api_call *call, const struct catalog_channel *channel) {
    struct catalog_channel *channels = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!catalog_channel_list(
            call->api->options.catalog, call->account, call->region, call->arena, &channels, &count, &error))
        return api_fail_with(call, &error);
    for (size_t i = 0; i < count; i++) {
        if (channels[i].id == channel->id)
            continue;
        if (str_equals(channels[i].name, channel->name))
            return api_fail(
                call, API_CHANNEL_EXISTS, "A channel with the name %.*s already exists.", STR(channel->name));
        if (str_equals(channels[i].source, channel->source))
            return api_fail(call, API_CHANNEL_EXISTS, "A channel for the source %.*s already exists.",
                STR(channel->source));
    }
    return channel->id != 0 || count < LAKEAPI_CHANNELS_MAX ||
           api_fail(call, API_TOO_MANY_CHANNELS, "Your account has used the maximum number of channels: %d.",
               LAKEAPI_CHANNELS_MAX);
}

static uint64_t next_position(struct api_call *call) {
    return journal_end(call->api->options.journal) + 1;
}

/* ---- answers ---- */

static struct lakeapi_channel show(struct api_call *call, const struct catalog_channel *channel) {
    struct str rest = channel->destinations;
    size_t count = 0, used = 0;
    for (size_t i = 0; i < rest.size; i++)
        count += rest.data[i] == ' ';
    struct lakeapi_destination *destinations =
        ARENA_ARRAY(call->arena, count + 1, struct lakeapi_destination);
    while (rest.size > 0)
        destinations[used++] =
            (struct lakeapi_destination){STR_LITERAL("EVENT_DATA_STORE"), str_cut(&rest, ' ')};
    return (struct lakeapi_channel){.channel_arn = channel->arn,
        .name = channel->name,
        .source = channel->source,
        .destinations = {true, used, destinations}};
}

static struct lakeapi_ingestion *show_ingestion(
    struct api_call *call, const struct catalog_ingestion *ingestion) {
    struct lakeapi_ingestion *shown = ARENA_NEW(call->arena, struct lakeapi_ingestion);
    *shown = (struct lakeapi_ingestion){.latest_success_time = aws_optional_time(ingestion->success_at),
        .latest_attempt_time = aws_optional_time(ingestion->attempt_at),
        .latest_success_event_id = aws_optional_text(ingestion->success_event_id),
        .latest_error_code = aws_optional_text(ingestion->error_code),
        .latest_attempt_event_id = aws_optional_text(ingestion->attempt_event_id)};
    return shown;
}

/* ---- operations ---- */

static struct catalog_channel new_channel(
    struct api_call *call, const struct lakeapi_channel_request *request) {
    struct str uuid = lakeapi_new_id(call);
    return (struct catalog_channel){.uuid = uuid,
        .account = call->account,
        .region = call->region,
        .arn = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:channel/%.*s",
            STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(uuid)),
        .name = request->name,
        .source = request->source,
        .destinations = STR_EMPTY,
        .created_at = call->now,
        .updated_at = call->now};
}

bool lakeapi_create_channel(struct api_call *call) {
    const struct lakeapi_channel_request *request = call->request;
    struct lakeapi_channel *response = call->response;
    struct catalog_channel channel = new_channel(call, request);
    struct api_tagged tagged = {.tags = NULL};
    struct error error = {0};
    if (!check_source(call, request->source) || !take_destinations(call, &request->destinations, &channel) ||
        !api_tags_merge(call, &tagged, &request->tags) || !check_unique(call, &channel))
        return false;
    if (!catalog_channel_create(call->change, &channel, next_position(call), &channel.id, &error) ||
        !catalog_resource_tags_put(call->change, channel.arn, tagged.tags, tagged.count, &error))
        return api_fail_with(call, &error);
    *response = show(call, &channel);
    response->tags = api_tags_show(call->arena, tagged.tags, tagged.count);
    return true;
}

bool lakeapi_get_channel(struct api_call *call) {
    const struct lakeapi_channel_request *request = call->request;
    struct lakeapi_channel *response = call->response;
    struct catalog_channel channel;
    if (!lakeapi_channel_find(call, request->channel, &channel))
        return false;
    *response = show(call, &channel);
    response->ingestion_status = show_ingestion(call, &channel.ingestion);
    return true;
}

bool lakeapi_list_channels(struct api_call *call) {
    const struct lakeapi_list_channels_request *request = call->request;
    struct lakeapi_list_channels_response *response = call->response;
    struct lakeapi_page page;
    struct catalog_channel *channels = NULL;
    size_t count = 0, shown = 0, at = 0;
    struct error error = {0};
    if (!lakeapi_page_open(call, request->max_results, request->next_token, STR_EMPTY, &page))
        return false;
    if (!catalog_channel_list(
            call->api->options.catalog, call->account, call->region, call->arena, &channels, &count, &error))
        return api_fail_with(call, &error);
    while (at < count && channels[at].id <= page.after_id)
        at++;
    struct lakeapi_channel *list = ARENA_ARRAY(call->arena, count, struct lakeapi_channel);
    for (; at < count && shown < page.size; at++)
        list[shown++] = (struct lakeapi_channel){.channel_arn = channels[at].arn, .name = channels[at].name};
    response->channels = (struct aws_list){true, shown, list};
    if (at < count)
        response->next_token = lakeapi_page_token(call, channels[at - 1].id, STR_EMPTY);
    return true;
}

bool lakeapi_update_channel(struct api_call *call) {
    const struct lakeapi_channel_request *request = call->request;
    struct catalog_channel channel;
    struct error error = {0};
    if (request->name.data == NULL && !request->destinations.is_set)
        return api_fail(
            call, API_INVALID_PARAMETER, "You must specify a new name or new destinations for the channel.");
    if (!lakeapi_channel_find(call, request->channel, &channel) ||
        !take_destinations(call, &request->destinations, &channel))
        return false;
    if (request->name.data != NULL)
        channel.name = request->name;
    channel.updated_at = call->now;
    if (!check_unique(call, &channel))
        return false;
    if (!catalog_channel_update(call->change, &channel, next_position(call), &error))
        return api_fail_with(call, &error);
    *(struct lakeapi_channel *)call->response = show(call, &channel);
    return true;
}

bool lakeapi_delete_channel(struct api_call *call) {
    const struct lakeapi_channel_request *request = call->request;
    struct catalog_channel channel;
    struct error error = {0};
    return lakeapi_channel_find(call, request->channel, &channel) &&
           (catalog_channel_delete(call->change, &channel, next_position(call), &error) ||
               api_fail_with(call, &error));
}

/* ---- tags ---- */

bool lakeapi_channel_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str uuid, struct api_tagged *ret_tagged) {
    struct catalog_channel *channel = ARENA_NEW(call->arena, struct catalog_channel);
    struct catalog_tag *tags = NULL;
    size_t count = 0;
    struct error error = {0};
    struct str reference = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:channel/%.*s",
        STR(arn->partition), STR(arn->region), STR(arn->account), STR(uuid));
    if (!lakeapi_channel_find(call, reference, channel))
        return api_fail(call, API_NO_RESOURCE, "The specified resource does not exist: %.*s", STR(reference));
    if (!catalog_resource_tags_get(
            call->api->options.catalog, channel->arn, call->arena, &tags, &count, &error))
        return api_fail_with(call, &error);
    *ret_tagged = (struct api_tagged){.resource = channel, .tags = tags, .count = count};
    return true;
}

bool lakeapi_channel_save_tags(struct api_call *call, const struct api_tagged *tagged) {
    const struct catalog_channel *channel = tagged->resource;
    struct error error = {0};
    return catalog_resource_tags_put(call->change, channel->arn, tagged->tags, tagged->count, &error) ||
           api_fail_with(call, &error);
}
