/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: lookup in the table of routes. The rows of a service are sorted by the segments of their paths,
 * so each segment of the request halves its way to the rows that share it; a literal segment goes before a
 * label, and that before one that takes several segments.
 */
#include "route.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "protocol/dialect.h"

#include <string.h>

#define ROUTE(method, path, query, operation, members) {ROUTE_##method, path, query, operation, members},
#define SERVICE(identifier, name, kind)
static const struct route routes[] = {
#include "route_table.h"
};
#undef ROUTE
#undef SERVICE

/* The first row of each service: rows count up by one, a service's own two names leave the count as it is. */
#define JOIN(a, b)                                     a##b
#define NAME_AFTER_LINE(line)                          JOIN(ROW_AT_, line)
#define ROUTE(method, path, query, operation, members) NAME_AFTER_LINE(__LINE__),
#define SERVICE(identifier, name, kind)                                                                      \
    FIRST_OF_##identifier, BEFORE_##identifier = FIRST_OF_##identifier - 1,
enum {
#include "route_table.h"
    ROUTE_COUNT
};
#undef ROUTE
#undef SERVICE
_Static_assert(ROUTE_COUNT == sizeof routes / sizeof *routes, "the rows are numbered as they stand");

enum { REST_JSON = 0, REST_XML = 1 };
#define ROUTE(method, path, query, operation, members)
#define SERVICE(identifier, name, kind) {name, FIRST_OF_##identifier, kind},
static const struct service {
    const char *name;
    size_t first;
    bool is_xml;
} services[] = {
#include "route_table.h"
};
#undef ROUTE
#undef SERVICE

enum { SERVICE_COUNT = sizeof services / sizeof *services, DECODED_SIZE_MAX = 128, SEGMENTS_MAX = 512 };

