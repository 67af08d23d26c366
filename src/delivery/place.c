/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "base/check.h"
#include "event/insight.h"
#include "sys/random.h"

const char *delivery_place_folder(enum event_category category) {
    switch (category) {
    case EVENT_MANAGEMENT:
    case EVENT_DATA:
        return "CloudTrail";
    case EVENT_NETWORK_ACTIVITY:
        return "CloudTrail-NetworkActivity";
    case EVENT_INSIGHT:
        return "CloudTrail-Insight";
    case EVENT_AGGREGATED:
        return "CloudTrail-Aggregated";
    case EVENT_OTHER:
        return NULL;
    }
    return NULL;
}

/* A call to STS's global endpoint is recorded in us-east-1, and so is one to the endpoint of that region;
 * the record's tlsDetails tell them apart by the host name that the client used. */
static bool is_global_sts(const struct event_envelope *envelope) {
    return str_is(envelope->facets.region, "us-east-1") &&
           str_find(envelope->record, STR_LITERAL("\"sts.us-east-1.amazonaws.com\"")) == SIZE_MAX;
}

/* Is it an event of a global service: IAM, STS's global endpoint, CloudFront, console sign-in? */
static bool is_global(const struct event_envelope *envelope) {
    struct str source = envelope->facets.source;
    if (str_is(source, "sts.amazonaws.com"))
        return is_global_sts(envelope);
    return str_is(source, "iam.amazonaws.com") || str_is(source, "cloudfront.amazonaws.com") ||
           str_is(source, "signin.amazonaws.com");
}

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

/* Only its bytes say of which type an insight is, and in what it was found. They are few, so they are parsed
 * here. */
static bool wants_insight(const struct catalog_version *version, struct str record) {
    if (version->insights == 0)
        return false;
    struct error error = {0};
    struct event_insight insight = {0};
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    if (!event_insight_parse(parser, record, &insight, &error) ||
        (version->insights & catalog_insight(insight.is_error_rate, insight.is_data)) == 0)
        return false;
    return !insight.is_data || str_equals(insight.source, version->trail_arn);
}

static bool wants_category(const struct catalog_version *version, const struct event_selectors *selectors,
    const struct event_envelope *envelope) {
    const struct event_facets *facets = &envelope->facets;
    switch (facets->category) {
    case EVENT_MANAGEMENT:
    case EVENT_DATA:
    case EVENT_NETWORK_ACTIVITY:
        return event_selectors_match(selectors, facets);
    case EVENT_INSIGHT:
        return wants_insight(version, envelope->record);
    case EVENT_AGGREGATED:
        return version->has_aggregation;
    case EVENT_OTHER:
        return false;
    }
    return false;
}

bool delivery_place_wants(const struct catalog_version *version, const struct event_selectors *selectors,
    const struct event_envelope *envelope) {
    const struct event_facets *facets = &envelope->facets;
    if (!version->is_logging || envelope->kind != EVENT_KIND_EVENT || envelope->is_archive)
        return false;
    if (!version->is_multi_region && !str_equals(version->home_region, facets->region))
        return false;
    if (!str_equals(version->account, facets->account) || !wants_category(version, selectors, envelope))
        return false;
    return version->include_global_service_events || !is_global(envelope);
}

bool delivery_place_parse_selectors(
    const struct catalog_version *version, struct event_selectors **ret_selectors, struct error *error) {
    struct event_selectors *selectors =
        event_selectors_read(version->event_selectors, version->event_selectors_are_advanced, error);
    if (selectors == NULL)
        return error_context(error, "selectors of %.*s", STR(version->trail_arn));
    *ret_selectors = selectors;
    return true;
}

struct moment delivery_place_stamp(struct moment now, int64_t interval_ms) {
    const int64_t slot = 5 * MS_PER_MINUTE;
    if (interval_ms < slot)
        return (struct moment){now.ms - now.ms % MS_PER_MINUTE};
    return (struct moment){(now.ms + slot - 1) / slot * slot};
}

void delivery_place_unique(char ret_unique[DELIVERY_UNIQUE_SIZE]) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    enum { LETTER_COUNT = sizeof LETTERS - 1, FAIR_LIMIT = 256 / LETTER_COUNT * LETTER_COUNT };
    size_t made = 0;
    while (made < DELIVERY_UNIQUE_SIZE) {
        uint8_t random[DELIVERY_UNIQUE_SIZE];
        random_bytes(random, sizeof random);
        for (size_t i = 0; i < sizeof random && made < DELIVERY_UNIQUE_SIZE; i++) {
            if (random[i] < FAIR_LIMIT)
                ret_unique[made++] = LETTERS[random[i] % LETTER_COUNT];
        }
    }
}

void delivery_place_append_key(struct buf *buf, const struct delivery_name *name) {
    ASSERT(name->unique.size == DELIVERY_UNIQUE_SIZE);
    struct civil_time at = time_civil(name->stamp);
    if (name->prefix.size > 0)
        buf_append_format(buf, "%.*s/", STR(name->prefix));
    buf_append_format(buf, "AWSLogs/%.*s/%.*s/%.*s/%04d/%02d/%02d/", STR(name->account), STR(name->folder),
        STR(name->region), at.year, at.month, at.day);
    buf_append_format(buf, "%.*s_%.*s_%.*s_%04d%02d%02dT%02d%02dZ_%.*s.json.gz", STR(name->account),
        STR(name->folder), STR(name->region), at.year, at.month, at.day, at.hour, at.minute,
        STR(name->unique));
}
