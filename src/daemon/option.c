/* SPDX-License-Identifier: Apache-2.0 */
/* Options from three places through one table. A value is checked where it is set, whichever place it is
 * from. */
#include "option.h"

#include "base/check.h"
#include "codec/text.h"
#include "sys/disk.h"

#include "section.h"

#include <stddef.h>
#include <string.h>

enum option_type { OPTION_TEXT, OPTION_BOOLEAN, OPTION_NUMBER, OPTION_SIZE, OPTION_DURATION };

struct option_row {
    const char *name;
    enum option_type type;
    size_t offset;
    const char *initial;
    int64_t low, high; /* of the text's size, of the number, of the milliseconds */
    const char *value, *help;
};

#define OPTION_ROW(member, name, type, initial, low, high, value, help)                                      \
    {name, OPTION_##type, offsetof(struct options, member), initial, low, high, value, help},
static const struct option_row rows[] = {OPTION_TABLE(OPTION_ROW)};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static const struct option_row *find_row(struct str name) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (str_is(name, rows[i].name))
            return &rows[i];
    }
    return NULL;
}

static bool parse_size(struct str text, int64_t *ret_bytes) {
    static const char units[] = "kmgt";
    uint64_t factor = 1;
    for (int i = 0; text.size > 0 && i < 4; i++) {
        char last = text.data[text.size - 1];
        if (last == units[i] || last == units[i] - 'a' + 'A') {
            factor = (uint64_t)1 << (10 * (i + 1));
            text.size--;
            break;
        }
    }
    uint64_t number = 0;
    if (!str_to_u64(text, &number) || __builtin_mul_overflow(number, factor, &number) || number > INT64_MAX)
        return false;
    *ret_bytes = (int64_t)number;
    return true;
}

static bool parse_number(const struct option_row *row, struct str text, int64_t *ret_number) {
    switch (row->type) {
    case OPTION_DURATION:
        return duration_parse(text, ret_number);
    case OPTION_SIZE:
        return parse_size(text, ret_number);
    case OPTION_NUMBER:
        return str_to_i64(text, ret_number);
    case OPTION_BOOLEAN:
        *ret_number = str_is(text, "true");
        return *ret_number != 0 || str_is(text, "false");
    case OPTION_TEXT:
        *ret_number = (int64_t)text.size;
        return str_find_char(text, '\0') == SIZE_MAX;
    }
    return false;
}

static const char *type_hint(enum option_type type) {
    static const char *const hints[] = {[OPTION_TEXT] = "a text",
        [OPTION_BOOLEAN] = "true or false",
        [OPTION_NUMBER] = "a number",
        [OPTION_SIZE] = "a size like 64m or 2g",
        [OPTION_DURATION] = "a time like 30s, 5m, 1h or 90d"};
    return hints[type];
}

static bool set_value(
    struct options *options, const struct option_row *row, struct str text, struct error *error) {
    int64_t number = 0;
    if (!parse_number(row, text, &number))
        return error_set(error, ERROR_INVALID, "option %s takes %s, not `%.*s'", row->name,
            type_hint(row->type), STR(text));
    if (number < row->low || number > row->high)
        return error_set(error, ERROR_INVALID, "option %s: `%.*s' is out of range (%s from %lld to %lld%s)",
            row->name, STR(text), row->type == OPTION_TEXT ? "length" : "value", (long long)row->low,
            (long long)row->high, row->type == OPTION_DURATION ? " milliseconds" : "");
    char *place = (char *)options + row->offset;
    switch (row->type) {
    case OPTION_TEXT:
        memcpy(place, &text, sizeof text);
        break;
    case OPTION_BOOLEAN: {
        bool boolean = number != 0;
        memcpy(place, &boolean, sizeof boolean);
        break;
    }
    case OPTION_NUMBER:
    case OPTION_SIZE:
    case OPTION_DURATION:
        memcpy(place, &number, sizeof number);
        break;
    }
    return true;
}

void daemon_option_set_defaults(struct options *options) {
    *options = (struct options){.bucket_rule_count = 0};
    struct error error = {0};
    for (size_t i = 0; i < ROW_COUNT; i++)
        ASSERT(set_value(options, &rows[i], str_from(rows[i].initial), &error));
}

/* The configuration file. */

static bool set_named(struct options *options, struct str name, struct str value, struct error *error) {
    const struct option_row *row = find_row(name);
    if (row == NULL)
        return error_set(
            error, ERROR_INVALID, "option `%.*s' is unknown; `cairn serve --help' lists them", STR(name));
    return set_value(options, row, value, error);
}

static bool apply_line(struct arena *arena, struct str line, struct section *section, struct options *options,
    struct error *error) {
    line = str_trim(line);
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line = str_trim(str_slice(line, 0, line.size - 1));
    if (line.size == 0 || line.data[0] == '#')
        return true;
    if (line.data[0] == '[')
        return daemon_section_begin(arena, line, options, section, error);
    struct str value = line;
    struct str name = str_trim(str_cut(&value, '='));
    if (name.size == line.size) {
        struct str word = str_cut(&line, ' '); /* no more of it: it may hold a secret */
        return error_set(error, ERROR_INVALID, "`%.*s...' is not of the form name = value", STR(word));
    }
    value = arena_str(arena, str_trim(value));
    if (section->kind != NULL)
        return daemon_section_set(arena, section, name, value, options, error);
    return set_named(options, name, value, error);
}

bool daemon_option_parse_file(
    struct arena *arena, struct str text, struct options *options, struct error *error) {
    struct section section = {.kind = NULL};
    for (unsigned number = 1; text.size > 0; number++) {
        struct str line = str_cut(&text, '\n');
        if (!apply_line(arena, line, &section, options, error))
            return error_context(error, "line %u", number);
    }
    return daemon_section_check(options, error);
}

