/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard_widget.c: the parameters of widgets' queries. */
#include "base/own.h"
#include "catalog/stores.h"

#include "dashboard.h"
#include "query.h"
#include "store.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, PARAMETERS_MAX = 10 };
#define STORE_PARAMETER "$EventDataStoreId$"

bool lakeapi_widget_check_parameter(struct api_call *call, struct str parameter, bool is_managed) {
    static const char *const parameters[] = {"$StartTime$", "$EndTime$", "$Period$"};
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        if (str_is(parameter, parameters[i]))
            return true;
    if (is_managed && str_is(parameter, STORE_PARAMETER))
        return true;
    return api_fail(call, API_VALIDATION,
        "The query parameter %.*s is not valid. Valid parameters: $StartTime$, "
        "$EndTime$, $Period$%s.",
        STR(str_slice(parameter, 0, 64)), is_managed ? ", " STORE_PARAMETER : "");
}

static struct str value_of(const struct aws_list *values, const char *name) {
    for (size_t i = 0; i < values->count; i++)
        if (str_is(AWS_ITEM(*values, struct aws_entry, i)->key, name))
            return AWS_ITEM(*values, struct aws_entry, i)->value;
    return STR_EMPTY;
}

/* As queries compare eventTime with: 2026-01-31 23:59:59. Texts that are no time pass as they are. */
static struct str time_value(struct api_call *call, struct str text, int64_t default_ms) {
    struct moment moment = {default_ms};
    if (text.size > 0 && !time_parse_iso(text, &moment))
        return text;
    struct civil_time at = time_civil(moment);
    return arena_format(call->arena, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
        at.minute, at.second);
}

static struct str parameter_value(struct api_call *call, const struct aws_list *values, struct str name) {
    if (str_is(name, "$StartTime$"))
        return time_value(call, value_of(values, "$StartTime$"), call->now.ms - DAY_MS);
    if (str_is(name, "$EndTime$"))
        return time_value(call, value_of(values, "$EndTime$"), call->now.ms);
    struct str period = value_of(values, "$Period$");
    return period.size > 0 ? period : STR_LITERAL("hour");
}

/* All stores of CloudTrail events that the account has here, one below the other. */
static bool append_all_stores(struct api_call *call, struct buf *buf) {
    struct catalog_store *stores = NULL;
    size_t count = 0, used = 0;
    catalog_store_list(call->api->options.catalog, call->account, call->region, call->arena, &stores, &count);
    for (size_t i = 0; i < count; i++) {
        enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
        if (!lakeapi_store_family(call, &stores[i], &family))
            return false;
        if (family != EVENT_FAMILY_CLOUDTRAIL || stores[i].status == CATALOG_STORE_PENDING_DELETION)
            continue;
        buf_append_format(buf, "%sSELECT * FROM %.*s", used++ > 0 ? " UNION ALL " : "(", STR(stores[i].uuid));
    }
    buf_append_text(buf, used > 0 ? ")" : "");
    return used > 0 || api_fail(call, API_NO_STORE, "There is no event data store of CloudTrail events.");
}

/* What stands behind FROM: the store that was asked for, else all. */
static bool append_store(struct api_call *call, const struct aws_list *values, struct buf *buf) {
    struct str reference = value_of(values, STORE_PARAMETER);
    struct catalog_store store;
    if (reference.size == 0)
        return append_all_stores(call, buf);
    if (!lakeapi_store_find_active(call, reference, &store))
        return false;
    buf_append_str(buf, store.uuid);
    return true;
}

/* Put the store in, as it is no value that stands in quotes, and list the values of the other parameters,
 * those that have no place too: lakeapi_query_fill() refuses them. */
static bool fill_store(struct api_call *call, const struct lakeapi_widget *widget,
    const struct aws_list *values, struct buf *statement, struct aws_list *ret_rest) {
    struct str *rest = ARENA_ARRAY(call->arena, widget->query_parameters.count, struct str);
    size_t used = 0, count = 0;
    for (size_t i = 0; i < widget->query_statement.size; i++) {
        char c = widget->query_statement.data[i];
        bool is_parameter = c == '?' && used < widget->query_parameters.count;
        struct str name = is_parameter ? *AWS_ITEM(widget->query_parameters, struct str, used) : STR_EMPTY;
        used += is_parameter;
        if (str_is(name, STORE_PARAMETER)) {
            if (!append_store(call, values, statement))
                return false;
            continue;
        }
        if (is_parameter)
            rest[count++] = parameter_value(call, values, name);
        buf_append_char(statement, c);
    }
    for (; used < widget->query_parameters.count; used++)
        rest[count++] = parameter_value(call, values, *AWS_ITEM(widget->query_parameters, struct str, used));
    *ret_rest = (struct aws_list){true, count, rest};
    return true;
}

bool lakeapi_widget_fill(struct api_call *call, const struct lakeapi_widget *widget,
    const struct aws_list *values, struct str *ret_statement) {
    SCOPED(buf_finish) struct buf statement = BUF_INIT(BUF_UNBOUNDED);
    struct aws_list rest;
    return fill_store(call, widget, values, &statement, &rest) &&
           lakeapi_query_fill(call, arena_str(call->arena, buf_str(&statement)), &rest, ret_statement);
}
