/* SPDX-License-Identifier: Apache-2.0 */
/* credentials: the root credentials of a first start. Threads: before others start. */
#pragma once

#include "base/error.h"
#include "base/time.h"

struct catalog;
struct disk;
struct options;

/* Install the root key: from the environment where it is set, else from root-credentials.json on
 * `disk`, which is made (mode 0600) where missing; `ret_made` says that it was. */
NODISCARD bool daemon_credentials_install(struct catalog *catalog, struct disk *disk,
    const struct options *options, struct moment now, bool *ret_made, struct error *error);
