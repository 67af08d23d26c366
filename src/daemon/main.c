/* SPDX-License-Identifier: Apache-2.0 */
/* cairn: one binary; `cairn serve` is the daemon, the other words are commands for people. */
#include "base/own.h"
#include "ctl/ctl.h"
#include "engine/engine.h"
#include "sys/process.h"

#include "log.h"
#include "option.h"
#include "wiring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_usage(void) {
    printf("usage: cairn COMMAND [ARGUMENTS]\n\n  serve     Run the daemon.\n");
    ctl_print_commands();
    printf("\n`cairn COMMAND --help' says more of each.\n");
}

static void print_serve_help(void) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    daemon_option_append_help(&text);
    printf("usage: cairn serve [OPTIONS]\n\nRun the daemon. Every option is also an environment variable "
           "(CAIRN_DATA for --data)\n"
           "and a key of the file that --config names; flags win over environment, environment over file.\n\n"
           "  --config FILE\n        configuration file\n%.*s",
        STR(buf_str(&text)));
    buf_finish(&text);
}

static const char *environment(const char *name) {
    return getenv(name);
}

extern char **environ;

/* Flags and keys that nobody knows are errors. The environment is shared with other programs: a warning. */
static void warn_of_unknown_variables(void) {
    for (char **variable = environ; *variable != NULL; variable++) {
        struct str rest = str_from(*variable), name = str_cut(&rest, '=');
        if (str_starts_with(name, STR_LITERAL("CAIRN_")) && !daemon_option_knows_variable(name))
            daemon_log(LOG_unknown_variable, "%.*s is no option of Cairn", STR(name));
    }
}

static int serve(const char *program, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_serve_help();
            return CTL_DONE;
        }
    }
    process_prepare();
    struct arena arena = ARENA_INIT;
    struct error error = {0};
    SCOPED(own_free) struct options *options = MEM_NEW(struct options);
    warn_of_unknown_variables();
    bool is_parsed = daemon_option_parse(&arena, argc, argv, environment, options, &error);
    bool done = is_parsed && daemon_run(options, program, &error);
    if (!done)
        daemon_log(LOG_daemon_failed, "%s", error.message);
    arena_finish(&arena);
    return done ? CTL_DONE : is_parsed ? CTL_FAILED : CTL_USAGE;
}

int main(int argc, char **argv) {
    int exit_code = CTL_USAGE;
    if (argc >= 2 && strcmp(argv[1], "serve") == 0)
        return serve(argv[0], argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "worker") == 0) /* started by the daemon only, so not in the help */
        return engine_worker(argc - 2, argv + 2);
    if (argc >= 2 && ctl_run(argc - 1, argv + 1, &exit_code))
        return exit_code;
    bool is_help = argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0);
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
        printf("cairn %s\n", CAIRN_VERSION);
        return CTL_DONE;
    }
    if (argc >= 2 && !is_help)
        (void)fprintf(stderr, "cairn: `%s' is no command\n\n", argv[1]);
    print_usage();
    return is_help ? CTL_DONE : CTL_USAGE;
}
