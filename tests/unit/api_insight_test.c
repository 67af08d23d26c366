/* SPDX-License-Identifier: Apache-2.0 */
/* ListInsightsMetricData: what is asked of insights, and pages of it. */
#include "insights/insights.h"
#include "support/api_world.h"

static struct world world;

/* Insights that hold one call for every period, and keep what they were asked. */
static struct {
    struct insights_query last;
    struct str source, name, code, trail;
    size_t count;
} asked;

static bool answer_query(const struct insights_query *query, struct arena *arena,
    struct insights_values *ret_values, void *context, struct error *error) {
    EXPECT(context == &world && error->kind == ERROR_NONE);
    int64_t step_ms = query->period_s * MS_PER_SECOND;
    asked.last = *query;
    asked.count++;
    asked.source = arena_str(&world.arena, query->series.event_source);
    asked.name = arena_str(&world.arena, query->series.event_name);
    asked.code = arena_str(&world.arena, query->series.error_code);
    asked.trail = arena_str(&world.arena, query->series.trail_arn);
    size_t room = (size_t)((query->to.ms - query->from.ms) / step_ms) + 2;
    *ret_values = (struct insights_values){.times = ARENA_ARRAY(arena, room, struct moment),
        .values = ARENA_ARRAY(arena, room, double),
        .next = MOMENT_NONE};
    int64_t at = (query->from.ms + step_ms - 1) / step_ms * step_ms;
    for (; at < query->to.ms; at += step_ms) {
        if (ret_values->count == query->count_max) {
            ret_values->next = (struct moment){at};
            return true;
        }
        ret_values->times[ret_values->count] = (struct moment){at};
        ret_values->values[ret_values->count++] = 1.5;
    }
    return true;
}

static void open_world(void) {
    world_open(&world);
    struct api_options options = {.insights_query = answer_query, .readers_context = &world};
    world_start_api(&world, options);
    asked.count = 0;
}

#define METRIC "\"EventSource\":\"ec2.amazonaws.com\",\"EventName\":\"RunInstances\""
#define CALLS  METRIC ",\"InsightType\":\"ApiCallRateInsight\""
#define NOW_S  1767268800

static size_t values(void) {
    return json_count(json_get(world.json, "Values"));
}

static void the_defaults_are_ninety_days_of_hours_without_zeros(void) {
    open_world();
    EXPECT(world_call(&world, "ListInsightsMetricData", "{" CALLS "}"));
    EXPECT_INT(asked.last.period_s, 3600);
    EXPECT_INT(asked.last.from.ms, (NOW_S - 90 * 86400) * INT64_C(1000));
    EXPECT_INT(asked.last.to.ms, NOW_S * INT64_C(1000));
    EXPECT_INT(asked.last.count_max, 21600);
    EXPECT(!asked.last.fill_zeros && !asked.last.series.is_data);
    EXPECT_INT(asked.last.series.type, INSIGHTS_CALL_RATE);
    EXPECT(str_is(asked.source, "ec2.amazonaws.com") && str_is(asked.name, "RunInstances"));
    EXPECT_INT(values(), 90 * 24);
    EXPECT_INT(json_count(json_get(world.json, "Timestamps")), values());
    EXPECT(world_has(world.answer, "\"Timestamps\":[1759492800,1759496400,"));
    EXPECT(world_has(world.answer, "\"Values\":[1.5,1.5,"));
    EXPECT(!json_exists(json_get(world.json, "TrailARN")) && !json_exists(json_get(world.json, "ErrorCode")));
    world_close(&world);
}

static void each_period_goes_back_as_far_as_aws_keeps_it(void) {
    static const struct {
        const char *body;
        int64_t period_s, days;
    } rows[] = {{"{" CALLS ",\"Period\":60}", 60, 15},
        {"{" CALLS ",\"Period\":300,\"StartTime\":0}", 300, 63},
        {"{" CALLS ",\"Period\":3600,\"StartTime\":0}", 3600, 90}};
    open_world();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EXPECT(world_call(&world, "ListInsightsMetricData", rows[i].body));
        EXPECT_INT(asked.last.period_s, rows[i].period_s);
        EXPECT_INT(asked.last.from.ms, (NOW_S - rows[i].days * 86400) * 1000);
    }
    world_close(&world);
}

