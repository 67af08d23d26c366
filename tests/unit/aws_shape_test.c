/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: JSON to structs and back, with AWS's words for what is wrong. */
#include "aws/arn.h"
#include "aws/shape.h"
#include "base/own.h"
#include "support/tap.h"

struct pair {
    struct str key, value;
};
struct thing {
    struct str name, kind, lower, secret;
    struct aws_boolean is_large;
    struct aws_integer count;
    struct aws_timestamp when;
    struct aws_list pairs, words, map, rows;
    struct str id;
    struct pair *only;
    struct bytes blob;
};

static const struct aws_shape short_text = {.kind = AWS_STRING, .min = 1, .max = 5};
static const char *const kinds[] = {"Red", "Blue", NULL};
static const struct aws_shape kind_text = {.kind = AWS_STRING, .values = kinds};
static const struct aws_shape small_number = {.kind = AWS_INTEGER, .min = 1, .max = 50};
static const struct aws_member pair_members[] = {
    {"Key", offsetof(struct pair, key), &short_text, true, false},
    {"Value", offsetof(struct pair, value), &aws_string, false, false},
};
static const struct aws_shape pair_shape = AWS_SHAPE_OF(struct pair, pair_members);
static const struct aws_shape pair_list = {.kind = AWS_LIST, .element = &pair_shape, .min = 1, .max = 2};
static const struct aws_shape rows = AWS_LIST_OF(aws_string_map);
static const struct aws_shape id_text = {.kind = AWS_STRING, .pattern = &aws_pattern_uuid};
static const struct aws_member thing_members[] = {
    {"Name", offsetof(struct thing, name), &short_text, true, false},
    {"Kind", offsetof(struct thing, kind), &kind_text, false, false},
    {"lowerName", offsetof(struct thing, lower), &aws_string, false, false},
    {"Secret", offsetof(struct thing, secret), &aws_string, false, true},
    {"IsLarge", offsetof(struct thing, is_large), &aws_boolean, false, false},
    {"Count", offsetof(struct thing, count), &small_number, false, false},
    {"When", offsetof(struct thing, when), &aws_timestamp, false, false},
    {"Pairs", offsetof(struct thing, pairs), &pair_list, false, false},
    {"Words", offsetof(struct thing, words), &aws_string_list, false, false},
    {"Only", offsetof(struct thing, only), &pair_shape, false, false},
    {"Blob", offsetof(struct thing, blob), &aws_blob, false, false},
    {"Map", offsetof(struct thing, map), &aws_string_map, false, false},
    {"Rows", offsetof(struct thing, rows), &rows, false, false},
    {"Id", offsetof(struct thing, id), &id_text, false, false},
};
static const struct aws_shape thing_shape = AWS_SHAPE_OF(struct thing, thing_members);

struct decoded {
    struct arena arena;
    struct json_parser *parser;
    struct thing thing;
    struct error error;
    bool is_decoded;
};

static void decode(struct decoded *decoded, const char *json) {
    *decoded = (struct decoded){.parser = json_parser_create()};
    struct json_value root;
    struct error error = {0};
    EXPECT(json_parse(decoded->parser, str_from(json), &root, &error));
    decoded->is_decoded =
        aws_shape_decode(&decoded->arena, &thing_shape, root, &decoded->thing, &decoded->error);
}

static void finish(struct decoded *decoded) {
    json_parser_destroy(decoded->parser);
    arena_finish(&decoded->arena);
}

static bool encodes_as(const struct thing *thing, enum aws_style style, const char *expected) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(4096);
    struct json_writer writer = JSON_WRITER(&buf);
    aws_shape_encode(&writer, &thing_shape, thing, style);
    if (!str_is(buf_str(&buf), expected))
        printf("# %s\n", buf.data);
    return str_is(buf_str(&buf), expected);
}

static void a_structure_survives_decoding_and_encoding(void) {
    struct decoded decoded;
    decode(&decoded,
        "{\"Name\":\"ab\",\"IsLarge\":false,\"Count\":7,\"When\":1688990879.5,\"Unknown\":{\"a\":[1]},"
        "\"Pairs\":[{\"Key\":\"k\",\"Value\":\"\"},{\"Key\":\"l\"}],\"Words\":[],\"Kind\":null,"
        "\"Only\":{\"Key\":\"o\"},\"lowerName\":\"x\"}");
    EXPECT(decoded.is_decoded);
    EXPECT(decoded.thing.kind.data == NULL);
    EXPECT(encodes_as(&decoded.thing, AWS_STYLE_WIRE,
        "{\"Name\":\"ab\",\"lowerName\":\"x\",\"IsLarge\":false,\"Count\":7,\"When\":1688990879.5,"
        "\"Pairs\":[{\"Key\":\"k\",\"Value\":\"\"},{\"Key\":\"l\"}],\"Words\":[],\"Only\":{\"Key\":\"o\"}}"));
    EXPECT(encodes_as(&decoded.thing, AWS_STYLE_RECORD,
        "{\"name\":\"ab\",\"lowerName\":\"x\",\"isLarge\":false,\"count\":7,"
        "\"when\":\"Jul 10, 2023, 12:07:59 PM\","
        "\"pairs\":[{\"key\":\"k\",\"value\":\"\"},{\"key\":\"l\"}],\"words\":[],\"only\":{\"key\":\"o\"}}"));
    EXPECT_INT(aws_shape_count_set(&thing_shape, &decoded.thing), 8);
    finish(&decoded);
}

