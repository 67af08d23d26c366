/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banner: what a person at the terminal sees once the daemon listens: the address, where the first
 * credentials are, and steps to copy that work from any folder.
 *
 * Threads: the main thread.
 */
#pragma once

#include "base/str.h"

struct daemon_banner {
    struct str endpoint;
    const char *program;        /* as it was called: argv[0] */
    const char *data;           /* the data folder */
    struct str gateway;         /* URL of the first entry of the gateway; empty: there is none */
    bool has_given_credentials; /* by CAIRN_ROOT_ACCESS_KEY_ID, not made by us */
};

void daemon_banner_print(const struct daemon_banner *banner);
