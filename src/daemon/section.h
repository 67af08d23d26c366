/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section: the parts of the configuration file of which there may be several: [bucket "PATTERN"],
 * [gateway "NAME"], [source "NAME"]. Each has a table of keys (section.c).
 *
 * A secret may stand elsewhere: for a key KEY that holds one, KEY-file names a file and KEY-variable an
 * environment variable. They are read last, by daemon_section_read_secrets().
 *
 * Threads: one owner.
 */
#pragma once

#include "option.h"

struct section_kind;

/* The section that is being read; `place` is its struct in the options. */
struct section {
    const struct section_kind *kind;
    void *place;
};

/* `line` is the head, brackets included. ERROR_INVALID names what there may be. */
NODISCARD bool daemon_section_begin(struct arena *arena, struct str line, struct options *options,
    struct section *ret_section, struct error *error);
NODISCARD bool daemon_section_set(struct arena *arena, const struct section *section, struct str name,
    struct str value, struct options *options, struct error *error);

/* At the end of the file: does each section have what it needs? */
NODISCARD bool daemon_section_check(const struct options *options, struct error *error);
NODISCARD bool daemon_section_read_secrets(
    struct arena *arena, option_environment *environment, struct options *options, struct error *error);

/* The entry "default" of --gateway LISTEN=UPSTREAM. */
NODISCARD bool daemon_section_add_gateway(
    struct arena *arena, struct str text, struct options *options, struct error *error);
