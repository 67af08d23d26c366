/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include "base/check.h"
#include "sql/value.h"

#include <string.h>

enum { TYPE_DEPTH_MAX = 64, US_PER_SECOND = 1000000, US_PER_MS = 1000, NS_PER_US = 1000, DIGITS_MAX = 40 };

/* ---- types ---- */

struct describer {
    struct arena *arena;
    const struct engine_library *library;
    unsigned depth;
};

static bool describe(struct describer *describer, struct duckdb_type *owned_type,
    struct engine_type *ret_type, struct error *error);

/* The types are the library's to give and ours to keep until the process ends. */
static bool describe_parts(struct describer *describer, struct engine_type *type, size_t count,
    struct duckdb_type *const *owned_types, struct error *error) {
    type->parts = ARENA_ARRAY(describer->arena, count, struct engine_type);
    type->part_count = count;
    for (size_t i = 0; i < count; i++)
        if (!describe(describer, owned_types[i], &type->parts[i], error))
            return false;
    return true;
}

static bool describe_struct(struct describer *describer, struct engine_type *type, struct error *error) {
    const struct engine_library *library = describer->library;
    size_t count = (size_t)library->struct_type_child_count(type->type);
    struct duckdb_type **types = ARENA_ARRAY(describer->arena, count, struct duckdb_type *);
    type->names = ARENA_ARRAY(describer->arena, count, struct str);
    for (size_t i = 0; i < count; i++) {
        types[i] = library->struct_type_child_type(type->type, i);
        char *name = library->struct_type_child_name(type->type, i);
        type->names[i] = arena_str(describer->arena, str_from(name));
        library->free(name);
    }
    return describe_parts(describer, type, count, types, error);
}

static bool describe_nested(struct describer *describer, struct engine_type *type, struct error *error) {
    const struct engine_library *library = describer->library;
    struct duckdb_type *types[2] = {NULL, NULL};
    switch (type->id) {
    case DUCKDB_STRUCT:
        return describe_struct(describer, type, error);
    case DUCKDB_LIST:
        types[0] = library->list_type_child_type(type->type);
        return describe_parts(describer, type, 1, types, error);
    case DUCKDB_ARRAY:
        types[0] = library->array_type_child_type(type->type);
        type->length = library->array_type_array_size(type->type);
        return describe_parts(describer, type, 1, types, error);
    case DUCKDB_MAP:
        types[0] = library->map_type_key_type(type->type);
        types[1] = library->map_type_value_type(type->type);
        return describe_parts(describer, type, 2, types, error);
    default:
        return true;
    }
}

static bool is_known(int id) {
    switch (id) {
    case DUCKDB_UNION:
    case DUCKDB_BIT:
    case DUCKDB_TIME_TZ:
        return false;
    default:
        return (id >= DUCKDB_BOOLEAN && id <= DUCKDB_ARRAY) || id == DUCKDB_SQLNULL;
    }
}

static bool describe(struct describer *describer, struct duckdb_type *owned_type,
    struct engine_type *ret_type, struct error *error) {
    const struct engine_library *library = describer->library;
    *ret_type = (struct engine_type){.id = library->get_type_id(owned_type), .type = owned_type};
    if (!is_known(ret_type->id))
        return error_set(error, ERROR_INVALID, "a column has a type that cannot be shown");
    if (describer->depth == TYPE_DEPTH_MAX)
        return error_set(error, ERROR_LIMIT, "a column's type is nested too deep");
    if (ret_type->id == DUCKDB_DECIMAL) {
        ret_type->stored_as = library->decimal_internal_type(owned_type);
        ret_type->scale = library->decimal_scale(owned_type);
    } else if (ret_type->id == DUCKDB_ENUM) {
        ret_type->stored_as = library->enum_internal_type(owned_type);
    }
    describer->depth++;
    bool done = describe_nested(describer, ret_type, error);
    describer->depth--;
    return done;
}

bool engine_type_describe(struct arena *arena, const struct engine_library *library,
    struct duckdb_type *owned_type, struct engine_type *ret_type, struct error *error) {
    struct describer describer = {arena, library, 0};
    return describe(&describer, owned_type, ret_type, error);
}

/* ---- numbers ---- */

struct integer { /* sign and magnitude, 128 bits: the library's largest */
    uint64_t high, low;
    bool is_negative;
};

static struct integer integer_of(int64_t number) {
    return (struct integer){0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0};
}

static struct integer integer_of_wide(uint64_t high, uint64_t low, bool is_signed) {
    if (!is_signed || (high >> 63) == 0)
        return (struct integer){high, low, false};
    return (struct integer){~high + (low == 0), 0 - low, true};
}

