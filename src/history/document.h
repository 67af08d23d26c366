/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: one event as history stores it: a compact envelope and the record's bytes. Facets and
 * SHA-256 are not stored, they follow from the bytes. And the block: some documents in journal
 * order, the unit of compression.
 *
 * Format:  docs/formats/history.md, "Block"
 * Threads: pure.
 */
#pragma once

#include "history/history.h"

/* Content of a block aims at this; one document alone may be larger. */
enum { HISTORY_BLOCK_SIZE_AIM = 24 * 1024, HISTORY_BLOCK_SIZE_MAX = 4 * 1024 * 1024 };

struct history_document {
    uint64_t position;
    struct moment arrived_at;
    enum event_kind kind;
    enum event_door door;
    bool is_witnessed, is_archive;
    bool is_payload; /* not an event: `record` is the journal payload as it came, empty of an intent */
    struct str principal;
    struct str record; /* JSON_PADDING readable bytes follow */
};

/* The most bytes history_document_encode() writes; the encoded form lacks position and arrival. */
size_t history_document_size_max(const struct history_document *document);
size_t history_document_encode(const struct history_document *document, uint8_t *ret_bytes);

/* Decode at `*cursor` before `end` and step over it; false where no whole document is there. */
bool history_document_decode(
    const uint8_t **cursor, const uint8_t *end, struct history_document *ret_document);

/* A block's content: count, arrivals, encoded documents. */
struct history_block_entry {
    struct bytes encoded;
    struct moment arrived_at;
};
void history_block_append(struct buf *buf, const struct history_block_entry *entries, size_t count);

/* Document number `index` of a block's content; false where the content is not whole. */
bool history_block_document(struct bytes content, size_t index, struct history_document *ret_document);
