/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "base/own.h"

#include "column_table.h"
#include "worker.h"

enum { US_PER_MS = 1000 };

/* AWS documents no more than the name of eventJsonChecksum. PutAuditEvents has the same pair, eventData and
 * eventDataChecksum, and there it is the base64 of the SHA-256 of the text. Kept in files it would cost more
 * than most columns; computed it costs those who ask. */
#define CHECKSUM "base64(unhex(sha256(eventjson))) AS eventjsonchecksum"

/* ---- types, for a store without files ---- */

enum { TEXT, BOOLEAN, INTEGER, DOUBLE, TIME, MAP, STRUCT, LIST, RECORD };

static const char *const type_names[] = {
    [TEXT] = "VARCHAR",
    [BOOLEAN] = "BOOLEAN",
    [INTEGER] = "INTEGER",
    [DOUBLE] = "DOUBLE",
    [TIME] = "TIMESTAMP",
    [MAP] = "MAP(VARCHAR, VARCHAR)",
    [RECORD] = "VARCHAR",
};

static const struct {
    unsigned depth;
    const char *name;
    int kind;
} columns[] = {
#define COLUMN(depth, name, kind, key) {depth, #name, kind},
    ENGINE_COLUMN_TABLE(COLUMN)
#undef COLUMN
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

/* The type of the column at `*index`, which steps behind it and its parts; depth is bounded by the table. */
static void append_type(struct buf *buf, size_t *index) {
    size_t at = (*index)++;
    if (columns[at].kind != STRUCT && columns[at].kind != LIST) {
        buf_append_text(buf, type_names[columns[at].kind]);
        return;
    }
    buf_append_text(buf, "STRUCT(");
    while (*index < COLUMN_COUNT && columns[*index].depth > columns[at].depth) {
        buf_append_format(buf, "%s\"%s\" ", *index == at + 1 ? "" : ", ", columns[*index].name);
        append_type(buf, index);
    }
    buf_append_text(buf, columns[at].kind == LIST ? ")[]" : ")");
}

static void append_empty(struct buf *buf) {
    buf_append_text(buf, "SELECT *, " CHECKSUM " FROM (SELECT ");
    for (size_t i = 0; i < COLUMN_COUNT;) {
        const char *name = columns[i].name;
        buf_append_text(buf, i == 0 ? "CAST(NULL AS " : ", CAST(NULL AS ");
        append_type(buf, &i);
        buf_append_format(buf, ") AS \"%s\"", name);
    }
    buf_append_text(buf, ") WHERE false");
}

void engine_view_append(struct buf *buf, struct str root, const struct engine_table *table) {
    buf_append_format(buf, "CREATE VIEW \"%.*s\" AS ", STR(table->id));
    if (table->name_count == 0) {
        append_empty(buf);
        return;
    }
    buf_append_text(buf, "SELECT *, " CHECKSUM " FROM read_parquet([");
    for (size_t i = 0; i < table->name_count; i++) {
        SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
        buf_append_format(&path, "%.*s/%s", STR(root), table->names[i]);
        buf_append_text(buf, i == 0 ? "" : ", ");
        engine_append_literal(buf, buf_str(&path));
    }
    buf_append_text(buf, "])");
    if (table->oldest.ms > MOMENT_MIN.ms / US_PER_MS)
        buf_append_format(
            buf, " WHERE eventtime >= make_timestamp(%lld)", (long long)table->oldest.ms * US_PER_MS);
}