size_t rest_routes_of(struct str service, const struct route **ret_routes, bool *ret_is_xml) {
    size_t low = 0, high = SERVICE_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(service, str_from(services[middle].name));
        if (order == 0) {
            size_t end = middle + 1 < SERVICE_COUNT ? services[middle + 1].first : ROUTE_COUNT;
            *ret_routes = routes + services[middle].first;
            *ret_is_xml = services[middle].is_xml;
            return end - services[middle].first;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

/* ---- one segment ---- */

/* The segment of a row's path at `depth`; false where it has no more. */
static bool segment_at(const struct route *route, size_t depth, struct str *ret_segment) {
    const char *at = route->path;
    for (; depth > 0; depth--) {
        at = strchr(at, '/');
        if (at == NULL)
            return false;
        at++;
    }
    *ret_segment = str_of(at, strcspn(at, "/"));
    return ret_segment->size != 0;
}

/* As the table is sorted by: all labels are one. */
static struct str sort_key(struct str segment) {
    if (segment.data[0] != '{')
        return segment;
    return segment.data[segment.size - 2] == '+' ? STR_LITERAL("{+") : STR_LITERAL("{");
}

struct range {
    size_t low, high;
};

/* Those rows of the range whose segment at `depth` is `key`. */
static struct range narrow(const struct route *rows, struct range range, size_t depth, struct str key) {
    struct range narrowed = range;
    for (int bound = 0; bound < 2; bound++) {
        size_t low = range.low, high = range.high;
        while (low < high) {
            size_t middle = (low + high) / 2;
            struct str segment;
            int order = segment_at(rows + middle, depth, &segment) ? str_compare(sort_key(segment), key) : -1;
            if (order < bound)
                low = middle + 1;
            else
                high = middle;
        }
        if (bound == 0)
            narrowed.low = low;
        else
            narrowed.high = low;
    }
    return narrowed;
}

/* ---- a path ---- */

struct request {
    const struct route *rows;
    enum route_method method;
    struct str query;
};

static bool has_query(struct str query, const char *wanted) {
    struct str value, name = str_from(wanted), found;
    if (name.size == 0)
        return true;
    value = name;
    name = str_cut(&value, '=');
    return protocol_query_find(query, name, &found) && (value.size == 0 || str_equals(found, value));
}

/* The paths of all rows of the range end at `depth` or go on: those that end there stand first. */
static const struct route *choose(const struct request *request, struct range range, size_t depth) {
    struct str segment;
    for (size_t i = range.low; i < range.high; i++) {
        const struct route *route = request->rows + i;
        if (segment_at(route, depth, &segment))
            break;
        if (route->method == request->method && has_query(request->query, route->query))
            return route;
    }
    return NULL;
}

/* A literal of the table, though the client may have encoded some of it. */
static struct str literal_of(struct str segment, char decoded[DECODED_SIZE_MAX]) {
    if (segment.size > DECODED_SIZE_MAX || memchr(segment.data, '%', segment.size) == NULL)
        return segment;
    SCOPED(buf_finish) struct buf text = BUF_INIT(DECODED_SIZE_MAX);
    if (!percent_decode(segment, false, &text) || text.size == 0)
        return segment;
    memcpy(decoded, text.data, text.size);
    return str_of(decoded, text.size);
}

static const struct route *descend(
    const struct request *request, struct range range, size_t depth, struct str rest);

/* Through a label that takes several segments: as few of them as will do. */
static const struct route *descend_far(
    const struct request *request, struct range range, size_t depth, struct str rest) {
    const struct route *found = NULL;
    range = narrow(request->rows, range, depth, STR_LITERAL("{+"));
    for (size_t i = 0; range.low < range.high && found == NULL && rest.size != 0 && i < SEGMENTS_MAX; i++) {
        str_cut(&rest, '/');
        found = descend(request, range, depth + 1, rest);
    }
    return found;
}

/* Recursion ends with the segments of the table's paths; the sizes of `rest` only shrink. */
static const struct route *descend(
    const struct request *request, struct range range, size_t depth, struct str rest) {
    if (range.low == range.high)
        return NULL;
    if (rest.size == 0)
        return choose(request, range, depth);
    char decoded[DECODED_SIZE_MAX];
    struct str after = rest;
    struct str literal = literal_of(str_cut(&after, '/'), decoded);
    const struct route *found = NULL;
    if (literal.size != 0 && literal.data[0] != '{')
        found = descend(request, narrow(request->rows, range, depth, literal), depth + 1, after);
    if (found == NULL)
        found = descend(request, narrow(request->rows, range, depth, STR_LITERAL("{")), depth + 1, after);
    return found != NULL ? found : descend_far(request, range, depth, rest);
}

/* ---- labels ---- */

static size_t count_segments(struct str path) {
    size_t count = 1;
    for (size_t i = 0; i < path.size; i++)
        count += path.data[i] == '/';
    return count;
}

/* The text of the next `count` segments. */
static struct str cut_segments(struct str *rest, size_t count) {
    struct str all = *rest;
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += str_cut(rest, '/').size + (i > 0);
    return str_slice(all, 0, size);
}

static void take_labels(struct str path, struct route_match *match) {
    struct str pattern = str_from(match->route->path);
    size_t spare = count_segments(path) - count_segments(pattern);
    while (pattern.size != 0) {
        struct str segment = str_cut(&pattern, '/');
        bool is_label = segment.data[0] == '{', is_greedy = is_label && sort_key(segment).size == 2;
        struct str value = cut_segments(&path, is_greedy ? 1 + spare : 1);
        if (!is_label)
            continue;
        ASSERT(match->label_count < ROUTE_LABELS_MAX);
        struct route_label *label = &match->labels[match->label_count++];
        char last = segment.data[segment.size - 2];
        label->kind = '\0';
        if (last == '#' || last == '?')
            label->kind = last;
        label->member = str_slice(segment, 1, segment.size - 2 - (label->kind != '\0' || is_greedy));
        label->value = value;
    }
}

static bool method_of(struct str name, enum route_method *ret_method) {
    static const char *const names[] = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is(name, names[i])) {
            *ret_method = (enum route_method)i;
            return true;
        }
    }
    return false;
}

bool rest_route_find(
    struct str service, struct str method, struct str path, struct str query, struct route_match *ret_match) {
    struct request request = {.query = query};
    struct range range = {0, 0};
    bool is_xml;
    range.high = rest_routes_of(service, &request.rows, &is_xml);
    if (range.high == 0 || !method_of(method, &request.method))
        return false;
    while (path.size != 0 && path.data[0] == '/')
        path = str_slice(path, 1, SIZE_MAX);
    while (path.size != 0 && path.data[path.size - 1] == '/')
        path.size--;
    struct route_match match = {.route = descend(&request, range, 0, path)};
    if (match.route == NULL)
        return false;
    take_labels(path, &match);
    *ret_match = match;
    return true;
}