/* An element that is stored as one of the integer types. */
static struct integer load_integer(int stored_as, const void *data, uint64_t row) {
    const struct duckdb_hugeint *wide = data;
    switch (stored_as) {
    case DUCKDB_TINYINT:
        return integer_of(((const int8_t *)data)[row]);
    case DUCKDB_SMALLINT:
        return integer_of(((const int16_t *)data)[row]);
    case DUCKDB_INTEGER:
        return integer_of(((const int32_t *)data)[row]);
    case DUCKDB_BIGINT:
        return integer_of(((const int64_t *)data)[row]);
    case DUCKDB_UTINYINT:
        return (struct integer){0, ((const uint8_t *)data)[row], false};
    case DUCKDB_USMALLINT:
        return (struct integer){0, ((const uint16_t *)data)[row], false};
    case DUCKDB_UINTEGER:
        return (struct integer){0, ((const uint32_t *)data)[row], false};
    case DUCKDB_UBIGINT:
        return (struct integer){0, ((const uint64_t *)data)[row], false};
    default:
        return integer_of_wide((uint64_t)wide[row].upper, wide[row].lower, stored_as == DUCKDB_HUGEINT);
    }
}

/* Divide by ten in halves of a word; returns what is left over. */
static unsigned divide_by_ten(struct integer *integer) {
    uint64_t parts[4] = {
        integer->high >> 32, integer->high & UINT32_MAX, integer->low >> 32, integer->low & UINT32_MAX};
    uint64_t left = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t part = left << 32 | parts[i];
        parts[i] = part / 10;
        left = part % 10;
    }
    integer->high = parts[0] << 32 | parts[1];
    integer->low = parts[2] << 32 | parts[3];
    return (unsigned)left;
}

/* Its digits, `scale` of them behind the point. */
static void append_integer(struct buf *buf, struct integer integer, unsigned scale) {
    char digits[DIGITS_MAX + 2];
    size_t at = sizeof digits;
    for (unsigned count = 0; count <= scale || (integer.high | integer.low) != 0; count++) {
        if (count == scale && scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + divide_by_ten(&integer));
        ASSERT(at > 1);
    }
    if (integer.is_negative)
        digits[--at] = '-';
    buf_append(buf, digits + at, sizeof digits - at);
}

static void append_uuid(struct buf *buf, struct duckdb_hugeint number) {
    /* Stored with its first bit turned, so that it sorts as a signed number. */
    uint64_t high = (uint64_t)number.upper ^ 1ull << 63, low = number.lower;
    buf_append_format(buf, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(high >> 32),
        (unsigned long long)(high >> 16 & 0xffff), (unsigned long long)(high & 0xffff),
        (unsigned long long)(low >> 48), (unsigned long long)(low & 0xffffffffffff));
}

/* ---- values ---- */

static struct str text_of(const union duckdb_text *text) {
    uint32_t size = text->inlined.size;
    return str_of(size <= sizeof text->inlined.bytes ? text->inlined.bytes : text->pointed.data, size);
}

static int64_t microseconds(int id, int64_t number) {
    int64_t scaled = 0, factor = id == DUCKDB_TIMESTAMP_S    ? US_PER_SECOND
                                 : id == DUCKDB_TIMESTAMP_MS ? US_PER_MS
                                                             : 1;
    if (id == DUCKDB_TIMESTAMP_NS)
        return number / NS_PER_US;
    return __builtin_mul_overflow(number, factor, &scaled) ? INT64_MAX : scaled;
}

static void append_enumeration(struct buf *buf, const struct engine_library *library,
    const struct engine_type *type, const void *data, uint64_t row) {
    char *name = library->enum_dictionary_value(type->type, load_integer(type->stored_as, data, row).low);
    buf_append_text(buf, name);
    library->free(name);
}

