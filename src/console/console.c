/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console.h"

#include "base/buf.h"
#include "base/own.h"
#include "codec/compress.h"
#include "http/http.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"
#include "sys/thread.h"

#include "embedded.h"
#include "pack.h"

#include <string.h>

enum { LOOK_PAUSE_MS = 2000 };

/* Only files of this origin: no inline script, nothing from elsewhere. Cloudscape's fonts are in its style
 * sheets as data; its components set styles of elements, which are no style sheets. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

static const char not_built[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"10\">"
    "<title>Cairn</title><h1>The console is not built yet</h1>"
    "<p>script/server builds it beside the running daemon; this page looks again every ten seconds. "
    "By hand: <code>make console</code>, which needs npm. Everything else works without it.</p></html>\n";

/* field / guarded by: pack, bytes, looked_at / mutex until has_pack, then nobody changes them */
struct console {
    struct http_service service;
    char *path;
    bool is_named; /* the path was given: it comes before what is embedded */
    struct mutex mutex;
    bool has_pack;
    struct instant looked_at;
    struct buf bytes;
    struct console_pack pack;
};

/* Beside the binary, as the build lays it: build/cairn and build-console/console.pack. */
static char *default_path(void) {
    SCOPED(own_free) char *folder = process_program_folder();
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    if (folder == NULL)
        return mem_text("");
    buf_append_format(&path, "%s../build-console/console.pack", folder);
    return mem_text(path.data);
}

static void look(struct console *console) {
    struct error ignored = {0};
    struct bytes embedded = console_embedded();
    struct instant now = clock_instant(clock_real());
    bool is_early =
        console->looked_at.ns != 0 && now.ns - console->looked_at.ns < (int64_t)LOOK_PAUSE_MS * 1000000;
    if (console->has_pack || is_early)
        return;
    console->looked_at = now;
    buf_clear(&console->bytes);
    bool is_file_wanted = console->is_named || embedded.size == 0;
    if (is_file_wanted && disk_read_path(console->path, &console->bytes, &ignored))
        embedded = buf_bytes(&console->bytes);
    console->has_pack = embedded.size > 0 && console_pack_parse(embedded, &console->pack, &ignored);
}

/* Is there anything to serve? Looks for the pack again where there was none. */
static bool is_there(struct console *console) {
    MUTEX_SCOPE(&console->mutex);
    look(console);
    return console->has_pack;
}

static void set_common_headers(struct http_exchange *exchange) {
    http_set_header(exchange, "Content-Security-Policy", str_from(policy));
    http_set_header(exchange, "X-Content-Type-Options", STR_LITERAL("nosniff"));
    http_set_header(exchange, "Referrer-Policy", STR_LITERAL("no-referrer"));
    http_set_header(exchange, "Cross-Origin-Opener-Policy", STR_LITERAL("same-origin"));
    http_set_header(exchange, "X-Frame-Options", STR_LITERAL("DENY"));
}

static void answer_text(struct http_exchange *exchange, unsigned status, struct str type, const char *text) {
    set_common_headers(exchange);
    http_set_header(exchange, "Content-Type", type);
    http_set_header(exchange, "Cache-Control", STR_LITERAL("no-store"));
    http_answer(exchange, status, str_bytes(str_from(text)));
}

/* Does the list name gzip, and not with "q=0"? */
static bool takes_gzip(struct str accepted) {
    while (accepted.size > 0) {
        struct str parameters = str_cut(&accepted, ','), name = str_trim(str_cut(&parameters, ';'));
        if (str_equals_ignoring_case(name, STR_LITERAL("gzip")))
            return !str_is(str_trim(parameters), "q=0");
    }
    return false;
}

static void answer_file(struct http_exchange *exchange, const struct console_file *file) {
    set_common_headers(exchange);
    http_set_header(exchange, "ETag", str_from(file->etag));
    http_set_header(exchange, "Vary", STR_LITERAL("Accept-Encoding"));
    http_set_header(exchange, "Cache-Control",
        file->is_immutable ? STR_LITERAL("public, max-age=31536000, immutable") : STR_LITERAL("no-cache"));
    if (str_find(http_header_value(exchange, "If-None-Match"), str_from(file->etag)) != SIZE_MAX) {
        http_answer(exchange, 304, (struct bytes){NULL, 0});
        return;
    }
    http_set_header(exchange, "Content-Type", file->content_type);
    if (takes_gzip(http_header_value(exchange, "Accept-Encoding"))) {
        http_set_header(exchange, "Content-Encoding", STR_LITERAL("gzip"));
        http_answer(exchange, 200, file->gzip);
        return;
    }
    SCOPED(buf_finish) struct buf plain = BUF_INIT((size_t)file->size);
    struct error error = {0};
    if (gzip_inflate(file->gzip, &plain, &error))
        http_answer(exchange, 200, buf_bytes(&plain));
    else
        http_answer(exchange, 500, (struct bytes){NULL, 0});
}

/* A last part with a dot names a file; anything else is an address of the program itself. */
static bool names_a_file(struct str path) {
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    return str_find_char(str_slice(path, start, path.size), '.') != SIZE_MAX;
}

static void on_headers(struct http_exchange *exchange, void *context) {
    struct console *console = context;
    struct str root = STR_LITERAL("/console/"), path = http_path(exchange), method = http_method(exchange);
    if (!str_is(method, "GET") && !str_is(method, "HEAD")) {
        http_set_header(exchange, "Allow", STR_LITERAL("GET, HEAD"));
        answer_text(
            exchange, 405, STR_LITERAL("text/plain; charset=utf-8"), "the console is read with GET\n");
        return;
    }
    if (!str_starts_with(path, root)) { /* "/console" */
        http_set_header(exchange, "Location", root);
        answer_text(exchange, 308, STR_LITERAL("text/plain; charset=utf-8"), "/console/\n");
        return;
    }
    if (!is_there(console)) {
        answer_text(exchange, 503, STR_LITERAL("text/html; charset=utf-8"), not_built);
        return;
    }
    path = str_slice(path, root.size, path.size);
    const struct console_file *file = console_pack_find(&console->pack, path);
    if (file == NULL && !names_a_file(path))
        file = console_pack_find(&console->pack, STR_LITERAL("index.html"));
    if (file == NULL)
        answer_text(
            exchange, 404, STR_LITERAL("text/plain; charset=utf-8"), "the console has no such file\n");
    else
        answer_file(exchange, file);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)exchange, (void)context;
}

struct console *console_create(const struct console_options *options) {
    struct console *console = MEM_NEW(struct console);
    bool is_named = options->pack != NULL && *options->pack != '\0';
    console->is_named = is_named;
    console->path = is_named ? mem_text(options->pack) : default_path();
    console->bytes = BUF_INIT(CONSOLE_PACK_BYTES_MAX);
    console->service =
        (struct http_service){.on_headers = on_headers, .on_complete = on_complete, .context = console};
    mutex_init(&console->mutex);
    return console;
}

void console_destroy(struct console *console) {
    if (console == NULL)
        return;
    console_pack_finish(&console->pack);
    buf_finish(&console->bytes);
    mutex_finish(&console->mutex);
    mem_free(console->path);
    mem_free(console);
}

const struct http_service *console_service(struct console *console) {
    return &console->service;
}
