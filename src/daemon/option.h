/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option: what `cairn serve` was told. Flags win over the environment, the environment over
 * the configuration file; unknown names are errors. Rows: option_table.h.
 *
 * The file has lines `name = value`, comments from '#', and sections for what there may be several of
 * (section.h): [bucket "logs-*"] names an S3 endpoint for buckets that match, [gateway "NAME"] an entry of
 * the recording gateway, [source "NAME"] who may send audit logs of its own kind.
 *
 * Threads: filled once, then read by any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "gateway/gateway.h"
#include "objects/objects.h"
#include "sources/sources.h"

#include "option_table.h"

#define OPTION_C_TEXT                                                      struct str
#define OPTION_C_BOOLEAN                                                   bool
#define OPTION_C_NUMBER                                                    uint64_t
#define OPTION_C_SIZE                                                      uint64_t
#define OPTION_C_DURATION                                                  int64_t
#define OPTION_MEMBER(member, name, type, initial, low, high, value, help) OPTION_C_##type member;

enum { OPTION_BUCKET_RULES_MAX = 64, OPTION_FILE_BYTES_MAX = 1 << 20 };

/* A secret that is in a file or in a variable of the environment. */
struct option_secret {
    struct option_secret *next;
    struct str *place, source;
    bool is_file;
};

struct options {
    OPTION_TABLE(OPTION_MEMBER)
    struct objects_remote_rule *bucket_rules;
    size_t bucket_rule_count;
    struct gateway_entry *gateways;
    size_t gateway_count;
    struct source_entry *sources;
    size_t source_count;
    struct option_secret *secrets;                         /* read last, into their places */
    struct str root_access_key_id, root_secret_access_key; /* environment only; empty: made at first start */
};

/* Looks a variable up, as getenv() does. */
typedef const char *option_environment(const char *name);

/* Fill `ret_options` from flags (after "serve"), environment and the file that --config or
 * CAIRN_CONFIG names. Texts live in `arena`. ERROR_INVALID says which option is wrong and what it takes. */
NODISCARD bool daemon_option_parse(struct arena *arena, int argc, char **argv,
    option_environment *environment, struct options *ret_options, struct error *error);

/* Whether an environment variable steers Cairn. One that begins with CAIRN_ and does not is likely misspelt.
 */
bool daemon_option_knows_variable(struct str name);

/* Apply the text of a configuration file; exposed for its fuzz target. */
NODISCARD bool daemon_option_parse_file(
    struct arena *arena, struct str text, struct options *options, struct error *error);
void daemon_option_set_defaults(struct options *options);

/* The help text of all options, one line or two each. */
void daemon_option_append_help(struct buf *buf);
