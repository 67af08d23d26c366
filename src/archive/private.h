/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of archive share. */
#pragma once

#include "archive/archive.h"
#include "codec/json.h"
#include "objects/objects.h"

#include "place.h"

/* A file that a digest names. */
struct archive_named {
    struct str key;
    uint8_t sha256[SHA256_SIZE];
};

/* The digests of one day of a region and account, read: what they name. */
struct archive_day {
    struct arena arena;
    int64_t day; /* since 1970; -1: nothing is here */
    struct archive_named *named;
    size_t count, capacity;
};

/* A region of an account whose files or digests the listing met. */
struct archive_region {
    struct str base, region;    /* base as in struct archive_place */
    bool has_digests, is_asked; /* is_asked: has_digests is known */
    int64_t *days;              /* whose folders were listed, ascending */
    size_t day_count, day_capacity;
};

struct archive_entry {
    struct str key;
    uint64_t size;
    bool is_listed, has_hash;
    uint8_t sha256[SHA256_SIZE];
};

struct archive {
    struct archive_options options;
    struct arena arena; /* of what stays: options, regions */
    struct json_parser *parser;
    /* the listing */
    struct arena page_arena;
    struct objects_page page;
    size_t page_index;
    struct str start_after;
    bool is_listed; /* to its end */
    /* the folder whose entries are given out */
    struct arena folder_arena;
    struct archive_entry *entries;
    size_t entry_count, entry_capacity, entry_index;
    uint64_t folders;
    /* regions, and the digests of two days of one of them */
    struct archive_region **regions;
    size_t region_count, region_capacity;
    struct archive_day days[2];
    const struct archive_region *digests_region; /* that `days` are of */
    size_t late_region; /* after the listing: the next one to look for missing folders in */
    bool are_late;      /* the entries are of such folders */
};

/* archive.c */
struct archive_entry *archive_add_entry(struct archive *archive, struct str key);
bool archive_goes_on(const struct archive *archive, struct error *error);
bool archive_wants_key(const struct archive *archive, struct str key);

/* digests.c: one digest. `body` is missing where it cannot be read, and `why` says why. */
struct archive_digest {
    struct str key, why;
    struct archive_place place;
    struct objects_info info; /* its metadata */
    struct json_value body;
    uint8_t sha256[SHA256_SIZE]; /* of the body */
};
typedef bool archive_on_digest(const struct archive_digest *digest, void *context);

/* The digests of a region whose folders are of [from_day, to_day], in the order of their keys; false from the
 * callback stops. */
NODISCARD bool archive_digests_read(struct archive *archive, const struct archive_region *region,
    const int64_t range[2], archive_on_digest *on_digest, void *context, struct error *error);

/* The next file of this archive's bucket that a digest names; false at the end. `key` borrows from the body.
 */
bool archive_digest_next_file(
    const struct archive *archive, struct json_iterator *files, struct archive_named *ret_named);

/* Add what digests name in the folder of `place` to the archive's entries. */
NODISCARD bool archive_digests_add_named(struct archive *archive, struct archive_region *region,
    const struct archive_place *place, struct error *error);

/* Add what digests of the region name in folders that were not listed. */
NODISCARD bool archive_digests_add_late(
    struct archive *archive, struct archive_region *region, struct error *error);

/* The days that the archive's times cut out of its digests. */
void archive_digest_range(const struct archive *archive, int64_t ret_range[2]);
