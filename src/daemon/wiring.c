/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of contents of the daemon. Opens bottom-up, closes top-down; nothing is global, and
 * whoever needs something is handed it here.
 */
#include "wiring.h"

#include "admission/admission.h"
#include "api/api.h"
#include "audit/audit.h"
#include "auth/auth.h"
#include "aws/arn.h"
#include "base/own.h"
#include "catalog/catalog.h"
#include "console/console.h"
#include "history/history.h"
#include "http/listen.h"
#include "ingest/ingest.h"
#include "journal/journal.h"
#include "lakeapi/lakeapi.h"
#include "objects/objects.h"
#include "s3api/s3api.h"
#include "seen/seen.h"
#include "sources/sources.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"

#include "banner.h"
#include "credentials.h"
#include "gateways.h"
#include "generation.h"
#include "health.h"
#include "insight_reader.h"
#include "lake_parts.h"
#include "log.h"
#include "metric.h"
#include "option.h"
#include "readers.h"
#include "router.h"

#include <stdio.h>
#include <string.h>

enum { DELIVERY_MEMORY_BYTES = 48 << 20, HEALTH_INTERVAL_MS = 1000 };

struct wiring {
    const struct options *options;
    const char *program;
    struct arena arena; /* texts that live as long as the daemon */
    struct disk *disk;
    struct process_lock *lock;
    struct catalog *catalog;
    struct objects *objects;
    struct history *history;
    struct journal *journal;
    struct seen *seen;
    struct admission *admission;
    struct auth *auth;
    struct readers *readers;
    struct insight_reader *insights; /* NULL: turned off */
    struct ingest *ingest;
    struct audit *audit;
    struct sources *sources;
    struct api *api;
    struct s3api *s3api;
    struct lake_parts *lake;
    struct gateway *gateway; /* NULL: no entry is configured */
    struct console *console;
    struct router *router, *console_router;
    struct http_server *console_server; /* NULL without --console-listen */
    struct http_server *_Atomic server; /* its threads ask for it, perhaps before it is set */
    struct health health;
    bool has_new_credentials;
};

static const char *path_in(struct wiring *wiring, const char *name) {
    return arena_format(&wiring->arena, "%.*s/%s", STR(wiring->options->data), name).data;
}

/* Make the data folder where missing (its parent must be there). */
static bool make_folder(struct wiring *wiring, struct error *error) {
    const char *path = arena_text(&wiring->arena, wiring->options->data);
    wiring->disk = disk_real_create(path, error);
    if (wiring->disk != NULL || error->kind != ERROR_NOT_FOUND)
        return wiring->disk != NULL;
    char *parent = arena_text(&wiring->arena, wiring->options->data);
    char *slash = strrchr(parent, '/');
    const char *name = slash == NULL ? path : path + (slash - parent) + 1;
    if (slash != NULL)
        slash[slash == parent ? 1 : 0] = '\0';
    struct disk *disk = disk_real_create(slash == NULL ? "." : parent, error);
    bool done =
        disk != NULL && disk_make_directory(disk, name, error) && disk_sync_directory(disk, "", error);
    if (disk != NULL)
        disk_real_destroy(disk);
    if (done)
        wiring->disk = disk_real_create(path, error);
    return wiring->disk != NULL;
}

static bool open_control(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    const char *key_path =
        options->key_file.size > 0 ? arena_text(&wiring->arena, options->key_file) : path_in(wiring, "key");
    struct catalog_options catalog_options = {.path = path_in(wiring, "catalog.db"), .key_path = key_path};
    wiring->catalog = catalog_open(&catalog_options, error);
    if (wiring->catalog == NULL || !daemon_generation_advance(wiring->catalog, wiring->disk, error) ||
        !daemon_credentials_install(wiring->catalog, wiring->disk, options, clock_now(clock_real()),
            &wiring->has_new_credentials, error))
        return false;
    if (wiring->has_new_credentials)
        daemon_log(LOG_credentials_created, "%s", path_in(wiring, "root-credentials.json"));
    struct objects_options objects_options = {.rules = options->bucket_rules,
        .rule_count = options->bucket_rule_count,
        .free_disk_floor = options->free_disk_floor};
    wiring->objects = objects_open(wiring->disk, &objects_options, error);
    return wiring->objects != NULL;
}