static void append_simple(struct buf *buf, const struct engine_library *library,
    const struct engine_type *type, const void *data, uint64_t row) {
    const struct duckdb_interval *interval = data;
    switch (type->id) {
    case DUCKDB_BOOLEAN:
        buf_append_text(buf, ((const bool *)data)[row] ? "true" : "false");
        return;
    case DUCKDB_FLOAT:
        sql_append_float(buf, ((const float *)data)[row]);
        return;
    case DUCKDB_DOUBLE:
        sql_append_double(buf, ((const double *)data)[row]);
        return;
    case DUCKDB_TIMESTAMP:
    case DUCKDB_TIMESTAMP_S:
    case DUCKDB_TIMESTAMP_MS:
    case DUCKDB_TIMESTAMP_NS:
    case DUCKDB_TIMESTAMP_TZ:
        sql_append_timestamp(
            buf, microseconds(type->id, ((const int64_t *)data)[row]), type->id == DUCKDB_TIMESTAMP_TZ);
        return;
    case DUCKDB_DATE:
        sql_append_date(buf, ((const int32_t *)data)[row]);
        return;
    case DUCKDB_TIME:
        sql_append_time(buf, ((const int64_t *)data)[row]);
        return;
    case DUCKDB_INTERVAL:
        sql_append_interval(buf, interval[row].months, interval[row].days, interval[row].us);
        return;
    case DUCKDB_VARCHAR:
        buf_append_str(buf, text_of((const union duckdb_text *)data + row));
        return;
    case DUCKDB_BLOB:
        sql_append_binary(buf, str_bytes(text_of((const union duckdb_text *)data + row)));
        return;
    case DUCKDB_UUID:
        append_uuid(buf, ((const struct duckdb_hugeint *)data)[row]);
        return;
    case DUCKDB_ENUM:
        append_enumeration(buf, library, type, data, row);
        return;
    case DUCKDB_DECIMAL:
        append_integer(buf, load_integer(type->stored_as, data, row), type->scale);
        return;
    default:
        append_integer(buf, load_integer(type->id, data, row), 0);
    }
}

static void append_part(struct buf *buf, const struct engine_library *library, const struct engine_type *type,
    struct duckdb_vector *vector, uint64_t row) {
    if (!engine_type_append(buf, library, type, vector, row))
        buf_append_text(buf, "null");
}

static void append_list(struct buf *buf, const struct engine_library *library, const struct engine_type *type,
    struct duckdb_vector *child, struct duckdb_list slice) {
    buf_append_char(buf, '[');
    for (uint64_t i = 0; i < slice.size && !buf->overflowed; i++) {
        buf_append_text(buf, i == 0 ? "" : ", ");
        append_part(buf, library, &type->parts[0], child, slice.offset + i);
    }
    buf_append_char(buf, ']');
}

static void append_map(struct buf *buf, const struct engine_library *library, const struct engine_type *type,
    struct duckdb_vector *entries, struct duckdb_list slice) {
    struct duckdb_vector *keys = library->struct_vector_get_child(entries, 0);
    struct duckdb_vector *values = library->struct_vector_get_child(entries, 1);
    buf_append_char(buf, '{');
    for (uint64_t i = 0; i < slice.size && !buf->overflowed; i++) {
        buf_append_text(buf, i == 0 ? "" : ", ");
        append_part(buf, library, &type->parts[0], keys, slice.offset + i);
        buf_append_char(buf, '=');
        append_part(buf, library, &type->parts[1], values, slice.offset + i);
    }
    buf_append_char(buf, '}');
}

static void append_struct(struct buf *buf, const struct engine_library *library,
    const struct engine_type *type, struct duckdb_vector *vector, uint64_t row) {
    buf_append_char(buf, '{');
    for (size_t i = 0; i < type->part_count && !buf->overflowed; i++) {
        buf_append_text(buf, i == 0 ? "" : ", ");
        if (type->names[i].size == 0)
            buf_append_format(buf, "field%zu=", i);
        else
            buf_append_format(buf, "%.*s=", STR(type->names[i]));
        append_part(buf, library, &type->parts[i], library->struct_vector_get_child(vector, i), row);
    }
    buf_append_char(buf, '}');
}

bool engine_type_append(struct buf *buf, const struct engine_library *library, const struct engine_type *type,
    struct duckdb_vector *vector, uint64_t row) {
    const uint64_t *validity = library->vector_get_validity(vector);
    if (type->id == DUCKDB_SQLNULL || (validity != NULL && (validity[row / 64] >> (row % 64) & 1) == 0))
        return false;
    const void *data = library->vector_get_data(vector);
    if (type->id == DUCKDB_LIST)
        append_list(buf, library, type, library->list_vector_get_child(vector),
            ((const struct duckdb_list *)data)[row]);
    else if (type->id == DUCKDB_MAP)
        append_map(buf, library, type, library->list_vector_get_child(vector),
            ((const struct duckdb_list *)data)[row]);
    else if (type->id == DUCKDB_ARRAY)
        append_list(buf, library, type, library->array_vector_get_child(vector),
            (struct duckdb_list){row * type->length, type->length});
    else if (type->id == DUCKDB_STRUCT)
        append_struct(buf, library, type, vector, row);
    else
        append_simple(buf, library, type, data, row);
    return true;
}
