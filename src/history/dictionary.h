/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dictionary: the trained zstd dictionaries that blocks were written with, one file each in the
 * history folder. A block names its dictionary, so merges copy blocks as they are. Dictionaries
 * live as long as the history is open; files that no segment names go when it is next opened.
 *
 * Format:  docs/formats/history.md, "Dictionary"
 * Threads: history_dictionaries_find() any; the rest the maintainer.
 */
#pragma once

#include "codec/compress.h"

#include "footer.h"
#include "memtable.h"

struct disk;
struct history_dictionaries;

/* The level all blocks are compressed with. */
enum { HISTORY_ZSTD_LEVEL = 1 };

struct history_dictionaries *history_dictionaries_create(struct disk *disk);
void history_dictionaries_destroy(struct history_dictionaries *dictionaries);

/* Dictionary `id`, read from its file where it is not in memory yet. */
NODISCARD const struct zstd_dictionary *history_dictionaries_find(
    struct history_dictionaries *dictionaries, uint32_t id, struct error *error);

/* The dictionary for new blocks; `ret_id` 0 and NULL where there is none yet. */
const struct zstd_dictionary *history_dictionaries_current(
    struct history_dictionaries *dictionaries, uint32_t *ret_id);

/* Blocks written with `id` had this ratio of compressed to raw bytes: tells when to train anew. */
void history_dictionaries_report(
    struct history_dictionaries *dictionaries, uint64_t raw_bytes, uint64_t compressed_bytes);

/* Where a (better) dictionary is due and the memtable has enough to learn from: train, and write it
 * durably before anything may name it. */
NODISCARD bool history_dictionaries_train(
    struct history_dictionaries *dictionaries, const struct history_memtable *memtable, struct error *error);

/* "history/0000000a.dictionary" -> 10; 0 where the name is no dictionary's. */
uint32_t history_dictionary_id_of_name(const char *name);
enum { HISTORY_NAME_SIZE = 48 };