static bool open_stores(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    struct uuid cairn_id = catalog_cairn_id(wiring->catalog);
    uint64_t generation = catalog_generation(wiring->catalog);
    struct history_options history_options = {
        .cairn_id = cairn_id, .generation = generation, .retention_ms = options->history_retention};
    wiring->history = history_open(wiring->disk, &history_options, error);
    if (wiring->history == NULL)
        return false;
    struct journal_options journal_options = {.cairn_id = cairn_id,
        .generation = generation,
        .segment_bytes = options->journal_segment_size,
        .known_position = history_sealed_position(wiring->history)};
    wiring->journal = journal_open(wiring->disk, &journal_options, error);
    if (wiring->journal == NULL)
        return false;
    struct seen_options seen_options = {.cairn_id = cairn_id, .generation = generation};
    wiring->seen = seen_open(wiring->disk, &seen_options, error);
    if (wiring->seen == NULL)
        return false;
    struct admission_options admission_options = {.queued_bytes_max = options->ingest_memory,
        .free_disk_floor = options->free_disk_floor,
        .account = options->account_id,
        .region = options->region};
    wiring->admission =
        admission_open(wiring->disk, wiring->journal, wiring->seen, &admission_options, error);
    wiring->health = (struct health){.admission = wiring->admission, .catalog = wiring->catalog};
    return wiring->admission != NULL;
}

/* Gap events of delivery and insights come in through admission as everything does. */
static bool admit_own(struct str record, void *context, struct error *error) {
    struct wiring *wiring = context;
    struct admission_sender sender = {.door = EVENT_DOOR_INTERNAL,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .is_witnessed = true,
        .may_send_reserved = true};
    uint64_t position = 0;
    return admission_admit(wiring->admission, &sender, record, &position, error);
}

/* The regions of --regions, in the arena; ERROR_INVALID names the one that is none. */
static bool list_regions(
    struct wiring *wiring, const struct str **ret_regions, size_t *ret_count, struct error *error) {
    struct str rest = wiring->options->regions;
    struct str *regions = ARENA_ARRAY(&wiring->arena, rest.size + 1, struct str);
    size_t count = 0;
    while (rest.size > 0) {
        regions[count] = str_trim(str_cut(&rest, ','));
        if (!aws_is_region(regions[count++]))
            return error_set(
                error, ERROR_INVALID, "option regions: `%.*s' is no region", STR(regions[count - 1]));
    }
    *ret_regions = regions;
    *ret_count = count;
    return true;
}

static bool open_readers(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    const struct str *regions = NULL;
    size_t region_count = 0;
    if (!list_regions(wiring, &regions, &region_count, error))
        return false;
    struct readers_options readers_options = {
        .history = wiring->history,
        .delivery_stores = {wiring->catalog, wiring->journal, wiring->history, wiring->objects},
        .delivery = {.interval_ms = options->delivery_interval,
            .retry_ms = options->delivery_retry,
            .memory_bytes_max = DELIVERY_MEMORY_BYTES,
            .home_region = options->region,
            .home_account = options->account_id,
            .on_gap = admit_own,
            .gap_context = wiring},
        .digest = {.interval_ms = options->digest_interval,
            .key_rotation_interval_ms = options->key_rotation_interval,
            .retry_ms = options->delivery_retry,
            .regions = regions,
            .region_count = region_count},
        .checkpoint = {.catalog = wiring->catalog,
            .disk = wiring->disk,
            .region = options->region,
            .key_rotation_ms = options->key_rotation_interval},
    };
    struct error differs = {0};
    if (!daemon_checkpoint_check(&readers_options.checkpoint, &differs))
        daemon_log(LOG_checkpoint_differs, "%s", differs.message);
    wiring->readers = daemon_readers_open(&readers_options, error);
    return wiring->readers != NULL;
}

