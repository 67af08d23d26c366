/* SPDX-License-Identifier: Apache-2.0 */
/* insight_metric.c: ListInsightsMetricData: what insights counted, by the minute, five minutes or hour. */
#include "insights/insights.h"

#include "private.h"
#include "trail.h"

enum {
    TOKEN_SIZE_MAX = 5000,
    SOURCE_SIZE_MAX = 256,
    NAME_SIZE_MAX = 128,
    RETENTION_DAYS = 90, /* of the longest period, and the default of StartTime */
};

struct api_insights_metric_request {
    struct str trail_name, event_source, event_name, insight_type, error_code, data_type, next_token;
    struct aws_timestamp start_time, end_time;
    struct aws_integer period, max_results;
};
struct api_insights_metric_response {
    struct str trail_arn, event_source, event_name, insight_type, error_code, next_token;
    struct aws_list timestamps, values;
};

static const char *const types[] = {"ApiCallRateInsight", "ApiErrorRateInsight", NULL};
static const char *const data_types[] = {"FillWithZeros", "NonZeroData", NULL};
static const struct aws_shape type = {.kind = AWS_STRING, .values = types};
static const struct aws_shape data_type = {.kind = AWS_STRING, .values = data_types};
static const struct aws_shape source = {.kind = AWS_STRING, .min = 0, .max = SOURCE_SIZE_MAX};
static const struct aws_shape name = {.kind = AWS_STRING, .min = 0, .max = NAME_SIZE_MAX};
static const struct aws_shape period = {.kind = AWS_INTEGER, .min = 60, .max = 3600};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = INSIGHTS_VALUES_MAX};
static const struct aws_shape token = {.kind = AWS_STRING, .min = 1, .max = TOKEN_SIZE_MAX};
static const struct aws_shape time_list = AWS_LIST_OF(aws_timestamp), value_list = AWS_LIST_OF(aws_double);

static const struct aws_member request_members[] = {
    API_MEMBER(api_insights_metric_request, trail_name, "TrailName", aws_string),
    API_REQUIRED(api_insights_metric_request, event_source, "EventSource", source),
    API_REQUIRED(api_insights_metric_request, event_name, "EventName", name),
    API_REQUIRED(api_insights_metric_request, insight_type, "InsightType", type),
    API_MEMBER(api_insights_metric_request, error_code, "ErrorCode", name),
    API_MEMBER(api_insights_metric_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_insights_metric_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(api_insights_metric_request, period, "Period", period),
    API_MEMBER(api_insights_metric_request, data_type, "DataType", data_type),
    API_MEMBER(api_insights_metric_request, max_results, "MaxResults", max_results),
    API_MEMBER(api_insights_metric_request, next_token, "NextToken", token),
};
static const struct aws_member response_members[] = {
    API_MEMBER(api_insights_metric_response, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_insights_metric_response, event_source, "EventSource", aws_string),
    API_MEMBER(api_insights_metric_response, event_name, "EventName", aws_string),
    API_MEMBER(api_insights_metric_response, insight_type, "InsightType", aws_string),
    API_MEMBER(api_insights_metric_response, error_code, "ErrorCode", aws_string),
    API_MEMBER(api_insights_metric_response, timestamps, "Timestamps", time_list),
    API_MEMBER(api_insights_metric_response, values, "Values", value_list),
    API_MEMBER(api_insights_metric_response, next_token, "NextToken", aws_string),
};
const struct aws_shape api_list_insights_metric_data_request =
    AWS_SHAPE_OF(struct api_insights_metric_request, request_members);
const struct aws_shape api_list_insights_metric_data_response =
    AWS_SHAPE_OF(struct api_insights_metric_response, response_members);

/* AWS keeps each period for so long, the cutoff inclusive. */
static const struct { int64_t period_s, days; } periods[] = {{60, 15}, {300, 63}, {3600, RETENTION_DAYS}};

/* Is it of these characters and of letters and digits, at least one? */
static bool is_made_of(struct str text, const char *others, bool has_capitals) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_capital = c >= 'A' && c <= 'Z';
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && !(is_capital && has_capitals) && str_find_char(str_from(others), c) == SIZE_MAX)
            return false;
    }
    return text.size > 0;
}

static bool refuse_pattern(struct api_call *call, struct str value, const char *member, const char *pattern) {
    return api_fail(call, API_VALIDATION,
        "1 validation error detected: Value '%.*s' at '%s' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: %s",
        STR(str_slice(value, 0, SOURCE_SIZE_MAX)), member, pattern);
}

/* The patterns of AWS's model. */
static bool check_patterns(struct api_call *call, const struct api_insights_metric_request *request) {
    static const char suffix[] = ".amazonaws.com";
    struct str host = request->event_source;
    bool has_suffix = str_ends_with(host, STR_LITERAL(".amazonaws.com"));
    if (!has_suffix || !is_made_of(str_slice(host, 0, host.size - (sizeof suffix - 1)), "_-", false))
        return refuse_pattern(call, host, "eventSource", "^[a-z0-9_-]+\\.amazonaws\\.com$");
    if (!is_made_of(request->event_name, "_", true))
        return refuse_pattern(call, request->event_name, "eventName", "^[A-Za-z0-9_]+$");
    if (request->error_code.data != NULL && !is_made_of(request->error_code, " \t\n\r_.,-:[]", true))
        return refuse_pattern(call, request->error_code, "errorCode", "^[\\w\\d\\s_.,\\-:\\[\\]]+$");
    return true;
}

