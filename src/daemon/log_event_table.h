/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every line the daemon can log: ROW(id, LEVEL, "what it means; what to do").
 * The generated docs/operations/messages.md is this table.
 */
#define LOG_EVENT_TABLE(ROW)                                                                                 \
    ROW(daemon_starting, INFO, "The daemon opens its stores.")                                               \
    ROW(daemon_ready, INFO, "The daemon answers requests on the address given.")                             \
    ROW(daemon_stopping, INFO, "A stop was asked for; what is in flight is finished.")                       \
    ROW(daemon_stopped, INFO, "Everything is closed.")                                                       \
    ROW(daemon_failed, ERROR, "The daemon could not start or go on; the message says what to repair.")       \
    ROW(unknown_variable, WARNING, "An environment variable looks like an option and is none: misspelt?")    \
    ROW(credentials_created, INFO, "First start: root credentials were made and kept in the file named.")    \
    ROW(recovery_done, INFO, "Stores are open; events after the last sealed one were read again.")           \
    ROW(tls_reloaded, INFO, "SIGHUP: new connections get the certificate now on disk.")                      \
    ROW(tls_reload_failed, ERROR, "SIGHUP: the certificate files could not be used; the old one stays.")     \
    ROW(gateway_ready, INFO, "An entry of the gateway takes calls on the address given.")                    \
    ROW(gateway_trouble, WARNING,                                                                            \
        "An entry cannot record, reach its upstream, or keep its numbers; told once a minute. What was not " \
        "recorded is counted (cairn_gateway_calls_gap_total) and told of in EventsNotRecorded events.")      \
    ROW(history_failed, ERROR,                                                                               \
        "Events could not be indexed; tried again. Meanwhile lookups miss what came since: check the disk.") \
    ROW(maintenance_failed, ERROR,                                                                           \
        "A history segment could not be sealed, merged or expired. After a failed write history must be "    \
        "opened again: check the disk, then start again.")                                                   \
    ROW(insights_failed, ERROR,                                                                              \
        "The reader of insights could not count, write or admit; it goes on from its last snapshot after a " \
        "pause. Until then nothing unusual is told of: check the disk.")                                     \
    ROW(lake_failed, ERROR,                                                                                  \
        "An event data store could not be written, merged or opened, or the SQL engine is missing; tried "   \
        "again with growing pauses. Its events are not lost: they are taken as soon as it works again.")     \
    ROW(lake_copy_failed, WARNING,                                                                           \
        "Files of an event data store could not be copied to --lake-copy; tried again in a minute.")         \
    ROW(queries_failed, ERROR,                                                                               \
        "Rows of old queries could not be removed; tried again in a minute: check the disk.")                \
    ROW(refresh_failed, ERROR,                                                                               \
        "Dashboards could not be refreshed by their schedules; tried again in a minute: check the disk.")    \
    ROW(import_waits, WARNING,                                                                               \
        "An import cannot go on and is tried again: the message says what it waits for.")                    \
    ROW(delivery_stopped, ERROR, "Delivery cannot read or write its stores; it begins again after a pause.") \
    ROW(delivery_failed, WARNING, "Log files could not be delivered; tried again with growing pauses.")      \
    ROW(digest_failed, WARNING, "A digest could not be delivered; tried again with growing pauses.")         \
    ROW(checkpoint_differs, ERROR,                                                                           \
        "The catalog lacks digests that the signed checkpoint tells of: it was rolled back or edited.")      \
    ROW(admission_stopped, ERROR,                                                                            \
        "The journal refused a write: nothing more is acknowledged. Check the disk, then start again.")      \
    ROW(catalog_stopped, ERROR,                                                                              \
        "A change of trails, keys or planned files could not be committed: no more are taken. Check the "    \
        "disk, then start again.")                                                                           \
    ROW(disk_full, WARNING, "Writes are refused until there is room on the disk; lookups go on.")            \
    ROW(disk_has_room, INFO, "There is room on the disk again.")                                             \
    ROW(request_failed, WARNING,                                                                             \
        "Requests were answered with a status of 500 or more; the message counts them.")
