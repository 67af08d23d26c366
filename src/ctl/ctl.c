/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

#include "base/mem.h"
#include "base/own.h"
#include "sys/process.h"

#include "argument.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

static const struct ctl_command *const commands[] = {&ctl_demo, &ctl_import, &ctl_insights, &ctl_key,
    &ctl_lookup, &ctl_query, &ctl_status, &ctl_tail, &ctl_verify};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* Rows that a full disk did not take are no answer; a reader that has enough, as `head', is none of ours. */
static bool is_printed(struct error *error) {
    bool is_whole = fflush(stdout) == 0 && !ferror(stdout);
    return is_whole || process_stdout_is_pipe() ||
           error_set(error, ERROR_IO, "standard output could not be written: what it has is not whole");
}

static int run_command(const struct ctl_command *command, int argc, char **argv) {
    struct error error = {0};
    bool help = false;
    SCOPED(own_free) struct ctl_positionals *positionals = MEM_NEW(struct ctl_positionals);
    SCOPED(own_free) void *arguments = mem_alloc(command->arguments_size);
    int exit_code = CTL_USAGE;
    if (ctl_argument_parse(command, argc, argv, arguments, positionals, &help, &error)) {
        if (help) {
            ctl_argument_print_help(command);
            return CTL_DONE;
        }
        exit_code = command->run(positionals, arguments, &error);
        if (exit_code != CTL_FAILED && !is_printed(&error))
            exit_code = CTL_FAILED;
    }
    if (exit_code != CTL_DONE && error.message[0] != '\0')
        ctl_complain("cairn %s: %s", command->name, error.message);
    return exit_code;
}

bool ctl_run(int argc, char **argv, int *ret_exit) {
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[0], commands[i]->name) == 0) {
            *ret_exit = run_command(commands[i], argc - 1, argv + 1);
            return true;
        }
    }
    return false;
}

void ctl_print_commands(void) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s%.*s\n", commands[i]->name, (int)strcspn(commands[i]->summary, "\n."),
            commands[i]->summary);
}