static void a_map_keeps_the_keys_of_its_sender(void) {
    struct decoded decoded;
    decode(&decoded, "{\"Name\":\"ab\",\"Map\":{\"Upper\":\"1\",\"\":\"2\"}}");
    EXPECT(decoded.is_decoded);
    EXPECT(
        encodes_as(&decoded.thing, AWS_STYLE_WIRE, "{\"Name\":\"ab\",\"Map\":{\"Upper\":\"1\",\"\":\"2\"}}"));
    EXPECT(encodes_as(
        &decoded.thing, AWS_STYLE_RECORD, "{\"name\":\"ab\",\"map\":{\"Upper\":\"1\",\"\":\"2\"}}"));
    struct thing thing = {.rows = {true, 1, &decoded.thing.map}};
    EXPECT(encodes_as(&thing, AWS_STYLE_WIRE, "{\"Rows\":[{\"Upper\":\"1\",\"\":\"2\"}]}"));
    finish(&decoded);
}

static void members_of_another_kind_are_a_serialization_error(void) {
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"{\"Name\":5}", "NUMBER_VALUE can not be converted to a String"},
        {"{\"Name\":true}", "TRUE_VALUE can not be converted to a String"},
        {"{\"Name\":{}}", "Start of structure or map found where not expected."},
        {"{\"IsLarge\":\"true\"}", "STRING_VALUE can not be converted to a Boolean"},
        {"{\"Count\":\"5\"}", "STRING_VALUE can not be converted to an Integer"},
        {"{\"Count\":4294967296}", "NUMBER_VALUE can not be converted to an Integer"},
        {"{\"Count\":1e300}", "NUMBER_VALUE can not be converted to an Integer"},
        {"{\"When\":\"now\"}", "STRING_VALUE can not be converted to milliseconds since epoch"},
        {"{\"When\":1e15}", "NUMBER_VALUE can not be converted to milliseconds since epoch"},
        {"{\"Pairs\":\"a\"}", "STRING_VALUE can not be converted to a List"},
        {"{\"Pairs\":[1]}", "NUMBER_VALUE can not be converted to a Structure"},
        {"{\"Map\":[]}", "Start of list found where not expected."},
        {"{\"Map\":\"a\"}", "STRING_VALUE can not be converted to a Map"},
        {"{\"Map\":{\"a\":1}}", "NUMBER_VALUE can not be converted to a String"},
        {"{\"Words\":[[]]}", "Start of list found where not expected."},
        {"[]", "Start of list found where not expected."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded decoded;
        decode(&decoded, cases[i].json);
        EXPECT(!decoded.is_decoded);
        EXPECT(str_is(str_from(decoded.error.message), cases[i].says));
        finish(&decoded);
    }
}

