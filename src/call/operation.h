/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation: what is known of AWS's operations: under which name a call is recorded, whether it reads, and
 * whether it is one on data. The table is operation_table.h.
 *
 * Threads: pure.
 */
#pragma once

#include "base/str.h"

enum call_resources {
    CALL_RESOURCES_GIVEN,   /* those that the call lists, no others */
    CALL_RESOURCES_BUCKET,  /* S3: the bucket named in the parameters, behind those listed */
    CALL_RESOURCES_OBJECT,  /* S3: the object, then the bucket */
    CALL_RESOURCES_LISTING, /* S3: the prefix that was listed, then the bucket */
};

struct call_operation {
    const char *event_source; /* "s3.amazonaws.com" */
    const char *name;         /* the API's: "ListObjectsV2" */
    const char *event_name;   /* CloudTrail's: "ListObjects" */
    bool is_read, is_data;
    bool keeps_response; /* a read whose response is recorded all the same */
    enum call_resources resources;
};

/* The row of an operation, or NULL. Without one a call is a management event under its own name,
 * a read where the name begins as reads do (Get, List, Describe, ...). */
const struct call_operation *call_operation_find(struct str event_source, struct str name);
size_t call_operations(const struct call_operation **ret_operations);

/* Has the record of such a call responseElements, where it succeeds? Of reads only some have. */
bool call_shows_response(struct str event_source, struct str operation);
