/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "daemon/option.h"
#include "support/tap.h"

static const char *variables[8][2];

static const char *environment(const char *name) {
    for (int i = 0; i < 8 && variables[i][0] != NULL; i++) {
        if (strcmp(variables[i][0], name) == 0)
            return variables[i][1];
    }
    return NULL;
}

static void set_variables(const char *name, const char *value) {
    memset(variables, 0, sizeof variables);
    variables[0][0] = name;
    variables[0][1] = value;
}

static bool parse(
    struct arena *arena, struct options *options, struct error *error, int argc, const char **argv) {
    return daemon_option_parse(arena, argc, (char **)(uintptr_t)argv, environment, options, error);
}

#define PARSE(...)                                                                                           \
    parse(&arena, &options, &error, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),           \
        (const char *[]){__VA_ARGS__})

static void defaults_are_those_of_the_contract(void) {
    struct options options;
    daemon_option_set_defaults(&options);
    EXPECT(str_is(options.listen, "127.0.0.1:8420"));
    EXPECT(str_is(options.account_id, "123456789012"));
    EXPECT(str_is(options.region, "us-east-1"));
    EXPECT_INT(options.delivery_interval, 300000);
    EXPECT_INT(options.digest_interval, 3600000);
    EXPECT_INT(options.history_retention, 90 * 86400000LL);
}

static void flags_win_over_the_environment(void) {
    struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    set_variables("CAIRN_DELIVERY_INTERVAL", "7s");
    EXPECT(PARSE("--insecure-http"));
    EXPECT_INT(options.delivery_interval, 7000);
    EXPECT(options.insecure_http);
    EXPECT(PARSE("--delivery-interval", "1s"));
    EXPECT_INT(options.delivery_interval, 1000);
    EXPECT(PARSE("--delivery-interval=2m"));
    EXPECT_INT(options.delivery_interval, 120000);
    set_variables(NULL, NULL);
    arena_finish(&arena);
}

static void wrong_names_and_values_are_errors_that_say_what_is_right(void) {
    struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    EXPECT(!PARSE("--deliver-interval", "1s"));
    EXPECT(strstr(error.message, "deliver-interval") != NULL);
    EXPECT(!PARSE("--delivery-interval", "fast"));
    EXPECT(strstr(error.message, "5m") != NULL);
    EXPECT(!PARSE("--delivery-interval", "10ms"));
    EXPECT(!PARSE("--account-id", "12"));
    EXPECT(!PARSE("--data"));
    EXPECT(!PARSE("stray"));
    set_variables("CAIRN_TRAILS_MAX", "many");
    EXPECT(!PARSE("--insecure-http"));
    EXPECT(strstr(error.message, "CAIRN_TRAILS_MAX") != NULL);
    set_variables("CAIRN_ROOT_ACCESS_KEY_ID", "AKIAEXAMPLE");
    EXPECT(!PARSE("--insecure-http"));
    set_variables(NULL, NULL);
    arena_finish(&arena);
}

static void the_file_has_options_and_bucket_sections(void) {
    struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    daemon_option_set_defaults(&options);
    struct str text =
        str_from("# comment\nregion = eu-west-1\r\nfree-disk-floor = 1g\n\n[bucket \"logs-*\"]\n"
                 "endpoint = https://s3.example.test\nstyle = virtual\nacl = none\n");
    EXPECT(daemon_option_parse_file(&arena, text, &options, &error));
    EXPECT(str_is(options.region, "eu-west-1"));
    EXPECT_INT(options.free_disk_floor, 1 << 30);
    EXPECT_INT(options.bucket_rule_count, 1);
    EXPECT(str_is(options.bucket_rules[0].pattern, "logs-*"));
    EXPECT(str_is(options.bucket_rules[0].region, "eu-west-1"));
    EXPECT(options.bucket_rules[0].virtual_style && options.bucket_rules[0].acl_none);
    arena_finish(&arena);
}

static void a_wrong_line_of_the_file_is_named_by_its_number(void) {
    static const char *const texts[] = {"region\n", "\nregoin = x\n", "[bucket]\n",
        "[bucket \"a\"]\nendpiont = x\n", "[bucket \"a\"]\nregion = x\n"};
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct options options;
        struct error error = {0};
        daemon_option_set_defaults(&options);
        EXPECT(!daemon_option_parse_file(&arena, str_from(texts[i]), &options, &error));
        EXPECT(i == 4 || strstr(error.message, "line ") != NULL);
    }
    arena_finish(&arena);
}

static void a_secret_under_a_misspelt_name_is_not_told(void) {
    static const char *const texts[] = {
        "[bucket \"b\"]\nsecret_access_key = s3cr3t\n", "[bucket \"b\"]\nsecret-access-key s3cr3t\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct options options;
        struct error error = {0};
        daemon_option_set_defaults(&options);
        EXPECT(!daemon_option_parse_file(&arena, str_from(texts[i]), &options, &error));
        EXPECT(str_find(str_from(error.message), STR_LITERAL("access")) != SIZE_MAX);
        EXPECT(str_find(str_from(error.message), STR_LITERAL("s3cr3t")) == SIZE_MAX);
    }
}

int main(void) {
    TEST(defaults_are_those_of_the_contract);
    TEST(flags_win_over_the_environment);
    TEST(wrong_names_and_values_are_errors_that_say_what_is_right);
    TEST(the_file_has_options_and_bucket_sections);
    TEST(a_wrong_line_of_the_file_is_named_by_its_number);
    TEST(a_secret_under_a_misspelt_name_is_not_told);
    return tap_done();
}
