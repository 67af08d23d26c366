/* SPDX-License-Identifier: Apache-2.0 */
/*
 * direct: appending to a file past the kernel's page cache.
 *
 * A log that is written once and hardly ever read again from disk would fill the page cache with
 * memory that others need, and getting that memory costs more than the writing. Direct writes go
 * in whole blocks: the last one is filled up with zeros and written again, its beginning unchanged,
 * when more comes, just as the kernel writes a page again. Where the file system cannot do it the
 * same writes go through the cache.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct direct_writer;

/* Appends from the start of the empty file behind `descriptor`, which it borrows. */
struct direct_writer *direct_writer_create(int descriptor);
void direct_writer_destroy(struct direct_writer *writer); /* NULL is fine */

/* After a failure the file may hold a part of the data. */
NODISCARD bool direct_writer_append(
    struct direct_writer *writer, const void *data, size_t size, struct error *error);