static bool open_insights(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    if (str_is(options->insights, "off"))
        return true;
    if (!str_is(options->insights, "on"))
        return error_set(
            error, ERROR_INVALID, "option insights takes on or off, not `%.*s'", STR(options->insights));
    struct insight_reader_options reader_options = {.disk = wiring->disk,
        .catalog = wiring->catalog,
        .history = wiring->history,
        .journal = wiring->journal,
        .series_max = options->insights_series,
        .grace_ms = options->insights_grace,
        .warm_ms = options->insights_warm,
        .on_insight = admit_own,
        .context = wiring};
    wiring->insights = daemon_insight_reader_open(&reader_options, error);
    return wiring->insights != NULL || error_context(error, "insights (--insights off goes on without them)");
}

static bool open_lake(struct wiring *wiring, struct error *error) {
    struct lake_parts_options lake_options = {.options = wiring->options,
        .disk = wiring->disk,
        .catalog = wiring->catalog,
        .history = wiring->history,
        .journal = wiring->journal,
        .objects = wiring->objects};
    wiring->lake = daemon_lake_parts_open(&lake_options, error);
    return wiring->lake != NULL;
}

static bool query_insights(const struct insights_query *query, struct arena *arena,
    struct insights_values *ret_values, void *context, struct error *error) {
    struct wiring *wiring = context;
    return daemon_insight_reader_query(wiring->insights, query, arena, ret_values, error);
}

static size_t list_readers(struct arena *arena, struct api_reader **ret_readers, void *context) {
    struct wiring *wiring = context;
    struct delivery_stats delivery = daemon_readers_delivery_stats(wiring->readers);
    struct api_reader *readers = ARENA_ARRAY(arena, 4, struct api_reader);
    readers[0] = (struct api_reader){STR_LITERAL("history"), history_applied_position(wiring->history)};
    readers[1] = (struct api_reader){STR_LITERAL("delivery"), delivery.position - 1};
    readers[2] = (struct api_reader){STR_LITERAL("lake"), daemon_lake_parts_position(wiring->lake)};
    readers[3] =
        (struct api_reader){STR_LITERAL("insights"), daemon_insight_reader_position(wiring->insights)};
    *ret_readers = readers;
    return wiring->insights == NULL ? 3 : 4;
}

static size_t list_gateways(struct arena *arena, struct api_gateway **ret_gateways, void *context) {
    struct wiring *wiring = context;
    return daemon_gateways_list(wiring->gateway, arena, ret_gateways);
}

static bool open_sources(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    struct sources_options sources_options = {.admission = wiring->admission,
        .clock = clock_real(),
        .account = options->account_id,
        .region = options->region,
        .entries = options->sources,
        .entry_count = options->source_count,
        .memory_bytes_max = options->ingest_memory};
    wiring->sources = sources_create(&sources_options, error);
    return wiring->sources != NULL;
}

static bool open_doors(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    wiring->auth = auth_create(wiring->catalog, error);
    if (wiring->auth == NULL)
        return false;
    struct ingest_options ingest_options = {.admission = wiring->admission,
        .auth = wiring->auth,
        .catalog = wiring->catalog,
        .clock = clock_real(),
        .memory_bytes_max = options->ingest_memory,
        .accept_accounts = options->accept_accounts};
    wiring->ingest = ingest_create(&ingest_options, error);
    if (wiring->ingest == NULL)
        return false;
    struct audit_options audit_options = {.admission = wiring->admission,
        .auth = wiring->auth,
        .catalog = wiring->catalog,
        .clock = clock_real()};
    wiring->audit = audit_create(&audit_options, error);
    if (wiring->audit == NULL)
        return false;
    if (!open_sources(wiring, error))
        return false;
    struct api_options api_options = {.catalog = wiring->catalog,
        .auth = wiring->auth,
        .admission = wiring->admission,
        .history = wiring->history,
        .journal = wiring->journal,
        .objects = wiring->objects,
        .clock = clock_real(),
        .version = STR_LITERAL(CAIRN_VERSION),
        .region = options->region,
        .enforce_bucket_policy = str_is(options->bucket_policy, "enforce"),
        .trails_per_region_max = (unsigned)options->trails_max,
        .readers = list_readers,
        .gateways = list_gateways,
        .insights_query = wiring->insights == NULL ? NULL : query_insights,
        .readers_context = wiring,
        .extension = lakeapi_extension(),
        .extension_context = daemon_lake_parts_api(wiring->lake)};
    wiring->api = api_create(&api_options, error);
    if (wiring->api == NULL)
        return false;
    struct s3api_options s3api_options = {.objects = wiring->objects,
        .auth = wiring->auth,
        .admission = wiring->admission,
        .clock = clock_real(),
        .region = options->region,
        .virtual_host = options->virtual_host};
    wiring->s3api = s3api_create(&s3api_options, error);
    return wiring->s3api != NULL;
}

