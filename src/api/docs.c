/* SPDX-License-Identifier: Apache-2.0 */
/* docs.c: the table of operations as a page of the documentation. */
#include "base/buf.h"

#include "private.h"

static const char *permission_text(enum auth_permission permission) {
    switch (permission) {
    case AUTH_ANYONE:
        return "every key";
    case AUTH_READ:
        return "admin, auditor";
    case AUTH_CHANGE:
        return "admin";
    case AUTH_SEND_EVENTS:
        return "admin, writer";
    case AUTH_BUCKETS:
        return "admin, auditor";
    }
    return "";
}

static void append_members(struct buf *buf, const struct aws_shape *shape) {
    for (size_t i = 0; i < shape->member_count; i++)
        buf_append_format(buf, "%s%s%s", i > 0 ? ", " : "", shape->members[i].name,
            shape->members[i].is_required ? "*" : "");
}

static void append_row(struct buf *buf, const struct api_operation *operation) {
    buf_append_format(buf, "| %s | %s | %s | %s | ", api_service_names(operation->service)->signing_name,
        operation->name, permission_text(operation->permission),
        operation->effect == API_READS ? "reads" : "changes");
    append_members(buf, operation->request);
    buf_append_text(buf, " | ");
    append_members(buf, operation->response);
    buf_append_text(buf, " |\n");
}

void api_append_operations(struct buf *buf, const struct api_extension *extension) {
    buf_append_text(buf, "| Service | Operation | Who | Effect | Request (* required) | Answer |\n"
                         "|---|---|---|---|---|---|\n");
    const struct api_operation *operations = NULL;
    for (unsigned which = 0; which < API_TABLE_COUNT; which++) {
        size_t count = api_operations(extension, which, &operations);
        for (size_t i = 0; i < count; i++)
            append_row(buf, &operations[i]);
    }
}
