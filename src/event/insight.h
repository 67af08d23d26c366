/* SPDX-License-Identifier: Apache-2.0 */
/* insight: what an insight record says. Threads: pure. */
#pragma once

#include "base/str.h"
#include "codec/json.h"

/* What an insight record is about; texts borrow from the parser. AWS's own from before insights of data
 * events name no category: they are of management events. ERROR_INVALID where the record is no insight. */
struct event_insight {
    bool is_error_rate, is_data;
    struct str source; /* of data events: the trail's ARN */
};
NODISCARD bool event_insight_parse(
    struct json_parser *parser, struct str record, struct event_insight *ret_insight, struct error *error);
