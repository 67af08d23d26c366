/* SPDX-License-Identifier: Apache-2.0 */
/* lakeapi.c: the extension and its rows. */
#include "channel.h"
#include "dashboard.h"
#include "private.h"
#include "store.h"

static const struct api_operation operations[] = {
#define OPERATION(service, name, permission, effect, subject)                                                \
    API_ROW(lakeapi, service, name, permission, effect, subject, NULL),
#define PREPARED(service, name, permission, effect, subject)                                                 \
    API_ROW(lakeapi, service, name, permission, effect, subject, lakeapi_##subject##_prepare),
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
};

static const struct api_taggable taggables[] = {
    {"channel", lakeapi_channel_load_tags, lakeapi_channel_save_tags},
    {"dashboard", lakeapi_dashboard_load_tags, lakeapi_dashboard_save_tags},
    {"eventdatastore", lakeapi_store_load_tags, lakeapi_store_save_tags},
};

static const struct api_extension extension = {
    .operations = operations,
    .operation_count = sizeof operations / sizeof *operations,
    .taggables = taggables,
    .taggable_count = sizeof taggables / sizeof *taggables,
    .put_store_insights = lakeapi_put_store_insights,
    .get_store_insights = lakeapi_get_store_insights,
};

const struct api_extension *lakeapi_extension(void) {
    return &extension;
}
