/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router: which door a request of the one port goes to. A signature scoped `s3` decides first;
 * then X-Amz-Target, the data API, STS, /events, /sources/, /console/ and the health pages; what is left is
 * S3, whose anonymous requests and virtual hosts carry no scope.
 *
 * Threads: any; a router never changes.
 */
#pragma once

#include "http/http.h"

struct metrics;

struct router_options {
    const struct http_service *console; /* borrowed; NULL: it has a listener of its own */
    const struct http_service *api, *audit, *s3api, *ingest, *sources; /* borrowed */
    bool (*is_ready)(void *context);
    void (*fill_metrics)(struct metrics *metrics, void *context);
    void *context; /* of both */
    struct str virtual_host;
};

struct router;
struct router *daemon_router_create(const struct router_options *options);
void daemon_router_destroy(struct router *router);
const struct http_service *daemon_router_service(struct router *router);

enum router_door {
    ROUTER_API,
    ROUTER_AUDIT,
    ROUTER_S3,
    ROUTER_INGEST,
    ROUTER_SOURCES,
    ROUTER_HEALTH,
    ROUTER_READY,
    ROUTER_METRICS,
    ROUTER_CONSOLE
};

/* What the decision looks at. */
struct router_request {
    struct str path, host, service; /* service: of the signature's scope; empty without one */
    bool has_target;                /* X-Amz-Target */
};
enum router_door daemon_router_decide(const struct router_request *request, struct str virtual_host);
