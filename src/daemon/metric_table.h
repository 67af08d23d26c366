/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every metric of /metrics, one row each, in Prometheus' text format. Rows of one name stand
 * together and differ in their labels. docs/operations/metrics.md follows from this table.
 *
 * ROW(member of struct metrics, "name", "labels", COUNTER or GAUGE, "help")
 */
#define METRIC_TABLE(ROW)                                                                                    \
    ROW(admission.admitted, "cairn_events_admitted_total", "", COUNTER, "Events admitted since start")       \
    ROW(admission.duplicates, "cairn_events_duplicate_total", "", COUNTER, "Events that were there already") \
    ROW(admission.conflicts, "cairn_events_conflict_total", "", COUNTER,                                     \
        "Events refused because their id is taken by another content")                                       \
    ROW(admission.refused, "cairn_events_refused_total", "", COUNTER, "Events that failed a check")          \
    ROW(admission.queued_bytes, "cairn_admission_queued_bytes", "", GAUGE,                                   \
        "Bytes of events waiting for the journal")                                                           \
    ROW(journal.end_position, "cairn_journal_position", "", GAUGE, "Position of the newest durable event")   \
    ROW(journal.bytes, "cairn_journal_bytes", "", GAUGE, "Size of the journal on disk")                      \
    ROW(journal.broken, "cairn_journal_broken", "", GAUGE,                                                   \
        "1 after a failed write: nothing more is acknowledged until a restart")                              \
    ROW(history_lag, "cairn_reader_lag_events", "reader=\"history\"", GAUGE,                                 \
        "Events that a reader of the journal has not taken yet")                                             \
    ROW(delivery_lag, "cairn_reader_lag_events", "reader=\"delivery\"", GAUGE, "")                           \
    ROW(insights_lag, "cairn_reader_lag_events", "reader=\"insights\"", GAUGE, "")                           \
    ROW(lake_lag, "cairn_reader_lag_events", "reader=\"lake\"", GAUGE, "")                                   \
    ROW(history.events, "cairn_history_events", "", GAUGE, "Events that can be looked up")                   \
    ROW(history.segments, "cairn_history_segments", "", GAUGE, "Immutable segments of history")              \
    ROW(history.disk_bytes, "cairn_history_bytes", "", GAUGE, "Size of history on disk")                     \
    ROW(delivery.files_done, "cairn_delivery_files_total", "", COUNTER, "Log files delivered since start")   \
    ROW(delivery.attempts_failed, "cairn_delivery_failures_total", "", COUNTER,                              \
        "Attempts at a log file that failed")                                                                \
    ROW(files_waiting, "cairn_delivery_waiting_files", "", GAUGE, "Planned log files not delivered yet")     \
    ROW(delivery_oldest_ms, "cairn_delivery_lag_milliseconds", "", GAUGE,                                    \
        "Age of the oldest event that is not in a delivered log file yet")                                   \
    ROW(digest.digests_put, "cairn_digest_files_total", "", COUNTER, "Digests delivered since start")        \
    ROW(digest_age_ms, "cairn_digest_age_milliseconds", "", GAUGE,                                           \
        "Time since the last digest; 0 before any")                                                          \
    ROW(insights.insights_started, "cairn_insights_started_total", "", COUNTER,                              \
        "Unusual activities found, ever")                                                                    \
    ROW(insights.insights_ended, "cairn_insights_ended_total", "", COUNTER, "Of them those that are over")   \
    ROW(insights.insights_open, "cairn_insights_open", "", GAUGE, "Of them those that go on")                \
    ROW(insights.events_counted, "cairn_insights_events_total", "", COUNTER, "Events counted for insights")  \
    ROW(insights.events_late, "cairn_insights_late_events_total", "", COUNTER,                               \
        "Of them those of a minute that was judged already")                                                 \
    ROW(insights.series, "cairn_insights_series", "", GAUGE, "Rates that insights follow")                   \
    ROW(insights.series_let_go, "cairn_insights_series_let_go_total", "", COUNTER,                           \
        "Rates let go of because there were more than --insights-series")                                    \
    ROW(insights.series_not_kept, "cairn_insights_series_not_kept_total", "", COUNTER,                       \
        "Rates of which only totals are kept, because too many began at once")                               \
    ROW(insights.memory_bytes, "cairn_insights_memory_bytes", "", GAUGE, "Memory of insights")               \
    ROW(insights.disk_bytes, "cairn_insights_disk_bytes", "", GAUGE, "Size of insights on disk")             \
    ROW(insights_failing, "cairn_insights_failing", "", GAUGE,                                               \
        "1 while the reader of insights cannot go on; the log says why")                                     \
    ROW(lake_failing, "cairn_lake_failing", "", GAUGE,                                                       \
        "1 while events cannot be written to an event data store; the log says why")                         \
    ROW(queries.finished, "cairn_queries_finished_total", "", COUNTER, "Lake queries that were answered")    \
    ROW(queries.failed, "cairn_queries_failed_total", "", COUNTER, "Lake queries that failed")               \
    ROW(queries.cancelled, "cairn_queries_cancelled_total", "", COUNTER, "Lake queries that were cancelled") \
    ROW(queries.timed_out, "cairn_queries_timed_out_total", "", COUNTER,                                     \
        "Lake queries that took longer than --query-timeout")                                                \
    ROW(queries.bytes_scanned, "cairn_queries_scanned_bytes_total", "", COUNTER,                             \
        "Bytes that Lake queries read")                                                                      \
    ROW(queries.queued, "cairn_queries_queued", "", GAUGE, "Lake queries that wait")                         \
    ROW(queries.running, "cairn_queries_running", "", GAUGE, "Lake queries that run")                        \
    ROW(imports.files, "cairn_imports_files_total", "", COUNTER, "Log files taken by imports")               \
    ROW(imports.events, "cairn_imports_events_total", "", COUNTER, "Events that imports brought")            \
    ROW(imports.duplicates, "cairn_imports_duplicate_events_total", "", COUNTER,                             \
        "Events of imports that the store had already")                                                      \
    ROW(imports.failures, "cairn_imports_failed_files_total", "", COUNTER,                                   \
        "Log files that imports could not take")                                                             \
    ROW(imports.running, "cairn_imports_running", "", GAUGE, "Imports that go on")                           \
    ROW(requests, "cairn_http_requests_total", "", COUNTER, "Requests answered since start, at every door")  \
    ROW(request_errors, "cairn_http_errors_total", "", COUNTER,                                              \
        "Of them those answered with a status of 500 or more")                                               \
    ROW(audit.calls, "cairn_audit_calls_total", "", COUNTER, "Calls of PutAuditEvents answered")             \
    ROW(audit.failures, "cairn_audit_errors_total", "", COUNTER,                                             \
        "Calls of PutAuditEvents answered with an error")                                                    \
    ROW(audit.successful, "cairn_audit_events_total", "", COUNTER,                                           \
        "Events of channels taken, repetitions too")                                                         \
    ROW(audit.failed, "cairn_audit_failed_events_total", "", COUNTER, "Events of channels refused")          \
    ROW(api.calls, "cairn_api_calls_total", "", COUNTER, "Calls of CloudTrail, Cairn and STS answered")      \
    ROW(api.failures, "cairn_api_errors_total", "", COUNTER, "Of them those answered with an error")         \
    ROW(api.authentication_failures, "cairn_authentication_failures_total", "", COUNTER,                     \
        "Of them those whose signature or key was not good")                                                 \
    ROW(s3api.requests, "cairn_s3_requests_total", "", COUNTER, "Requests at the S3 door")                   \
    ROW(unrecorded_reads, "cairn_unrecorded_reads_total", "", COUNTER,                                       \
        "Reads answered without a record, as the disk was full or failing")                                  \
    ROW(free_disk, "cairn_free_disk_bytes", "", GAUGE, "Free space of the data folder's disk")               \
    ROW(resident, "cairn_resident_memory_bytes", "", GAUGE, "Memory in use")

