/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: which operation of a REST service a method and a path are. The table is route_table.h.
 *
 * Threads: pure.
 */
#pragma once

#include "base/str.h"

enum { ROUTE_LABELS_MAX = 8 };

enum route_method { ROUTE_DELETE, ROUTE_GET, ROUTE_HEAD, ROUTE_PATCH, ROUTE_POST, ROUTE_PUT };

/* A row; the texts are described in route_table.h. */
struct route {
    enum route_method method;
    const char *path, *query, *operation, *members;
};

/* A label of the path: the parameter it is, and its value as it stands in the path. */
struct route_label {
    struct str member, value;
    char kind; /* '#', '?' or 0, as in the table */
};

struct route_match {
    const struct route *route;
    struct route_label labels[ROUTE_LABELS_MAX];
    size_t label_count;
};

/* Find the operation; `path` and `query` are raw. False where the table has none. */
bool rest_route_find(
    struct str service, struct str method, struct str path, struct str query, struct route_match *ret_match);

/* All rows of one service, by its signing name: for tests and for what a service speaks. */
size_t rest_routes_of(struct str service, const struct route **ret_routes, bool *ret_is_xml);
