/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sorter: events in order of their time, in bounded memory: past it sorted runs go to a folder, to files that
 * nobody else sees and that are gone when the program is. Private to ctl.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "codec/text.h"

enum { CTL_SORTER_MEMORY_BYTES = 64 << 20 };

struct ctl_sorter;

/* `folder`: where runs go; `memory_bytes` 0: CTL_SORTER_MEMORY_BYTES. */
struct ctl_sorter *ctl_sorter_create(struct str folder, size_t memory_bytes);
void ctl_sorter_destroy(struct ctl_sorter *sorter); /* NULL is fine */

NODISCARD bool ctl_sorter_add(
    struct ctl_sorter *sorter, struct moment time, struct uuid id, struct bytes payload, struct error *error);

/* After the last one was added: the next by (time, id), each id of a time once; `ret_found` false at the end.
 * The payload lives until the next call. */
NODISCARD bool ctl_sorter_next(
    struct ctl_sorter *sorter, bool *ret_found, struct bytes *ret_payload, struct error *error);
