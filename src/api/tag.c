/* SPDX-License-Identifier: Apache-2.0 */
/* tag.c: AddTags, RemoveTags, ListTags. Trails are the only resources with tags. */
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

bool api_tags_merge(struct api_call *call, const struct catalog_trail *before, const struct aws_list *tags,
    const struct catalog_tag **ret_tags, size_t *ret_count) {
    if (!check_tags(call, tags))
        return false;
    struct catalog_tag *merged =
        ARENA_ARRAY(call->arena, before->tag_count + tags->count, struct catalog_tag);
    size_t count = 0;
    for (size_t i = 0; i < before->tag_count; i++)
        if (find_tag(tags, before->tags[i].key) == NULL)
            merged[count++] = before->tags[i];
    for (size_t i = 0; i < tags->count; i++) {
        const struct api_tag *tag = AWS_ITEM(*tags, struct api_tag, i);
        merged[count++] = (struct catalog_tag){tag->key, tag->value, tag->value.data != NULL};
    }
    if (count > TAGS_MAX)
        return api_fail(call, API_TAGS_LIMIT,
            "The number of tags per trail has exceeded the permitted amount: %d", TAGS_MAX);
    *ret_tags = merged;
    *ret_count = count;
    return true;
}

/* The trail behind a resource id, which must be an ARN of this region. */
static bool find_resource(struct api_call *call, struct str resource_id, struct catalog_trail *ret_trail) {
    struct aws_arn arn;
    bool is_cloudtrail = aws_arn_parse(resource_id, &arn) && str_is(arn.service, "cloudtrail") &&
                         aws_is_account_id(arn.account) && aws_is_region(arn.region);
    if (!is_cloudtrail)
        return api_fail(call, API_CLOUDTRAIL_ARN_INVALID, "The specified ARN is not valid: %.*s",
            STR(str_slice(resource_id, 0, 256)));
    struct str name = arn.resource, type = str_cut(&name, '/');
    if (!str_is(type, "trail") && !str_is(type, "eventdatastore") && !str_is(type, "channel") &&
        !str_is(type, "dashboard"))
        return api_fail(
            call, API_RESOURCE_TYPE, "Resource type %.*s is not supported.", STR(str_slice(type, 0, 64)));
    struct error error = {0};
    bool is_ours = str_is(type, "trail") && str_equals(arn.account, call->account) &&
                   str_equals(arn.region, call->region);
    if (is_ours && catalog_trail_find(call->api->options.catalog, arn.account, arn.region, name, call->arena,
                       ret_trail, &error))
        return true;
    if (is_ours && error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    return api_fail(call, API_NO_RESOURCE, "The specified resource does not exist: %.*s", STR(resource_id));
}

static bool store_tags(
    struct api_call *call, struct catalog_trail *trail, const struct catalog_tag *tags, size_t count) {
    struct error error = {0};
    trail->tags = tags;
    trail->tag_count = count;
    return catalog_trail_update(call->change, trail, call->event_id, &error) || api_fail_with(call, &error);
}

bool api_add_tags(struct api_call *call) {
    const struct api_tags_request *request = call->request;
    struct catalog_trail trail;
    const struct catalog_tag *tags = NULL;
    size_t count = 0;
    return find_resource(call, request->resource_id, &trail) &&
           api_tags_merge(call, &trail, &request->tags_list, &tags, &count) &&
           store_tags(call, &trail, tags, count);
}

/* By key alone; keys that are not there are fine. */
bool api_remove_tags(struct api_call *call) {
    const struct api_tags_request *request = call->request;
    struct catalog_trail trail;
    if (!find_resource(call, request->resource_id, &trail) || !check_tags(call, &request->tags_list))
        return false;
    struct catalog_tag *kept = ARENA_ARRAY(call->arena, trail.tag_count, struct catalog_tag);
    size_t count = 0;
    for (size_t i = 0; i < trail.tag_count; i++)
        if (find_tag(&request->tags_list, trail.tags[i].key) == NULL)
            kept[count++] = trail.tags[i];
    return store_tags(call, &trail, kept, count);
}

static struct aws_list show_tags(struct arena *arena, const struct catalog_trail *trail) {
    struct api_tag *tags = ARENA_ARRAY(arena, trail->tag_count, struct api_tag);
    for (size_t i = 0; i < trail->tag_count; i++) {
        const struct catalog_tag *tag = &trail->tags[i];
        tags[i] = (struct api_tag){tag->key, tag->has_value ? tag->value : (struct str){NULL, 0}};
    }
    return (struct aws_list){true, trail->tag_count, tags};
}

bool api_list_tags(struct api_call *call) {
    const struct api_list_tags_request *request = call->request;
    struct api_list_tags_response *response = call->response;
    if (request->next_token.size > 0)
        return api_fail(call, API_INVALID_TOKEN, "The NextToken is not valid.");
    size_t count = request->resource_id_list.count;
    struct resource_tags *list = ARENA_ARRAY(call->arena, count, struct resource_tags);
    for (size_t i = 0; i < count; i++) {
        struct catalog_trail trail;
        list[i].resource_id = *AWS_ITEM(request->resource_id_list, struct str, i);
        if (!find_resource(call, list[i].resource_id, &trail))
            return false;
        list[i].tags_list = show_tags(call->arena, &trail);
    }
    response->resource_tag_list = (struct aws_list){true, count, list};
    return true;
}
