/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/own.h"
#include "parquet/parquet.h"

#include "leaf.h"
#include "thrift.h"

static const char magic[] = {'P', 'A', 'R', '1'};

enum { FLUSH_SIZE = 1 << 20 };

struct parquet_writer {
    struct parquet_options options;
    struct parquet_schema schema;
    struct parquet_leaf *leaves;
    struct parquet_press press;
    size_t row_count;   /* of the row group */
    uint64_t row_total; /* of the row groups before */
    struct buf out;     /* not written yet */
    uint64_t written;   /* bytes */
    struct buf groups;  /* what the footer says of each row group */
    size_t group_count;
};

struct parquet_writer *parquet_writer_create(const struct parquet_options *options) {
    struct parquet_writer *writer = MEM_NEW(struct parquet_writer);
    writer->options = *options;
    parquet_schema_init(&writer->schema, options->columns, options->column_count);
    writer->leaves = mem_alloc_array(writer->schema.leaf_count, sizeof *writer->leaves);
    for (size_t i = 0; i < writer->schema.leaf_count; i++) {
        writer->leaves[i].type = &writer->schema.leaves[i];
        writer->leaves[i].press = &writer->press;
        writer->leaves[i].words.texts.limit = BUF_UNBOUNDED;
        parquet_leaf_clear(&writer->leaves[i]);
    }
    writer->press = (struct parquet_press){.compressor = zstd_compressor_create(options->compression_level),
        .body = BUF_INIT(BUF_UNBOUNDED),
        .packed = BUF_INIT(BUF_UNBOUNDED)};
    writer->groups = writer->out = BUF_INIT(BUF_UNBOUNDED);
    buf_append(&writer->out, magic, sizeof magic);
    return writer;
}

void parquet_writer_destroy(struct parquet_writer *owned_writer) {
    if (owned_writer == NULL)
        return;
    for (size_t i = 0; i < owned_writer->schema.leaf_count; i++)
        parquet_leaf_finish(&owned_writer->leaves[i]);
    mem_free(owned_writer->leaves);
    zstd_compressor_destroy(owned_writer->press.compressor);
    buf_finish(&owned_writer->press.body);
    buf_finish(&owned_writer->press.packed);
    mem_free(owned_writer->press.numbers);
    buf_finish(&owned_writer->out);
    buf_finish(&owned_writer->groups);
    parquet_schema_finish(&owned_writer->schema);
    mem_free(owned_writer);
}

/* ---- rows ---- */

static void put_nothing(
    struct parquet_writer *writer, size_t column, unsigned definition, unsigned repetition) {
    const struct parquet_node *node = &writer->schema.nodes[column];
    for (size_t i = node->leaf; i < node->leaf_end; i++)
        parquet_leaf_put_null(&writer->leaves[i], writer->row_count, definition, repetition);
}

void parquet_put_null(struct parquet_writer *writer, size_t column, unsigned repetition) {
    put_nothing(writer, column, writer->schema.nodes[column].definition - 1u, repetition);
}

void parquet_put_empty(struct parquet_writer *writer, size_t column, unsigned repetition) {
    put_nothing(writer, column, writer->schema.nodes[column].definition, repetition);
}

static struct parquet_leaf *leaf_of(struct parquet_writer *writer, size_t column) {
    return &writer->leaves[writer->schema.nodes[column].leaf];
}

void parquet_put_text(struct parquet_writer *writer, size_t column, unsigned repetition, struct str text) {
    parquet_leaf_put_text(leaf_of(writer, column), writer->row_count, repetition, text);
}

void parquet_put_number(struct parquet_writer *writer, size_t column, unsigned repetition, int64_t number) {
    parquet_leaf_put_number(leaf_of(writer, column), writer->row_count, repetition, number);
}

void parquet_put_real(struct parquet_writer *writer, size_t column, unsigned repetition, double number) {
    parquet_leaf_put_real(leaf_of(writer, column), writer->row_count, repetition, number);
}

void parquet_put_entry(struct parquet_writer *writer, size_t column, unsigned repetition, struct str key,
    const struct str *value) {
    struct parquet_leaf *keys = leaf_of(writer, column), *values = keys + 1;
    parquet_leaf_put_text(keys, writer->row_count, repetition, key);
    if (value != NULL)
        parquet_leaf_put_text(values, writer->row_count, repetition, *value);
    else
        parquet_leaf_put_null(values, writer->row_count, values->type->definition_max - 1u, repetition);
}

unsigned parquet_repetition(const struct parquet_writer *writer, size_t column) {
    return writer->schema.nodes[column].repetition;
}

void parquet_end_row(struct parquet_writer *writer) {
    writer->row_count++;
}

/* ---- row groups and the footer ---- */

static bool flush(struct parquet_writer *writer, struct error *error) {
    if (!writer->options.on_bytes(writer->options.context, buf_bytes(&writer->out), error))
        return false;
    writer->written += writer->out.size;
    buf_clear(&writer->out);
    return true;
}

static void describe_statistics(struct parquet_thrift *thrift, const struct parquet_chunk *chunk) {
    parquet_thrift_begin(thrift, META_STATISTICS);
    parquet_thrift_i64(thrift, STATISTICS_NULLS, (int64_t)chunk->null_count);
    if (chunk->has_bounds) {
        parquet_thrift_text(thrift, STATISTICS_MAX, chunk->greatest);
        parquet_thrift_text(thrift, STATISTICS_MIN, chunk->least);
    }
    parquet_thrift_end(thrift);
}

