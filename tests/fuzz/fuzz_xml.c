/* SPDX-License-Identifier: Apache-2.0 */
/* What parses is written and parses to the same tree. */
#include "base/check.h"
#include "base/own.h"
#include "codec/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_node(struct buf *buf, const struct xml_node *node) {
    buf_append_format(buf, "<%.*s>", STR(node->name));
    xml_text(buf, node->text);
    for (const struct xml_node *child = node->first_child; child != NULL; child = child->next)
        write_node(buf, child);
    buf_append_format(buf, "</%.*s>", STR(node->name));
}

static bool same(const struct xml_node *a, const struct xml_node *b) {
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        if (!str_equals(a->name, b->name) || !str_equals(a->text, b->text) ||
            !same(a->first_child, b->first_child))
            return false;
    }
    return a == NULL && b == NULL;
}

/* A prefix that is cut off can leave a name that is none by itself ("a:1", "a:", "a:b:c"). */
static bool can_be_written(const struct xml_node *node) {
    for (; node != NULL; node = node->next) {
        char first = node->name.size > 0 ? node->name.data[0] : '-';
        bool is_plain = (first < '0' || first > '9') && first != '-' && first != '.';
        if (!is_plain || str_find_char(node->name, ':') != SIZE_MAX || !can_be_written(node->first_child))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error;
    struct xml_node *root = NULL, *again = NULL;
    if (!xml_parse(&arena, str_of((const char *)data, size), &root, &error) || !can_be_written(root))
        return 0;
    SCOPED(buf_finish) struct buf text = BUF_INIT(64 << 20);
    write_node(&text, root);
    bool parses = xml_parse(&arena, buf_str(&text), &again, &error);
    ASSERT(parses);
    ASSERT(same(root, again));
    return 0;
}
