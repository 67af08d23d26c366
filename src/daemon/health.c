/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

#include "admission/admission.h"
#include "catalog/catalog.h"

#include "log.h"

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

void daemon_health_report(struct health *health) {
    struct error reason = {0};
    bool has_stopped = admission_has_stopped(health->admission, &reason);
    if (has_stopped && !health->has_told_admission)
        daemon_log(LOG_admission_stopped, "%s", reason.message);
    health->has_told_admission = has_stopped;
    if (!has_stopped)
        report_disk(health);
    if (catalog_has_stopped(health->catalog) && !health->has_told_catalog) {
        daemon_log(LOG_catalog_stopped, "a commit failed");
        health->has_told_catalog = true;
    }
}
