/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tag.c: AddTags, RemoveTags, ListTags. What has tags is a row: trails here, the resources of a folder above
 * in its extension.
 */
#include "tag.h"

#include "private.h"
#include "trail.h"

enum { TAGS_MAX = 50, RESOURCES_MAX = 20 };

struct api_tags_request {
    struct str resource_id;
    struct aws_list tags_list;
};
struct api_list_tags_request {
    struct aws_list resource_id_list;
    struct str next_token;
};
struct resource_tags {
    struct str resource_id;
    struct aws_list tags_list;
};
struct api_list_tags_response {
    struct aws_list resource_tag_list;
};

static const struct aws_member tags_members[] = {
    API_REQUIRED(api_tags_request, resource_id, "ResourceId", aws_string),
    API_REQUIRED(api_tags_request, tags_list, "TagsList", api_tag_list),
};
const struct aws_shape api_add_tags_request = AWS_SHAPE_OF(struct api_tags_request, tags_members);
const struct aws_shape api_remove_tags_request = AWS_SHAPE_OF(struct api_tags_request, tags_members);
const struct aws_shape api_add_tags_response = {.kind = AWS_STRUCTURE};
const struct aws_shape api_remove_tags_response = {.kind = AWS_STRUCTURE};

static const struct aws_shape resource_id_list = {
    .kind = AWS_LIST, .element = &aws_string, .min = 1, .max = RESOURCES_MAX};
static const struct aws_member list_request_members[] = {
    API_REQUIRED(api_list_tags_request, resource_id_list, "ResourceIdList", resource_id_list),
    API_MEMBER(api_list_tags_request, next_token, "NextToken", aws_string),
};
static const struct aws_member resource_tags_members[] = {
    API_MEMBER(resource_tags, resource_id, "ResourceId", aws_string),
    API_MEMBER(resource_tags, tags_list, "TagsList", api_tag_list),
};
static const struct aws_shape resource_tags = AWS_SHAPE_OF(struct resource_tags, resource_tags_members);
static const struct aws_shape resource_tags_list = AWS_LIST_OF(resource_tags);
static const struct aws_member list_response_members[] = {
    API_MEMBER(api_list_tags_response, resource_tag_list, "ResourceTagList", resource_tags_list),
};
const struct aws_shape api_list_tags_request =
    AWS_SHAPE_OF(struct api_list_tags_request, list_request_members);
const struct aws_shape api_list_tags_response =
    AWS_SHAPE_OF(struct api_list_tags_response, list_response_members);

static bool check_tags(struct api_call *call, const struct aws_list *tags) {
    for (size_t i = 0; i < tags->count; i++) {
        const struct api_tag *tag = AWS_ITEM(*tags, struct api_tag, i);
        if (str_starts_with(tag->key, STR_LITERAL("aws:")))
            return api_fail(call, API_INVALID_TAG, "Tag keys cannot start with aws:.");
        for (size_t j = 0; j < i; j++)
            if (str_equals(tag->key, AWS_ITEM(*tags, struct api_tag, j)->key))
                return api_fail(
                    call, API_INVALID_TAG, "Duplicate tag keys are not allowed: %.*s", STR(tag->key));
    }
    return true;
}

static const struct api_tag *find_tag(const struct aws_list *tags, struct str key) {
    for (size_t i = 0; i < tags->count; i++)
        if (str_equals(AWS_ITEM(*tags, struct api_tag, i)->key, key))
            return AWS_ITEM(*tags, struct api_tag, i);
    return NULL;
}

bool api_tags_merge(struct api_call *call, struct api_tagged *tagged, const struct aws_list *tags) {
    if (!check_tags(call, tags))
        return false;
    struct catalog_tag *merged = ARENA_ARRAY(call->arena, tagged->count + tags->count, struct catalog_tag);
    size_t count = 0;
    for (size_t i = 0; i < tagged->count; i++)
        if (find_tag(tags, tagged->tags[i].key) == NULL)
            merged[count++] = tagged->tags[i];
    for (size_t i = 0; i < tags->count; i++) {
        const struct api_tag *tag = AWS_ITEM(*tags, struct api_tag, i);
        merged[count++] = (struct catalog_tag){tag->key, tag->value, tag->value.data != NULL};
    }
    if (count > TAGS_MAX)
        return api_fail(call, API_TAGS_LIMIT,
            "The number of tags per trail, event data store, dashboard, or channel has exceeded the "
            "permitted "
            "amount: %d",
            TAGS_MAX);
    tagged->tags = merged;
    tagged->count = count;
    return true;
}

struct aws_list api_tags_show(struct arena *arena, const struct catalog_tag *shown, size_t count) {
    struct api_tag *tags = ARENA_ARRAY(arena, count, struct api_tag);
    for (size_t i = 0; i < count; i++)
        tags[i] = (struct api_tag){shown[i].key, shown[i].has_value ? shown[i].value : (struct str){NULL, 0}};
    return (struct aws_list){true, count, tags};
}

