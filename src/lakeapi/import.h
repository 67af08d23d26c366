/* SPDX-License-Identifier: Apache-2.0 */
/* import: requests and answers of the operations on imports. */
#pragma once

#include "catalog/imports.h"

#include "private.h"

struct lakeapi_s3_source {
    struct str location_uri, bucket_region, access_role_arn;
};
struct lakeapi_import_source {
    struct lakeapi_s3_source *s3;
};
struct lakeapi_import_request { /* each operation takes a part of it */
    struct str import_id, destination, import_status, next_token;
    struct aws_list destinations;
    struct lakeapi_import_source *import_source;
    struct aws_timestamp start_event_time, end_event_time;
    struct aws_integer max_results;
};

struct lakeapi_import_statistics {
    struct aws_integer prefixes_found, prefixes_completed, files_completed, events_completed, failed_entries;
};
struct lakeapi_import { /* an import in an answer: each operation shows a part of it */
    struct str import_id, import_status;
    struct aws_list destinations;
    struct lakeapi_import_source *import_source;
    struct aws_timestamp start_event_time, end_event_time, created_timestamp, updated_timestamp;
    struct lakeapi_import_statistics *import_statistics;
};
struct lakeapi_list_imports_response {
    struct aws_list imports; /* struct lakeapi_import */
    struct str next_token;
};
struct lakeapi_import_failure {
    struct str location, status, error_type, error_message;
    struct aws_timestamp last_updated_time;
};
struct lakeapi_import_failures_response {
    struct aws_list failures; /* struct lakeapi_import_failure */
    struct str next_token;
};
