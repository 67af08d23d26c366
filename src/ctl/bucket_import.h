/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket_import: the log files below s3://BUCKET/PREFIX, record by record to a sender, and what their digests
 * prove of them. The bucket is asked for at the daemon's own S3 door, or at any S3 endpoint. Private to ctl.
 */
#pragma once

#include "base/arena.h"

#include "sender.h"

struct ctl_client;

struct ctl_bucket_import {
    struct ctl_client *client; /* the daemon that the records go to */
    struct ctl_sender *sender;
    struct str s3_endpoint; /* empty: AWS_ENDPOINT_URL_S3, else the daemon */
    struct arena *arena;    /* of what comes back */
};

bool ctl_bucket_import_is_uri(struct str text); /* "s3://..." */

/* Import one. Files that cannot be read are told on standard error and counted. ERROR_INVALID: no such URI,
 * or no credentials for the endpoint; ERROR_NOT_FOUND, ERROR_DENIED: the bucket; ERROR_UNAVAILABLE. */
NODISCARD bool ctl_bucket_import_run(struct ctl_bucket_import *import, struct str uri,
    struct ctl_sender_proof *ret_proof, struct error *error);
