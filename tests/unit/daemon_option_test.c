/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/own.h"
#include "daemon/option.h"
#include "support/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

static void gateway_and_source_sections_set_their_members(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    daemon_option_set_defaults(&options);
    struct str text =
        str_from("[gateway \"rgw\"]\nlisten = 127.0.0.1:9500\nupstream = http://127.0.0.1:9000\n"
                 "guarantee = fail-closed\nlearn = true\nwait = 3s\n"
                 "[gateway \"aws\"]\nupstream = https://s3.amazonaws.com\nverify = false\n"
                 "[source \"store\"]\nkind = minio\ntoken = 0123456789abcdef\n");
    EXPECT(daemon_option_parse_file(&arena, text, &options, &error));
    EXPECT_INT(options.gateway_count, 2);
    EXPECT(str_is(options.gateways[0].name, "rgw") && str_is(options.gateways[0].listen, "127.0.0.1:9500"));
    EXPECT_INT(options.gateways[0].guarantee, GATEWAY_FAIL_CLOSED);
    EXPECT(options.gateways[0].learn && options.gateways[0].verify);
    EXPECT_INT(options.gateways[0].wait_ms, 3000);
    EXPECT_INT(options.gateways[1].guarantee, GATEWAY_BUFFERED);
    EXPECT(!options.gateways[1].learn && !options.gateways[1].verify);
    EXPECT_INT(options.source_count, 1);
    EXPECT(str_is(options.sources[0].kind, "minio") && str_is(options.sources[0].token, "0123456789abcdef"));
}

static void a_wrong_section_is_refused_with_what_it_takes(void) {
    static const char *const texts[][2] = {
        {"[gateway \"Upper\"]\n", "a-z"},
        {"[gateway \"a\"]\nupstream = x\n[gateway \"a\"]\nupstream = x\n", "twice"},
        {"[gateway \"a\"]\nlisten = 127.0.0.1:1\n", "upstream"},
        {"[gateway \"a\"]\nguarantee = maybe\n", "fail-closed"},
        {"[gateway \"a\"]\nlearn = yes\n", "true"},
        {"[gateway \"a\"]\nwait = long\n", "2s"},
        {"[gateway \"a\"]\nlissen = x\n", "principals-file"},
        {"[source \"a\"]\ntoken = x\n", "kind"},
        {"[other \"a\"]\n", "[source"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct options options;
        struct error error = {0};
        daemon_option_set_defaults(&options);
        EXPECT(!daemon_option_parse_file(&arena, str_from(texts[i][0]), &options, &error));
        EXPECT(strstr(error.message, texts[i][1]) != NULL);
    }
}

static void one_gateway_entry_needs_no_file(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    EXPECT(PARSE("--gateway", "127.0.0.1:9500=http://127.0.0.1:9000"));
    EXPECT_INT(options.gateway_count, 1);
    EXPECT(
        str_is(options.gateways[0].name, "default") && str_is(options.gateways[0].listen, "127.0.0.1:9500"));
    EXPECT(str_is(options.gateways[0].upstream, "http://127.0.0.1:9000"));
    EXPECT(!PARSE("--gateway", "http://127.0.0.1:9000"));
    EXPECT(strstr(error.message, "LISTEN=UPSTREAM") != NULL);
    EXPECT(!PARSE("--gateway", "127.0.0.1:1=http://a", "--gateway=127.0.0.1:2=http://b"));
    EXPECT(strstr(error.message, "[gateway \"NAME\"]") != NULL);
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    ASSERT(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void a_secret_may_stand_in_a_file_or_in_the_environment(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct options options;
    struct error error = {0};
    char folder[] = "/tmp/cairn-option-XXXXXX";
    ASSERT(mkdtemp(folder) != NULL);
    struct str config = arena_format(&arena, "%s/config", folder),
               secret = arena_format(&arena, "%s/s", folder);
    write_text(secret.data, "from-a-file\n");
    write_text(config.data, arena_format(&arena,
                                "[gateway \"a\"]\nupstream = x\nsign-secret-access-key-file = %s\n"
                                "sign-session-token-variable = OUR_TOKEN\n",
                                secret.data)
                                .data);
    set_variables("OUR_TOKEN", "from-the-environment");
    EXPECT(PARSE("--config", config.data));
    EXPECT(str_is(options.gateways[0].sign_secret_access_key, "from-a-file"));
    EXPECT(str_is(options.gateways[0].sign_session_token, "from-the-environment"));
    set_variables(NULL, NULL);
    EXPECT(!PARSE("--config", config.data));
    EXPECT(strstr(error.message, "OUR_TOKEN") != NULL);
    EXPECT(unlink(secret.data) == 0 && unlink(config.data) == 0 && rmdir(folder) == 0);
}

int main(void) {
    TEST(defaults_are_those_of_the_contract);
    TEST(flags_win_over_the_environment);
    TEST(wrong_names_and_values_are_errors_that_say_what_is_right);
    TEST(the_file_has_options_and_bucket_sections);
    TEST(a_wrong_line_of_the_file_is_named_by_its_number);
    TEST(a_secret_under_a_misspelt_name_is_not_told);
    TEST(gateway_and_source_sections_set_their_members);
    TEST(a_wrong_section_is_refused_with_what_it_takes);
    TEST(one_gateway_entry_needs_no_file);
    TEST(a_secret_may_stand_in_a_file_or_in_the_environment);
    return tap_done();
}
