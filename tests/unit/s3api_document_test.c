/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "s3api/document.h"
#include "support/tap.h"

static struct arena arena;
static struct error error;

static bool is_refused(bool parsed, const char *code) {
    return !parsed && str_starts_with(str_from(error.message), str_from(code));
}

static void deletions_name_their_objects(void) {
    struct s3api_deletion deletion;
    EXPECT(s3api_document_parse_deletion(&arena,
        STR_LITERAL("<?xml version=\"1.0\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                    "<Object><Key>a&lt;b</Key></Object><Quiet>true</Quiet>"
                    "<Object><Key> c </Key><VersionId>null</VersionId></Object></Delete>"),
        &deletion, &error));
    EXPECT(deletion.count == 2 && deletion.is_quiet);
    EXPECT(str_is(deletion.objects[0].key, "a<b") && str_is(deletion.objects[1].key, " c "));
    EXPECT(str_is(deletion.objects[1].version_id, "null") && deletion.objects[0].version_id.size == 0);
}

static void deletions_without_objects_or_keys_are_malformed(void) {
    static const char *const TEXTS[] = {"", "<Delete/>", "<Delete><Quiet>true</Quiet></Delete>", "<Other/>",
        "<Delete><Object><Name>a</Name></Object></Delete>", "<Delete><Object><Key>a</Key></Object>", "{}"};
    struct s3api_deletion deletion;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        EXPECT(is_refused(
            s3api_document_parse_deletion(&arena, str_from(TEXTS[i]), &deletion, &error), "MalformedXML:"));
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_text(&text, "<Delete>");
    for (int i = 0; i < S3API_DELETE_COUNT_MAX + 1; i++)
        (void)buf_append_text(&text, "<Object><Key>k</Key></Object>");
    (void)buf_append_text(&text, "</Delete>");
    EXPECT(is_refused(
        s3api_document_parse_deletion(&arena, buf_str(&text), &deletion, &error), "MalformedXML:"));
}

static bool parse_parts(const char *parts, struct s3api_named_part **ret_parts, size_t *ret_count) {
    struct str text = arena_format(&arena, "<CompleteMultipartUpload>%s</CompleteMultipartUpload>", parts);
    return s3api_document_parse_parts(&arena, text, ret_parts, ret_count, &error);
}

static void parts_are_named_in_rising_order(void) {
    struct s3api_named_part *parts = NULL;
    size_t count = 0;
    EXPECT(parse_parts("<Part><ETag>\"e1\"</ETag><PartNumber>2</PartNumber></Part>"
                       "<Part><PartNumber>10000</PartNumber><ETag>&quot;e2&quot;</ETag></Part>",
        &parts, &count));
    EXPECT(count == 2 && parts[0].number == 2 && parts[1].number == 10000);
    EXPECT(str_is(parts[0].etag, "e1") && str_is(parts[1].etag, "e2"));
    EXPECT(is_refused(parse_parts("<Part><ETag>e</ETag><PartNumber>2</PartNumber></Part>"
                                  "<Part><ETag>e</ETag><PartNumber>2</PartNumber></Part>",
                          &parts, &count),
        "InvalidPartOrder:"));
}

static void parts_without_number_or_tag_are_malformed(void) {
    static const char *const TEXTS[] = {"", "<Part/>", "<Part><PartNumber>1</PartNumber></Part>",
        "<Part><ETag>e</ETag></Part>", "<Part><ETag>e</ETag><PartNumber>0</PartNumber></Part>",
        "<Part><ETag>e</ETag><PartNumber>10001</PartNumber></Part>",
        "<Part><ETag>e</ETag><PartNumber>x</PartNumber></Part>"};
    struct s3api_named_part *parts = NULL;
    size_t count = 0;
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        EXPECT(is_refused(parse_parts(TEXTS[i], &parts, &count), "MalformedXML:"));
}

int main(void) {
    TEST(deletions_name_their_objects);
    TEST(deletions_without_objects_or_keys_are_malformed);
    TEST(parts_are_named_in_rising_order);
    TEST(parts_without_number_or_tag_are_malformed);
    arena_finish(&arena);
    return tap_done();
}
