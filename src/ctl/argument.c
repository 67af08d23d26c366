/* SPDX-License-Identifier: Apache-2.0 */
#include "argument.h"

#include "codec/text.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

static const struct ctl_argument *find(const struct ctl_command *command, struct str name) {
    for (size_t i = 0; i < command->argument_count; i++) {
        if (str_is(name, command->arguments[i].name))
            return &command->arguments[i];
    }
    return NULL;
}

/* Where the help says "json|table" nothing else passes. */
static bool is_choice(const struct ctl_argument *argument, struct str value) {
    struct str rest = str_from(argument->value);
    if (str_find_char(rest, '|') == SIZE_MAX)
        return true;
    while (rest.size > 0)
        if (str_equals(str_cut(&rest, '|'), value))
            return true;
    return false;
}

static bool store(
    const struct ctl_argument *argument, struct str value, void *arguments, struct error *error) {
    char *place = (char *)arguments + argument->offset;
    bool yes = true;
    uint64_t number = 0;
    switch (argument->kind) {
    case CTL_TEXT:
        if (!is_choice(argument, value))
            return error_set(error, ERROR_INVALID, "--%s takes %s, not `%.*s'", argument->name,
                argument->value, STR(value));
        memcpy(place, &value, sizeof value);
        return true;
    case CTL_SWITCH:
        memcpy(place, &yes, sizeof yes);
        return true;
    case CTL_NUMBER:
        if (!str_to_u64(value, &number) || number == 0)
            return error_set(error, ERROR_INVALID, "--%s takes a number from 1 on, not `%.*s'",
                argument->name, STR(value));
        memcpy(place, &number, sizeof number);
        return true;
    case CTL_TEXTS: {
        struct ctl_texts *texts = (void *)place;
        if (texts->count == CTL_TEXTS_MAX)
            return error_set(
                error, ERROR_LIMIT, "--%s is given more than %d times", argument->name, CTL_TEXTS_MAX);
        texts->items[texts->count++] = value;
        return true;
    }
    }
    return false;
}

/* One flag at argv[*index], with its value; steps over both. */
static bool parse_flag(const struct ctl_command *command, int argc, char **argv, int *index, void *arguments,
    struct error *error) {
    struct str value = str_slice(str_from(argv[*index]), 2, SIZE_MAX);
    bool has_value = str_find_char(value, '=') != SIZE_MAX;
    struct str name = str_cut(&value, '=');
    const struct ctl_argument *argument = find(command, name);
    if (argument == NULL)
        return error_set(error, ERROR_INVALID, "--%.*s is unknown; `cairn %s --help' lists the flags",
            STR(name), command->name);
    if (argument->kind == CTL_SWITCH && has_value)
        return error_set(error, ERROR_INVALID, "--%s takes no value", argument->name);
    if (argument->kind != CTL_SWITCH && !has_value) {
        if (*index + 1 >= argc)
            return error_set(error, ERROR_INVALID, "--%s needs a value: %s", argument->name, argument->value);
        value = str_from(argv[++*index]);
    }
    ++*index;
    return store(argument, value, arguments, error);
}

bool ctl_argument_parse(const struct ctl_command *command, int argc, char **argv, void *arguments,
    struct ctl_positionals *positionals, bool *ret_help, struct error *error) {
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *ret_help = true;
            return true;
        }
    }
    bool flags_ended = false;
    for (int i = 0; i < argc;) {
        if (!flags_ended && strcmp(argv[i], "--") == 0) {
            flags_ended = true;
            i++;
        } else if (!flags_ended && argv[i][0] == '-' && argv[i][1] == '-') {
            if (!parse_flag(command, argc, argv, &i, arguments, error))
                return false;
        } else if (positionals->count == CTL_POSITIONALS_MAX) {
            return error_set(
                error, ERROR_LIMIT, "more than %d names on one command line", CTL_POSITIONALS_MAX);
        } else {
            positionals->items[positionals->count++] = str_from(argv[i++]);
        }
    }
    if (command->positionals[0] == '\0' && positionals->count > 0)
        return error_set(error, ERROR_INVALID, "`%.*s' is no flag; `cairn %s --help' lists them",
            STR(positionals->items[0]), command->name);
    return true;
}

bool ctl_argument_time(struct str text, struct moment *ret_moment, struct error *error) {
    int64_t ago_ms = 0;
    if (duration_parse(text, &ago_ms)) {
        ret_moment->ms = clock_now(clock_real()).ms - ago_ms;
        return true;
    }
    return time_parse_iso(text, ret_moment) ||
           error_set(error, ERROR_INVALID,
               "`%.*s' is no time: write 2026-11-23T05:00:00Z, or 2h for two hours ago", STR(text));
}

void ctl_argument_print_help(const struct ctl_command *command) {
    printf("usage: cairn %s%s%s%s\n\n%s\n", command->name, command->argument_count > 0 ? " [FLAGS]" : "",
        command->positionals[0] != '\0' ? " " : "", command->positionals, command->summary);
    if (command->argument_count > 0)
        printf("\nFlags:\n");
    for (size_t i = 0; i < command->argument_count; i++) {
        const struct ctl_argument *argument = &command->arguments[i];
        printf("  --%s%s%s\n        %s\n", argument->name, argument->value[0] != '\0' ? " " : "",
            argument->value, argument->help);
    }
}
