/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml: the little XML that S3 and query protocols need. Reading takes elements, text, CDATA, the
 * five entities and character references; an element holds text or elements, not both. It
 * refuses DOCTYPE, processing instructions other than the declaration, more than XML_NODES_MAX
 * elements and nesting past XML_DEPTH_MAX. Attributes and namespace prefixes are skipped.
 *
 * Threads: any; nodes live in the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum { XML_DEPTH_MAX = 32, XML_NODES_MAX = 60000 };

struct xml_node {
    struct str name; /* without prefix */
    struct str text; /* decoded character data; empty where there are children */
    struct xml_node *first_child, *next;
};

/* The root element. ERROR_INVALID says what is wrong and where. */
NODISCARD bool xml_parse(
    struct arena *arena, struct str text, struct xml_node **ret_root, struct error *error);
const struct xml_node *xml_child(
    const struct xml_node *node, const char *name);                       /* NULL is fine, NULL if none */
struct str xml_child_text(const struct xml_node *node, const char *name); /* empty if none */

/* Writing: text is escaped (characters XML 1.0 cannot hold become U+FFFD). */
void xml_open(struct buf *buf, const char *name);
void xml_close(struct buf *buf, const char *name);
void xml_element(struct buf *buf, const char *name, struct str text);
void xml_text(struct buf *buf, struct str text);