static void breaches_are_named_in_the_words_of_aws(void) {
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"{\"Name\":\"ab\",\"Count\":50,\"Kind\":\"Red\"}", NULL},
        {"{}", "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must "
               "not be "
               "null"},
        {"{\"Name\":\"\"}",
            "1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1"},
        {"{\"Name\":\"abcdef\",\"Count\":0}", "2 validation errors detected: Value 'abcdef' at 'name' failed "
                                              "to satisfy constraint: Member must "
                                              "have length less than or equal to 5; Value '0' at 'count' "
                                              "failed to satisfy constraint: Member must "
                                              "have value greater than or equal to 1"},
        {"{\"Name\":\"\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"}", NULL},
        {"{\"Name\":\"a\",\"Kind\":\"Green\"}",
            "1 validation error detected: Value 'Green' at 'kind' failed to satisfy constraint: Member must "
            "satisfy enum value set: [Red, Blue]"},
        {"{\"Name\":\"a\",\"Pairs\":[{\"Key\":\"a\"},{}]}",
            "1 validation error detected: Value null at 'pairs.2.member.key' failed to satisfy constraint: "
            "Member "
            "must not be null"},
        {"{\"Name\":\"a\",\"Pairs\":[]}", "1 validation error detected: Value '[...]' at 'pairs' failed to "
                                          "satisfy constraint: Member must have "
                                          "length greater than or equal to 1"},
        {"{\"Name\":\"a\",\"Words\":[null]}", "1 validation error detected: Value null at 'words.1.member' "
                                              "failed to satisfy constraint: Member "
                                              "must not be null"},
        {"{\"Name\":\"a\",\"Map\":{\"k\":null}}",
            "1 validation error detected: Value null at 'map.1.member' failed to satisfy constraint: Member "
            "must not be null"},
        {"{\"Name\":\"a\",\"Id\":\"0a-f\"}", NULL},
        {"{\"Name\":\"a\",\"Id\":\"0A\"}", "1 validation error detected: Value '0A' at 'id' failed to "
                                           "satisfy constraint: Member must satisfy "
                                           "regular expression pattern: ^[a-f0-9\\-]+$"},
        {"{\"Name\":\"a\",\"Only\":{\"Key\":\"toolong\"}}",
            "1 validation error detected: Value 'toolong' at 'only.key' failed to satisfy constraint: Member "
            "must "
            "have length less than or equal to 5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded decoded;
        decode(&decoded, cases[i].json);
        EXPECT(decoded.is_decoded);
        struct error error = {0};
        bool is_valid = aws_shape_validate(&thing_shape, &decoded.thing, &error);
        EXPECT(is_valid == (cases[i].says == NULL));
        if (!is_valid && cases[i].says != NULL) {
            EXPECT(str_is(str_from(error.message), cases[i].says));
            if (!str_is(str_from(error.message), cases[i].says))
                printf("# %s\n", error.message);
        }
        finish(&decoded);
    }
}

static void a_blob_is_base64_on_the_wire(void) {
    struct thing thing = {.blob = bytes_of("\x00\xff", 2)};
    EXPECT(encodes_as(&thing, AWS_STYLE_WIRE, "{\"Blob\":\"AP8=\"}"));
}

static void a_secret_stands_in_no_record(void) {
    struct thing thing = {.name = STR_LITERAL("a"), .secret = STR_LITERAL("b")};
    EXPECT(encodes_as(&thing, AWS_STYLE_WIRE, "{\"Name\":\"a\",\"Secret\":\"b\"}"));
    EXPECT(encodes_as(&thing, AWS_STYLE_RECORD, "{\"name\":\"a\"}"));
}

static void an_arn_has_six_parts(void) {
    struct aws_arn arn;
    struct str text = STR_LITERAL("arn:aws:cloudtrail:us-east-1:123456789012:trail/a:b");
    EXPECT(aws_arn_parse(text, &arn));
    EXPECT(str_is(arn.resource, "trail/a:b"));
    EXPECT(str_is(arn.account, "123456789012"));
    EXPECT(aws_arn_parse(STR_LITERAL("arn:aws:s3:::bucket"), &arn));
    EXPECT(!aws_arn_parse(STR_LITERAL("arn:aws:s3::bucket"), &arn));
    EXPECT(!aws_arn_parse(STR_LITERAL("urn:aws:s3:::bucket"), &arn));
    EXPECT(!aws_arn_parse(STR_LITERAL("arn:aws:s3:::"), &arn));
    EXPECT(!aws_arn_parse(STR_EMPTY, &arn));
}

static void accounts_and_regions_are_told_from_paths(void) {
    EXPECT(aws_is_account_id(STR_LITERAL("123456789012")));
    EXPECT(!aws_is_account_id(STR_LITERAL("12345678901")));
    EXPECT(!aws_is_account_id(STR_LITERAL("12345678901a")));
    EXPECT(aws_is_region(STR_LITERAL("us-east-1")));
    EXPECT(!aws_is_region(STR_LITERAL("../x")));
    EXPECT(!aws_is_region(STR_LITERAL("US-EAST-1")));
    EXPECT(!aws_is_region(STR_EMPTY));
    EXPECT(str_is(aws_partition_of(STR_LITERAL("cn-north-1")), "aws-cn"));
    EXPECT(str_is(aws_partition_of(STR_LITERAL("eu-west-1")), "aws"));
}

int main(void) {
    TEST(a_structure_survives_decoding_and_encoding);
    TEST(a_map_keeps_the_keys_of_its_sender);
    TEST(members_of_another_kind_are_a_serialization_error);
    TEST(breaches_are_named_in_the_words_of_aws);
    TEST(a_blob_is_base64_on_the_wire);
    TEST(a_secret_stands_in_no_record);
    TEST(an_arn_has_six_parts);
    TEST(accounts_and_regions_are_told_from_paths);
    return tap_done();
}
