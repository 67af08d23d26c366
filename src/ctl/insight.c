/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn insights --replay PATH...: what insights would have told of an archive: the daemon's code, fed with
 * the archive's events in the order of their times. Nothing is sent or kept.
 */
#include "base/own.h"
#include "codec/text.h"
#include "ctl/ctl.h"
#include "event/event.h"
#include "insights/insights.h"
#include "sys/clock.h"

#include "archive.h"
#include "argument.h"
#include "insight_list.h"
#include "screen.h"
#include "sorter.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAYLOAD_BYTES_MAX = EVENT_LARGE_SIZE_MAX };

struct insights_arguments {
    struct str replay, output, warm, temporary;
    bool data_events;
};

static const struct ctl_argument arguments[] = {
    {"replay", CTL_TEXT, offsetof(struct insights_arguments, replay), "PATH",
        "file or folder of CloudTrail logs, .gz or not; more of them may follow"},
    {"data-events", CTL_SWITCH, offsetof(struct insights_arguments, data_events), "",
        "look at data events too"},
    {"warm", CTL_TEXT, offsetof(struct insights_arguments, warm), "TIME",
        "how long to learn before drops are told of and limits are normal; by default 7d"},
    {"output", CTL_TEXT, offsetof(struct insights_arguments, output), "json|table", "form of the answer"},
    {"temporary", CTL_TEXT, offsetof(struct insights_arguments, temporary), "DIR",
        "folder for sorting large archives; by default TMPDIR, else /tmp"},
};

struct replay {
    struct event_parser *parser;
    struct ctl_sorter *sorter;
    struct insights *insights;
    struct ctl_insight_list list;
    bool as_json, has_output; /* records are printed as they come; one was */
    uint64_t events, refused;
    struct moment now, newest;
    struct buf payload;
    struct error failure; /* of sorting, found while the archive is read */
};

/* ---- reading ---- */

/* Only what insights counts goes on: facets without lists of resources, and no record. */
static void make_payload(struct replay *replay, const struct event_facets *facets) {
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_IMPORT,
        .arrived_at = facets->time,
        .principal = STR_EMPTY,
        .facets = *facets,
        .record = STR_EMPTY};
    envelope.facets.lookup_resource_count = envelope.facets.resource_count = 0;
    buf_clear(&replay->payload);
    event_envelope_append(&replay->payload, &envelope);
}

static bool on_record(struct str record, void *context) {
    struct replay *replay = context;
    struct event_facets facets;
    struct error error = {0};
    if (!event_parse(replay->parser, record, replay->now, &facets, &error)) {
        if (replay->refused++ == 0)
            ctl_complain("cairn: a record is left out: %s", error.message);
        return true;
    }
    if (facets.category != EVENT_MANAGEMENT && facets.category != EVENT_DATA)
        return true;
    replay->events++;
    make_payload(replay, &facets);
    return ctl_sorter_add(
        replay->sorter, facets.time, facets.id, buf_bytes(&replay->payload), &replay->failure);
}

static bool read_archive(struct replay *replay, const struct insights_arguments *given,
    const struct ctl_positionals *positionals, uint64_t *ret_broken_files, struct error *error) {
    struct ctl_archive archive;
    ctl_archive_init(&archive, on_record, replay);
    bool done = ctl_archive_read(&archive, given->replay, error);
    for (size_t i = 0; done && i < positionals->count && !archive.is_stopped; i++)
        done = ctl_archive_read(&archive, positionals->items[i], error);
    if (done && archive.is_stopped) {
        *error = replay->failure;
        done = false;
    }
    *ret_broken_files = archive.broken_files;
    ctl_archive_finish(&archive);
    return done;
}

/* ---- replaying ---- */

static size_t every_trail(
    const struct event_facets *facets, struct str *ret_arns, size_t count_max, void *context) {
    (void)facets;
    (void)context;
    if (count_max == 0)
        return 0;
    ret_arns[0] = STR_LITERAL("arn:aws:cloudtrail:us-east-1:000000000000:trail/replay");
    return 1;
}

