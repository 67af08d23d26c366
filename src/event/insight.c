/* SPDX-License-Identifier: Apache-2.0 */
/* insight.c: what an insight record says beyond facets. */
#include "event/insight.h"

bool event_insight_parse(
    struct json_parser *parser, struct str record, struct event_insight *ret_insight, struct error *error) {
    struct json_value root = JSON_MISSING;
    if (!json_parse(parser, record, &root, error))
        return false;
    struct json_value details = json_get(root, "insightDetails");
    struct str type = json_text(json_get(details, "insightType"));
    bool is_error_rate = str_is(type, "ApiErrorRateInsight");
    if (!is_error_rate && !str_is(type, "ApiCallRateInsight"))
        return error_set(error, ERROR_INVALID, "insightType %.*s is not known", STR(str_slice(type, 0, 64)));
    *ret_insight = (struct event_insight){.is_error_rate = is_error_rate,
        .is_data = str_is(json_text(json_get(details, "sourceEventCategory")), "Data"),
        .source = json_text(json_get(details, "insightSource"))};
    return true;
}