static bool make_series(struct api_call *call, const struct api_insights_metric_request *request,
    struct insights_series *ret_series) {
    bool is_error_rate = str_is(request->insight_type, "ApiErrorRateInsight");
    if (is_error_rate && request->error_code.data == NULL)
        return api_fail(
            call, API_INVALID_PARAMETER, "ApiErrorRateInsight needs an ErrorCode to retrieve data for.");
    *ret_series = (struct insights_series){
        .type = is_error_rate ? INSIGHTS_ERROR_RATE : INSIGHTS_CALL_RATE,
        .account = call->account,
        .region = call->region,
        .event_source = request->event_source,
        .event_name = request->event_name,
        .error_code = is_error_rate ? request->error_code : STR_EMPTY,
        .trail_arn = STR_EMPTY,
    };
    if (request->trail_name.data == NULL)
        return true;
    struct catalog_trail trail;
    if (!api_trail_find(call, request->trail_name, &trail))
        return false;
    ret_series->is_data = true;
    ret_series->trail_arn = trail.arn;
    return true;
}

/* From when on the period has data: the later of what is asked for and what is kept. */
static bool make_span(
    struct api_call *call, const struct api_insights_metric_request *request, struct insights_query *query) {
    int64_t days = 0;
    query->period_s = request->period.is_set ? request->period.value : 3600;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (periods[i].period_s == query->period_s)
            days = periods[i].days;
    if (days == 0)
        return api_fail(call, API_INVALID_PARAMETER, "Period must be 60, 300 or 3600 seconds.");
    struct moment kept = {call->now.ms - days * (int64_t)MS_PER_DAY};
    query->now = call->now;
    query->from = request->start_time.is_set
                      ? request->start_time.value
                      : (struct moment){call->now.ms - (int64_t)RETENTION_DAYS * MS_PER_DAY};
    query->to = request->end_time.is_set ? request->end_time.value : call->now;
    if (query->from.ms > query->to.ms)
        return api_fail(call, API_INVALID_PARAMETER, "Start time cannot be later than end time.");
    if (query->from.ms < kept.ms)
        query->from = kept;
    return true;
}

/* Everything that must stay the same from page to page, as it was sent: the defaults move with the clock. */
static struct str parameters_of(struct api_call *call, const struct api_insights_metric_request *request,
    const struct insights_query *query) {
    return arena_format(call->arena, "%.*s %.*s %.*s %d %.*s %lld %lld %lld %d", STR(query->series.trail_arn),
        STR(query->series.event_source), STR(query->series.event_name), (int)query->series.type,
        STR(query->series.error_code),
        (long long)(request->start_time.is_set ? request->start_time.value.ms : MOMENT_NONE.ms),
        (long long)(request->end_time.is_set ? request->end_time.value.ms : MOMENT_NONE.ms),
        (long long)query->period_s, query->fill_zeros);
}

/* A token keeps where the rest begins and where it ends. */
static bool go_on(
    struct api_call *call, struct str next_token, struct str parameters, struct insights_query *query) {
    struct api_page page;
    if (next_token.data == NULL)
        return true;
    if (!api_page_token_open(call, next_token, parameters, &page))
        return api_fail(call, API_INVALID_PARAMETER, "The NextToken is not valid for these parameters.");
    query->from = page.time;
    query->to = (struct moment){(int64_t)page.position_max};
    return true;
}

static void show(struct api_call *call, const struct insights_query *query,
    const struct insights_values *values, struct str parameters) {
    const struct api_insights_metric_request *request = call->request;
    struct aws_timestamp *times = ARENA_ARRAY(call->arena, values->count, struct aws_timestamp);
    struct aws_double *numbers = ARENA_ARRAY(call->arena, values->count, struct aws_double);
    for (size_t i = 0; i < values->count; i++) {
        times[i] = AWS_SET_TIMESTAMP(values->times[i]);
        numbers[i] = (struct aws_double){true, values->values[i]};
    }
    struct api_page next = {(uint64_t)query->to.ms, values->next, 0};
    *(struct api_insights_metric_response *)call->response = (struct api_insights_metric_response){
        .trail_arn = aws_optional_text(query->series.trail_arn),
        .event_source = request->event_source,
        .event_name = request->event_name,
        .insight_type = request->insight_type,
        .error_code = aws_optional_text(query->series.error_code),
        .timestamps = {true, values->count, times},
        .values = {true, values->count, numbers},
        .next_token = values->next.ms == MOMENT_NONE.ms ? (struct str){NULL, 0}
                                                        : api_page_token_seal(call, &next, parameters),
    };
}

bool api_list_insights_metric_data(struct api_call *call) {
    const struct api_insights_metric_request *request = call->request;
    const struct api_options *options = &call->api->options;
    struct insights_query query = {.fill_zeros = str_is(request->data_type, "FillWithZeros"),
        .count_max = request->max_results.is_set ? (size_t)request->max_results.value : INSIGHTS_VALUES_MAX};
    struct insights_values values = {.count = 0};
    struct error error = {0};
    if (!check_patterns(call, request) || !make_series(call, request, &query.series) ||
        !make_span(call, request, &query))
        return false;
    struct str parameters = parameters_of(call, request, &query);
    if (!go_on(call, request->next_token, parameters, &query))
        return false;
    if (options->insights_query == NULL)
        return api_fail(call, API_UNSUPPORTED, "Insights are turned off in this Cairn.");
    if (!options->insights_query(&query, call->arena, &values, options->readers_context, &error))
        return api_fail_with(call, &error);
    show(call, &query, &values, parameters);
    return true;
}
