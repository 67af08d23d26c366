/* SPDX-License-Identifier: Apache-2.0 */
/* argument: the flags of one subcommand, from a table. Private to ctl. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

enum ctl_argument_kind {
    CTL_TEXT,   /* --name VALUE into a struct str; a value of the form "a|b" lists all it takes */
    CTL_SWITCH, /* --name into a bool */
    CTL_NUMBER, /* --name N, from 1 on, into a uint64_t */
    CTL_TEXTS,  /* --name VALUE, several times, into a struct ctl_texts */
};

enum { CTL_TEXTS_MAX = 16, CTL_POSITIONALS_MAX = 4096 };

struct ctl_texts {
    struct str items[CTL_TEXTS_MAX];
    size_t count;
};

struct ctl_argument {
    const char *name; /* without the dashes */
    enum ctl_argument_kind kind;
    size_t offset;
    const char *value, *help;
};

struct ctl_positionals {
    struct str items[CTL_POSITIONALS_MAX];
    size_t count;
};

/* A subcommand: its flags fill a struct of `arguments_size` zeroed bytes; what is no flag is kept in order.
 */
struct ctl_command {
    const char *name, *positionals, *summary;
    const struct ctl_argument *arguments;
    size_t argument_count, arguments_size;
    /* Returns the exit code; where that is not CTL_DONE, `error` may say why. */
    int (*run)(const struct ctl_positionals *positionals, void *arguments, struct error *error);
};
extern const struct ctl_command ctl_import, ctl_insights, ctl_lookup, ctl_status, ctl_tail, ctl_key, ctl_demo,
    ctl_query, ctl_verify;

#define CTL_ARGUMENT_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Fill the struct from argv (after the command's name). ERROR_INVALID names what is wrong;
 * `ret_help` is set where --help was asked for, and nothing else is looked at then. */
NODISCARD bool ctl_argument_parse(const struct ctl_command *command, int argc, char **argv, void *arguments,
    struct ctl_positionals *positionals, bool *ret_help, struct error *error);
/* A time as flags take it: ISO 8601, or a duration for so long ago. */
NODISCARD bool ctl_argument_time(struct str text, struct moment *ret_moment, struct error *error);
void ctl_argument_print_help(const struct ctl_command *command);
