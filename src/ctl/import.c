/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn import PATH...: files and folders of CloudTrail logs, gzip or not, one after the other,
 * cut into batches and sent to POST /events. Ids are admitted once, so it may be repeated and
 * interrupted at any point.
 */
#include "base/own.h"
#include "ctl/ctl.h"

#include "archive.h"
#include "argument.h"
#include "client.h"
#include "sender.h"

#include <stddef.h>

struct import_arguments {
    struct ctl_connection connection;
    bool archive;
    struct str output;
};

static const struct ctl_argument arguments[] = {
    {"archive", CTL_SWITCH, offsetof(struct import_arguments, archive), "",
        "keep the events to lookups: trails do not deliver them"},
    {"output", CTL_TEXT, offsetof(struct import_arguments, output), "json|table", "form of the summary"},
    CTL_CONNECTION_ARGUMENTS(struct import_arguments),
};

static bool on_record(struct str record, void *context) {
    return ctl_sender_add(context, record);
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct import_arguments *given = context;
    if (positionals->count == 0) {
        IGNORE(error_set(error, ERROR_INVALID, "name the files or folders to import: cairn import PATH..."),
            "the message is the result");
        return CTL_USAGE;
    }
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    struct ctl_sender *sender = ctl_sender_create(client, given->archive);
    struct ctl_archive archive;
    ctl_archive_init(&archive, on_record, sender);
    bool done = true;
    for (size_t i = 0; done && i < positionals->count; i++) {
        done = ctl_archive_read(&archive, positionals->items[i], error);
        if (done && !ctl_sender_flush(sender, error))
            done = error_context(error, "%.*s", STR(positionals->items[i]));
    }
    const struct ctl_sender_summary *summary = ctl_sender_summary(sender);
    if (done)
        done = ctl_sender_print_summary(sender, str_is(given->output, "json"), error);
    int exit_code = !done ? CTL_FAILED : archive.broken_files + summary->refused > 0 ? CTL_PARTIAL : CTL_DONE;
    ctl_sender_destroy(sender);
    ctl_archive_finish(&archive);
    ctl_client_close(client);
    return exit_code;
}

const struct ctl_command ctl_import = {"import", "PATH...",
    "Send files or folders of CloudTrail log files to a daemon. They may be .json, .ndjson or one of them\n"
    "with .gz. It can be repeated and interrupted: an event is kept once.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct import_arguments), run};
