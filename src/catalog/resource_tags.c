/* SPDX-License-Identifier: Apache-2.0 */
/* resource_tags.c: tags as rows of the resource's ARN. */
#include "catalog/resource_tags.h"

#include "base/buf.h"

#include "sql.h"

static bool delete_tags(struct catalog_change *change, struct str arn, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM resource_tags WHERE arn = ?");
    catalog_sql_bind_text(&sql, arn);
    return catalog_sql_run(&sql, error);
}

static bool insert_tag(struct catalog_change *change, struct str arn, size_t place,
    const struct catalog_tag *tag, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog,
        "INSERT INTO resource_tags (arn, place, has_value, key, value) VALUES (?, ?, ?, ?, ?)");
    catalog_sql_bind_text(&sql, arn);
    catalog_sql_bind_number(&sql, place);
    catalog_sql_bind_number(&sql, tag->has_value);
    catalog_sql_bind_text(&sql, tag->key);
    catalog_sql_bind_text(&sql, tag->has_value ? tag->value : STR_EMPTY);
    return catalog_sql_run(&sql, error);
}

bool catalog_resource_tags_put(struct catalog_change *change, struct str arn, const struct catalog_tag *tags,
    size_t count, struct error *error) {
    if (!delete_tags(change, arn, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!insert_tag(change, arn, i, &tags[i], error))
            return false;
    return true;
}

bool catalog_resource_tags_get(struct catalog *catalog, struct str arn, struct arena *arena,
    struct catalog_tag **ret_tags, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT has_value, key, value FROM resource_tags WHERE arn = ? ORDER BY place");
    catalog_sql_bind_text(&sql, arn);
    SCOPED(buf_finish) struct buf tags = BUF_INIT(BUF_UNBOUNDED);
    bool has_row = true;
    for (;;) {
        if (!catalog_sql_next(&sql, &has_row, error))
            return false;
        if (!has_row)
            break;
        struct catalog_tag tag = {.has_value = catalog_sql_number(&sql) != 0};
        tag.key = catalog_sql_text(&sql, arena);
        tag.value = catalog_sql_text(&sql, arena);
        buf_append(&tags, &tag, sizeof tag);
    }
    struct bytes copy = arena_bytes(arena, buf_bytes(&tags));
    *ret_tags = (struct catalog_tag *)(uintptr_t)copy.data;
    *ret_count = copy.size / sizeof(struct catalog_tag);
    return true;
}
