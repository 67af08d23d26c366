/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit: the door PutAuditEvents (service cloudtrail-data): events of other sources, through a channel, for
 * the event data stores that the channel names. Each event is answered for itself.
 *
 * Promise: an event answered as successful is durable, and has the one event id that its channel, id and
 * content always give it, so repeating a call adds nothing. The call itself is a data event
 * (AWS::CloudTrail::Channel) of the channel's owner.
 *
 * Threads: the callbacks run on the connection's thread; the rest any.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct admission;
struct audit;
struct auth;
struct catalog;
struct clock;
struct http_service;

struct audit_options { /* all borrowed */
    struct admission *admission;
    struct auth *auth;
    struct catalog *catalog;
    struct clock *clock;
};

/* ERROR_* of the catalog, where the secret under the event ids is kept. */
NODISCARD struct audit *audit_create(const struct audit_options *options, struct error *error);
void audit_destroy(struct audit *audit); /* NULL is fine; writes what it knows of channels to the catalog */

/* The service for the router, for POST /PutAuditEvents. */
const struct http_service *audit_service(struct audit *audit);

struct audit_stats {
    uint64_t calls, failures;    /* answered; of them with an error */
    uint64_t successful, failed; /* events */
};
struct audit_stats audit_stats(struct audit *audit);