static bool start_gateways(struct wiring *wiring, struct error *error) {
    struct gateway_options stores = {.disk = wiring->disk,
        .journal = wiring->journal,
        .admission = wiring->admission,
        .auth = wiring->auth,
        .catalog = wiring->catalog};
    return daemon_gateways_start(wiring->options, stores, &wiring->gateway, error);
}

static bool is_ready(void *context) {
    struct wiring *wiring = context;
    return daemon_readers_are_healthy(wiring->readers) && daemon_health_takes_changes(&wiring->health);
}

static void fill_metrics(struct metrics *metrics, void *context) {
    struct wiring *wiring = context;
    struct error ignored = {0};
    metrics->admission = admission_stats(wiring->admission);
    metrics->journal = journal_stats(wiring->journal);
    daemon_readers_fill_metrics(wiring->readers, metrics);
    daemon_insight_reader_fill_metrics(wiring->insights, metrics);
    daemon_lake_parts_fill_metrics(wiring->lake, metrics);
    history_stats(wiring->history, &metrics->history);
    metrics->history_lag = metrics->journal.end_position - history_applied_position(wiring->history);
    struct http_server *server = wiring->server;
    if (server != NULL)
        metrics->requests = http_server_answers(server, &metrics->request_errors);
    metrics->audit = audit_stats(wiring->audit);
    metrics->api = api_stats(wiring->api);
    metrics->s3api = s3api_stats(wiring->s3api);
    metrics->unrecorded_reads = metrics->api.unrecorded_calls + metrics->s3api.unrecorded_reads;
    daemon_gateways_fill_metrics(wiring->gateway, metrics);
    metrics->resident = process_resident_bytes();
    IGNORE(disk_free_bytes(wiring->disk, &metrics->free_disk, &ignored), "0 says that it is not known");
}

/* The address of an option; anything but loopback needs TLS, or the word that it does without. */
static bool parse_listen(const struct options *options, struct str address, const char *name,
    struct http_listen *ret_listen, struct error *error) {
    struct http_listen listen;
    if (!http_listen_parse(address, &listen, error))
        return error_context(error, "option %s", name);
    bool has_tls = options->tls_cert.size > 0 && options->tls_key.size > 0;
    if (!has_tls && options->tls_cert.size + options->tls_key.size > 0)
        return error_set(error, ERROR_INVALID, "--tls-cert and --tls-key go together: give both or neither");
    if (!http_listen_is_loopback(listen.host) && !has_tls && !options->insecure_http)
        return error_set(error, ERROR_INVALID,
            "%.*s is not loopback: give --tls-cert and --tls-key, or --insecure-http if the network is "
            "trusted",
            STR(listen.host));
    *ret_listen = listen;
    return true;
}

static struct router *create_router(struct wiring *wiring, bool has_console) {
    struct router_options options = {.console = has_console ? console_service(wiring->console) : NULL,
        .api = api_service(wiring->api),
        .s3api = s3api_service(wiring->s3api),
        .ingest = ingest_service(wiring->ingest),
        .audit = audit_service(wiring->audit),
        .sources = sources_service(wiring->sources),
        .is_ready = is_ready,
        .fill_metrics = fill_metrics,
        .context = wiring,
        .virtual_host = wiring->options->virtual_host};
    return daemon_router_create(&options);
}

