/* SPDX-License-Identifier: Apache-2.0 */
/* resource_policy.c: PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy. */
#include "aws/policy.h"
#include "base/own.h"
#include "catalog/policies.h"

#include "channel.h"
#include "dashboard.h"
#include "store.h"

struct lakeapi_policy { /* of requests and answers */
    struct str resource_arn, resource_policy;
};

static const struct aws_shape resource_arn = {
    .kind = AWS_STRING, .min = 3, .max = 256, .pattern = &aws_pattern_resource};
static const struct aws_shape policy_text = {.kind = AWS_STRING, .min = 1, .max = CATALOG_POLICY_SIZE_MAX};
static const struct aws_member put_members[] = {
    API_REQUIRED(lakeapi_policy, resource_arn, "ResourceArn", resource_arn),
    API_REQUIRED(lakeapi_policy, resource_policy, "ResourcePolicy", policy_text),
};
static const struct aws_member named_members[] = {
    API_REQUIRED(lakeapi_policy, resource_arn, "ResourceArn", resource_arn),
};
const struct aws_shape lakeapi_put_policy_request = AWS_SHAPE_OF(struct lakeapi_policy, put_members);
const struct aws_shape lakeapi_put_policy_response = AWS_SHAPE_OF(struct lakeapi_policy, put_members);
const struct aws_shape lakeapi_get_policy_request = AWS_SHAPE_OF(struct lakeapi_policy, named_members);
const struct aws_shape lakeapi_get_policy_response = AWS_SHAPE_OF(struct lakeapi_policy, put_members);
const struct aws_shape lakeapi_delete_policy_request = AWS_SHAPE_OF(struct lakeapi_policy, named_members);
const struct aws_shape lakeapi_delete_policy_response = {.kind = AWS_STRUCTURE};

/* What a policy may speak of, by the type of its resource: "CloudTrail resource-based policy examples" of
 * the user guide. */
static const char *const channel_actions[] = {"cloudtrail-data:PutAuditEvents", NULL};
static const char *const dashboard_actions[] = {"cloudtrail:StartDashboardRefresh", NULL};
static const char *const store_actions[] = {
    "cloudtrail:AddTags",
    "cloudtrail:CancelQuery",
    "cloudtrail:DeleteEventDataStore",
    "cloudtrail:DescribeQuery",
    "cloudtrail:DisableFederation",
    "cloudtrail:EnableFederation",
    "cloudtrail:GenerateQuery",
    "cloudtrail:GenerateQueryResultsSummary",
    "cloudtrail:GetEventConfiguration",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:GetInsightSelectors",
    "cloudtrail:GetQueryResults",
    "cloudtrail:ListQueries",
    "cloudtrail:ListTags",
    "cloudtrail:PutEventConfiguration",
    "cloudtrail:PutInsightSelectors",
    "cloudtrail:RemoveTags",
    "cloudtrail:RestoreEventDataStore",
    "cloudtrail:StartEventDataStoreIngestion",
    "cloudtrail:StartQuery",
    "cloudtrail:StopEventDataStoreIngestion",
    "cloudtrail:UpdateEventDataStore",
    NULL,
};

static bool find_channel(struct api_call *call, struct str arn, struct str name) {
    struct catalog_channel channel;
    (void)name;
    return lakeapi_channel_find(call, arn, &channel);
}

static bool find_dashboard(struct api_call *call, struct str arn, struct str name) {
    struct catalog_dashboard dashboard;
    (void)name;
    return lakeapi_dashboard_find(call, arn, &dashboard);
}

static bool find_store(struct api_call *call, struct str arn, struct str uuid) {
    struct catalog_store store;
    struct error error = {0};
    bool is_found = catalog_store_find(call->api->options.catalog, uuid, call->arena, &store, &error) &&
                    str_equals(store.arn, arn);
    return is_found || api_fail(call, API_NO_RESOURCE, "not found");
}

static const struct kind {
    const char *type;
    const char *const *actions;
    bool (*find)(struct api_call *call, struct str arn, struct str name);
} kinds[] = {
    {"channel", channel_actions, find_channel},
    {"eventdatastore", store_actions, find_store},
    {"dashboard", dashboard_actions, find_dashboard},
};

static const struct kind *find_kind(struct str type) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

/* The caller's own resource of that ARN, in this region; only its owner may see and change its policy. */
static const struct kind *find_resource(struct api_call *call, struct str text) {
    struct aws_arn arn;
    bool is_arn = aws_arn_parse(text, &arn) && str_is(arn.service, "cloudtrail") &&
                  aws_is_account_id(arn.account) && aws_is_region(arn.region);
    struct str name = is_arn ? arn.resource : STR_EMPTY, type = str_cut(&name, '/');
    if (!is_arn || name.size == 0) {
        IGNORE(api_fail(call, API_RESOURCE_ARN_INVALID, "The specified resource ARN is not valid: %.*s",
                   STR(text)),
            "NULL says the same");
        return NULL;
    }
    const struct kind *kind = find_kind(type);
    if (kind == NULL) {
        IGNORE(api_fail(call, API_RESOURCE_TYPE, "Resource type %.*s is not supported.",
                   STR(str_slice(type, 0, 64))),
            "NULL says the same");
        return NULL;
    }
    bool is_ours = str_equals(arn.account, call->account) && str_equals(arn.region, call->region);
    if (is_ours && kind->find(call, text, name))
        return kind;
    IGNORE(api_fail(call, API_NO_RESOURCE, "The specified resource does not exist: %.*s", STR(text)),
        "NULL says the same");
    return NULL;
}

bool lakeapi_put_policy(struct api_call *call) {
    const struct lakeapi_policy *request = call->request;
    const struct kind *kind = find_resource(call, request->resource_arn);
    struct error error = {0};
    if (kind == NULL)
        return false;
    struct aws_policy_rules rules = {kind->actions, request->resource_arn};
    if (!aws_policy_check(request->resource_policy, &rules, &error))
        return api_fail(call, API_POLICY_INVALID, "%s", error.message);
    if (!catalog_policy_put(call->change, request->resource_arn, request->resource_policy, &error))
        return api_fail_with(call, &error);
    *(struct lakeapi_policy *)call->response = *request;
    return true;
}

static bool no_policy(struct api_call *call, struct str arn) {
    return api_fail(call, API_NO_POLICY, "The resource has no resource-based policy: %.*s", STR(arn));
}

bool lakeapi_get_policy(struct api_call *call) {
    const struct lakeapi_policy *request = call->request;
    struct lakeapi_policy *response = call->response;
    struct error error = {0};
    if (find_resource(call, request->resource_arn) == NULL)
        return false;
    response->resource_arn = request->resource_arn;
    if (catalog_policy_get(call->api->options.catalog, request->resource_arn, call->arena,
            &response->resource_policy, &error))
        return true;
    return error.kind == ERROR_NOT_FOUND ? no_policy(call, request->resource_arn)
                                         : api_fail_with(call, &error);
}

bool lakeapi_delete_policy(struct api_call *call) {
    const struct lakeapi_policy *request = call->request;
    struct error error = {0};
    bool had_one = false;
    if (find_resource(call, request->resource_arn) == NULL)
        return false;
    if (!catalog_policy_delete(call->change, request->resource_arn, &had_one, &error))
        return api_fail_with(call, &error);
    return had_one || no_policy(call, request->resource_arn);
}
