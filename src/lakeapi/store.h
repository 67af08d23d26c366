/* SPDX-License-Identifier: Apache-2.0 */
/* store: what operations on event data stores share, and those that name one. */
#pragma once

#include "catalog/stores.h"
#include "event/selector.h"

#include "private.h"

enum {
    LAKEAPI_STORES_MAX = 10, /* of an account and region, whatever their state (facts 8.1) */
    LAKEAPI_RETENTION_MAX_FIXED = 2557,
    LAKEAPI_RETENTION_DEFAULT_EXTENDABLE = 366,
    LAKEAPI_RETENTION_DEFAULT_FIXED = 2557,
};

/* CreateEventDataStore, UpdateEventDataStore, and all that name a store and nothing else. */
struct lakeapi_store_request {
    struct str event_data_store; /* ARN, or id */
    struct str name, kms_key_id, billing_mode, federation_role_arn;
    struct aws_list advanced_event_selectors, tags_list;
    struct aws_boolean multi_region_enabled, organization_enabled, termination_protection_enabled;
    struct aws_boolean start_ingestion;
    struct aws_integer retention_period;
};

/* A store in an answer: each operation shows a part of it. */
struct lakeapi_store {
    struct str event_data_store_arn, name, status, kms_key_id, billing_mode;
    struct str federation_status, federation_role_arn;
    struct aws_list advanced_event_selectors, tags_list;
    struct aws_boolean multi_region_enabled, organization_enabled, termination_protection_enabled;
    struct aws_integer retention_period;
    struct aws_timestamp created_timestamp, updated_timestamp;
};

struct lakeapi_list_stores_request {
    struct str next_token;
    struct aws_integer max_results;
};
struct lakeapi_list_stores_response {
    struct aws_list event_data_stores; /* struct lakeapi_store */
    struct str next_token;
};

/* A store by ARN or id, as members named EventDataStore have it. */
extern const struct aws_shape lakeapi_store_reference;

/* The store that `reference` means: the caller's own, in this region, or one whose resource policy lets the
 * caller do this operation. EventDataStoreARNInvalidException, EventDataStoreNotFoundException. */
bool lakeapi_store_find(struct api_call *call, struct str reference, struct catalog_store *ret_store);

/* The same, and it does not wait for its deletion: else InactiveEventDataStoreException. */
bool lakeapi_store_find_active(struct api_call *call, struct str reference, struct catalog_store *ret_store);

/* What kind of events it has. */
bool lakeapi_store_family(
    struct api_call *call, const struct catalog_store *store, enum event_family *ret_family);

/* Bring a new (id 0) or changed store to the catalog: it takes events by its rules from here on. */
bool lakeapi_store_save(struct api_call *call, struct catalog_store *store);

/* Fill the answer. */
bool lakeapi_store_show(
    struct api_call *call, const struct catalog_store *store, struct lakeapi_store *ret_shown);

/* store_insights.c: PutInsightSelectors and GetInsightSelectors where they name a store. */
api_step lakeapi_put_store_insights, lakeapi_get_store_insights;

/* Does a store with these selectors see what the insights are found in? InvalidInsightSelectorsException. */
bool lakeapi_store_check_insights(
    struct api_call *call, const struct event_selectors *selectors, unsigned insights);

/* The tags of stores, for api's operations. */
bool lakeapi_store_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str uuid, struct api_tagged *ret_tagged);
bool lakeapi_store_save_tags(struct api_call *call, const struct api_tagged *tagged);
