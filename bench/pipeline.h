/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline: journal, seen, history, admission and, where wanted, insights wired as in the daemon, without
 * HTTP. */
#pragma once

#include "admission/admission.h"
#include "history/history.h"
#include "insights/insights.h"
#include "journal/journal.h"
#include "seen/seen.h"
#include "sys/disk.h"

#include <stdatomic.h>

struct pipeline {
    struct disk *disk;
    struct journal *journal;
    struct seen *seen;
    struct history *history;
    struct admission *admission;
    struct insights *insights; /* NULL: off */
    struct thread *applier, *maintainer, *counter;
    atomic_uint_fast64_t counted_position; /* of insights */
    double counter_cpu_seconds;            /* of its thread, once sealed */
    atomic_bool is_stopping;
};

void pipeline_open(struct pipeline *pipeline, const char *folder);
void pipeline_start_insights(struct pipeline *pipeline); /* before the first event */
void pipeline_wait_searchable(
    struct pipeline *pipeline);                /* lookups find, insights count, all that is durable */
void pipeline_seal(struct pipeline *pipeline); /* all on disk and merged, threads ended */
void pipeline_close(struct pipeline *pipeline);
