/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hybrid: small numbers as Parquet's hybrid of runs and packed bits, in which levels and the indexes of
 * dictionaries are.
 *
 * Threads: pure.
 */
#pragma once

#include "base/buf.h"

/* How many bits the numbers up to `max` take. */
unsigned parquet_hybrid_width(uint32_t max);

/* Append `count` numbers of `width` bits, at most 32. */
void parquet_hybrid_append(struct buf *out, const uint32_t *numbers, size_t count, unsigned width);
/* Append the same number `count` times. */
void parquet_hybrid_append_run(struct buf *out, uint32_t number, size_t count, unsigned width);
