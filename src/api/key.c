/* SPDX-License-Identifier: Apache-2.0 */
/* key.c: CreateKey, ListKeys, DisableKey. Root manages every account's keys, an admin those of its own. */
#include "base/own.h"
#include "catalog/keys.h"

#include "private.h"

struct api_create_key_request {
    struct str account_id, user_name, role;
};
struct key {
    struct str access_key_id, secret_access_key, account_id, user_name, arn, role, status;
    struct aws_timestamp create_date;
};
struct api_create_key_response {
    struct key *key;
};
struct api_list_keys_response {
    struct aws_list keys;
};
struct api_disable_key_request {
    struct str access_key_id;
};

static const char *const role_names[] = {[CATALOG_ROLE_ADMIN] = "admin",
    [CATALOG_ROLE_AUDITOR] = "auditor",
    [CATALOG_ROLE_WRITER] = "writer",
    NULL};
static const struct aws_shape role = {.kind = AWS_STRING, .values = role_names};
static const struct aws_shape user_name = {.kind = AWS_STRING, .min = 1, .max = 64};
static const struct aws_shape access_key_id = {.kind = AWS_STRING, .min = 16, .max = 128};

static const struct aws_member create_members[] = {
    API_MEMBER(api_create_key_request, account_id, "AccountId", aws_string),
    API_REQUIRED(api_create_key_request, user_name, "UserName", user_name),
    API_REQUIRED(api_create_key_request, role, "Role", role),
};
const struct aws_shape api_create_key_request = AWS_SHAPE_OF(struct api_create_key_request, create_members);
static const struct aws_member key_members[] = {
    API_MEMBER(key, access_key_id, "AccessKeyId", aws_string),
    API_SECRET(key, secret_access_key, "SecretAccessKey", aws_string),
    API_MEMBER(key, account_id, "AccountId", aws_string),
    API_MEMBER(key, user_name, "UserName", aws_string),
    API_MEMBER(key, arn, "Arn", aws_string),
    API_MEMBER(key, role, "Role", aws_string),
    API_MEMBER(key, status, "Status", aws_string),
    API_MEMBER(key, create_date, "CreateDate", aws_timestamp),
};
static const struct aws_shape key_shape = AWS_SHAPE_OF(struct key, key_members);
static const struct aws_shape key_list = AWS_LIST_OF(key_shape);
static const struct aws_member created_members[] = {
    API_MEMBER(api_create_key_response, key, "Key", key_shape),
};
const struct aws_shape api_create_key_response =
    AWS_SHAPE_OF(struct api_create_key_response, created_members);

const struct aws_shape api_list_keys_request = {.kind = AWS_STRUCTURE};
static const struct aws_member list_members[] = {
    API_MEMBER(api_list_keys_response, keys, "Keys", key_list),
};
const struct aws_shape api_list_keys_response = AWS_SHAPE_OF(struct api_list_keys_response, list_members);

static const struct aws_member disable_members[] = {
    API_REQUIRED(api_disable_key_request, access_key_id, "AccessKeyId", access_key_id),
};
const struct aws_shape api_disable_key_request =
    AWS_SHAPE_OF(struct api_disable_key_request, disable_members);
const struct aws_shape api_disable_key_response = {.kind = AWS_STRUCTURE};

static struct key show(const struct catalog_key *key) {
    return (struct key){.access_key_id = key->access_key_id,
        .account_id = key->account,
        .user_name = key->is_root ? STR_LITERAL("root") : key->user_name,
        .arn = key->arn,
        .role = str_from(role_names[key->role <= CATALOG_ROLE_WRITER ? key->role : CATALOG_ROLE_WRITER]),
        .status = key->is_enabled ? STR_LITERAL("Active") : STR_LITERAL("Inactive"),
        .create_date = AWS_SET_TIMESTAMP(key->created_at)};
}

bool api_create_key(struct api_call *call) {
    const struct api_create_key_request *request = call->request;
    struct api_create_key_response *response = call->response;
    struct catalog_key key = {.account = request->account_id.size > 0 ? request->account_id : call->account,
        .user_name = request->user_name,
        .created_at = call->now};
    while (!str_is(request->role, role_names[key.role])) /* validation let only these pass */
        key.role++;
    if (!call->principal.is_root && !str_equals(key.account, call->account))
        return api_fail(call, API_ACCESS_DENIED, "User: %.*s is not authorized to make keys of account %.*s",
            STR(call->principal.arn), STR(str_slice(key.account, 0, 64)));
    struct auth_credentials credentials;
    struct error error = {0};
    if (!auth_create_user_key(
            call->api->options.catalog, call->change, &key, call->arena, &credentials, &error))
        return error.kind == ERROR_INVALID ? api_fail(call, API_INVALID_PARAMETER, "%s", error.message)
                                           : api_fail_with(call, &error);
    call->has_changed_keys = true;
    response->key = ARENA_NEW(call->arena, struct key);
    *response->key = show(&key);
    response->key->secret_access_key = arena_str(call->arena, str_from(credentials.secret_access_key));
    mem_wipe(&credentials, sizeof credentials);
    return true;
}

static bool list(struct api_call *call, struct catalog_key **ret_keys, size_t *ret_count) {
    struct error error = {0};
    struct str account = call->principal.is_root ? STR_EMPTY : call->account;
    return catalog_key_list(call->api->options.catalog, account, call->arena, ret_keys, ret_count, &error) ||
           api_fail_with(call, &error);
}

bool api_list_keys(struct api_call *call) {
    struct api_list_keys_response *response = call->response;
    struct catalog_key *keys = NULL;
    size_t count = 0;
    if (!list(call, &keys, &count))
        return false;
    struct key *shown = ARENA_ARRAY(call->arena, count, struct key);
    for (size_t i = 0; i < count; i++)
        shown[i] = show(&keys[i]);
    response->keys = (struct aws_list){true, count, shown};
    return true;
}

bool api_disable_key(struct api_call *call) {
    const struct api_disable_key_request *request = call->request;
    struct catalog_key *keys = NULL;
    size_t count = 0, i = 0;
    struct error error = {0};
    if (!list(call, &keys, &count))
        return false;
    while (i < count && !str_equals(keys[i].access_key_id, request->access_key_id))
        i++;
    if (i == count)
        return api_fail(call, API_NO_RESOURCE, "There is no access key %.*s.", STR(request->access_key_id));
    if (keys[i].is_root)
        return api_fail(call, API_INVALID_PARAMETER,
            "Root keys are changed where the daemon is configured: CAIRN_ROOT_ACCESS_KEY_ID.");
    call->has_changed_keys = true;
    return catalog_key_set_enabled(call->change, request->access_key_id, false, &error) ||
           api_fail_with(call, &error);
}
