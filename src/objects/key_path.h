/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_path: the one-to-one mapping of S3 keys to relative paths; docs/formats/objects.md says it in
 * words. Whatever a key holds, its path has no "." or ".." component, no control character and
 * no name longer than a file system takes.
 *
 * Threads: pure; any.
 */
#pragma once

#include "base/buf.h"

enum objects_name_kind {
    OBJECTS_NAME_OBJECT,       /* a file that holds an object */
    OBJECTS_NAME_DIRECTORY,    /* a whole component of keys */
    OBJECTS_NAME_CONTINUATION, /* the first part of a component that is longer than a name may be */
    OBJECTS_NAME_STRANGE,      /* nothing of ours */
};

/* Append the path of the object `key`. */
void objects_key_path_append(struct buf *path, struct str key);

/* Append the path of the directory that holds all keys starting with `prefix`, which is empty or
 * ends in '/'. Each component is followed by '/'. */
void objects_key_path_append_directory(struct buf *path, struct str prefix);

/* What a directory entry stands for; its part of the key is appended to `ret_part` (without '/'). */
enum objects_name_kind objects_key_path_decode(struct str name, bool is_directory, struct buf *ret_part);
