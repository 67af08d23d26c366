/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/xml.h"
#include "support/tap.h"

static struct arena arena;
static struct error error;

static struct xml_node *parse(const char *text) {
    struct xml_node *root = NULL;
    return xml_parse(&arena, str_from(text), &root, &error) ? root : NULL;
}

static void elements_and_their_text_are_found(void) {
    const struct xml_node *root = parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\" a='>'>\n"
                                        "  <Object><Key>a b</Key></Object><!-- <x> -->\n"
                                        "  <s3:Object ><Key> </Key><VersionId/></s3:Object >\n</Delete>\n");
    EXPECT(root != NULL && str_is(root->name, "Delete"));
    EXPECT_INT(root->text.size, 0);
    const struct xml_node *object = xml_child(root, "Object");
    EXPECT(str_is(xml_child_text(object, "Key"), "a b"));
    EXPECT(object->next != NULL && str_is(object->next->name, "Object") && object->next->next == NULL);
    EXPECT(str_is(xml_child_text(object->next, "Key"), " "));
    EXPECT(xml_child(object->next, "VersionId") != NULL);
    EXPECT(xml_child(object, "VersionId") == NULL);
    EXPECT(xml_child(NULL, "Key") == NULL);
    EXPECT_INT(xml_child_text(NULL, "Key").size, 0);
}

static void references_and_line_ends_are_decoded(void) {
    const struct xml_node *root =
        parse("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#xe9;&#13;\r\n\r<![CDATA[<&amp;>]]></a>");
    EXPECT(root != NULL && str_is(root->text, "<>&\"'AB\xc3\xa9\r\n\n<&amp;>"));
    root = parse("\xef\xbb\xbf<a>x<!-- between -->y</a>");
    EXPECT(root != NULL && str_is(root->text, "xy"));
}

static void what_is_no_xml_or_not_allowed_is_refused(void) {
    static const char *const bad[] = {"", "x", "<a>", "</a>", "<a></b>", "<a></a>x", "<a/><b/>",
        "<a></a><b></b>", "<a", "<a b></a>", "<a b=c></a>", "<a b='<'></a>", "<a b='1'c='2'></a>", "< a></a>",
        "<1></1>", "<a>&x;</a>", "<a>&lt</a>", "<a>&#0;</a>", "<a>&#xd800;</a>", "<a>&#x110000;</a>",
        "<a>&#99999999999999;</a>", "<a>&#;</a>", "<a>&#x;</a>", "<a>&#6a;</a>", "<!DOCTYPE a><a/>",
        "<?php x?><a/>", "<a><?x?></a>", "<a>text<b/></a>", "<a><b/>text</a>", "<a>\x01</a>", "<a>\xff</a>",
        "<a>\xef\xbf\xbf</a>", "<a><!-- </a>", "<a><![CDATA[ </a>", "<x:a></y:a>", "<![CDATA[]]><a/>",
        "x<a/>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool refused = parse(bad[i]) == NULL && error.kind == ERROR_INVALID;
        EXPECT(refused);
        if (!refused)
            printf("# accepted: %s\n", bad[i]);
    }
}

static bool nests(int depth) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    for (int i = 0; i < depth; i++)
        xml_open(&text, "a");
    for (int i = 0; i < depth; i++)
        xml_close(&text, "a");
    return parse(text.data) != NULL;
}

static bool holds(int count) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    xml_open(&text, "root");
    for (int i = 1; i < count; i++)
        buf_append_text(&text, "<a/>");
    xml_close(&text, "root");
    return parse(text.data) != NULL;
}

static void depth_and_number_of_elements_are_limited(void) {
    EXPECT(nests(XML_DEPTH_MAX));
    EXPECT(!nests(XML_DEPTH_MAX + 1));
    EXPECT(holds(XML_NODES_MAX));
    EXPECT(!holds(XML_NODES_MAX + 1));
}

static void written_text_is_escaped_and_reads_back(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    xml_element(&text, "Key", STR_LITERAL("<a> & \"b\"\r\n\t\xc3\xa9"));
    EXPECT(str_is(buf_str(&text), "<Key>&lt;a&gt; &amp; &quot;b&quot;&#13;\n\t\xc3\xa9</Key>"));
    const struct xml_node *root = parse(text.data);
    EXPECT(root != NULL && str_is(root->text, "<a> & \"b\"\r\n\t\xc3\xa9"));
    buf_clear(&text);
    xml_text(&text, STR_LITERAL("\x01\xff\xef\xbf\xbf\0z"));
    EXPECT(str_is(buf_str(&text), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"));
}

int main(void) {
    TEST(elements_and_their_text_are_found);
    TEST(references_and_line_ends_are_decoded);
    TEST(what_is_no_xml_or_not_allowed_is_refused);
    TEST(depth_and_number_of_elements_are_limited);
    TEST(written_text_is_escaped_and_reads_back);
    arena_finish(&arena);
    return tap_done();
}
