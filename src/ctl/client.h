/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: a signed connection to a daemon's public API. Private to ctl.
 *
 * Where: --endpoint, else the daemon that runs on --data, else CAIRN_ENDPOINT, else
 * AWS_ENDPOINT_URL. Who: the root credentials kept in --data, else AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. Region: AWS_REGION, else AWS_DEFAULT_REGION, else the home region of the daemon on
 * --data, else us-east-1.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"
#include "http/http.h"

struct disk;
struct ctl_client;

struct ctl_connection {
    struct str endpoint, data; /* of the flags; empty: not given */
};

/* Flags every such subcommand has; spread into its table. */
#define CTL_CONNECTION_ARGUMENTS(type)                                                                       \
    {"endpoint", CTL_TEXT, offsetof(type, connection.endpoint), "URL", "daemon to talk to"}, {               \
        "data", CTL_TEXT, offsetof(type, connection.data), "DIR", "data folder of the daemon to talk to"     \
    }

/* Is a daemon running on the folder? */
bool ctl_daemon_runs(struct str data);

NODISCARD struct ctl_client *ctl_client_open(const struct ctl_connection *connection, struct error *error);
void ctl_client_close(struct ctl_client *client);
struct str ctl_client_region(const struct ctl_client *client);
struct str ctl_client_endpoint(const struct ctl_client *client);          /* without a slash at its end */
void ctl_client_set_region(struct ctl_client *client, struct str region); /* copied */

/* Who calls: the parts live as long as the client. */
struct ctl_credentials {
    struct str access_key_id, secret_access_key, session_token; /* empty: none */
};
struct ctl_credentials ctl_client_credentials(const struct ctl_client *client);

/* Call Cairn_20260101.<operation> with a JSON body; the parsed answer is valid until the next call.
 * An error answer becomes an error with the service's message. */
NODISCARD bool ctl_client_call(struct ctl_client *client, const char *operation, struct str body,
    struct json_value *ret_answer, struct error *error);

/* As ctl_client_call(), for an operation of CloudTrail. */
NODISCARD bool ctl_client_call_cloudtrail(struct ctl_client *client, const char *operation, struct str body,
    struct json_value *ret_answer, struct error *error);

/* POST to a path with a query, signed for service "cairn". */
NODISCARD bool ctl_client_post(struct ctl_client *client, struct str target, struct bytes body,
    struct http_reply *ret_reply, struct error *error);

/* The account of the caller's key, by STS GetCallerIdentity. */
NODISCARD bool ctl_client_account(struct ctl_client *client, struct str *ret_account, struct error *error);

/* The message of an error answer, AWS JSON or not. */
struct str ctl_client_reply_message(struct ctl_client *client, const struct http_reply *reply);
