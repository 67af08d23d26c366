/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every option of `cairn serve`, one row each: the flag --name, the environment variable
 * CAIRN_NAME and the configuration key `name` follow from it, and so do the struct, --help and
 * docs/operations/configure.md.
 *
 * ROW(member, "name", TYPE, "default", low, high, "VALUE", "help")
 * TYPE: TEXT, BOOLEAN, NUMBER, SIZE (bytes; k m g), DURATION (ms; ms s m h d)
 */
#define OPTION_TABLE(ROW)                                                                                    \
    ROW(data, "data", TEXT, "data", 1, 4096, "DIR", "folder that holds everything Cairn keeps")              \
    ROW(listen, "listen", TEXT, "127.0.0.1:8420", 1, 256, "HOST:PORT",                                       \
        "address to listen on; anything but loopback needs TLS or --insecure-http")                          \
    ROW(console_listen, "console-listen", TEXT, "", 0, 256, "HOST:PORT",                                     \
        "address of its own for the console (and the API that it calls), so that its origin is no "          \
        "other page's; by default it is /console/ of --listen")                                              \
    ROW(console_pack, "console-pack", TEXT, "", 0, 4096, "FILE",                                             \
        "files of the console instead of those built in; without either "                                    \
        "../build-console/console.pack, seen from the binary")                                               \
    ROW(tls_cert, "tls-cert", TEXT, "", 0, 4096, "FILE", "TLS certificate chain, PEM; read again on SIGHUP") \
    ROW(tls_key, "tls-key", TEXT, "", 0, 4096, "FILE", "key of the TLS certificate, PEM")                    \
    ROW(insecure_http, "insecure-http", BOOLEAN, "false", 0, 1, "",                                          \
        "allow plain HTTP on an address that is not loopback")                                               \
    ROW(account_id, "account-id", TEXT, "123456789012", 12, 12, "ID", "account of the root credentials")     \
    ROW(region, "region", TEXT, "us-east-1", 1, 32, "REGION", "home region")                                 \
    ROW(regions, "regions", TEXT, "", 0, 4096, "LIST",                                                       \
        "enabled regions, with commas; the home region and those that events name are always enabled")       \
    ROW(accept_accounts, "accept-accounts", TEXT, "", 0, 65536, "any|LIST",                                  \
        "accounts whose events are admitted; by default those that have a key")                              \
    ROW(key_file, "key-file", TEXT, "", 0, 4096, "FILE",                                                     \
        "key that Cairn's own secrets are encrypted under; by default DIR/key")                              \
    ROW(delivery_interval, "delivery-interval", DURATION, "5m", 1000, 86400000, "TIME",                      \
        "how often log files are delivered")                                                                 \
    ROW(delivery_retry, "delivery-retry", DURATION, "30d", 1000, 315360000000, "TIME",                       \
        "how long an undeliverable log file is tried again")                                                 \
    ROW(digest_interval, "digest-interval", DURATION, "1h", 1000, 86400000, "TIME",                          \
        "how often digests are delivered")                                                                   \
    ROW(key_rotation_interval, "key-rotation-interval", DURATION, "30d", 1000, 315360000000, "TIME",         \
        "how long a digest signing key is used")                                                             \
    ROW(history_retention, "history-retention", DURATION, "90d", 1000, 3153600000000, "TIME",                \
        "how long events can be looked up")                                                                  \
    ROW(insights, "insights", TEXT, "on", 2, 3, "on|off",                                                    \
        "count calls and errors a minute, and tell the trails that ask for it what is unusual")              \
    ROW(insights_warm, "insights-warm", DURATION, "7d", 60000, 7776000000, "TIME",                           \
        "how long insights learn what is usual before drops are told of and limits are normal")              \
    ROW(insights_grace, "insights-grace", DURATION, "20s", 1000, 3600000, "TIME",                            \
        "how long after its end a minute is judged for drops and learned; later events count and are not "   \
        "judged")                                                                                            \
    ROW(insights_series, "insights-series", NUMBER, "250000", 100, 100000000, "N",                           \
        "rates followed at one time; past it those that were silent longest are let go")                     \
    ROW(event_data_stores_max, "event-data-stores-max", NUMBER, "10", 1, 10000, "N",                         \
        "event data stores of an account in a region, those that wait for their deletion too")               \
    ROW(lake_event_json, "lake-event-json", TEXT, "on", 2, 3, "on|off",                                      \
        "keep each event's own text in event data stores too, as the column eventJson")                      \
    ROW(lake_copy, "lake-copy", TEXT, "", 0, 1100, "BUCKET/PREFIX",                                          \
        "keep a copy of event data stores' files there, for other tools; empty: none")                       \
    ROW(engine_library, "engine-library", TEXT, "", 0, 4096, "FILE",                                         \
        "the SQL engine, libduckdb.so; by default beside this program or in the build's folder")             \
    ROW(query_memory, "query-memory", SIZE, "1g", 134217728, 1099511627776, "SIZE",                          \
        "memory of one query, and of one writer of an event data store")                                     \
    ROW(query_concurrency, "query-concurrency", NUMBER, "2", 1, 64, "N", "queries that run at one time")     \
    ROW(query_queue, "query-queue", NUMBER, "10", 1, 10000, "N",                                             \
        "queries of an account and region that may be queued and running")                                   \
    ROW(query_timeout, "query-timeout", DURATION, "1h", 1000, 86400000, "TIME", "how long a query may run")  \
    ROW(query_result_retention, "query-result-retention", DURATION, "7d", 1000, 315360000000, "TIME",        \
        "how long the rows of a query are kept")                                                             \
    ROW(allow_unconfined_workers, "allow-unconfined-workers", BOOLEAN, "false", 0, 1, "",                    \
        "run queries even where the kernel cannot lock their processes down")                                \
    ROW(bucket_policy, "bucket-policy", TEXT, "own", 3, 7, "own|enforce",                                    \
        "what a trail's bucket must allow: `own` takes buckets of the same account, `enforce` checks "       \
        "the bucket policy as AWS does")                                                                     \
    ROW(trails_max, "trails-max", NUMBER, "5", 1, 1000, "N", "trails in a region")                           \
    ROW(free_disk_floor, "free-disk-floor", SIZE, "256m", 0, 1099511627776, "SIZE",                          \
        "free space below which writes are refused while reads go on")                                       \
    ROW(journal_segment_size, "journal-segment-size", SIZE, "128m", 65536, 4294967296, "SIZE",               \
        "size at which a journal file is closed and the next one begun")                                     \
    ROW(ingest_memory, "ingest-memory", SIZE, "160m", 1048576, 68719476736, "SIZE",                          \
        "memory for events on their way in; past it senders are told to wait")                               \
    ROW(connections_max, "connections-max", NUMBER, "512", 1, 16384, "N", "connections at one time")         \
    ROW(idle_timeout, "idle-timeout", DURATION, "60s", 1000, 3600000, "TIME",                                \
        "how long a connection may be silent")                                                               \
    ROW(virtual_host, "virtual-host", TEXT, "localhost", 0, 256, "NAME",                                     \
        "host below which <bucket>.NAME is a bucket")                                                        \
    ROW(gateway, "gateway", TEXT, "", 0, 4096, "LISTEN=UPSTREAM",                                            \
        "record calls to the service at UPSTREAM that are sent to LISTEN, as "                               \
        "127.0.0.1:8421=http://host:9000; "                                                                  \
        "more entries and their settings: sections of the configuration file")                               \
    ROW(gateway_memory, "gateway-memory", SIZE, "128m", 1048576, 68719476736, "SIZE",                        \
        "memory for records of calls on their way in and for bodies that are read")                          \
    ROW(gateway_connections_max, "gateway-connections-max", NUMBER, "4096", 1, 65536, "N",                   \
        "connections of clients to all gateway entries at one time")                                         \
    ROW(log_level, "log-level", TEXT, "info", 4, 7, "LEVEL", "debug, info, warning or error")
