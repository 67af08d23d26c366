/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/json.h"
#include "support/tap.h"

static struct json_parser *parser;
static struct error error;

struct seen {
    struct buf *text; /* the records, each followed by a newline */
    int count, stop_after;
};

static bool on_record(struct str record, void *context) {
    struct seen *seen = context;
    buf_append_str(seen->text, record);
    buf_append_char(seen->text, '\n');
    return ++seen->count != seen->stop_after;
}

static bool split(struct str text, struct seen *seen) {
    SCOPED(buf_finish) struct buf padded = BUF_INIT(16 << 20);
    buf_append_str(&padded, text);
    memset(buf_reserve(&padded, JSON_PADDING), '"', JSON_PADDING);
    return json_split_records(parser, buf_str(&padded), on_record, seen, &error);
}

static bool splits_into(const char *text, const char *expected) {
    SCOPED(buf_finish) struct buf records = BUF_INIT(1 << 20);
    struct seen seen = {.text = &records};
    bool done = split(str_from(text), &seen) && str_is(buf_str(&records), expected);
    if (!done)
        printf("# %s: %.*s%s\n", text, STR(buf_str(&records)), error.message);
    return done;
}

static bool refuses(const char *text) {
    SCOPED(buf_finish) struct buf records = BUF_INIT(1 << 20);
    struct seen seen = {.text = &records};
    bool refused = !split(str_from(text), &seen) && error.kind == ERROR_INVALID;
    if (!refused)
        printf("# accepted: %s\n", text);
    return refused;
}

static void records_are_cut_exactly_as_they_stand(void) {
    EXPECT(splits_into("{\"Records\":[{\"a\":1},{ \"b\" : [ {} ] }]}", "{\"a\":1}\n{ \"b\" : [ {} ] }\n"));
    EXPECT(splits_into(" { \"Records\" : [ {} ,\n{\"x\":\"]}\"} ] } \n", "{}\n{\"x\":\"]}\"}\n"));
    EXPECT(splits_into("[{\"a\":1},2,\"x,\\\"]\",null,[3]]", "{\"a\":1}\n2\n\"x,\\\"]\"\nnull\n[3]\n"));
    EXPECT(splits_into("{\"Records\":[]}", ""));
    EXPECT(splits_into("[ ]", ""));
}

static void other_keys_of_the_frame_are_skipped(void) {
    EXPECT(splits_into("{\"a\":{\"Records\":[1]},\"n\":-1.5,\"Records\":[{}],\"z\":\"]\"}", "{}\n"));
    EXPECT(splits_into("{\"\\u0052ecords\":[{}]}", "{}\n"));
}

static void a_frame_of_another_form_is_refused(void) {
    static const char *const bad[] = {"", " ", "1", "{}", "{\"records\":[]}", "{\"Records\":{}}",
        "{\"Records\":[}", "{\"Records\":[{}]", "{\"Records\":[{}", "{\"Records\":[{},]}",
        "{\"Records\":[{} {}]}", "{\"Records\":[{}],}", "{\"Records\":[{}]}x", "{\"Records\":[{}]}{}",
        "[{}]]", "{\"Records\":[\"]}", "{\"Records\" [{}]}", "{Records:[]}",
        "{\"Records\":[{}],\"Records\":[{}]}", "{\"a\":@,\"Records\":[]}", "{\"a\":{x},\"Records\":[]}",
        "{\"a\":1 \"Records\":[]}", "[,{}]", "{\"Records\":[{\"a\":\"}]}", "{\"Records\":[{\"a\":\"\\\"}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(refuses(bad[i]));
    SCOPED(buf_finish) struct buf records = BUF_INIT(1 << 20);
    EXPECT(!split(STR_LITERAL("[{}]\0"), &(struct seen){.text = &records}));
}

static void the_receiver_can_stop(void) {
    SCOPED(buf_finish) struct buf records = BUF_INIT(1 << 20);
    struct seen seen = {.text = &records, .stop_after = 2};
    EXPECT(split(STR_LITERAL("[1,2,3,@"), &seen));
    EXPECT_INT(seen.count, 2);
}

/* Every length of text and of backslash runs, so that each thing falls on each place of a block. */
static void strings_and_escapes_may_cross_blocks_anywhere(void) {
    for (size_t fill = 0; fill < 140; fill++) {
        for (size_t backslashes = 0; backslashes < 6; backslashes++) {
            SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
            buf_append_text(&text, "[{\"");
            for (size_t i = 0; i < fill; i++)
                buf_append_char(&text, "}{["[i % 3]);
            for (size_t i = 0; i < 2 * backslashes; i++)
                buf_append_char(&text, '\\');
            buf_append_text(&text, "\\\"}]{\":[\"}\"]}");
            size_t record_size = text.size - 1;
            buf_append_text(&text, ",7]");
            SCOPED(buf_finish) struct buf records = BUF_INIT(4096);
            struct seen seen = {.text = &records};
            EXPECT(split(buf_str(&text), &seen));
            EXPECT_INT(seen.count, 2);
            EXPECT_INT(records.size, record_size + 3);
        }
    }
}

int main(void) {
    parser = json_parser_create();
    TEST(records_are_cut_exactly_as_they_stand);
    TEST(other_keys_of_the_frame_are_skipped);
    TEST(a_frame_of_another_form_is_refused);
    TEST(the_receiver_can_stop);
    TEST(strings_and_escapes_may_cross_blocks_anywhere);
    json_parser_destroy(parser);
    return tap_done();
}
