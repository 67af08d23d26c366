/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: one audit event, from the sender's eventData to the record that is kept, by the "integration event
 * schema" of CloudTrail's user guide. Pure. Private to audit.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "codec/hash.h"
#include "codec/json.h"
#include "codec/text.h"

enum { AUDIT_KEY_SIZE = 32 };

/* What the event came through. */
struct audit_place {
    struct str channel_arn, account, region; /* the channel's */
    struct moment now;
    const uint8_t *key; /* AUDIT_KEY_SIZE bytes, under the event ids */
};

struct audit_event {
    struct str id;
    struct str data;     /* eventData */
    struct str checksum; /* data NULL: none was sent */
};

/* Why an event is not taken, as AWS names it. */
struct audit_problem {
    const char *code;
    struct str message;
};

/* The id that the event has for ever: of channel, sender's id and content, and not to be foreseen. */
struct uuid audit_event_id(const struct audit_place *place, const struct audit_event *event);

/* Append the record; false with the problem (texts in the arena) where the event breaks a rule. */
bool audit_event_append(struct buf *buf, struct json_parser *parser, struct arena *arena,
    const struct audit_place *place, const struct audit_event *event, struct audit_problem *ret_problem);