static bool read_config(struct arena *arena, const char *path, struct options *options, struct error *error) {
    struct buf text = BUF_INIT(OPTION_FILE_BYTES_MAX);
    bool done = disk_read_path(path, &text, error) &&
                daemon_option_parse_file(arena, arena_str(arena, buf_str(&text)), options, error);
    buf_finish(&text);
    return done || error_context(error, "configuration %s", path);
}

/* Environment and flags. */

static void variable_name(const char *option, char ret_name[64]) {
    size_t size = 0;
    for (const char *prefix = "CAIRN_"; *prefix != '\0'; prefix++)
        ret_name[size++] = *prefix;
    for (; *option != '\0'; option++) {
        ASSERT(size < 63);
        ret_name[size++] = *option == '-' ? '_' : (char)(*option - 'a' + 'A');
    }
    ret_name[size] = '\0';
}

bool daemon_option_knows_variable(struct str name) {
    static const char *const others[] = {
        "CAIRN_CONFIG", "CAIRN_ENDPOINT", "CAIRN_ROOT_ACCESS_KEY_ID", "CAIRN_ROOT_SECRET_ACCESS_KEY"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (str_is(name, others[i]))
            return true;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char own[64];
        variable_name(rows[i].name, own);
        if (str_is(name, own))
            return true;
    }
    return false;
}

static bool apply_environment(option_environment *environment, struct options *options, struct error *error) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[64];
        variable_name(rows[i].name, name);
        const char *value = environment(name);
        if (value != NULL && !set_value(options, &rows[i], str_from(value), error))
            return error_context(error, "environment variable %s", name);
    }
    options->root_access_key_id = str_from(environment("CAIRN_ROOT_ACCESS_KEY_ID"));
    options->root_secret_access_key = str_from(environment("CAIRN_ROOT_SECRET_ACCESS_KEY"));
    if ((options->root_access_key_id.size == 0) != (options->root_secret_access_key.size == 0))
        return error_set(error, ERROR_INVALID,
            "CAIRN_ROOT_ACCESS_KEY_ID and CAIRN_ROOT_SECRET_ACCESS_KEY go together: set both or neither");
    return true;
}

struct flag {
    struct str name, value;
};

/* Read the flag at `*index` and step over it and its value. */
static bool next_flag(int argc, char **argv, int *index, struct flag *ret_flag, struct error *error) {
    struct str text = str_from(argv[*index]);
    if (!str_starts_with(text, STR_LITERAL("--")) || text.size == 2)
        return error_set(
            error, ERROR_INVALID, "`%s' is not an option; `cairn serve --help' lists them", argv[*index]);
    struct str value = str_slice(text, 2, SIZE_MAX);
    bool has_value = str_find_char(value, '=') != SIZE_MAX;
    struct str name = str_cut(&value, '=');
    const struct option_row *row = find_row(name);
    if (!has_value && row != NULL && row->type == OPTION_BOOLEAN) {
        value = STR_LITERAL("true");
    } else if (!has_value) {
        if (*index + 1 >= argc)
            return error_set(error, ERROR_INVALID, "option --%.*s needs a value", STR(name));
        value = str_from(argv[++*index]);
    }
    ++*index;
    *ret_flag = (struct flag){name, value};
    return true;
}

static const char *find_config(int argc, char **argv, option_environment *environment) {
    const char *path = environment("CAIRN_CONFIG");
    for (int i = 0; i < argc;) {
        struct error ignored = {0};
        struct flag flag = {0};
        if (!next_flag(argc, argv, &i, &flag, &ignored))
            return path;
        if (str_is(flag.name, "config"))
            path = flag.value.data;
    }
    return path;
}

static bool apply_flags(int argc, char **argv, struct options *options, struct error *error) {
    bool has_gateway = false;
    for (int i = 0; i < argc;) {
        struct flag flag = {0};
        if (!next_flag(argc, argv, &i, &flag, error))
            return false;
        bool is_gateway = str_is(flag.name, "gateway");
        if (is_gateway &&
            has_gateway) /* others may repeat, and the last one holds; here a call would be lost */
            return error_set(error, ERROR_INVALID,
                "option --gateway is there twice: further entries are [gateway \"NAME\"] sections of the "
                "configuration file (--config)");
        has_gateway = has_gateway || is_gateway;
        if (!str_is(flag.name, "config") && !set_named(options, flag.name, flag.value, error))
            return false;
    }
    return true;
}

bool daemon_option_parse(struct arena *arena, int argc, char **argv, option_environment *environment,
    struct options *ret_options, struct error *error) {
    struct options options;
    daemon_option_set_defaults(&options);
    const char *path = find_config(argc, argv, environment);
    if (path != NULL && path[0] != '\0' && !read_config(arena, path, &options, error))
        return false;
    if (!apply_environment(environment, &options, error))
        return false;
    if (!apply_flags(argc, argv, &options, error))
        return false;
    if (!daemon_section_read_secrets(arena, environment, &options, error) ||
        (options.gateway.size > 0 && !daemon_section_add_gateway(arena, options.gateway, &options, error)))
        return false;
    *ret_options = options;
    return true;
}

void daemon_option_append_help(struct buf *buf) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct option_row *row = &rows[i];
        buf_append_format(buf, "  --%s%s%s\n        %s", row->name, row->value[0] != '\0' ? " " : "",
            row->value, row->help);
        if (row->initial[0] != '\0' && row->type != OPTION_BOOLEAN)
            buf_append_format(buf, " (default %s)", row->initial);
        buf_append_char(buf, '\n');
    }
}
