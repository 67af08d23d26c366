/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn lookup: events by any number of attributes, newest first; from a daemon, or with the
 * daemon stopped straight from its data folder.
 */
#include "base/own.h"
#include "ctl/ctl.h"
#include "history/history.h"

#include "argument.h"
#include "client.h"
#include "event_source.h"
#include "screen.h"

#include <stddef.h>
#include <stdio.h>

enum { LIMIT_DEFAULT = 50, PAGE_MAX = 1000 };

struct lookup_arguments {
    struct ctl_connection connection;
    struct ctl_texts attributes, categories;
    struct str from, to, output, account, region;
    struct str by_name[HISTORY_ATTRIBUTE_COUNT];
    uint64_t limit;
    bool all;
};

#define BY_NAME(flag, attribute, value, help)                                                                \
    {                                                                                                        \
        flag, CTL_TEXT, offsetof(struct lookup_arguments, by_name) + sizeof(struct str) * (attribute),       \
            value, help                                                                                      \
    }

static const struct ctl_argument arguments[] = {
    {"attribute", CTL_TEXTS, offsetof(struct lookup_arguments, attributes), "NAME=VALUE",
        "as the flags below, by the name of the API; may be given several times, all must hold"},
    BY_NAME("event-name", HISTORY_EVENT_NAME, "NAME", "such as DeleteTrail"),
    BY_NAME("event-source", HISTORY_EVENT_SOURCE, "SOURCE", "such as s3.amazonaws.com"),
    BY_NAME("event-id", HISTORY_EVENT_ID, "ID", "one event"),
    BY_NAME("username", HISTORY_USERNAME, "NAME", "user name, or session name of a role"),
    BY_NAME("access-key-id", HISTORY_ACCESS_KEY_ID, "ID", "key that signed"),
    BY_NAME("read-only", HISTORY_READ_ONLY, "true|false", "reads or writes"),
    BY_NAME("resource-name", HISTORY_RESOURCE_NAME, "NAME", "bucket, role, instance id ..."),
    BY_NAME("resource-type", HISTORY_RESOURCE_TYPE, "TYPE", "such as AWS::S3::Bucket"),
    BY_NAME("resource-arn", HISTORY_RESOURCE_ARN, "ARN", "resource the record names"),
    BY_NAME("source-ip", HISTORY_SOURCE_IP, "ADDRESS", "where the call came from"),
    BY_NAME("error-code", HISTORY_ERROR_CODE, "CODE", "such as AccessDenied"),
    BY_NAME("user-arn", HISTORY_USER_ARN, "ARN", "who called"),
    {"category", CTL_TEXTS, offsetof(struct lookup_arguments, categories), "CATEGORY",
        "Management, Data, Insight, NetworkActivity or Aggregated; all by default"},
    {"from", CTL_TEXT, offsetof(struct lookup_arguments, from), "TIME",
        "2026-11-23T05:00:00Z, or 2h, 7d: so long ago"},
    {"to", CTL_TEXT, offsetof(struct lookup_arguments, to), "TIME", "as --from"},
    {"limit", CTL_NUMBER, offsetof(struct lookup_arguments, limit), "N",
        "at most so many events (default 50)"},
    {"all", CTL_SWITCH, offsetof(struct lookup_arguments, all), "", "every event, without a limit"},
    {"output", CTL_TEXT, offsetof(struct lookup_arguments, output), "json|table",
        "table (default), or the records as {\"Records\":[...]}, which can be imported again"},
    {"account", CTL_TEXT, offsetof(struct lookup_arguments, account), "ID",
        "with the daemon stopped: whose events (default: those with the most)"},
    {"region", CTL_TEXT, offsetof(struct lookup_arguments, region), "REGION",
        "of which region (default: AWS_REGION; with the daemon stopped the one with the most)"},
    CTL_CONNECTION_ARGUMENTS(struct lookup_arguments),
};

static bool parse_time(struct str text, struct moment open, struct moment *ret_moment, struct error *error) {
    *ret_moment = open;
    return text.size == 0 || ctl_argument_time(text, ret_moment, error);
}

static bool add_filter(
    struct ctl_search *search, enum history_attribute attribute, struct str value, struct error *error) {
    if (search->filter_count == HISTORY_FILTERS_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d attributes", HISTORY_FILTERS_MAX);
    search->filters[search->filter_count++] = (struct history_filter){attribute, value};
    return true;
}

static bool build_search(
    const struct lookup_arguments *given, struct ctl_search *search, struct error *error) {
    for (size_t i = 0; i < HISTORY_ATTRIBUTE_COUNT; i++) {
        if (given->by_name[i].size > 0 &&
            !add_filter(search, (enum history_attribute)i, given->by_name[i], error))
            return false;
    }
    for (size_t i = 0; i < given->attributes.count; i++) {
        struct str value = given->attributes.items[i];
        bool has_value = str_find_char(value, '=') != SIZE_MAX;
        struct str name = str_cut(&value, '=');
        enum history_attribute attribute = HISTORY_EVENT_ID;
        if (!has_value || !history_attribute_from_name(name, &attribute))
            return error_set(error, ERROR_INVALID,
                "attribute `%.*s' is unknown: write NAME=VALUE, such as EventName=DeleteTrail",
                STR(given->attributes.items[i]));
        if (!add_filter(search, attribute, value, error))
            return false;
    }
    return ctl_search_categories(given->categories.items, given->categories.count, search, error) &&
           parse_time(given->from, MOMENT_MIN, &search->from, error) &&
           parse_time(given->to, MOMENT_MAX, &search->to, error);
}

static bool print_all(struct ctl_event_source *source, const struct lookup_arguments *given,
    struct ctl_search *search, struct error *error) {
    struct ctl_event_printer printer;
    ctl_event_printer_begin(&printer, str_is(given->output, "json") ? CTL_EVENTS_JSON : CTL_EVENTS_TABLE);
    uint64_t left = given->all ? UINT64_MAX : given->limit > 0 ? given->limit : LIMIT_DEFAULT;
    bool done = true;
    for (bool has_more = true; done && has_more && left > 0;) {
        search->limit = left < PAGE_MAX ? (size_t)left : PAGE_MAX;
        size_t count = 0;
        done = ctl_event_source_page(source, search, &printer, &count, &has_more, error);
        left -= count < left ? count : left;
    }
    ctl_event_printer_end(&printer);
    return done;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct lookup_arguments *given = context;
    struct ctl_search search = {.filter_count = 0};
    (void)positionals;
    if (!build_search(given, &search, error))
        return CTL_USAGE;
    struct ctl_event_source *source =
        ctl_event_source_open(&given->connection, given->account, given->region, error);
    if (source == NULL)
        return CTL_FAILED;
    bool done = print_all(source, given, &search, error);
    ctl_event_source_close(source);
    return done ? CTL_DONE : CTL_FAILED;
}

const struct ctl_command ctl_lookup = {"lookup", "",
    "Find events by any number of attributes, newest first. With --data and no daemon running there, the\n"
    "stores are read as they lie.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct lookup_arguments), run};