static bool load_trail(
    struct api_call *call, const struct aws_arn *arn, struct str name, struct api_tagged *ret_tagged) {
    struct catalog_trail *trail = ARENA_NEW(call->arena, struct catalog_trail);
    struct error error = {0};
    if (!catalog_trail_find(
            call->api->options.catalog, arn->account, arn->region, name, call->arena, trail, &error))
        return error.kind == ERROR_NOT_FOUND
                   ? api_fail(call, API_NO_RESOURCE, "The specified resource does not exist: trail %.*s",
                         STR(str_slice(name, 0, 256)))
                   : api_fail_with(call, &error);
    *ret_tagged = (struct api_tagged){.resource = trail, .tags = trail->tags, .count = trail->tag_count};
    return true;
}

static bool store_trail(struct api_call *call, const struct api_tagged *tagged) {
    struct catalog_trail *trail = tagged->resource;
    struct error error = {0};
    trail->tags = tagged->tags;
    trail->tag_count = tagged->count;
    return catalog_trail_update(call->change, trail, call->event_id, &error) || api_fail_with(call, &error);
}

static const struct api_taggable trails = {"trail", load_trail, store_trail};

static const struct api_taggable *find_taggable(const struct api_call *call, struct str type) {
    const struct api_extension *extension = call->api->options.extension;
    if (str_is(type, trails.type))
        return &trails;
    for (size_t i = 0; extension != NULL && i < extension->taggable_count; i++)
        if (str_is(type, extension->taggables[i].type))
            return &extension->taggables[i];
    return NULL;
}

/* The resource behind an id, which must be an ARN of this region. */
static bool load(struct api_call *call, struct str resource_id, const struct api_taggable **ret_taggable,
    struct api_tagged *ret_tagged) {
    struct aws_arn arn;
    bool is_cloudtrail = aws_arn_parse(resource_id, &arn) && str_is(arn.service, "cloudtrail") &&
                         aws_is_account_id(arn.account) && aws_is_region(arn.region);
    if (!is_cloudtrail)
        return api_fail(call, API_CLOUDTRAIL_ARN_INVALID, "The specified ARN is not valid: %.*s",
            STR(str_slice(resource_id, 0, 256)));
    struct str name = arn.resource, type = str_cut(&name, '/');
    const struct api_taggable *taggable = find_taggable(call, type);
    if (taggable == NULL)
        return api_fail(
            call, API_RESOURCE_TYPE, "Resource type %.*s is not supported.", STR(str_slice(type, 0, 64)));
    if (!str_equals(arn.account, call->account) || !str_equals(arn.region, call->region))
        return api_fail(
            call, API_NO_RESOURCE, "The specified resource does not exist: %.*s", STR(resource_id));
    *ret_taggable = taggable;
    return taggable->load(call, &arn, name, ret_tagged);
}

bool api_add_tags(struct api_call *call) {
    const struct api_tags_request *request = call->request;
    const struct api_taggable *taggable = NULL;
    struct api_tagged tagged;
    return load(call, request->resource_id, &taggable, &tagged) &&
           api_tags_merge(call, &tagged, &request->tags_list) && taggable->store(call, &tagged);
}

/* By key alone; keys that are not there are fine. */
bool api_remove_tags(struct api_call *call) {
    const struct api_tags_request *request = call->request;
    const struct api_taggable *taggable = NULL;
    struct api_tagged tagged;
    if (!load(call, request->resource_id, &taggable, &tagged) || !check_tags(call, &request->tags_list))
        return false;
    struct catalog_tag *kept = ARENA_ARRAY(call->arena, tagged.count, struct catalog_tag);
    size_t count = 0;
    for (size_t i = 0; i < tagged.count; i++)
        if (find_tag(&request->tags_list, tagged.tags[i].key) == NULL)
            kept[count++] = tagged.tags[i];
    tagged.tags = kept;
    tagged.count = count;
    return taggable->store(call, &tagged);
}

bool api_list_tags(struct api_call *call) {
    const struct api_list_tags_request *request = call->request;
    struct api_list_tags_response *response = call->response;
    if (request->next_token.size > 0)
        return api_fail(call, API_INVALID_TOKEN, "The NextToken is not valid.");
    size_t count = request->resource_id_list.count;
    struct resource_tags *list = ARENA_ARRAY(call->arena, count, struct resource_tags);
    for (size_t i = 0; i < count; i++) {
        const struct api_taggable *taggable = NULL;
        struct api_tagged tagged;
        list[i].resource_id = *AWS_ITEM(request->resource_id_list, struct str, i);
        if (!load(call, list[i].resource_id, &taggable, &tagged))
            return false;
        list[i].tags_list = api_tags_show(call->arena, tagged.tags, tagged.count);
    }
    response->resource_tag_list = (struct aws_list){true, count, list};
    return true;
}
