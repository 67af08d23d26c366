/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/metric.h"
#include "daemon/router.h"
#include "support/tap.h"

static enum router_door door(const char *service, const char *path, const char *host, bool has_target) {
    struct router_request request = {str_from(path), str_from(host), str_from(service), has_target};
    return daemon_router_decide(&request, STR_LITERAL("localhost"));
}

static void a_signature_of_s3_decides_before_the_path(void) {
    EXPECT_INT(door("s3", "/events", "127.0.0.1:8420", false), ROUTER_S3);
    EXPECT_INT(door("s3", "/healthz", "127.0.0.1:8420", true), ROUTER_S3);
}

static void each_path_of_the_contract_has_its_door(void) {
    EXPECT_INT(door("cairn", "/events", "h", false), ROUTER_INGEST);
    EXPECT_INT(door("", "/events", "h", false), ROUTER_INGEST);
    EXPECT_INT(door("", "/sources/minio", "h", false), ROUTER_SOURCES);
    EXPECT_INT(door("s3", "/sources/minio", "h", false), ROUTER_S3);
    EXPECT_INT(door("", "/sources", "h", false), ROUTER_S3);
    EXPECT_INT(door("", "/console", "h", false), ROUTER_CONSOLE);
    EXPECT_INT(door("", "/console/trails", "h", false), ROUTER_CONSOLE);
    EXPECT_INT(door("s3", "/console/trails", "h", false), ROUTER_S3);
    EXPECT_INT(door("", "/consoles/trails", "h", false), ROUTER_S3);
    EXPECT_INT(door("", "/healthz", "h", false), ROUTER_HEALTH);
    EXPECT_INT(door("", "/readyz", "h", false), ROUTER_READY);
    EXPECT_INT(door("", "/metrics", "h", false), ROUTER_METRICS);
    EXPECT_INT(door("cloudtrail", "/", "h", true), ROUTER_API);
    EXPECT_INT(door("sts", "/", "h", false), ROUTER_API);
    EXPECT_INT(door("cloudtrail-data", "/PutAuditEvents", "h", false), ROUTER_AUDIT);
    EXPECT_INT(door("", "/PutAuditEvents", "h", false), ROUTER_AUDIT);
}

static void what_names_nothing_else_is_a_bucket(void) {
    EXPECT_INT(door("", "/bucket/key", "127.0.0.1:8420", false), ROUTER_S3);
    EXPECT_INT(door("", "/healthz", "bucket.localhost:8420", false), ROUTER_S3);
    EXPECT_INT(door("", "/healthz", "localhost:8420", false), ROUTER_HEALTH);
}

static void metrics_of_one_name_have_one_head(void) {
    static struct metrics metrics = {.history_lag = 7,
        .journal = {.sync_bucket_count = {[3] = 3, [JOURNAL_SYNC_BUCKETS - 1] = 1}, .sync_count = 4}};
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    daemon_metric_append(&text, &metrics);
    size_t first = str_find(buf_str(&text), STR_LITERAL("# TYPE cairn_reader_lag_events gauge"));
    EXPECT(first != SIZE_MAX);
    EXPECT(str_find(str_slice(buf_str(&text), first + 1, SIZE_MAX),
               STR_LITERAL("# TYPE cairn_reader_lag_events")) == SIZE_MAX);
    EXPECT(
        str_find(buf_str(&text), STR_LITERAL("cairn_reader_lag_events{reader=\"history\"} 7\n")) != SIZE_MAX);
    EXPECT(str_find(buf_str(&text), STR_LITERAL("cairn_journal_sync_seconds_bucket{le=\"0.001\"} 3\n")) !=
           SIZE_MAX);
    EXPECT(str_find(buf_str(&text), STR_LITERAL("cairn_journal_sync_seconds_bucket{le=\"+Inf\"} 4\n")) !=
           SIZE_MAX);
    buf_finish(&text);
}

static void each_gateway_entry_has_its_own_numbers(void) {
    static struct metrics metrics = {.gateway_count = 2,
        .gateways = {{.name = {"rgw", 3}, .seen = 7, .recorded = 5}, {.name = {"aws", 3}, .seen = 9}}};
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    daemon_metric_append(&text, &metrics);
    static const char *const lines[] = {"# TYPE cairn_gateway_calls_seen_total counter\n",
        "cairn_gateway_calls_seen_total{entry=\"rgw\"} 7\n",
        "cairn_gateway_calls_seen_total{entry=\"aws\"} 9\n",
        "cairn_gateway_calls_recorded_total{entry=\"rgw\"} 5\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        EXPECT(str_find(buf_str(&text), str_from(lines[i])) != SIZE_MAX);
    buf_finish(&text);
}

static void each_event_data_store_has_its_own_numbers(void) {
    static struct metrics metrics = {
        .store_count = 2, .stores = {{.uuid = "a", .events = 7}, {.uuid = "b", .events = 9, .failing = 1}}};
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    daemon_metric_append(&text, &metrics);
    static const char *const lines[] = {"# TYPE cairn_store_events gauge\n",
        "cairn_store_events{store=\"a\"} 7\n", "cairn_store_events{store=\"b\"} 9\n",
        "cairn_store_failing{store=\"b\"} 1\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        EXPECT(str_find(buf_str(&text), str_from(lines[i])) != SIZE_MAX);
    buf_finish(&text);
}

int main(void) {
    TEST(a_signature_of_s3_decides_before_the_path);
    TEST(each_path_of_the_contract_has_its_door);
    TEST(what_names_nothing_else_is_a_bucket);
    TEST(metrics_of_one_name_have_one_head);
    TEST(each_gateway_entry_has_its_own_numbers);
    TEST(each_event_data_store_has_its_own_numbers);
    return tap_done();
}
