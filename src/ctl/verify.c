/* SPDX-License-Identifier: Apache-2.0 */
/* cairn verify: is everything that a trail delivered still there, and as it was? */
#include "base/own.h"
#include "codec/text.h"
#include "ctl/ctl.h"
#include "sys/clock.h"

#include "argument.h"
#include "client.h"
#include "screen.h"

#include <stddef.h>
#include <stdio.h>

struct verify_arguments {
    struct ctl_connection connection;
    struct str from, to, output;
};

static const struct ctl_argument arguments[] = {
    {"from", CTL_TEXT, offsetof(struct verify_arguments, from), "TIME",
        "digests that end from then on: 2026-11-23T05:00:00Z, or 2h, 7d: so long ago (default: all)"},
    {"to", CTL_TEXT, offsetof(struct verify_arguments, to), "TIME", "as --from (default: now)"},
    {"output", CTL_TEXT, offsetof(struct verify_arguments, output), "json|table", "form of the answer"},
    CTL_CONNECTION_ARGUMENTS(struct verify_arguments),
};

static bool add_time(struct json_writer *writer, const char *key, struct str text, struct error *error) {
    struct moment moment = {0};
    if (text.size == 0)
        return true;
    if (!ctl_argument_time(text, &moment, error))
        return false;
    json_key(writer, str_from(key));
    json_write_seconds(writer, moment.ms);
    return true;
}

static void print_count(struct json_value answer, const char *what, const char *all, const char *valid) {
    int64_t count = 0;
    int64_t good = 0;
    if (json_i64(json_get(answer, all), &count) && json_i64(json_get(answer, valid), &good))
        printf("%lld/%lld %s valid\n", (long long)good, (long long)count, what);
}

static void print_table(struct json_value answer) {
    struct json_iterator findings = json_iterate(json_get(answer, "Findings"));
    while (json_next(&findings)) {
        bool is_digest = false;
        IGNORE(json_boolean(json_get(findings.value, "IsDigest"), &is_digest), "absent means a log file");
        printf("%s s3://", is_digest ? "Digest file" : "Log file   ");
        ctl_print_safely(json_text(json_get(findings.value, "S3Bucket")));
        printf("/");
        ctl_print_safely(json_text(json_get(findings.value, "S3Object")));
        printf("  INVALID: ");
        ctl_print_safely(json_text(json_get(findings.value, "Kind")));
        printf("\n");
    }
    print_count(answer, "digest files", "Digests", "ValidDigests");
    print_count(answer, "log files", "LogFiles", "ValidLogFiles");
}

static bool append_request(
    struct buf *body, struct str trail, const struct verify_arguments *given, struct error *error) {
    struct json_writer writer = JSON_WRITER(body);
    json_begin_object(&writer);
    json_member_string(&writer, "TrailName", trail);
    if (!add_time(&writer, "StartTime", given->from, error) ||
        !add_time(&writer, "EndTime", given->to, error))
        return false;
    json_end_object(&writer);
    return true;
}

static int verify(
    struct ctl_client *client, const struct verify_arguments *given, struct str body, struct error *error) {
    struct json_value answer = JSON_MISSING;
    bool is_valid = false;
    if (!ctl_client_call(client, "VerifyTrail", body, &answer, error))
        return CTL_FAILED;
    if (str_is(given->output, "json")) {
        struct buf text = BUF_INIT(BUF_UNBOUNDED);
        json_append_value(&text, answer);
        printf("%.*s\n", STR(buf_str(&text)));
        buf_finish(&text);
    } else {
        print_table(answer);
    }
    return json_boolean(json_get(answer, "IsValid"), &is_valid) && is_valid ? CTL_DONE : CTL_FAILED;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct verify_arguments *given = context;
    if (positionals->count != 1) {
        IGNORE(error_set(error, ERROR_INVALID, "name the trail, or its ARN: cairn verify TRAIL"),
            "the message is the result");
        return CTL_USAGE;
    }
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    int exit_code = CTL_USAGE;
    if (append_request(&body, positionals->items[0], given, error)) {
        struct ctl_client *client = ctl_client_open(&given->connection, error);
        exit_code = client == NULL ? CTL_FAILED : verify(client, given, buf_str(&body), error);
        ctl_client_close(client);
    }
    buf_finish(&body);
    return exit_code;
}

const struct ctl_command ctl_verify = {"verify", "TRAIL",
    "Check that every log file and digest a trail delivered is there, unchanged and in its chain.", arguments,
    CTL_ARGUMENT_COUNT(arguments), sizeof(struct verify_arguments), run};
