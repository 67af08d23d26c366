/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway: the recording reverse proxy. Clients change only their endpoint; each call is passed on to the
 * real service and admitted as one event (a large batch as several linked ones).
 *
 * Promise, per entry and at every moment, also after a crash: seen = recorded + gaps + refused, in calls
 * (calls in flight are none of them yet). What a guarantee promises beyond:
 *   fail-closed  no call reaches the upstream before an intent of it is durable, no reply is complete
 *                before its record is; where that cannot be, 503, and nothing is forwarded. After a crash
 *                the intents left open become records marked OutcomeUnknown.
 *   buffered     replies do not wait. Records wait in memory within bounds; past them new calls wait
 *                a while, then get 503. What a crash lost is a gap event with an upper bound.
 *   best-effort  calls never wait: what does not fit is shed, counted, and told of in gap events.
 *
 * Layout:  docs/formats/gateway.md (the ledger of each entry, DIR/gateway/NAME)
 * Threads: gateway_*() from the owner; gateway_stats() any. Its loops and its keeper thread are its own.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct admission;
struct auth;
struct catalog;
struct clock;
struct disk;
struct gateway;
struct journal;

enum { GATEWAY_ENTRIES_MAX = 64, GATEWAY_NAME_SIZE_MAX = 64 };

enum gateway_guarantee { GATEWAY_BUFFERED, GATEWAY_FAIL_CLOSED, GATEWAY_BEST_EFFORT };

/* One [gateway "NAME"] section of the configuration file. Empty texts: not set. */
struct gateway_entry {
    struct str name;   /* [a-z0-9-], part of a file name */
    struct str listen; /* HOST:PORT; the rules of --listen hold */
    struct str upstream;
    struct str upstream_ca;
    bool upstream_insecure;
    struct str tls_cert, tls_key;
    bool insecure_http;
    struct str service;         /* fixes the service of all its calls */
    struct str account, region; /* of calls that tell none */
    enum gateway_guarantee guarantee;
    struct str virtual_hosts;   /* with commas: <bucket>.NAME */
    struct str trusted_proxies; /* with commas: addresses and networks whose X-Forwarded-For is believed */
    struct str principals_file;
    bool learn;
    bool verify; /* check signatures of keys that Cairn holds; on by default */
    struct str sign_access_key_id, sign_secret_access_key, sign_session_token, sign_region; /* re-signs */
    struct str allow; /* re-signing: with commas, ARNs of the principals whose calls are forwarded */
    struct str hide;  /* with commas: SERVICE:MEMBER, more members that are never recorded */
    int64_t wait_ms;  /* buffered: how long a call waits for room; 0: 2 s */
};

struct gateway_options { /* all borrowed */
    struct disk *disk;
    struct journal *journal;
    struct admission *admission;
    struct auth *auth;
    struct catalog *catalog;
    struct clock *clock;        /* NULL: the real one */
    struct str account, region; /* home: of entries that set none */
    const struct gateway_entry *entries;
    size_t entry_count;
    uint64_t memory_bytes_max; /* of records and collected bodies, all entries together; 0: 128 MiB */
    unsigned connections_max;
    int64_t idle_timeout_ms;
    void (*on_log)(
        const char *entry, const char *message, void *context); /* trouble, at most once a minute each */
    void *log_context;
};

/* Check entries, recover the ledgers (admission must be started: unknown outcomes and gaps are admitted),
 * then listen. ERROR_INVALID names the entry and what it takes. Without entries it only settles what those of
 * earlier runs left behind. */
NODISCARD struct gateway *gateway_start(const struct gateway_options *options, struct error *error);
void gateway_stop(struct gateway *gateway); /* no new calls; those in flight end, bounded */
/* After gateway_stop() and before admission_stop(): the last records are handed over, ledgers closed. */
void gateway_destroy(struct gateway *gateway); /* NULL is fine */
void gateway_reload(struct gateway *gateway);  /* TLS files and principals files, after SIGHUP */

struct gateway_stats {
    struct str name, listen, upstream; /* live as long as the gateway; listen with the port that was bound */
    enum gateway_guarantee guarantee;
    uint64_t seen, recorded, gaps, refused, in_flight; /* of the entry's whole life */
    uint64_t unknown_outcomes, learned_keys, forged, upstream_failures;
};
size_t gateway_stats(struct gateway *gateway, struct gateway_stats *ret_stats, size_t count_max);
const char *gateway_guarantee_name(enum gateway_guarantee guarantee);
