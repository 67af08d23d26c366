/* SPDX-License-Identifier: Apache-2.0 */
/* service: what is known of services, by their signing names. */
#include "aws/arn.h"

#include "dialect.h"

#define SERVICE(name, source, api_version, home) {name, source ".amazonaws.com", api_version, home},
static const struct service {
    const char *name, *event_source, *api_version, *home;
} services[] = {
#include "service_table.h"
};
#undef SERVICE

static const struct service *find_service(struct str name) {
    size_t low = 0, high = sizeof services / sizeof *services;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_compare(name, str_from(services[middle].name));
        if (order == 0)
            return &services[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

struct str protocol_event_source(struct arena *arena, struct str service) {
    if (str_is(service, "s3"))
        return STR_LITERAL("s3.amazonaws.com");
    const struct service *known = find_service(service);
    if (known != NULL)
        return str_from(known->event_source);
    return arena_format(arena, "%.*s.amazonaws.com", STR(service));
}

/* The API version that CloudTrail logs for the service; empty where it logs none. */
static struct str api_version_of(struct str service) {
    const struct service *known = find_service(service);
    return known != NULL ? str_from(known->api_version) : STR_EMPTY;
}

/* The region that the record names: of global services their home, whatever the client signed for. */
static struct str recorded_region(struct str service, struct str region) {
    const struct service *known = find_service(service);
    if (known == NULL || known->home[0] == '\0' || region.size == 0)
        return region;
    struct str partition = aws_partition_of(region);
    if (str_is(partition, "aws-cn"))
        return STR_LITERAL("cn-north-1");
    return str_is(partition, "aws-us-gov") ? STR_LITERAL("us-gov-west-1") : str_from(known->home);
}

void protocol_set_service(struct arena *arena, struct str service, struct protocol_call *call) {
    call->service = service;
    call->event_source =
        service.size == 0 ? STR_LITERAL("unknown.amazonaws.com") : protocol_event_source(arena, service);
    call->api_version = api_version_of(service);
    call->region = recorded_region(service, call->region);
}