/* Metrics of each event data store, a row of each for every store; members of struct metric_store. */
#define METRIC_STORE_TABLE(ROW)                                                                              \
    ROW(events, "cairn_store_events", "store=\"UUID\"", GAUGE, "Events of an event data store")              \
    ROW(files, "cairn_store_files", "store=\"UUID\"", GAUGE, "Its Parquet files")                            \
    ROW(bytes, "cairn_store_bytes", "store=\"UUID\"", GAUGE, "Their size")                                   \
    ROW(lag, "cairn_store_lag_events", "store=\"UUID\"", GAUGE,                                              \
        "Events of the journal that it has not looked at or not written yet")                                \
    ROW(duplicates, "cairn_store_duplicates_total", "store=\"UUID\"", COUNTER,                               \
        "Events left out because it had them, since start")                                                  \
    ROW(conflicts, "cairn_store_conflicts_total", "store=\"UUID\"", COUNTER,                                 \
        "Events left out because it had another of that id, since start")                                    \
    ROW(expired, "cairn_store_expired_total", "store=\"UUID\"", COUNTER,                                     \
        "Events left out because they were past its retention, since start")                                 \
    ROW(failing, "cairn_store_failing", "store=\"UUID\"", GAUGE,                                             \
        "1 while the store takes nothing; the log says why")

/*
 * Metrics of each gateway entry, a row of each for every entry; members of struct gateway_stats. At every
 * moment and after every crash: seen = recorded + gap + refused + in flight.
 */
#define METRIC_GATEWAY_TABLE(ROW)                                                                            \
    ROW(seen, "cairn_gateway_calls_seen_total", "entry=\"NAME\"", COUNTER,                                   \
        "Calls that came to the entry, ever: recorded + gap + refused, and those in flight")                 \
    ROW(recorded, "cairn_gateway_calls_recorded_total", "entry=\"NAME\"", COUNTER,                           \
        "Calls whose record is durable")                                                                     \
    ROW(gaps, "cairn_gateway_calls_gap_total", "entry=\"NAME\"", COUNTER,                                    \
        "Calls without a record; EventsNotRecorded events tell of them, after a crash with an upper bound")  \
    ROW(refused, "cairn_gateway_calls_refused_total", "entry=\"NAME\"", COUNTER,                             \
        "Calls that were answered 503 and not passed on, as they could not be recorded")                     \
    ROW(in_flight, "cairn_gateway_calls_in_flight", "entry=\"NAME\"", GAUGE,                                 \
        "Calls that have not ended, or whose record is not durable yet")                                     \
    ROW(unknown_outcomes, "cairn_gateway_unknown_outcomes_total", "entry=\"NAME\"", COUNTER,                 \
        "Fail-closed: calls that a crash cut off, recorded with errorCode OutcomeUnknown")                   \
    ROW(learned_keys, "cairn_gateway_learned_keys", "entry=\"NAME\"", GAUGE,                                 \
        "Temporary and new keys learned from answers that passed by")                                        \
    ROW(forged, "cairn_gateway_calls_forged_total", "entry=\"NAME\"", COUNTER,                               \
        "Calls with a key that Cairn holds and not signed with it, since start")                             \
    ROW(upstream_failures, "cairn_gateway_upstream_failures_total", "entry=\"NAME\"", COUNTER,               \
        "Calls whose upstream could not be reached, broke off or took too long, since start")