static void an_error_rate_is_that_of_one_code(void) {
    open_world();
    EXPECT(world_call(&world, "ListInsightsMetricData",
        "{" METRIC ",\"InsightType\":\"ApiErrorRateInsight\",\"ErrorCode\":\"AccessDenied\",\"DataType\":"
        "\"FillWithZeros\"}"));
    EXPECT_INT(asked.last.series.type, INSIGHTS_ERROR_RATE);
    EXPECT(str_is(asked.code, "AccessDenied") && asked.last.fill_zeros);
    EXPECT(world_has(world.answer, "\"ErrorCode\":\"AccessDenied\""));
    world_close(&world);
}

static void with_a_trail_it_is_about_its_data_events(void) {
    open_world();
    EXPECT(world_call(&world, "CreateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"audit\"}"));
    EXPECT(world_call(&world, "ListInsightsMetricData", "{" CALLS ",\"TrailName\":\"main\"}"));
    EXPECT(asked.last.series.is_data);
    EXPECT(str_is(asked.trail, "arn:aws:cloudtrail:us-east-1:123456789012:trail/main"));
    EXPECT(world_has(world.answer, "\"TrailARN\":\"arn:aws:cloudtrail:us-east-1:123456789012:trail/main\""));
    world_close(&world);
}

/* The clock moves between pages: the span stays that of the first one. */
static void pages_together_are_the_whole_once(void) {
    open_world();
    char body[1024];
    struct str token = STR_EMPTY;
    size_t sum = 0, pages = 0;
    do {
        (void)snprintf(body, sizeof body, "{" CALLS ",\"MaxResults\":1000%s%.*s%s}",
            token.size > 0 ? ",\"NextToken\":\"" : "", STR(token), token.size > 0 ? "\"" : "");
        EXPECT(world_call(&world, "ListInsightsMetricData", body));
        EXPECT_INT(asked.last.to.ms, NOW_S * INT64_C(1000));
        sum += values();
        token = arena_str(&world.arena, json_text(json_get(world.json, "NextToken")));
        clock_manual_advance(&world.clock, 7200000);
    } while (token.size > 0 && ++pages < 5);
    EXPECT_INT(sum, 90 * 24);
    EXPECT_INT(pages, 2);
    world_close(&world);
}

static void a_token_is_good_for_its_own_question_only(void) {
    open_world();
    char body[1024];
    EXPECT(world_call(&world, "ListInsightsMetricData", "{" CALLS ",\"MaxResults\":10}"));
    struct str token = arena_str(&world.arena, json_text(json_get(world.json, "NextToken")));
    (void)snprintf(body, sizeof body, "{" CALLS ",\"Period\":300,\"NextToken\":\"%.*s\"}", STR(token));
    EXPECT(world_refuses(&world, "ListInsightsMetricData", body, "InvalidParameterException", "NextToken"));
    world_close(&world);
}

static void without_insights_the_operation_is_not_supported(void) {
    world_open(&world);
    EXPECT(world_refuses(
        &world, "ListInsightsMetricData", "{" CALLS "}", "UnsupportedOperationException", "turned off"));
    world_close(&world);
}

int main(void) {
    TEST(the_defaults_are_ninety_days_of_hours_without_zeros);
    TEST(each_period_goes_back_as_far_as_aws_keeps_it);
    TEST(an_error_rate_is_that_of_one_code);
    TEST(with_a_trail_it_is_about_its_data_events);
    TEST(pages_together_are_the_whole_once);
    TEST(a_token_is_good_for_its_own_question_only);
    TEST(without_insights_the_operation_is_not_supported);
    return tap_done();
}