static struct http_server *listen_at(
    struct wiring *wiring, const struct http_listen *listen, struct router *router, struct error *error) {
    const struct options *options = wiring->options;
    struct http_server_options server_options = {.host = listen->host,
        .port = listen->port,
        .connections_max = (unsigned)options->connections_max,
        .idle_timeout_s = (unsigned)(options->idle_timeout / MS_PER_SECOND)};
    if (options->tls_cert.size > 0) {
        server_options.tls_certificate_file = arena_text(&wiring->arena, options->tls_cert);
        server_options.tls_key_file = arena_text(&wiring->arena, options->tls_key);
    }
    return http_server_create(&server_options, daemon_router_service(router), error);
}

static bool listen_now(struct wiring *wiring, struct error *error) {
    const struct options *options = wiring->options;
    bool is_apart = options->console_listen.size > 0;
    struct http_listen listen, console_listen = {STR_EMPTY, 0};
    if (!parse_listen(options, options->listen, "listen", &listen, error) ||
        (is_apart &&
            !parse_listen(options, options->console_listen, "console-listen", &console_listen, error)))
        return false;
    struct console_options console_options = {.pack = arena_text(&wiring->arena, options->console_pack)};
    wiring->console = console_create(&console_options);
    wiring->router = create_router(wiring, !is_apart);
    if (is_apart) {
        wiring->console_router = create_router(wiring, true);
        wiring->console_server = listen_at(wiring, &console_listen, wiring->console_router, error);
        if (wiring->console_server == NULL)
            return false;
    }
    wiring->server = listen_at(wiring, &listen, wiring->router, error);
    wiring->health.server = wiring->server;
    return wiring->server != NULL;
}

static struct str endpoint_of(struct wiring *wiring) {
    struct http_listen listen = {STR_EMPTY, 0};
    struct error ignored = {0};
    IGNORE(parse_listen(wiring->options, wiring->options->listen, "listen", &listen, &ignored),
        "it was parsed before");
    struct str host = listen.host;
    bool is_any = str_is(host, "0.0.0.0") || str_is(host, "::");
    bool is_v6 = str_find_char(host, ':') != SIZE_MAX;
    return arena_format(&wiring->arena, "%s://%s%.*s%s:%u",
        wiring->options->tls_cert.size > 0 ? "https" : "http", is_v6 && !is_any ? "[" : "",
        STR(is_any ? STR_LITERAL("127.0.0.1") : host), is_v6 && !is_any ? "]" : "",
        http_server_port(wiring->server));
}

/* For commands with --data: where the daemon on this folder listens, its home region, and which file of the
 * folder has its root credentials, where one does. */
static bool write_daemon_file(struct wiring *wiring, struct str endpoint, struct error *error) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    json_member_string(&writer, "endpoint", endpoint);
    json_member_string(&writer, "region", wiring->options->region);
    json_member_i64(&writer, "pid", process_id());
    if (wiring->options->root_access_key_id.size == 0)
        json_member_string(&writer, "credentials", STR_LITERAL("root-credentials.json"));
    json_end_object(&writer);
    buf_append_char(&text, '\n');
    bool done = disk_write_file(wiring->disk, "daemon.json", buf_bytes(&text), error);
    buf_finish(&text);
    return done;
}

/* SIGHUP. */
static void reload(struct wiring *wiring) {
    struct error error = {0};
    if (wiring->gateway != NULL)
        gateway_reload(wiring->gateway);
    if (wiring->options->tls_cert.size == 0)
        return;
    bool has_new = wiring->console_server == NULL || http_server_reload_tls(wiring->console_server, &error);
    if (has_new && http_server_reload_tls(wiring->server, &error))
        daemon_log(LOG_tls_reloaded, "%.*s", STR(wiring->options->tls_cert));
    else
        daemon_log(LOG_tls_reload_failed, "%s", error.message);
}

static void wait_for_stop(struct wiring *wiring) {
    for (;;) {
        enum process_signal signal = process_wait_signal(HEALTH_INTERVAL_MS);
        daemon_health_report(&wiring->health);
        if (signal == PROCESS_TERMINATE)
            return;
        if (signal == PROCESS_RELOAD)
            reload(wiring);
    }
}

