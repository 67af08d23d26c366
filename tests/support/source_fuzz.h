/* SPDX-License-Identifier: Apache-2.0 */
/* source_fuzz: what holds for every body that a source may send. */
#pragma once

#include "base/check.h"
#include "event/event.h"
#include "sources/source.h"

typedef bool source_read(struct source_reading *reading, struct str body, struct error *error);

struct source_witness {
    struct event_parser *parser;
    struct moment now;
    uint64_t ids; /* of all records, mixed */
};

static bool source_check_record(struct str record, void *context) {
    struct source_witness *witness = context;
    struct event_facets facets;
    struct error error = {0};
    ASSERT(record.size <= CALL_RECORD_SIZE_MAX);
    ASSERT(event_parse(witness->parser, record, witness->now, &facets, &error));
    ASSERT(!facets.id_is_derived && !event_is_reserved(&facets));
    for (size_t i = 0; i < UUID_SIZE; i++)
        witness->ids = witness->ids * 31 + facets.id.bytes[i];
    return true;
}

static inline uint64_t source_ids(source_read *read, struct str body) {
    const struct source_entry entry = {.name = STR_LITERAL("fuzz"),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("us-east-1")};
    struct source_witness witness = {.parser = event_parser_create(), .now = {1772438400000}};
    struct source_reading reading = {
        .entry = &entry, .now = witness.now, .on_record = source_check_record, .context = &witness};
    struct error error = {0};
    sources_reading_init(&reading);
    if (!read(&reading, body, &error))
        ASSERT((error.kind == ERROR_INVALID || error.kind == ERROR_LIMIT) && error.message[0] != '\0');
    sources_reading_finish(&reading);
    event_parser_destroy(witness.parser);
    return witness.ids;
}

static inline void source_fuzz(source_read *read, struct str body) {
    ASSERT(source_ids(read, body) == source_ids(read, body));
}
