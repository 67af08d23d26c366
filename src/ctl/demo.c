/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn demo: sample records of our own, so that there is something to look at: shifted in
 * time so that the newest happened just now, in the caller's account, under fresh ids.
 */
#include "base/own.h"
#include "codec/text.h"
#include "ctl/ctl.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "argument.h"
#include "client.h"
#include "demo_records.h"
#include "sender.h"

#include <stddef.h>
#include <stdio.h>

enum { RECORD_BYTES_MAX = 65536, ISO_SIZE = 20, ACCOUNT_SIZE = 12 };

struct demo_arguments {
    struct ctl_connection connection;
    struct str output;
};

static const struct ctl_argument arguments[] = {
    {"output", CTL_TEXT, offsetof(struct demo_arguments, output), "json|table", "form of the summary"},
    CTL_CONNECTION_ARGUMENTS(struct demo_arguments),
};

struct shift {
    int64_t ms;
    struct uuid seed;   /* ids of this run: the same old id gives the same new one */
    struct str account; /* stands for the samples' account */
};

static bool time_at(struct str text, struct moment *ret_moment) {
    return text.size >= ISO_SIZE && text.data[ISO_SIZE - 1] == 'Z' && text.data[10] == 'T' &&
           time_parse_iso(str_slice(text, 0, ISO_SIZE), ret_moment);
}

/* One piece of a record, rewritten; returns how much of `rest` it stands for. */
static size_t append_shifted(struct buf *out, struct str rest, const struct shift *shift) {
    struct moment moment = {0};
    struct uuid id = {{0}};
    if (rest.data[0] == '2' && time_at(rest, &moment)) {
        time_append_iso(out, (struct moment){moment.ms + shift->ms});
        return ISO_SIZE;
    }
    if (str_starts_with(rest, STR_LITERAL("123456789012"))) {
        buf_append_str(out, shift->account);
        return ACCOUNT_SIZE;
    }
    struct str prefix = str_slice(rest, 0, 9); /* eventID, sharedEventID, and an aggregated event's eventId */
    if (!(str_is(prefix, "ventID\":\"") || str_is(prefix, "ventId\":\"")) ||
        !uuid_parse(str_slice(rest, prefix.size, UUID_TEXT_SIZE), &id)) {
        buf_append_char(out, rest.data[0]);
        return 1;
    }
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid_named(shift->seed, bytes_of(id.bytes, UUID_SIZE)), text);
    buf_append_str(out, prefix);
    buf_append_text(out, text);
    return prefix.size + UUID_TEXT_SIZE;
}

static struct moment newest_time(struct str records) {
    struct moment newest = MOMENT_MIN;
    struct str needle = STR_LITERAL("\"eventTime\":\"");
    for (size_t at = str_find(records, needle); at != SIZE_MAX; at = str_find(records, needle)) {
        records = str_slice(records, at + needle.size, SIZE_MAX);
        struct moment moment = {0};
        if (time_at(records, &moment) && moment.ms > newest.ms)
            newest = moment;
    }
    return newest;
}

static bool send_samples(struct ctl_client *client, struct ctl_sender *sender, struct error *error) {
    struct shift shift = {.ms = 0};
    if (!ctl_client_account(client, &shift.account, error))
        return false;
    struct str records = str_of((const char *)ctl_demo_records, ctl_demo_records_size);
    shift.ms = (clock_now(clock_real()).ms - newest_time(records).ms) / MS_PER_SECOND * MS_PER_SECOND;
    random_bytes(shift.seed.bytes, UUID_SIZE);
    struct buf record = BUF_INIT(RECORD_BYTES_MAX);
    while (records.size > 0 && !ctl_sender_failed(sender)) {
        struct str line = str_cut(&records, '\n');
        buf_clear(&record);
        while (line.size > 0)
            line = str_slice(line, append_shifted(&record, line, &shift), SIZE_MAX);
        if (record.size > 0)
            IGNORE(ctl_sender_add(sender, buf_str(&record)), "flush reports it");
    }
    buf_finish(&record);
    return ctl_sender_flush(sender, error);
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct demo_arguments *given = context;
    (void)positionals;
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    struct ctl_sender *sender = ctl_sender_create(client, false);
    bool done = send_samples(client, sender, error) &&
                ctl_sender_print_summary(sender, str_is(given->output, "json"), NULL, 0, error);
    bool refused = ctl_sender_summary(sender)->refused > 0;
    ctl_sender_destroy(sender);
    ctl_client_close(client);
    return !done ? CTL_FAILED : refused ? CTL_PARTIAL : CTL_DONE;
}

const struct ctl_command ctl_demo = {"demo", "",
    "Load sample records of all kinds into your account, shifted so that the newest is of now.", arguments,
    CTL_ARGUMENT_COUNT(arguments), sizeof(struct demo_arguments), run};
