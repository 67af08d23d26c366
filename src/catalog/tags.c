/* SPDX-License-Identifier: Apache-2.0 */
/* tags: pairs that hang on a trail or a store, in the order in which they were given. */
#include "catalog/trails.h"

#include "sql.h"

#include <string.h>

bool catalog_tags_read(struct catalog *catalog, const struct catalog_tag_table *table, uint64_t owner_id,
    struct arena *arena, struct catalog_tag **ret_tags, size_t *ret_count, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "SELECT key, value IS NOT NULL, value FROM %s WHERE %s = ? ORDER BY place",
        table->name, table->owner);
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(catalog, text.data);
    catalog_sql_bind_number(&sql, owner_id);
    struct catalog_tag *tags = NULL;
    size_t count = 0;
    for (;;) {
        bool has_row = false;
        if (!catalog_sql_next(&sql, &has_row, error))
            return false;
        if (!has_row)
            break;
        struct catalog_tag *more = ARENA_ARRAY(arena, count + 1, struct catalog_tag);
        if (count > 0)
            memcpy(more, tags, count * sizeof *tags);
        tags = more;
        tags[count].key = catalog_sql_text(&sql, arena);
        tags[count].has_value = catalog_sql_number(&sql) != 0;
        tags[count].value = catalog_sql_text(&sql, arena);
        count++;
    }
    *ret_tags = tags;
    *ret_count = count;
    return true;
}

static bool write_tag(struct catalog_change *change, const struct catalog_tag_table *table, uint64_t owner_id,
    const struct catalog_tag *tag, size_t place, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(
        &text, "INSERT INTO %s VALUES (?, ?, ?, %s)", table->name, tag->has_value ? "?" : "NULL");
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, text.data);
    catalog_sql_bind_number(&sql, owner_id);
    catalog_sql_bind_number(&sql, place);
    catalog_sql_bind_text(&sql, tag->key);
    if (tag->has_value)
        catalog_sql_bind_text(&sql, tag->value);
    return catalog_sql_run(&sql, error);
}

bool catalog_tags_write(struct catalog_change *change, const struct catalog_tag_table *table,
    uint64_t owner_id, const struct catalog_tag *tags, size_t count, struct error *error) {
    {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        buf_append_format(&text, "DELETE FROM %s WHERE %s = ?", table->name, table->owner);
        SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, text.data);
        catalog_sql_bind_number(&sql, owner_id);
        if (!catalog_sql_run(&sql, error))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!write_tag(change, table, owner_id, &tags[i], i, error))
            return false;
    }
    return true;
}

const struct catalog_tag *catalog_tags_copy(
    struct arena *arena, const struct catalog_tag *tags, size_t count) {
    struct catalog_tag *copies = ARENA_ARRAY(arena, count, struct catalog_tag);
    for (size_t i = 0; i < count; i++) {
        copies[i].key = arena_str(arena, tags[i].key);
        copies[i].value = arena_str(arena, tags[i].value);
        copies[i].has_value = tags[i].has_value;
    }
    return copies;
}
