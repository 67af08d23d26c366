/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn import PATH...: files and folders of CloudTrail logs, gzip or not, and trails' log files in buckets
 * (s3://BUCKET/PREFIX), one after the other, cut into batches and sent to POST /events. Ids are admitted
 * once, so it may be repeated and interrupted at any point.
 */
#include "base/own.h"
#include "ctl/ctl.h"

#include "archive.h"
#include "argument.h"
#include "bucket_import.h"
#include "client.h"
#include "sender.h"

#include <stddef.h>

struct import_arguments {
    struct ctl_connection connection;
    bool archive;
    struct str output, s3_endpoint;
};

enum { BUCKETS_MAX = 64 };

struct import {
    struct arena arena;
    struct ctl_sender *sender;
    struct ctl_archive archive; /* of paths */
    struct ctl_bucket_import bucket;
    struct ctl_sender_proof proofs[BUCKETS_MAX];
    size_t proof_count;
};

static const struct ctl_argument arguments[] = {
    {"archive", CTL_SWITCH, offsetof(struct import_arguments, archive), "",
        "keep the events to lookups: trails do not deliver them"},
    {"output", CTL_TEXT, offsetof(struct import_arguments, output), "json|table", "form of the summary"},
    {"s3-endpoint", CTL_TEXT, offsetof(struct import_arguments, s3_endpoint), "URL",
        "where s3:// buckets are (default: AWS_ENDPOINT_URL_S3, else the daemon itself)"},
    CTL_CONNECTION_ARGUMENTS(struct import_arguments),
};

static bool on_record(struct str record, void *context) {
    return ctl_sender_add(context, record);
}

static bool import_bucket(struct import *import, struct str uri, struct error *error) {
    if (import->proof_count == BUCKETS_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d buckets at once", BUCKETS_MAX);
    if (!ctl_bucket_import_run(&import->bucket, uri, &import->proofs[import->proof_count], error))
        return false;
    import->proof_count++;
    return true;
}

static bool import_one(struct import *import, struct str place, struct error *error) {
    if (ctl_bucket_import_is_uri(place))
        return import_bucket(import, place, error);
    if (!ctl_archive_read(&import->archive, place, error))
        return false;
    return ctl_sender_flush(import->sender, error) || error_context(error, "%.*s", STR(place));
}

static int import_all(
    const struct ctl_positionals *positionals, struct import *import, bool as_json, struct error *error) {
    uint64_t left_out = 0;
    bool done = true;
    for (size_t i = 0; done && i < positionals->count; i++)
        done = import_one(import, positionals->items[i], error);
    if (!done ||
        !ctl_sender_print_summary(import->sender, as_json, import->proofs, import->proof_count, error))
        return CTL_FAILED;
    for (size_t i = 0; i < import->proof_count; i++)
        left_out += import->proofs[i].left_out;
    left_out += import->archive.broken_files + ctl_sender_summary(import->sender)->refused;
    return left_out > 0 ? CTL_PARTIAL : CTL_DONE;
}

static bool check(const struct ctl_positionals *positionals, struct error *error) {
    if (positionals->count == 0)
        return error_set(error, ERROR_INVALID, "name the files or folders to import: cairn import PATH...");
    for (size_t i = 0; i < positionals->count; i++)
        if (str_is(positionals->items[i], "s3://") ||
            str_starts_with(positionals->items[i], STR_LITERAL("s3:///")))
            return error_set(error, ERROR_INVALID, "`%.*s' names no bucket: s3://BUCKET/PREFIX",
                STR(positionals->items[i]));
    return true;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct import_arguments *given = context;
    if (!check(positionals, error))
        return CTL_USAGE;
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    SCOPED(own_free) struct import *import = MEM_NEW(struct import);
    import->sender = ctl_sender_create(client, given->archive);
    import->bucket = (struct ctl_bucket_import){.client = client,
        .sender = import->sender,
        .s3_endpoint = given->s3_endpoint,
        .arena = &import->arena};
    ctl_archive_init(&import->archive, on_record, import->sender);
    int exit_code = import_all(positionals, import, str_is(given->output, "json"), error);
    ctl_sender_destroy(import->sender);
    ctl_archive_finish(&import->archive);
    arena_finish(&import->arena);
    ctl_client_close(client);
    return exit_code;
}

const struct ctl_command ctl_import = {"import", "PATH|s3://BUCKET/PREFIX...",
    "Send files or folders of CloudTrail log files, or a trail's files in a bucket, to a daemon.\n"
    "Files may be .json, .ndjson or one of them with .gz. It can be repeated and interrupted: an event is "
    "kept\n"
    "once. Of a bucket it says at the end whether its digests prove that nothing is missing.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct import_arguments), run};
