/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation_table: the operations of Lake, one row each, as in api/operation_table.h: OPERATION(service,
 * name, permission, effect, subject) is handled by lakeapi_<subject>() between lakeapi_<subject>_request and
 * lakeapi_<subject>_response; PREPARED rows have lakeapi_<subject>_prepare() too.
 */
/* clang-format off */
OPERATION(CLOUDTRAIL, CreateEventDataStore,         CHANGE, CHANGES, create_store)
OPERATION(CLOUDTRAIL, GetEventDataStore,            READ,   READS,   get_store)
OPERATION(CLOUDTRAIL, ListEventDataStores,          READ,   READS,   list_stores)
OPERATION(CLOUDTRAIL, UpdateEventDataStore,         CHANGE, CHANGES, update_store)
OPERATION(CLOUDTRAIL, DeleteEventDataStore,         CHANGE, CHANGES, delete_store)
OPERATION(CLOUDTRAIL, RestoreEventDataStore,        CHANGE, CHANGES, restore_store)
OPERATION(CLOUDTRAIL, StartEventDataStoreIngestion, CHANGE, CHANGES, start_ingestion)
OPERATION(CLOUDTRAIL, StopEventDataStoreIngestion,  CHANGE, CHANGES, stop_ingestion)
OPERATION(CLOUDTRAIL, EnableFederation,             CHANGE, CHANGES, enable_federation)
OPERATION(CLOUDTRAIL, DisableFederation,            CHANGE, CHANGES, disable_federation)

PREPARED(CLOUDTRAIL, StartQuery,                    READ,   CHANGES, start_query)
OPERATION(CLOUDTRAIL, DescribeQuery,                READ,   READS,   describe_query)
OPERATION(CLOUDTRAIL, GetQueryResults,              READ,   READS,   get_query_results)
OPERATION(CLOUDTRAIL, ListQueries,                  READ,   READS,   list_queries)
OPERATION(CLOUDTRAIL, CancelQuery,                  READ,   CHANGES, cancel_query)

PREPARED(CLOUDTRAIL, StartImport,                   CHANGE, CHANGES, start_import)
OPERATION(CLOUDTRAIL, GetImport,                    READ,   READS,   get_import)
OPERATION(CLOUDTRAIL, ListImports,                  READ,   READS,   list_imports)
OPERATION(CLOUDTRAIL, ListImportFailures,           READ,   READS,   list_import_failures)
OPERATION(CLOUDTRAIL, StopImport,                   CHANGE, CHANGES, stop_import)

OPERATION(CLOUDTRAIL, CreateChannel, CHANGE, CHANGES, create_channel)
OPERATION(CLOUDTRAIL, GetChannel,    READ,   READS,   get_channel)
OPERATION(CLOUDTRAIL, ListChannels,  READ,   READS,   list_channels)
OPERATION(CLOUDTRAIL, UpdateChannel, CHANGE, CHANGES, update_channel)
OPERATION(CLOUDTRAIL, DeleteChannel, CHANGE, CHANGES, delete_channel)

OPERATION(CLOUDTRAIL, PutResourcePolicy,    CHANGE, CHANGES, put_policy)
OPERATION(CLOUDTRAIL, GetResourcePolicy,    READ,   READS,   get_policy)
OPERATION(CLOUDTRAIL, DeleteResourcePolicy, CHANGE, CHANGES, delete_policy)

PREPARED(CLOUDTRAIL, CreateDashboard,       CHANGE, CHANGES, create_dashboard)
OPERATION(CLOUDTRAIL, GetDashboard,          READ,   READS,   get_dashboard)
OPERATION(CLOUDTRAIL, ListDashboards,        READ,   READS,   list_dashboards)
PREPARED(CLOUDTRAIL, UpdateDashboard,       CHANGE, CHANGES, update_dashboard)
OPERATION(CLOUDTRAIL, DeleteDashboard,       CHANGE, CHANGES, delete_dashboard)
PREPARED(CLOUDTRAIL, StartDashboardRefresh, READ,   CHANGES, start_refresh)

OPERATION(CLOUDTRAIL, PutEventConfiguration, CHANGE, CHANGES, put_event_configuration)
OPERATION(CLOUDTRAIL, GetEventConfiguration, READ,   READS,   get_event_configuration)

OPERATION(CLOUDTRAIL, SearchSampleQueries, READ, READS,   search_samples)
OPERATION(CLOUDTRAIL, GenerateQuery,       READ, CHANGES, generate_query)

OPERATION(CLOUDTRAIL, RegisterOrganizationDelegatedAdmin,   CHANGE, CHANGES, register_delegated_admin)
OPERATION(CLOUDTRAIL, DeregisterOrganizationDelegatedAdmin, CHANGE, CHANGES, deregister_delegated_admin)
/* clang-format on */
