/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation_table: every operation, one row each. From a row follow dispatch, decoding, validation,
 * authorization, the call's own record, docs/operations/api.md and the contract tests that must exist.
 *
 * OPERATION(service, name, permission, effect, subject): handled by api_<subject>() between the shapes
 * api_<subject>_request and api_<subject>_response. PREPARED rows have checks that need I/O in
 * api_<subject>_prepare(), before the catalog's change begins.
 *
 * permission: ANYONE, READ, CHANGE (auth.h). effect: READS, or CHANGES: the change and its record commit as
 * one.
 */
/* clang-format off */
PREPARED(CLOUDTRAIL, CreateTrail,       CHANGE, CHANGES, create_trail)
PREPARED(CLOUDTRAIL, UpdateTrail,       CHANGE, CHANGES, update_trail)
OPERATION(CLOUDTRAIL, DeleteTrail,       CHANGE, CHANGES, delete_trail)
OPERATION(CLOUDTRAIL, DescribeTrails,    READ,   READS,   describe_trails)
OPERATION(CLOUDTRAIL, GetTrail,          READ,   READS,   get_trail)
OPERATION(CLOUDTRAIL, ListTrails,        READ,   READS,   list_trails)
OPERATION(CLOUDTRAIL, GetTrailStatus,    READ,   READS,   get_trail_status)
OPERATION(CLOUDTRAIL, StartLogging,      CHANGE, CHANGES, start_logging)
OPERATION(CLOUDTRAIL, StopLogging,       CHANGE, CHANGES, stop_logging)
OPERATION(CLOUDTRAIL, PutEventSelectors, CHANGE, CHANGES, put_event_selectors)
OPERATION(CLOUDTRAIL, GetEventSelectors, READ,   READS,   get_event_selectors)
PREPARED(CLOUDTRAIL, PutInsightSelectors, CHANGE, CHANGES, put_insight_selectors)
OPERATION(CLOUDTRAIL, GetInsightSelectors, READ, READS,  get_insight_selectors)
OPERATION(CLOUDTRAIL, AddTags,           CHANGE, CHANGES, add_tags)
OPERATION(CLOUDTRAIL, RemoveTags,        CHANGE, CHANGES, remove_tags)
OPERATION(CLOUDTRAIL, ListTags,          READ,   READS,   list_tags)
OPERATION(CLOUDTRAIL, ListPublicKeys,    READ,   READS,   list_public_keys)
OPERATION(CLOUDTRAIL, LookupEvents,      READ,   READS,   lookup_events)
OPERATION(CLOUDTRAIL, ListInsightsMetricData, READ, READS, list_insights_metric_data)
OPERATION(CLOUDTRAIL, ListInsightsData,  READ,   READS,   list_insights_data)

OPERATION(CAIRN, Search,     READ,   READS,   search)
OPERATION(CAIRN, Tail,       READ,   READS,   tail)
OPERATION(CAIRN, CreateKey,  CHANGE, CHANGES, create_key)
OPERATION(CAIRN, ListKeys,   CHANGE, READS,   list_keys)
OPERATION(CAIRN, DisableKey, CHANGE, CHANGES, disable_key)
OPERATION(CAIRN, GetStatus,  READ,   READS,   get_status)
OPERATION(CAIRN, VerifyTrail, READ,  READS,   verify_trail)

OPERATION(STS, GetCallerIdentity, ANYONE, READS, get_caller_identity)

/* clang-format on */
