/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard_managed.c: the dashboards that Cairn brings, from their table. */
#include "dashboard.h"

enum { O = 1, S = 2, H = 4 };
#define STORE "FROM ? "
#define WHEN  "WHERE eventTime >= '?' AND eventTime <= '?' "

static const struct row {
    unsigned dashboards;
    const char *title, *view, *label, *value, *statement;
} rows[] = {
#define WIDGET(dashboards, title, view, label, value, statement)                                             \
    {dashboards, title, view, label, value, statement},
#include "dashboard_table.h"
#undef WIDGET
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const char *const names[] = {"AWSCloudTrail-Overview", "AWSCloudTrail-Security"};
static const char *const parameters[] = {"$EventDataStoreId$", "$StartTime$", "$EndTime$"};
enum { PARAMETER_COUNT = sizeof parameters / sizeof *parameters, VIEW_COUNT = 4 };

size_t lakeapi_dashboards_managed(const char *const **ret_names) {
    *ret_names = names;
    return sizeof names / sizeof *names;
}

bool lakeapi_dashboard_is_managed(struct str name) {
    return str_is(name, names[0]) || str_is(name, names[1]);
}

static struct aws_list widget_parameters(struct arena *arena) {
    struct str *list = ARENA_ARRAY(arena, PARAMETER_COUNT, struct str);
    for (size_t i = 0; i < PARAMETER_COUNT; i++)
        list[i] = str_from(parameters[i]);
    return (struct aws_list){true, PARAMETER_COUNT, list};
}

static struct aws_list widget_views(struct arena *arena, const struct row *row) {
    struct aws_entry *entries = ARENA_ARRAY(arena, VIEW_COUNT, struct aws_entry);
    entries[0] = (struct aws_entry){STR_LITERAL("Title"), str_from(row->title)};
    entries[1] = (struct aws_entry){STR_LITERAL("View"), str_from(row->view)};
    entries[2] = (struct aws_entry){STR_LITERAL("LabelColumn"), str_from(row->label)};
    entries[3] = (struct aws_entry){STR_LITERAL("ValueColumn"), str_from(row->value)};
    return (struct aws_list){true, VIEW_COUNT, entries};
}

struct aws_list lakeapi_dashboard_managed_widgets(struct arena *arena, struct str name) {
    unsigned which = str_is(name, LAKEAPI_HIGHLIGHTS) ? H : str_is(name, names[0]) ? O : S;
    struct lakeapi_widget *widgets = ARENA_ARRAY(arena, ROW_COUNT, struct lakeapi_widget);
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((rows[i].dashboards & which) == 0)
            continue;
        count++;
        widgets[count - 1] =
            (struct lakeapi_widget){.query_alias = arena_format(arena, "%.*s-%zu", STR(name), count),
                .query_statement = str_from(rows[i].statement),
                .query_parameters = widget_parameters(arena),
                .view_properties = widget_views(arena, &rows[i])};
    }
    return (struct aws_list){true, count, widgets};
}
