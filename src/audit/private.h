/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of audit share. */
#pragma once

#include "audit/audit.h"
#include "auth/auth.h"
#include "aws/shape.h"
#include "catalog/channels.h"
#include "http/http.h"

#include "event.h"

#include <stdatomic.h>

enum {
    AUDIT_EVENTS_MAX = 100,
    AUDIT_PAYLOAD_BYTES_MAX = 1 << 20, /* of the events' eventData together */
    AUDIT_BODY_BYTES_MAX = 5 << 19,    /* eventData stands in the body as a text, its quotes escaped */
    AUDIT_BODY_FREE_BYTES = 64 << 10,  /* larger bodies share: */
    AUDIT_LARGE_BYTES_MAX = 64 << 20,
};

/* field / guarded by: options, service, key / set at creation; the rest atomic */
struct audit {
    struct audit_options options;
    struct http_service service;
    uint8_t key[AUDIT_KEY_SIZE];
    atomic_uint_fast64_t large_bytes; /* of bodies that are still coming */
    atomic_uint_fast64_t calls, failures, successful, failed;
};

/* What became of one event, by its place in the request. */
struct audit_outcome {
    struct audit_event event;
    struct uuid event_id;
    const char *code; /* NULL: it is in */
    struct str message;
};

/* An error of the whole call. */
struct audit_fault {
    const char *code;
    unsigned status;
    struct str message;
};

struct audit_call {
    struct audit *audit;
    struct http_exchange *exchange;
    struct arena *arena;
    struct auth_principal principal;
    struct str region; /* that the request was signed for */
    struct moment now;
    struct str channel, external_id; /* parameters, decoded */
    struct catalog_channel row;      /* uuid empty: not found (yet) */
    char request_id[UUID_TEXT_SIZE + 1];
    struct json_parser *parser; /* of the body, which the outcomes' texts are in */
    struct audit_outcome *outcomes;
    size_t count;
    struct audit_fault fault;
};

/* Say why the call fails; returns false. */
bool audit_fail(struct audit_call *call, const char *code, const char *format, ...) PRINTF(3, 4);

/* call.c: everything from an authenticated request to its outcomes. */
bool audit_call_run(struct audit_call *call, struct str body);

/* record.c: the call as the data event that AWS would make of it, admitted. */
NODISCARD bool audit_record_admit(const struct audit_call *call, bool succeeded, struct error *error);

/* answer.c */
void audit_answer(struct audit_call *call, bool succeeded);
void audit_append_outcomes(struct buf *buf, const struct audit_call *call);
