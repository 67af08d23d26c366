/* SPDX-License-Identifier: Apache-2.0 */
/* operation: the table of operations, and what the names of services tell. */
#include "call/call.h"

#include "private.h"

enum { READ = 1, WRITE = 0, MANAGEMENT = 0, DATA = 1, PLAIN = 0, KEEPS = 1 };

#define CLOUDTRAIL(name, effect)                                                                             \
    {"cloudtrail.amazonaws.com", name, name, effect, MANAGEMENT, PLAIN, CALL_RESOURCES_GIVEN},
#define CAIRN(name, effect)                                                                                  \
    {"cairn.amazonaws.com", name, name, effect, MANAGEMENT, PLAIN, CALL_RESOURCES_GIVEN},
#define S3(name, event_name, effect, category, resources)                                                    \
    {"s3.amazonaws.com", name, event_name, effect, category, PLAIN, CALL_RESOURCES_##resources},
#define OTHER(source, name, effect, category, response)                                                      \
    {source, name, name, effect, category, response, CALL_RESOURCES_GIVEN},
static const struct call_operation operations[] = {
#include "operation_table.h"
};
#undef CLOUDTRAIL
#undef CAIRN
#undef S3
#undef OTHER

size_t call_operations(const struct call_operation **ret_operations) {
    *ret_operations = operations;
    return sizeof operations / sizeof *operations;
}

const struct call_operation *call_operation_find(struct str event_source, struct str name) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (str_is(name, operations[i].name) && str_is(event_source, operations[i].event_source))
            return &operations[i];
    }
    return NULL;
}

struct str call_service(struct str event_source) {
    struct str suffix = STR_LITERAL(".amazonaws.com");
    return str_ends_with(event_source, suffix) ? str_slice(event_source, 0, event_source.size - suffix.size)
                                               : event_source;
}

bool call_keeps_case(struct str event_source) {
    return str_is(event_source, "s3.amazonaws.com");
}
