/* SPDX-License-Identifier: Apache-2.0 */
/* cairn key create|list|disable: the keys that clients sign with. */
#include "base/own.h"
#include "ctl/ctl.h"

#include "argument.h"
#include "client.h"
#include "screen.h"

#include <stddef.h>
#include <stdio.h>

struct key_arguments {
    struct ctl_connection connection;
    struct str role, account, user, output;
};

static const struct ctl_argument arguments[] = {
    {"role", CTL_TEXT, offsetof(struct key_arguments, role), "admin|auditor|writer",
        "create: admin may do everything in its account, auditor reads, writer sends events (default "
        "auditor)"},
    {"user", CTL_TEXT, offsetof(struct key_arguments, user), "NAME",
        "create: the user name, part of its ARN"},
    {"account", CTL_TEXT, offsetof(struct key_arguments, account), "ID",
        "create: account (default: the caller's)"},
    {"output", CTL_TEXT, offsetof(struct key_arguments, output), "json|table", "form of the answer"},
    CTL_CONNECTION_ARGUMENTS(struct key_arguments),
};

static const char *const members[] = {"AccessKeyId", "AccountId", "UserName", "Role", "Status", "Arn"};
enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

static void print_json(struct json_value value) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    json_append_value(&text, value);
    printf("%.*s\n", STR(buf_str(&text)));
    buf_finish(&text);
}

static void add_cells(struct ctl_table *table, struct json_value key) {
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        ctl_table_cell(table, json_text(json_get(key, members[i])));
}

static bool create(struct ctl_client *client, const struct key_arguments *given, struct error *error) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_string(&writer, "UserName", given->user);
    json_member_string(&writer, "Role", given->role.size > 0 ? given->role : STR_LITERAL("auditor"));
    if (given->account.size > 0)
        json_member_string(&writer, "AccountId", given->account);
    json_end_object(&writer);
    struct json_value answer = JSON_MISSING;
    bool done = ctl_client_call(client, "CreateKey", buf_str(&body), &answer, error);
    buf_finish(&body);
    if (!done)
        return false;
    struct json_value key = json_get(answer, "Key");
    if (str_is(given->output, "json")) {
        print_json(key);
        return true;
    }
    printf("export AWS_ACCESS_KEY_ID=%.*s\nexport AWS_SECRET_ACCESS_KEY=%.*s\n",
        STR(json_text(json_get(key, "AccessKeyId"))), STR(json_text(json_get(key, "SecretAccessKey"))));
    (void)fprintf(stderr, "The secret is shown this once only. It belongs to %.*s, role %.*s.\n",
        STR(json_text(json_get(key, "Arn"))), STR(json_text(json_get(key, "Role"))));
    return true;
}

static bool list(struct ctl_client *client, const struct key_arguments *given, struct error *error) {
    struct json_value answer = JSON_MISSING;
    if (!ctl_client_call(client, "ListKeys", STR_LITERAL("{}"), &answer, error))
        return false;
    if (str_is(given->output, "json")) {
        print_json(answer);
        return true;
    }
    struct ctl_table table;
    ctl_table_begin(&table, MEMBER_COUNT);
    static const char *const heads[MEMBER_COUNT] = {"ACCESS KEY", "ACCOUNT", "USER", "ROLE", "STATUS", "ARN"};
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        ctl_table_cell(&table, str_from(heads[i]));
    struct json_iterator keys = json_iterate(json_get(answer, "Keys"));
    while (json_next(&keys))
        add_cells(&table, keys.value);
    ctl_table_print(&table);
    return true;
}

static bool disable(struct ctl_client *client, struct str access_key_id, struct error *error) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_string(&writer, "AccessKeyId", access_key_id);
    json_end_object(&writer);
    struct json_value answer = JSON_MISSING;
    bool done = ctl_client_call(client, "DisableKey", buf_str(&body), &answer, error);
    buf_finish(&body);
    if (done)
        printf("%.*s is disabled\n", STR(access_key_id));
    return done;
}

static int usage(struct error *error) {
    IGNORE(error_set(error, ERROR_INVALID,
               "write `cairn key create --user NAME --role ROLE', `cairn key list' or `cairn key disable "
               "ACCESS_KEY_ID'"),
        "the message is the result");
    return CTL_USAGE;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct key_arguments *given = context;
    struct str verb = positionals->count > 0 ? positionals->items[0] : STR_EMPTY;
    bool is_create = str_is(verb, "create") && positionals->count == 1;
    bool is_list = str_is(verb, "list") && positionals->count == 1;
    bool is_disable = str_is(verb, "disable") && positionals->count == 2;
    if (!is_create && !is_list && !is_disable)
        return usage(error);
    if (is_create && given->user.size == 0) {
        IGNORE(error_set(error, ERROR_INVALID, "name the user: --user NAME"), "the message is the result");
        return CTL_USAGE;
    }
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    bool done = is_create ? create(client, given, error)
                : is_list ? list(client, given, error)
                          : disable(client, positionals->items[1], error);
    ctl_client_close(client);
    return done ? CTL_DONE : CTL_FAILED;
}

const struct ctl_command ctl_key = {"key", "create|list|disable",
    "Make, list and disable the keys that clients sign with.", arguments, CTL_ARGUMENT_COUNT(arguments),
    sizeof(struct key_arguments), run};
