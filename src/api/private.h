/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of api share beside operation.h. */
#pragma once

#include "admission/admission.h"
#include "api/api.h"
#include "sys/thread.h"

#include "operation.h"

#include <stdatomic.h>

struct api_outbox;

enum {
    API_TOKEN_KEY_SIZE = 32,
    API_BODY_BYTES_MAX = 1 << 20,
    API_BODY_FREE_BYTES = 64 << 10, /* larger ones share: */
    API_LARGE_BODIES_BYTES_MAX = 64 << 20,
    API_RESPONSE_BYTES_MAX = 64 << 20,
};

/* field / guarded by: options, token_key, started_at / set at creation; counters / atomic */
struct api {
    struct api_options options;
    struct http_service service;
    struct api_outbox *outbox;
    uint8_t token_key[API_TOKEN_KEY_SIZE];
    struct moment started_at;
    atomic_bool has_pending_records;       /* a flush of the outbox failed: the next call tries again */
    atomic_uint_fast64_t large_body_bytes; /* of requests that are still coming */
    atomic_uint_fast64_t calls, failures, authentication_failures, unrecorded_calls;
};

/* outbox.c: records of committed changes on their way to admission, in the order of their commits. */
struct api_outbox *api_outbox_create(struct catalog *catalog, struct admission *admission);
void api_outbox_destroy(struct api_outbox *outbox);

/* Admit everything that stood in the outbox when called, oldest first; waits for whoever does it already. */
NODISCARD bool api_outbox_flush(struct api_outbox *outbox, struct error *error);

/* record.c: the call as a CloudTrail record, appended to `buf`. */
void api_record_append(struct buf *buf, const struct api_call *call, bool succeeded);

/* Who sends records of Cairn's own calls. */
struct admission_sender api_record_sender(void);

/* Admit the record of a call that changed nothing. */
NODISCARD bool api_record_admit(struct api_call *call, bool succeeded, struct error *error);

/* answer.c: what goes back over the wire, in the protocol of the service. */
void api_answer(struct api_call *call, bool succeeded);
void api_answer_refusal(struct http_exchange *exchange, enum api_service service, const char *request_id,
    const struct api_fault *fault);

/* page_token.c: tokens that nobody but this Cairn can make, for these parameters only. */
struct api_page {
    uint64_t position_max; /* what was there when paging began */
    struct moment time;    /* the last pair shown */
    uint64_t position;
};
struct str api_page_token_seal(struct api_call *call, const struct api_page *page, struct str parameters);
bool api_page_token_open(
    struct api_call *call, struct str token, struct str parameters, struct api_page *ret_page);
