/* SPDX-License-Identifier: Apache-2.0 */
/* facets: are two sets of facets the same? For tests that write and read them. */
#pragma once

#include "event/event.h"

#include <string.h>

static inline bool facets_same_resources(
    const struct event_resource *a, size_t a_count, const struct event_resource *b, size_t b_count) {
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (!str_equals(a[i].type, b[i].type) || !str_equals(a[i].name, b[i].name))
            return false;
    }
    return true;
}

static inline bool facets_equal(const struct event_facets *a, const struct event_facets *b) {
    return a->time.ms == b->time.ms && memcmp(&a->id, &b->id, sizeof a->id) == 0 &&
           a->id_is_derived == b->id_is_derived && a->category == b->category &&
           a->read_only == b->read_only && a->management_event == b->management_event &&
           str_equals(a->version, b->version) && str_equals(a->name, b->name) &&
           str_equals(a->source, b->source) && str_equals(a->region, b->region) &&
           str_equals(a->account, b->account) && str_equals(a->event_type, b->event_type) &&
           str_equals(a->category_text, b->category_text) && str_equals(a->username, b->username) &&
           str_equals(a->access_key_id, b->access_key_id) && str_equals(a->user_arn, b->user_arn) &&
           str_equals(a->user_type, b->user_type) && str_equals(a->source_ip, b->source_ip) &&
           str_equals(a->user_agent, b->user_agent) && str_equals(a->error_code, b->error_code) &&
           str_equals(a->vpc_endpoint_id, b->vpc_endpoint_id) &&
           str_equals(a->session_from_console, b->session_from_console) &&
           str_equals(a->shared_id, b->shared_id) &&
           facets_same_resources(a->lookup_resources, a->lookup_resource_count, b->lookup_resources,
               b->lookup_resource_count) &&
           facets_same_resources(a->resources, a->resource_count, b->resources, b->resource_count);
}
