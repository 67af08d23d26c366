/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compress: gzip (written by ISA-L, one member; read by libdeflate and ISA-L) and zstd with
 * trained dictionaries. Every decompression takes the most bytes it may produce.
 *
 * Threads: functions any; each stream and context one owner.
 */
#pragma once

#include "base/buf.h"

/* Append one gzip member holding `data` (ISA-L level 1, fast; the CLI's validator refuses a
 * second member). ERROR_LIMIT where `out` is full. */
NODISCARD bool gzip_append(struct buf *out, struct bytes data, struct error *error);

/* Append what `data` inflates to: one or several members, nothing after them. ERROR_INVALID
 * for bad or trailing bytes, ERROR_LIMIT where more than out's limit would come. */
NODISCARD bool gzip_inflate(struct bytes data, struct buf *out, struct error *error);
bool gzip_is(struct bytes data); /* starts with the gzip magic */

/* zstd. A dictionary may be NULL. Contexts are reused between calls; one thread each. */
struct zstd_dictionary;
struct zstd_compressor;
struct zstd_decompressor;
/* Train at most `size_max` bytes of dictionary from samples (concatenated in `samples`);
 * NULL where there are too few. */
struct zstd_dictionary *zstd_dictionary_train(
    struct bytes samples, const size_t *sample_sizes, size_t sample_count, size_t size_max, int level);
struct zstd_dictionary *zstd_dictionary_create(struct bytes content, int level); /* copies */
struct bytes zstd_dictionary_content(const struct zstd_dictionary *dictionary);
void zstd_dictionary_destroy(struct zstd_dictionary *dictionary);
struct zstd_compressor *zstd_compressor_create(int level);
void zstd_compressor_destroy(struct zstd_compressor *compressor);
NODISCARD bool zstd_compress(struct zstd_compressor *compressor, const struct zstd_dictionary *dictionary,
    struct bytes data, struct buf *out, struct error *error); /* appends one frame */
struct zstd_decompressor *zstd_decompressor_create(void);
void zstd_decompressor_destroy(struct zstd_decompressor *decompressor);
/* Appends exactly `size` bytes; ERROR_CORRUPT where the frame gives another number. */
NODISCARD bool zstd_decompress(struct zstd_decompressor *decompressor,
    const struct zstd_dictionary *dictionary, struct bytes frame, size_t size, struct buf *out,
    struct error *error);
