/* SPDX-License-Identifier: Apache-2.0 */
#include "router.h"

#include "auth/auth.h"
#include "base/own.h"

#include "metric.h"

struct router {
    struct router_options options;
    struct http_service service;
};

static const struct {
    const char *path;
    enum router_door door;
} paths[] = {
    {"/events", ROUTER_INGEST},
    {"/healthz", ROUTER_HEALTH},
    {"/readyz", ROUTER_READY},
    {"/metrics", ROUTER_METRICS},
    {"/PutAuditEvents", ROUTER_AUDIT},
};

/* <bucket>.localhost[:port] names a bucket; the host alone does not. */
static bool is_bucket_host(struct str host, struct str virtual_host) {
    host = str_cut(&host, ':');
    return host.size > virtual_host.size + 1 && str_ends_with(host, virtual_host) &&
           host.data[host.size - virtual_host.size - 1] == '.';
}

enum router_door daemon_router_decide(const struct router_request *request, struct str virtual_host) {
    if (str_is(request->service, "s3"))
        return ROUTER_S3;
    if (str_is(request->service, "cloudtrail-data"))
        return ROUTER_AUDIT;
    if (request->has_target || str_is(request->service, "sts") || str_is(request->service, "cloudtrail"))
        return ROUTER_API;
    if (is_bucket_host(request->host, virtual_host))
        return ROUTER_S3;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (str_is(request->path, paths[i].path))
            return paths[i].door;
    }
    if (str_starts_with(request->path, STR_LITERAL("/sources/")))
        return ROUTER_SOURCES;
    if (str_starts_with(request->path, STR_LITERAL("/console/")) || str_is(request->path, "/console"))
        return ROUTER_CONSOLE;
    return request->service.size > 0 ? ROUTER_API : ROUTER_S3;
}

static void answer_text(struct http_exchange *exchange, unsigned status, const char *text) {
    http_set_header(exchange, "Content-Type", STR_LITERAL("text/plain; charset=utf-8"));
    http_answer(exchange, status, str_bytes(str_from(text)));
}

static void answer_metrics(struct router *router, struct http_exchange *exchange) {
    SCOPED(own_free) struct metrics *metrics = MEM_NEW(struct metrics);
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    router->options.fill_metrics(metrics, router->options.context);
    daemon_metric_append(&text, metrics);
    http_set_header(exchange, "Content-Type", STR_LITERAL("text/plain; version=0.0.4; charset=utf-8"));
    http_answer(exchange, 200, buf_bytes(&text));
    buf_finish(&text);
}

static void on_headers(struct http_exchange *exchange, void *context) {
    struct router *router = context;
    struct aws_request request = auth_request_of(exchange);
    struct router_request question = {.path = http_path(exchange),
        .host = http_header_value(exchange, "Host"),
        .service = aws_claimed_service(&request),
        .has_target = http_has_header(exchange, "X-Amz-Target")};
    switch (daemon_router_decide(&question, router->options.virtual_host)) {
    case ROUTER_API:
        http_hand_over(exchange, router->options.api);
        break;
    case ROUTER_AUDIT:
        http_hand_over(exchange, router->options.audit);
        break;
    case ROUTER_S3:
        http_hand_over(exchange, router->options.s3api);
        break;
    case ROUTER_INGEST:
        http_hand_over(exchange, router->options.ingest);
        break;
    case ROUTER_SOURCES:
        http_hand_over(exchange, router->options.sources);
        break;
    case ROUTER_HEALTH:
        answer_text(exchange, 200, "ok\n");
        break;
    case ROUTER_READY: {
        bool ready = router->options.is_ready(router->options.context);
        answer_text(exchange, ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
        break;
    }
    case ROUTER_METRICS:
        answer_metrics(router, exchange);
        break;
    case ROUTER_CONSOLE:
        if (router->options.console != NULL)
            http_hand_over(exchange, router->options.console);
        else
            answer_text(exchange, 404, "the console has an address of its own (--console-listen)\n");
        break;
    }
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    (void)exchange, (void)piece, (void)context;
}

static void on_end(struct http_exchange *exchange, void *context) {
    (void)exchange, (void)context;
}

struct router *daemon_router_create(const struct router_options *options) {
    struct router *router = MEM_NEW(struct router);
    router->options = *options;
    router->service = (struct http_service){on_headers, on_body, on_end, on_end, router};
    return router;
}

void daemon_router_destroy(struct router *router) {
    mem_free(router);
}

const struct http_service *daemon_router_service(struct router *router) {
    return &router->service;
}
