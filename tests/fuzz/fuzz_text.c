/* SPDX-License-Identifier: Apache-2.0 */
/* What a decoder takes, its encoder writes in a form that decodes to the same. */
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base64(struct str text, struct buf *decoded, struct buf *encoded) {
    if (!base64_decode(text, decoded))
        return;
    ASSERT(base64_append(encoded, buf_bytes(decoded)));
    ASSERT(str_equals(buf_str(encoded), text)); /* one text per content */
}

static void check_percent(struct str text, struct buf *decoded, struct buf *encoded) {
    if (!percent_decode(text, true, decoded))
        return;
    ASSERT(percent_append(encoded, buf_str(decoded), false));
    SCOPED(buf_finish) struct buf again = BUF_INIT(BUF_UNBOUNDED);
    ASSERT(percent_decode(buf_str(encoded), false, &again));
    ASSERT(str_equals(buf_str(&again), buf_str(decoded)));
}

static void check_hex(struct str text, struct buf *decoded, struct buf *encoded) {
    uint8_t *bytes = buf_reserve(decoded, text.size);
    if (!hex_decode(text, bytes))
        return;
    buf_commit(decoded, text.size / 2);
    ASSERT(hex_append(encoded, buf_bytes(decoded)));
    ASSERT(str_equals_ignoring_case(buf_str(encoded), text));
}

static void check_times(struct str text) {
    static const struct {
        bool (*parse)(struct str, struct moment *);
        bool (*append)(struct buf *, struct moment);
    } forms[] = {{time_parse_iso, time_append_iso}, {time_parse_basic, time_append_basic},
        {time_parse_http, time_append_http}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct moment moment = MOMENT_NONE, again = MOMENT_NONE;
        if (!forms[i].parse(text, &moment))
            continue;
        SCOPED(buf_finish) struct buf written = BUF_INIT(64);
        ASSERT(forms[i].append(&written, moment));
        ASSERT(forms[i].parse(buf_str(&written), &again));
        ASSERT(again.ms <= moment.ms && moment.ms - again.ms < MS_PER_SECOND);
    }
}

static void check_uuid_and_duration(struct str text) {
    struct uuid uuid;
    if (uuid_parse(text, &uuid)) {
        char formatted[UUID_TEXT_SIZE + 1];
        uuid_format(uuid, formatted);
        ASSERT(str_equals_ignoring_case(str_from(formatted), text));
    }
    int64_t ms = 0;
    ASSERT(!duration_parse(text, &ms) || ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const checks[])(struct str, struct buf *, struct buf *) = {
        check_base64, check_percent, check_hex};
    struct str text = str_of((const char *)data, size);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
        SCOPED(buf_finish) struct buf encoded = BUF_INIT(BUF_UNBOUNDED);
        checks[i](text, &decoded, &encoded);
    }
    check_times(text);
    check_uuid_and_duration(text);
    return 0;
}
