/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

#include "admission/admission.h"
#include "catalog/catalog.h"
#include "http/http.h"
#include "sys/clock.h"

#include "log.h"

static const int64_t PAUSE_NS = INT64_C(30) * 1000 * 1000 * 1000;

bool daemon_health_takes_changes(const struct health *health) {
    return !admission_stats(health->admission).is_refusing && !catalog_has_stopped(health->catalog);
}

static void report_disk(struct health *health) {
    bool is_full = admission_stats(health->admission).is_refusing;
    if (is_full && !health->is_disk_full)
        daemon_log(LOG_disk_full, "less is free than --free-disk-floor keeps");
    if (!is_full && health->is_disk_full)
        daemon_log(LOG_disk_has_room, "writes are taken again");
    health->is_disk_full = is_full;
}

/* Told twice a minute at most: a full disk fails every sender's request. */
static void report_requests(struct health *health) {
    uint64_t failures = 0;
    IGNORE(http_server_answers(health->server, &failures), "only failures are told");
    struct instant now = clock_instant(clock_real());
    bool is_early = health->told_failures > 0 && now.ns - health->told_failures_at.ns < PAUSE_NS;
    if (failures == health->told_failures || is_early)
        return;
    daemon_log(LOG_request_failed, "%llu since the last such line, %llu since start",
        (unsigned long long)(failures - health->told_failures), (unsigned long long)failures);
    health->told_failures = failures;
    health->told_failures_at = now;
}

void daemon_health_report(struct health *health) {
    struct error reason = {0};
    bool has_stopped = admission_has_stopped(health->admission, &reason);
    if (has_stopped && !health->has_told_admission)
        daemon_log(LOG_admission_stopped, "%s", reason.message);
    health->has_told_admission = has_stopped;
    if (!has_stopped)
        report_disk(health);
    report_requests(health);
    if (catalog_has_stopped(health->catalog) && !health->has_told_catalog) {
        daemon_log(LOG_catalog_stopped, "a commit failed");
        health->has_told_catalog = true;
    }
}
