/* SPDX-License-Identifier: Apache-2.0 */
/* store_shape.c: requests and answers of the operations on stores as tables, in the order of AWS's model. */
#include "api/selector.h"
#include "api/tag.h"

#include "store.h"

static const char *const billing_modes[] = {"EXTENDABLE_RETENTION_PRICING", "FIXED_RETENTION_PRICING", NULL};

const struct aws_shape lakeapi_store_reference = {
    .kind = AWS_STRING, .min = 3, .max = 256, .pattern = &aws_pattern_resource};
static const struct aws_shape name = {.kind = AWS_STRING, .min = 3, .max = 128, .pattern = &aws_pattern_name};
static const struct aws_shape retention = {.kind = AWS_INTEGER, .min = 7, .max = 3653};
static const struct aws_shape kms_key_id = {
    .kind = AWS_STRING, .min = 1, .max = 350, .pattern = &aws_pattern_resource};
static const struct aws_shape billing_mode = {.kind = AWS_STRING, .values = billing_modes};
static const struct aws_shape role_arn = {
    .kind = AWS_STRING, .min = 3, .max = 125, .pattern = &aws_pattern_role};

#define REQUEST(field, name, shape) API_MEMBER(lakeapi_store_request, field, name, shape)
#define NAMED                       API_REQUIRED(lakeapi_store_request, event_data_store, "EventDataStore", lakeapi_store_reference)
#define SETTINGS                                                                                             \
    REQUEST(advanced_event_selectors, "AdvancedEventSelectors", api_advanced_selector_list),                 \
        REQUEST(multi_region_enabled, "MultiRegionEnabled", aws_boolean),                                    \
        REQUEST(organization_enabled, "OrganizationEnabled", aws_boolean),                                   \
        REQUEST(retention_period, "RetentionPeriod", retention),                                             \
        REQUEST(termination_protection_enabled, "TerminationProtectionEnabled", aws_boolean)

static const struct aws_member create_members[] = {
    API_REQUIRED(lakeapi_store_request, name, "Name", name),
    SETTINGS,
    REQUEST(tags_list, "TagsList", api_tag_list),
    REQUEST(kms_key_id, "KmsKeyId", kms_key_id),
    REQUEST(start_ingestion, "StartIngestion", aws_boolean),
    REQUEST(billing_mode, "BillingMode", billing_mode),
};
static const struct aws_member update_members[] = {
    NAMED,
    REQUEST(name, "Name", name),
    SETTINGS,
    REQUEST(kms_key_id, "KmsKeyId", kms_key_id),
    REQUEST(billing_mode, "BillingMode", billing_mode),
};
static const struct aws_member named_members[] = {NAMED};
static const struct aws_member federation_members[] = {
    NAMED,
    API_REQUIRED(lakeapi_store_request, federation_role_arn, "FederationRoleArn", role_arn),
};
#undef REQUEST
#undef NAMED
#undef SETTINGS

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_store, field, name, shape)
#define IDENTITY                  SHOWN(event_data_store_arn, "EventDataStoreArn", aws_string), SHOWN(name, "Name", aws_string)
#define STATE                                                                                                \
    IDENTITY, SHOWN(status, "Status", aws_string),                                                           \
        SHOWN(advanced_event_selectors, "AdvancedEventSelectors", api_advanced_selector_list),               \
        SHOWN(multi_region_enabled, "MultiRegionEnabled", aws_boolean),                                      \
        SHOWN(organization_enabled, "OrganizationEnabled", aws_boolean),                                     \
        SHOWN(retention_period, "RetentionPeriod", aws_integer),                                             \
        SHOWN(termination_protection_enabled, "TerminationProtectionEnabled", aws_boolean)
#define TIMES                                                                                                \
    SHOWN(created_timestamp, "CreatedTimestamp", aws_timestamp),                                             \
        SHOWN(updated_timestamp, "UpdatedTimestamp", aws_timestamp),                                         \
        SHOWN(kms_key_id, "KmsKeyId", aws_string), SHOWN(billing_mode, "BillingMode", aws_string)
#define FEDERATION                                                                                           \
    SHOWN(federation_status, "FederationStatus", aws_string),                                                \
        SHOWN(federation_role_arn, "FederationRoleArn", aws_string)

static const struct aws_member created_members[] = {STATE, SHOWN(tags_list, "TagsList", api_tag_list), TIMES};
static const struct aws_member full_members[] = {STATE, TIMES, FEDERATION};
static const struct aws_member restored_members[] = {STATE, TIMES};
static const struct aws_member listed_members[] = {IDENTITY};
static const struct aws_member federated_members[] = {
    SHOWN(event_data_store_arn, "EventDataStoreArn", aws_string), FEDERATION};
#undef SHOWN
#undef IDENTITY
#undef STATE
#undef TIMES
#undef FEDERATION

const struct aws_shape lakeapi_create_store_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, create_members);
const struct aws_shape lakeapi_create_store_response = AWS_SHAPE_OF(struct lakeapi_store, created_members);
const struct aws_shape lakeapi_get_store_request = AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_get_store_response = AWS_SHAPE_OF(struct lakeapi_store, full_members);
const struct aws_shape lakeapi_update_store_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, update_members);
const struct aws_shape lakeapi_update_store_response = AWS_SHAPE_OF(struct lakeapi_store, full_members);
const struct aws_shape lakeapi_delete_store_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_delete_store_response = {.kind = AWS_STRUCTURE};
const struct aws_shape lakeapi_restore_store_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_restore_store_response = AWS_SHAPE_OF(struct lakeapi_store, restored_members);
const struct aws_shape lakeapi_start_ingestion_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_start_ingestion_response = {.kind = AWS_STRUCTURE};
const struct aws_shape lakeapi_stop_ingestion_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_stop_ingestion_response = {.kind = AWS_STRUCTURE};
const struct aws_shape lakeapi_enable_federation_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, federation_members);
const struct aws_shape lakeapi_enable_federation_response =
    AWS_SHAPE_OF(struct lakeapi_store, federated_members);
const struct aws_shape lakeapi_disable_federation_request =
    AWS_SHAPE_OF(struct lakeapi_store_request, named_members);
const struct aws_shape lakeapi_disable_federation_response =
    AWS_SHAPE_OF(struct lakeapi_store, federated_members);

static const struct aws_member list_members[] = {
    API_MEMBER(lakeapi_list_stores_request, next_token, "NextToken", aws_string),
    API_MEMBER(lakeapi_list_stores_request, max_results, "MaxResults", aws_integer),
};
static const struct aws_shape listed = AWS_SHAPE_OF(struct lakeapi_store, listed_members);
static const struct aws_shape listed_stores = AWS_LIST_OF(listed);
static const struct aws_member list_response_members[] = {
    API_MEMBER(lakeapi_list_stores_response, event_data_stores, "EventDataStores", listed_stores),
    API_MEMBER(lakeapi_list_stores_response, next_token, "NextToken", aws_string),
};
const struct aws_shape lakeapi_list_stores_request =
    AWS_SHAPE_OF(struct lakeapi_list_stores_request, list_members);
const struct aws_shape lakeapi_list_stores_response =
    AWS_SHAPE_OF(struct lakeapi_list_stores_response, list_response_members);
