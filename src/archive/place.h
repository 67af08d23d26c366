/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: what a key of CloudTrail's layout says:
 *     [prefix/]AWSLogs/[o-.../]<account>/<folder>/<region>/<Y>/<M>/<D>/<name>
 * Pure; threads: any.
 */
#pragma once

#include "base/str.h"
#include "base/time.h"

#include <stdbool.h>

struct archive_place {
    struct str base;   /* "prefix/AWSLogs/account/" */
    struct str folder; /* "CloudTrail", "CloudTrail-Digest", ... */
    struct str region;
    int64_t day;        /* since 1970 */
    struct str path;    /* of the folder, up to and with the slash before the name */
    struct str name;    /* "..._20261123T1105Z_....json.gz" */
    size_t folder_size; /* of base and folder in the key */
};

/* Texts borrow from the key. False where it is not of that layout. */
bool archive_place_parse(struct str key, struct archive_place *ret_place);

/* The time in a file's name: 20261123T1105Z or 20261123T110500Z; MOMENT_NONE where there is none. */
struct moment archive_place_time(struct str name);

/* In a digest's name: the trail and its home region, as "trail_us-east-1"; empty where it is not one. */
struct str archive_place_trail(struct str name, struct str region);
