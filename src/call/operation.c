/* SPDX-License-Identifier: Apache-2.0 */
/* operation: the table of operations, and what the names of operations and services tell. */
#include "call/operation.h"

#include "call/call.h"

#include "private.h"

#include <string.h>

enum { READ = 1, WRITE = 0, MANAGEMENT = 0, DATA = 1, PLAIN = 0, KEEPS = 1 };

/* The file is read once for the rows of S3, which come first and in any order, and once for all others, which
 * are sorted. */
#define OTHER(service, name, effect, category, response)
#define RENAMED(service, name, event_name, effect, category)
#define S3(name, event_name, effect, category, resources)                                                    \
    {"s3.amazonaws.com", name, event_name, effect, category, PLAIN, CALL_RESOURCES_##resources},
#define S3_KEEPS(name, effect, category)                                                                     \
    {"s3.amazonaws.com", name, name, effect, category, KEEPS, CALL_RESOURCES_GIVEN},
static const struct call_operation operations[] = {
#include "operation_table.h"
#undef OTHER
#undef RENAMED
#undef S3
#undef S3_KEEPS
#define S3(name, event_name, effect, category, resources)
#define S3_KEEPS(name, effect, category)
#define OTHER(service, name, effect, category, response)                                                     \
    {service ".amazonaws.com", name, name, effect, category, response, CALL_RESOURCES_GIVEN},
#define RENAMED(service, name, event_name, effect, category)                                                 \
    {service ".amazonaws.com", name, event_name, effect, category, PLAIN, CALL_RESOURCES_GIVEN},
#include "operation_table.h"
};
#undef OTHER
#undef RENAMED
#undef S3
#undef S3_KEEPS

#define OTHER(service, name, effect, category, response)
#define RENAMED(service, name, event_name, effect, category)
#define S3(name, event_name, effect, category, resources) {name, sizeof(name) - 1},
#define S3_KEEPS(name, effect, category)                  {name, sizeof(name) - 1},
static const struct {
    const char *name;
    size_t size;
} s3_names[] = {
#include "operation_table.h"
};
#undef OTHER
#undef RENAMED
#undef S3
#undef S3_KEEPS

enum {
    OPERATION_COUNT = sizeof operations / sizeof *operations,
    S3_COUNT = sizeof s3_names / sizeof *s3_names
};

size_t call_operations(const struct call_operation **ret_operations) {
    *ret_operations = operations;
    return OPERATION_COUNT;
}

/* The service that is called most: its names are compared by size first. */
static const struct call_operation *find_of_s3(struct str name) {
    for (size_t i = 0; i < S3_COUNT; i++) {
        if (s3_names[i].size == name.size && memcmp(s3_names[i].name, name.data, name.size) == 0)
            return &operations[i];
    }
    return NULL;
}

const struct call_operation *call_operation_find(struct str event_source, struct str name) {
    if (str_is(call_service(event_source), "s3"))
        return find_of_s3(name);
    size_t low = S3_COUNT, high = OPERATION_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(event_source, str_from(operations[middle].event_source));
        if (order == 0)
            order = str_compare(name, str_from(operations[middle].name));
        if (order == 0)
            return &operations[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool call_is_read_name(struct str name) {
    static const char *const verbs[] = {"BatchCheck", "BatchDescribe", "BatchGet", "BatchList", "Check",
        "Classify", "Compare", "Count", "Describe", "Detect", "Discover", "Download", "Estimate", "Evaluate",
        "Filter", "Get", "Head", "List", "Lookup", "Preview", "Query", "Recognize", "Retrieve", "Scan",
        "Search", "Select", "Simulate", "Validate", "View", "Watch"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        size_t size = strlen(verbs[i]);
        if (name.size < size || memcmp(name.data, verbs[i], size) != 0)
            continue;
        /* A whole word: "Countersign" does not count. */
        return name.size == size || name.data[size] < 'a' || name.data[size] > 'z';
    }
    return false;
}

bool call_shows_response(struct str event_source, struct str operation) {
    const struct call_operation *row = call_operation_find(event_source, operation);
    return row == NULL ? !call_is_read_name(operation) : !row->is_read || row->keeps_response;
}

struct str call_service(struct str event_source) {
    struct str suffix = STR_LITERAL(".amazonaws.com");
    if (!str_ends_with(event_source, suffix))
        return event_source;
    struct str name = str_slice(event_source, 0, event_source.size - suffix.size);
    bool is_s3 = str_is(name, "s3express") || str_is(name, "s3-outposts") || str_is(name, "s3-object-lambda");
    return is_s3 ? STR_LITERAL("s3") : name;
}

bool call_keeps_case(struct str event_source) {
    return str_is(call_service(event_source), "s3");
}