static void describe_chunk(
    struct parquet_thrift *thrift, const struct parquet_leaf_type *type, const struct parquet_chunk *chunk) {
    int64_t offset = (int64_t)chunk->offset;
    parquet_thrift_element_begin(thrift);
    parquet_thrift_i64(thrift, CHUNK_OFFSET, offset);
    parquet_thrift_begin(thrift, CHUNK_META);
    parquet_thrift_i32(thrift, META_TYPE, (int32_t)type->physical);
    parquet_thrift_list(thrift, META_ENCODINGS, THRIFT_I32, chunk->has_words ? 3 : 2);
    parquet_thrift_element_i32(thrift, ENCODING_PLAIN);
    parquet_thrift_element_i32(thrift, ENCODING_RLE);
    if (chunk->has_words)
        parquet_thrift_element_i32(thrift, ENCODING_DICTIONARY);
    parquet_thrift_list(thrift, META_PATH, THRIFT_BINARY, type->path_count);
    buf_append_bytes(thrift->out, type->path);
    parquet_thrift_i32(thrift, META_CODEC, CODEC_ZSTD);
    parquet_thrift_i64(thrift, META_VALUES, (int64_t)chunk->level_count);
    parquet_thrift_i64(thrift, META_RAW_SIZE, (int64_t)chunk->raw_size);
    parquet_thrift_i64(thrift, META_SIZE, (int64_t)chunk->size);
    parquet_thrift_i64(thrift, META_DATA_OFFSET, offset + (int64_t)chunk->dictionary_size);
    if (chunk->has_words)
        parquet_thrift_i64(thrift, META_DICTIONARY_OFFSET, offset);
    describe_statistics(thrift, chunk);
    parquet_thrift_end(thrift);
    parquet_thrift_end(thrift);
}

/* All pages of the row group, and in `groups` what the footer says of it. */
static bool append_group(struct parquet_writer *writer, struct error *error) {
    struct parquet_thrift thrift = PARQUET_THRIFT(&writer->groups);
    uint64_t start = writer->written + writer->out.size, raw_size = 0;
    parquet_thrift_list(&thrift, GROUP_CHUNKS, THRIFT_STRUCT, writer->schema.leaf_count);
    for (size_t i = 0; i < writer->schema.leaf_count; i++) {
        struct parquet_chunk chunk;
        uint64_t offset = writer->written + writer->out.size;
        if (!parquet_leaf_append(&writer->leaves[i], writer->row_count, &writer->out, &chunk, error))
            return false;
        chunk.offset = offset;
        describe_chunk(&thrift, &writer->schema.leaves[i], &chunk);
        parquet_leaf_clear(&writer->leaves[i]);
        raw_size += chunk.raw_size;
        if (writer->out.size >= FLUSH_SIZE && !flush(writer, error))
            return false;
    }
    parquet_thrift_i64(&thrift, GROUP_RAW_SIZE, (int64_t)raw_size);
    parquet_thrift_i64(&thrift, GROUP_ROWS, (int64_t)writer->row_count);
    parquet_thrift_i64(&thrift, GROUP_OFFSET, (int64_t)start);
    parquet_thrift_i64(&thrift, GROUP_SIZE, (int64_t)(writer->written + writer->out.size - start));
    parquet_thrift_end(&thrift);
    return true;
}

bool parquet_end_group(struct parquet_writer *writer, struct error *error) {
    if (writer->row_count == 0)
        return true;
    if (!append_group(writer, error))
        return false;
    writer->group_count++;
    writer->row_total += writer->row_count;
    writer->row_count = 0;
    return true;
}

static void append_footer(struct parquet_writer *writer) {
    const struct parquet_schema *schema = &writer->schema;
    struct parquet_thrift thrift = PARQUET_THRIFT(&writer->out);
    size_t start = writer->out.size;
    parquet_thrift_i32(&thrift, FILE_VERSION, FORMAT_VERSION);
    parquet_thrift_list(&thrift, FILE_SCHEMA, THRIFT_STRUCT, schema->element_count);
    buf_append_bytes(&writer->out, buf_bytes(&schema->elements));
    parquet_thrift_i64(&thrift, FILE_ROWS, (int64_t)writer->row_total);
    parquet_thrift_list(&thrift, FILE_GROUPS, THRIFT_STRUCT, writer->group_count);
    buf_append_bytes(&writer->out, buf_bytes(&writer->groups));
    parquet_thrift_text(&thrift, FILE_CREATED_BY, str_from(writer->options.created_by));
    /* Without these readers do not trust the bounds. */
    parquet_thrift_list(&thrift, FILE_ORDERS, THRIFT_STRUCT, schema->leaf_count);
    for (size_t i = 0; i < schema->leaf_count; i++) {
        parquet_thrift_element_begin(&thrift);
        parquet_thrift_empty(&thrift, ORDER_BY_TYPE);
        parquet_thrift_end(&thrift);
    }
    parquet_thrift_end(&thrift);
    buf_append_u32(&writer->out, (uint32_t)(writer->out.size - start));
    buf_append(&writer->out, magic, sizeof magic);
}

bool parquet_writer_finish(struct parquet_writer *writer, uint64_t *ret_bytes, struct error *error) {
    if (!parquet_end_group(writer, error))
        return false;
    append_footer(writer);
    if (!flush(writer, error))
        return false;
    *ret_bytes = writer->written;
    return true;
}
