/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_source: where lookups get their events from (a daemon, or the stores of a stopped one)
 * and how events are printed. Private to ctl.
 */
#pragma once

#include "history/history.h"

#include "client.h"
#include "screen.h"

struct ctl_search {
    struct history_filter filters[HISTORY_FILTERS_MAX];
    size_t filter_count;
    unsigned categories; /* bits of enum event_category; 0: all */
    struct moment from, to;
    size_t limit;
};

/* Category names to bits; ERROR_INVALID names the wrong one. */
NODISCARD bool ctl_search_categories(
    const struct str *names, size_t count, struct ctl_search *search, struct error *error);

/* Write filters, categories and times as members of the request that Search and Tail take. */
void ctl_search_append_json(struct json_writer *writer, const struct ctl_search *search);

enum ctl_event_form { CTL_EVENTS_TABLE, CTL_EVENTS_JSON };

struct ctl_event {
    struct moment time;
    struct str region, name, source, username, access_key_id, source_ip, error_code, id, record;
};

/* Who called, for a column: the user; of a key that nobody told of the key; "-". */
struct str ctl_event_caller(const struct ctl_event *event);

/* Prints events as they come: a table, {"Records":[...]} that can be imported again, or a record a line. */
struct ctl_event_printer {
    enum ctl_event_form form;
    uint64_t count;
    struct ctl_table table;
};
void ctl_event_printer_begin(struct ctl_event_printer *printer, enum ctl_event_form form);
void ctl_event_printer_add(struct ctl_event_printer *printer, const struct ctl_event *event);
void ctl_event_printer_end(struct ctl_event_printer *printer);

/* An event of a Search or Tail answer. */
struct ctl_event ctl_event_from_json(struct json_value event);

struct ctl_event_source;

/* A daemon, where one is named or runs on --data: the events of the region (empty: the client's), in the
 * account of the key; else the stores in --data, read-only, of the given account and region (empty: those
 * with the most events). */
NODISCARD struct ctl_event_source *ctl_event_source_open(
    const struct ctl_connection *connection, struct str account, struct str region, struct error *error);
void ctl_event_source_close(struct ctl_event_source *source);

/* The next page, newest first, straight to the printer. */
NODISCARD bool ctl_event_source_page(struct ctl_event_source *source, const struct ctl_search *search,
    struct ctl_event_printer *printer, size_t *ret_count, bool *ret_has_more, struct error *error);
