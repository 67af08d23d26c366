/* SPDX-License-Identifier: Apache-2.0 */
/* pack: the console's files in one (docs/formats/console-pack.md). Pure; threads: any. */
#pragma once

#include "codec/hash.h"
#include "console/console.h"

struct console_file {
    struct str path; /* "assets/index-abc.js", below /console/ */
    struct str content_type;
    bool is_immutable; /* its name changes with its content */
    uint64_t size;     /* inflated */
    struct bytes gzip;
    char etag[2 * SHA256_SIZE + 3]; /* quoted */
};

struct console_pack {
    struct console_file *files; /* owned; sorted by path */
    size_t count;
};

/* Files borrow from `bytes`. ERROR_CORRUPT where they are no whole pack. */
NODISCARD bool console_pack_parse(struct bytes bytes, struct console_pack *ret_pack, struct error *error);
void console_pack_finish(struct console_pack *pack);
const struct console_file *console_pack_find(const struct console_pack *pack, struct str path); /* or NULL */