static bool on_insight(struct str record, void *context, struct error *error) {
    struct replay *replay = context;
    if (!replay->as_json)
        return ctl_insight_list_add(&replay->list, record, error);
    printf("%s%.*s", replay->has_output ? ",\n" : "", STR(record));
    replay->has_output = true;
    return true;
}

static bool apply_all(struct replay *replay, struct error *error) {
    struct ctl_progress progress;
    uint64_t position = 0;
    bool has_event = true;
    ctl_progress_begin(&progress, replay->events);
    bool done = true;
    while (done && has_event) {
        struct bytes payload = {NULL, 0};
        struct event_envelope head = {.sequence = 0};
        done = ctl_sorter_next(replay->sorter, &has_event, &payload, error);
        if (!done || !has_event)
            break;
        done = event_envelope_parse_head(payload, &head, error) &&
               insights_apply(replay->insights, ++position, payload, error);
        replay->newest = head.arrived_at;
        ctl_progress_update(&progress, position, position);
    }
    ctl_progress_end(&progress);
    return done;
}

static bool replay_all(struct replay *replay, const struct insights_options *options, struct error *error) {
    replay->insights = insights_open(NULL, options, error);
    if (replay->insights == NULL)
        return false;
    if (replay->as_json)
        printf("{\"Records\":[");
    bool done = apply_all(replay, error);
    struct moment end = {replay->newest.ms + INSIGHTS_GRACE_MS};
    done = done && (replay->events == 0 || insights_advance(replay->insights, end, error));
    if (replay->as_json)
        printf("]}\n");
    insights_close(replay->insights);
    return done;
}

static int run_replay(const struct insights_arguments *given, const struct ctl_positionals *positionals,
    int64_t warm_ms, struct error *error) {
    const char *place = getenv("TMPDIR");
    struct str folder = given->temporary.size > 0 ? given->temporary
                        : place != NULL           ? str_from(place)
                                                  : STR_LITERAL("/tmp");
    struct replay replay = {.parser = event_parser_create(),
        .sorter = ctl_sorter_create(folder, 0),
        .as_json = str_is(given->output, "json"),
        .now = clock_now(clock_real()),
        .payload = BUF_INIT(PAYLOAD_BYTES_MAX)};
    struct insights_options options = {.warm_ms = warm_ms,
        .data_trails = given->data_events ? every_trail : NULL,
        .on_insight = on_insight,
        .context = &replay};
    uint64_t broken_files = 0;
    ctl_insight_list_init(&replay.list);
    bool done = read_archive(&replay, given, positionals, &broken_files, error) &&
                replay_all(&replay, &options, error);
    if (done && !replay.as_json) {
        ctl_insight_list_print(&replay.list);
        (void)fprintf(
            stderr, "%llu events, %zu insights\n", (unsigned long long)replay.events, replay.list.count);
    }
    if (done && replay.refused > 0)
        ctl_complain("cairn: %llu records were left out", (unsigned long long)replay.refused);
    ctl_insight_list_finish(&replay.list);
    ctl_sorter_destroy(replay.sorter);
    event_parser_destroy(replay.parser);
    buf_finish(&replay.payload);
    return !done ? CTL_FAILED : broken_files + replay.refused > 0 ? CTL_PARTIAL : CTL_DONE;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct insights_arguments *given = context;
    int64_t warm_ms = 0;
    bool is_fine = given->replay.size > 0 ||
                   error_set(error, ERROR_INVALID, "name what to look at: cairn insights --replay PATH");
    is_fine = is_fine &&
              (given->warm.size == 0 || (duration_parse(given->warm, &warm_ms) && warm_ms >= MS_PER_MINUTE) ||
                  error_set(error, ERROR_INVALID, "--warm takes a time like 1d, from 1m on"));
    return is_fine ? run_replay(given, positionals, warm_ms, error) : CTL_USAGE;
}

const struct ctl_command ctl_insights = {"insights", "[PATH...]",
    "Replay an archive of CloudTrail logs and show what is unusual in it.\nThese are the unusual rates of "
    "calls "
    "and errors that a daemon would have told of: from when to when, and who\ncaused them. Events are looked "
    "at in "
    "the order of their times, each once. Nothing is sent or kept.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct insights_arguments), run};