static bool start(struct wiring *wiring, struct error *error) {
    uint64_t caught_up = 0;
    if (!make_folder(wiring, error))
        return error_context(error, "data folder %.*s", STR(wiring->options->data));
    wiring->lock = process_lock_acquire(path_in(wiring, "lock"), error);
    if (wiring->lock == NULL)
        return error_context(error, "data folder %.*s%s", STR(wiring->options->data),
            error->kind == ERROR_CONFLICT ? ", which another daemon uses: stop that one first" : "");
    if (!open_control(wiring, error) || !open_stores(wiring, error) || !open_readers(wiring, error) ||
        !daemon_readers_catch_up(wiring->readers, &caught_up, error) || !open_insights(wiring, error) ||
        !open_lake(wiring, error) || !open_doors(wiring, error))
        return false;
    daemon_log(LOG_recovery_done, "%llu events were read again", (unsigned long long)caught_up);
    admission_start(wiring->admission);
    daemon_readers_start(wiring->readers);
    daemon_insight_reader_start(wiring->insights);
    daemon_lake_parts_start(wiring->lake, wiring->api);
    return api_replay_outbox(wiring->api, error) && start_gateways(wiring, error) &&
           listen_now(wiring, error);
}

static bool serve(struct wiring *wiring, struct error *error) {
    struct str endpoint = endpoint_of(wiring);
    if (!write_daemon_file(wiring, endpoint, error))
        return false;
    daemon_log(LOG_daemon_ready, "%.*s", STR(endpoint));
    struct daemon_banner banner = {.endpoint = endpoint,
        .program = wiring->program,
        .data = arena_text(&wiring->arena, wiring->options->data),
        .gateway = daemon_gateways_first_endpoint(wiring->gateway, wiring->options, &wiring->arena),
        .has_given_credentials = wiring->options->root_access_key_id.size > 0};
    daemon_banner_print(&banner);
    wait_for_stop(wiring);
    daemon_log(LOG_daemon_stopping, "finishing what is in flight");
    http_server_stop(wiring->server);
    if (wiring->console_server != NULL)
        http_server_stop(wiring->console_server);
    gateway_stop(wiring->gateway);
    return true;
}

static void close_all(struct wiring *wiring) {
    if (wiring->objects != NULL)
        objects_end_remote(wiring->objects); /* else an endpoint that hangs would keep us for minutes */
    daemon_lake_parts_end_checks(wiring->lake);
    http_server_destroy(wiring->server);
    http_server_destroy(wiring->console_server);
    gateway_destroy(wiring->gateway);
    daemon_insight_reader_stop(wiring->insights);
    daemon_lake_parts_stop(wiring->lake);
    if (wiring->admission != NULL)
        admission_stop(wiring->admission);
    daemon_insight_reader_close(wiring->insights);
    daemon_lake_parts_close(wiring->lake);
    daemon_readers_close(wiring->readers);
    daemon_router_destroy(wiring->router);
    daemon_router_destroy(wiring->console_router);
    console_destroy(wiring->console);
    s3api_destroy(wiring->s3api);
    api_destroy(wiring->api);
    sources_destroy(wiring->sources);
    audit_destroy(wiring->audit);
    ingest_destroy(wiring->ingest);
    auth_destroy(wiring->auth);
    admission_close(wiring->admission);
    seen_close(wiring->seen);
    journal_close(wiring->journal);
    history_close(wiring->history);
    objects_close(wiring->objects);
    catalog_close(wiring->catalog);
    process_lock_release(wiring->lock);
    if (wiring->disk != NULL)
        disk_real_destroy(wiring->disk);
    arena_finish(&wiring->arena);
}

bool daemon_run(const struct options *options, const char *program, struct error *error) {
    struct wiring wiring = {.options = options, .program = program};
    if (!daemon_log_set_level(arena_text(&wiring.arena, options->log_level)))
        return error_set(error, ERROR_INVALID, "option log-level takes debug, info, warning or error");
    daemon_log(LOG_daemon_starting, "data in %.*s", STR(options->data));
    bool done = start(&wiring, error) && serve(&wiring, error);
    close_all(&wiring);
    if (done)
        daemon_log(LOG_daemon_stopped, "good-bye");
    return done;
}
