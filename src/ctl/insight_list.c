/* SPDX-License-Identifier: Apache-2.0 */
#include "insight_list.h"

#include "base/own.h"

#include "screen.h"

#include <stdio.h>

void ctl_insight_list_init(struct ctl_insight_list *list) {
    *list = (struct ctl_insight_list){.arena = ARENA_INIT, .parser = json_parser_create()};
}

void ctl_insight_list_finish(struct ctl_insight_list *list) {
    json_parser_destroy(list->parser);
    mem_free(list->items);
    arena_finish(&list->arena);
}

static struct str text_of(struct ctl_insight_list *list, struct json_value object, const char *name) {
    return arena_str(&list->arena, json_text(json_get(object, name)));
}

static double average_of(struct json_value statistics, const char *name) {
    double average = 0;
    return json_double(json_get(json_get(statistics, name), "average"), &average) ? average : 0;
}

/* Attributions are sorted: the first identity has the largest part. */
static struct str first_identity(struct ctl_insight_list *list, struct json_value context) {
    struct json_iterator rows = json_iterate(json_get(context, "attributions"));
    while (json_next(&rows)) {
        struct json_iterator values = json_iterate(json_get(rows.value, "insight"));
        if (str_is(json_text(json_get(rows.value, "attribute")), "userIdentityArn") && json_next(&values))
            return text_of(list, values.value, "value");
    }
    return STR_EMPTY;
}

static struct ctl_insight *row_of(struct ctl_insight_list *list, struct json_value root) {
    struct str shared_id = json_text(json_get(root, "sharedEventID"));
    for (size_t i = list->count; i > 0; i--)
        if (str_equals(list->items[i - 1].shared_id, shared_id))
            return &list->items[i - 1];
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        list->items = mem_resize_array(list->items, list->capacity, sizeof *list->items);
    }
    struct json_value details = json_get(root, "insightDetails");
    list->items[list->count] = (struct ctl_insight){.shared_id = arena_str(&list->arena, shared_id),
        .start = STR_EMPTY,
        .end = STR_EMPTY,
        .account = text_of(list, root, "recipientAccountId"),
        .region = text_of(list, root, "awsRegion"),
        .source = text_of(list, details, "eventSource"),
        .name = text_of(list, details, "eventName"),
        .type = text_of(list, details, "insightType"),
        .error_code = text_of(list, details, "errorCode"),
        .identity = STR_EMPTY};
    return &list->items[list->count++];
}

bool ctl_insight_list_add(struct ctl_insight_list *list, struct str record, struct error *error) {
    struct json_value root = JSON_MISSING;
    if (!json_parse(list->parser, record, &root, error))
        return false;
    struct json_value details = json_get(root, "insightDetails"),
                      context = json_get(details, "insightContext");
    struct json_value statistics = json_get(context, "statistics");
    struct ctl_insight *row = row_of(list, root);
    bool is_start = str_is(json_text(json_get(details, "state")), "Start");
    *(is_start ? &row->start : &row->end) = text_of(list, root, "eventTime");
    row->usual = average_of(statistics, "baseline");
    row->rate = average_of(statistics, "insight");
    row->identity = first_identity(list, context);
    if (!json_i64(json_get(statistics, "insightDuration"), &row->minutes))
        row->minutes = 0;
    return true;
}

static void add_cell(struct ctl_table *table, struct str text) {
    ctl_table_cell(table, text.size > 0 ? text : STR_LITERAL("-"));
}

static void add_number(struct ctl_table *table, double number) {
    char text[48];
    int size = snprintf(text, sizeof text, number >= 100 ? "%.0f" : "%.2f", number);
    ctl_table_cell(table, str_of(text, (size_t)size));
}

void ctl_insight_list_print(const struct ctl_insight_list *list) {
    static const char *const heads[] = {"START", "END", "ACCOUNT", "REGION", "EVENT", "SOURCE", "OF", "ERROR",
        "USUAL/MIN", "RATE/MIN", "WHO"};
    enum { HEAD_COUNT = sizeof heads / sizeof heads[0] };
    struct ctl_table table;
    ctl_table_begin(&table, HEAD_COUNT);
    for (size_t i = 0; i < HEAD_COUNT; i++)
        ctl_table_cell(&table, str_from(heads[i]));
    for (size_t i = 0; i < list->count; i++) {
        const struct ctl_insight *row = &list->items[i];
        const struct str cells[] = {row->start, row->end.size > 0 ? row->end : STR_LITERAL("goes on"),
            row->account, row->region, row->name, row->source,
            str_is(row->type, "ApiErrorRateInsight") ? STR_LITERAL("errors") : STR_LITERAL("calls"),
            row->error_code};
        for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
            add_cell(&table, cells[k]);
        add_number(&table, row->usual);
        add_number(&table, row->rate);
        add_cell(&table, row->identity);
    }
    ctl_table_print(&table);
}
