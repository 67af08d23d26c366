/* SPDX-License-Identifier: Apache-2.0 */
/* lakeapi.c: the extension and its rows. */
#include "private.h"

static const struct api_operation operations[] = {
#define OPERATION(service, name, permission, effect, subject)                                                \
    API_ROW(lakeapi, service, name, permission, effect, subject, NULL),
#define PREPARED(service, name, permission, effect, subject)                                                 \
    API_ROW(lakeapi, service, name, permission, effect, subject, lakeapi_##subject##_prepare),
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
};

static const struct api_extension extension = {
    .operations = operations,
    .operation_count = sizeof operations / sizeof *operations,
};

const struct api_extension *lakeapi_extension(void) {
    return &extension;
}
