/* SPDX-License-Identifier: Apache-2.0 */
/* book: what the files of identity share. */
#pragma once

#include "auth/auth.h"
#include "identity/identity.h"
#include "sys/thread.h"

#include "address.h"
#include "directory.h"

/* field / guarded by: pending, purged_at / pending_mutex; everything else is set at opening and does not
 * change (the directory has locks of its own). */
struct identity_book {
    struct arena arena;
    struct identity_options options; /* the texts are in the arena */
    struct identity_directory *directory;
    struct identity_network *networks;
    size_t network_count;

    struct mutex pending_mutex;
    struct identity_pending *pending; /* keys whose rows in the catalog are to be written, newest first */
    size_t pending_count;
    struct moment purged_at;
};

#define IDENTITY_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
bool identity_has_body(const struct aws_request *request);

/* The first header of a name; empty where there is none. */
struct str identity_header(const struct aws_request *request, const char *name);
