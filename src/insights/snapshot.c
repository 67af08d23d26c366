/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot: the whole state behind a position, as a file of chunks (docs/formats/insights.md), which the
 * manifest then names. Counts are in files of their own by then.
 */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include "portable.h"
#include "private.h"

#include <string.h>

enum {
    VERSION_MIN = 1,
    VERSION = 2,
    CHUNK_AIM = 1 << 20,
    CHUNK_SIZE_MAX = 2 << 20,
    ZSTD_LEVEL = 1,
    PENDING_SIZE_MAX = EVENT_SIZE_MAX,
    CELL_SIZE = 24,
    OPEN_MAX = INSIGHTS_AHEAD_MINUTES_MAX + 1,
};

/* Offsets in the head. */
enum {
    HEAD_MAGIC = 0,
    HEAD_VERSION = 8,
    HEAD_COMPATIBLE = 12,
    HEAD_INCOMPATIBLE = 16,
    HEAD_CAIRN_ID = 24,
    HEAD_GENERATION = 40,
    HEAD_POSITION = 48,
    HEAD_JUDGED = 56,
    HEAD_CELL_FIRST = 64,
    HEAD_CELL_NEXT = 72,
    HEAD_STATS = 80,
    STATS = 6,
    HEAD_CHECK = HEAD_STATS + 8 * STATS,
    HEAD_SIZE = HEAD_CHECK + 4,
};

/* Offsets in front of a chunk. */
enum { CHUNK_KIND = 0, CHUNK_RAW = 4, CHUNK_PACKED = 8, CHUNK_CHECK = 12, CHUNK_HEAD_SIZE = 16 };

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'I', 'N', 'S'};

/* Counters that go on after a restart; how many are open is counted again. */
static uint64_t *stat_at(struct insights_stats *stats, unsigned i) {
    uint64_t *const all[STATS] = {&stats->insights_started, &stats->insights_ended, &stats->events_counted,
        &stats->events_late, &stats->series_let_go, &stats->series_not_kept};
    return all[i];
}

static void append_float(struct buf *buf, float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    buf_append_u32(buf, bits);
}

/* ---- writing ---- */

/* A file under way, in one direction or the other. */
struct stream {
    struct disk_file *file;
    struct zstd_compressor *compressor;
    struct zstd_decompressor *decompressor;
    struct buf raw, packed;
    uint64_t bytes;
};

static void stream_finish(struct stream *writer) {
    disk_close(writer->file);
    zstd_compressor_destroy(writer->compressor);
    zstd_decompressor_destroy(writer->decompressor);
    buf_finish(&writer->raw);
    buf_finish(&writer->packed);
}

static bool put(struct stream *writer, struct bytes bytes, struct error *error) {
    writer->bytes += bytes.size;
    return disk_append(writer->file, bytes.data, bytes.size, error);
}

static bool end_chunk(struct stream *writer, enum insights_chunk kind, struct error *error) {
    uint8_t head[CHUNK_HEAD_SIZE];
    if (writer->raw.size == 0 && kind != INSIGHTS_CHUNK_END)
        return true;
    buf_clear(&writer->packed);
    if (!buf_check(&writer->raw, "chunk of a snapshot", error) ||
        !zstd_compress(writer->compressor, NULL, buf_bytes(&writer->raw), &writer->packed, error))
        return false;
    store_u32(head + CHUNK_KIND, (uint32_t)kind);
    store_u32(head + CHUNK_RAW, (uint32_t)writer->raw.size);
    store_u32(head + CHUNK_PACKED, (uint32_t)writer->packed.size);
    uint32_t check = hash_crc32c(0, bytes_of(head, CHUNK_CHECK));
    store_u32(head + CHUNK_CHECK, hash_crc32c(check, buf_bytes(&writer->packed)));
    buf_clear(&writer->raw);
    return put(writer, BYTES_OF(head), error) && put(writer, buf_bytes(&writer->packed), error);
}

static bool end_large_chunk(struct stream *writer, enum insights_chunk kind, struct error *error) {
    return writer->raw.size < CHUNK_AIM || end_chunk(writer, kind, error);
}

static uint64_t first_cell(const struct insights *insights) {
    bool is_full = insights->cell_next > insights->cell_capacity;
    return is_full ? insights->cell_next - insights->cell_capacity : 1;
}

static bool write_head(const struct insights *insights, struct stream *writer, struct error *error) {
    uint8_t head[HEAD_SIZE] = {0};
    struct insights_stats stats = insights->stats;
    memcpy(head + HEAD_MAGIC, magic, sizeof magic);
    store_u32(head + HEAD_VERSION, VERSION);
    memcpy(head + HEAD_CAIRN_ID, insights->options.cairn_id.bytes, UUID_SIZE);
    store_u64(head + HEAD_GENERATION, insights->options.generation);
    store_u64(head + HEAD_POSITION, insights->position);
    store_u64(head + HEAD_JUDGED, (uint64_t)insights->judged);
    store_u64(head + HEAD_CELL_FIRST, first_cell(insights));
    store_u64(head + HEAD_CELL_NEXT, insights->cell_next);
    for (unsigned i = 0; i < STATS; i++)
        store_u64(head + HEAD_STATS + (size_t)8 * i, *stat_at(&stats, i));
    store_u32(head + HEAD_CHECK, hash_crc32c(0, bytes_of(head, HEAD_CHECK)));
    return put(writer, BYTES_OF(head), error);
}

static bool write_values(const struct insights *insights, struct stream *writer, struct error *error) {
    for (uint32_t i = INSIGHTS_VALUE_FIRST; i < insights->values.count; i++) {
        struct str text = insights_values_text(&insights->values, i);
        buf_append_u16(&writer->raw, (uint16_t)text.size);
        buf_append_str(&writer->raw, text);
        if (!end_large_chunk(writer, INSIGHTS_CHUNK_VALUES, error))
            return false;
    }
    return end_chunk(writer, INSIGHTS_CHUNK_VALUES, error);
}

static bool write_cells(const struct insights *insights, struct stream *writer, struct error *error) {
    for (uint64_t number = first_cell(insights); number < insights->cell_next; number++) {
        const struct insights_cell *cell = &insights->cells[number % insights->cell_capacity];
        buf_append_u32(&writer->raw, cell->back);
        buf_append_u32(&writer->raw, cell->minute);
        buf_append_u32(&writer->raw, cell->count);
        for (unsigned i = 0; i < INSIGHTS_ATTRIBUTES; i++)
            buf_append_u32(&writer->raw, cell->values[i]);
        if (!end_large_chunk(writer, INSIGHTS_CHUNK_CELLS, error))
            return false;
    }
    return end_chunk(writer, INSIGHTS_CHUNK_CELLS, error);
}

static void append_tallies(
    const struct insights *insights, const struct insights_slot *slot, struct buf *buf) {
    unsigned count = 0;
    for (uint32_t at = slot->open; at != INSIGHTS_NONE; at = insights->open[at].next)
        count++;
    ASSERT(count <= OPEN_MAX);
    buf_append_u8(buf, (uint8_t)count);
    for (uint32_t at = slot->open; at != INSIGHTS_NONE; at = insights->open[at].next) {
        buf_append_u32(buf, insights->open[at].minute);
        buf_append_u32(buf, insights->open[at].count);
    }
}

static void append_slot(const struct insights *insights, const struct insights_slot *slot, struct buf *buf) {
    buf_append_u16(buf, (uint16_t)slot->key_size);
    buf_append(buf, slot->key, slot->key_size);
    insights_model_append(buf, &slot->model);
    buf_append_u64(buf, slot->cells);
    buf_append_u32(buf, slot->heard_minute);
    buf_append_u32(buf, slot->late_minutes);
    buf_append_u32(buf, slot->late_at);
    append_float(buf, slot->usual_minutes);
    for (unsigned i = 0; i < INSIGHTS_SHARES; i++) {
        buf_append_u32(buf, slot->usual_values[i]);
        append_float(buf, slot->usual_calls[i]);
    }
    buf_append_u8(buf, slot->is_told ? 1 : 0);
    buf_append_u8(buf, slot->book != NULL ? 1 : 0);
    for (unsigned i = 0; slot->book != NULL && i < INSIGHTS_ATTRIBUTES * INSIGHTS_BOOK_VALUES; i++) {
        buf_append_u32(buf, slot->book->values[i / INSIGHTS_BOOK_VALUES][i % INSIGHTS_BOOK_VALUES]);
        buf_append_u32(buf, slot->book->counts[i / INSIGHTS_BOOK_VALUES][i % INSIGHTS_BOOK_VALUES]);
    }
    append_tallies(insights, slot, buf);
}

/* The series that was silent longest first, so that adding one after the other gives their order. */
static bool write_series(const struct insights *insights, struct stream *writer, struct error *error) {
    for (uint32_t number = insights->oldest; number != INSIGHTS_NONE;
         number = insights_slot_at(insights, number)->newer) {
        append_slot(insights, insights_slot_at(insights, number), &writer->raw);
        if (!end_large_chunk(writer, INSIGHTS_CHUNK_SERIES, error))
            return false;
    }
    return end_chunk(writer, INSIGHTS_CHUNK_SERIES, error);
}

static bool write_pending(const struct insights *insights, struct stream *writer, struct error *error) {
    for (uint32_t i = 0; i < insights->pending_count; i++) {
        buf_append_u32(&writer->raw, (uint32_t)strlen(insights->pending[i]));
        buf_append_text(&writer->raw, insights->pending[i]);
        if (!end_large_chunk(writer, INSIGHTS_CHUNK_PENDING, error))
            return false;
    }
    return end_chunk(writer, INSIGHTS_CHUNK_PENDING, error) && end_chunk(writer, INSIGHTS_CHUNK_END, error);
}

static bool write_all(const struct insights *insights, struct stream *writer, struct error *error) {
    return write_head(insights, writer, error) && write_values(insights, writer, error) &&
           write_cells(insights, writer, error) && write_series(insights, writer, error) &&
           write_pending(insights, writer, error) && disk_sync(writer->file, error) &&
           disk_sync_directory(insights->disk, "insights", error);
}

bool insights_snapshot_save(struct insights *insights, struct error *error) {
    char name[INSIGHTS_FILE_NAME_SIZE];
    if (!insights_flush(insights, error))
        return false;
    uint64_t number = insights->files.manifest.next_number++;
    insights_snapshot_name(number, name);
    SCOPED(stream_finish)
    struct stream writer = {.compressor = zstd_compressor_create(ZSTD_LEVEL),
        .raw = BUF_INIT(CHUNK_SIZE_MAX),
        .packed = BUF_INIT(2 * CHUNK_SIZE_MAX)};
    writer.file = disk_open(insights->disk, name, DISK_CREATE, error);
    if (writer.file == NULL || !write_all(insights, &writer, error) ||
        !insights_files_commit(&insights->files, number, insights->position, error))
        return false;
    insights->snapshot_position = insights->position;
    insights->snapshot_judged = insights->judged;
    MUTEX_SCOPE(&insights->mutex);
    insights->snapshot = number;
    insights->snapshot_bytes = writer.bytes;
    return true;
}

/* ---- reading ---- */

static bool is_damaged(struct error *error) {
    return error_set(error, ERROR_CORRUPT, "chunk of a snapshot is damaged");
}

/* Step over `size` bytes; NULL where there are not so many. */
static const uint8_t *take(struct bytes *rest, size_t size) {
    const uint8_t *at = rest->data;
    if (size > rest->size)
        return NULL;
    *rest = bytes_of(at + size, rest->size - size);
    return at;
}

static bool take_u32(struct bytes *rest, uint32_t *ret_number) {
    const uint8_t *at = take(rest, 4);
    if (at != NULL)
        *ret_number = load_u32(at);
    return at != NULL;
}

static bool take_float(struct bytes *rest, float *ret_number) {
    uint32_t bits = 0;
    if (!take_u32(rest, &bits))
        return false;
    memcpy(ret_number, &bits, sizeof bits);
    return true;
}

static bool take_value(const struct insights *insights, struct bytes *rest, uint32_t *ret_value) {
    return take_u32(rest, ret_value) &&
           (*ret_value == INSIGHTS_VALUE_NONE || *ret_value < insights->values.count);
}

static bool load_value(struct insights *insights, struct bytes *rest) {
    const uint8_t *size = take(rest, 2);
    const uint8_t *text = size != NULL ? take(rest, load_u16(size)) : NULL;
    uint32_t expected = insights->values.count;
    return text != NULL &&
           insights_values_intern(&insights->values, str_of((const char *)text, load_u16(size))) == expected;
}

static bool load_cell(struct insights *insights, struct bytes *rest) {
    struct insights_cell cell = {0};
    if (!take_u32(rest, &cell.back) || !take_u32(rest, &cell.minute) || !take_u32(rest, &cell.count))
        return false;
    for (unsigned i = 0; i < INSIGHTS_ATTRIBUTES; i++)
        if (!take_u32(rest, &cell.values[i]) || cell.values[i] >= insights->values.count)
            return false;
    insights->cells[insights->cell_next++ % insights->cell_capacity] = cell;
    return true;
}

static bool load_book(struct insights *insights, struct insights_slot *slot, struct bytes *rest) {
    slot->book = MEM_NEW(struct insights_book);
    insights->book_count++;
    for (unsigned i = 0; i < INSIGHTS_ATTRIBUTES * INSIGHTS_BOOK_VALUES; i++)
        if (!take_value(
                insights, rest, &slot->book->values[i / INSIGHTS_BOOK_VALUES][i % INSIGHTS_BOOK_VALUES]) ||
            !take_u32(rest, &slot->book->counts[i / INSIGHTS_BOOK_VALUES][i % INSIGHTS_BOOK_VALUES]))
            return false;
    return true;
}

/* Tallies in the order in which they were, which is from the front of the chain. */
static bool load_tallies(struct insights *insights, uint32_t number, struct bytes *rest) {
    struct insights_tally tallies[OPEN_MAX];
    const uint8_t *count = take(rest, 1);
    if (count == NULL || *count > OPEN_MAX)
        return false;
    for (unsigned i = 0; i < *count; i++)
        if (!take_u32(rest, &tallies[i].minute) || !take_u32(rest, &tallies[i].count) ||
            tallies[i].minute < insights->judged || tallies[i].minute >= insights->judged + OPEN_MAX)
            return false;
    for (unsigned i = *count; i > 0; i--)
        insights_count_add_open(insights, number, tallies[i - 1].minute, tallies[i - 1].count);
    return true;
}

static bool load_shares(struct insights *insights, struct insights_slot *slot, struct bytes *rest) {
    if (!take_u32(rest, &slot->heard_minute) || !take_u32(rest, &slot->late_minutes) ||
        !take_u32(rest, &slot->late_at) || !take_float(rest, &slot->usual_minutes))
        return false;
    for (unsigned i = 0; i < INSIGHTS_SHARES; i++)
        if (!take_value(insights, rest, &slot->usual_values[i]) || !take_float(rest, &slot->usual_calls[i]))
            return false;
    return true;
}

static bool load_slot_of(struct insights *insights, size_t model_bytes, struct bytes *rest) {
    struct insights_series series;
    struct error ignored = {0};
    const uint8_t *size = take(rest, 2);
    const uint8_t *at = size != NULL ? take(rest, load_u16(size)) : NULL;
    struct bytes key = bytes_of(at, at != NULL ? load_u16(size) : 0);
    const uint8_t *model = at != NULL ? take(rest, model_bytes) : NULL;
    const uint8_t *cells = model != NULL ? take(rest, 8) : NULL;
    if (cells == NULL || !insights_key_parse(key, &series, &ignored) ||
        insights_table_find(insights, key, insights_key_hash(key)) != INSIGHTS_NONE)
        return false;
    uint32_t number = insights_table_add(insights, key, insights_key_hash(key));
    struct insights_slot *slot = insights_slot_at(insights, number);
    insights_model_load(bytes_of(model, model_bytes), &slot->model);
    slot->cells = load_u64(cells);
    insights->stats.insights_open += slot->model.open_minute != 0 ? 1 : 0;
    if (slot->model.next_minute != insights->judged || !load_shares(insights, slot, rest))
        return false;
    insights->late_count += slot->late_minutes >= INSIGHTS_LATE_MINUTES ? 1 : 0;
    const uint8_t *flags = take(rest, 2);
    if (flags == NULL || flags[0] > 1 || flags[1] > 1)
        return false;
    slot->is_told = flags[0] == 1;
    return (flags[1] == 0 || load_book(insights, slot, rest)) && load_tallies(insights, number, rest);
}

static bool load_slot(struct insights *insights, struct bytes *rest) {
    return load_slot_of(insights, INSIGHTS_MODEL_BYTES, rest);
}

/* What its days usually bring is not known yet; the days to come say it. */
static bool load_slot_1(struct insights *insights, struct bytes *rest) {
    return load_slot_of(insights, INSIGHTS_MODEL_BYTES_1, rest);
}

static bool load_pending(struct insights *insights, struct bytes *rest) {
    uint32_t size = 0;
    const uint8_t *text = take_u32(rest, &size) && size <= PENDING_SIZE_MAX ? take(rest, size) : NULL;
    if (text == NULL || memchr(text, 0, size) != NULL)
        return false;
    insights->pending =
        mem_resize_array(insights->pending, insights->pending_count + 1, sizeof *insights->pending);
    insights->pending[insights->pending_count++] = mem_copy(text, size);
    return true;
}

bool insights_snapshot_take(
    struct insights *insights, enum insights_chunk kind, struct bytes chunk, struct error *error) {
    static bool (*const loaders[])(struct insights *, struct bytes *) = {
        [INSIGHTS_CHUNK_VALUES] = load_value,
        [INSIGHTS_CHUNK_CELLS] = load_cell,
        [INSIGHTS_CHUNK_SERIES_1] = load_slot_1,
        [INSIGHTS_CHUNK_PENDING] = load_pending,
        [INSIGHTS_CHUNK_SERIES] = load_slot,
    };
    if (kind < INSIGHTS_CHUNK_VALUES || kind > INSIGHTS_CHUNK_SERIES || loaders[kind] == NULL)
        return is_damaged(error);
    while (chunk.size > 0)
        if (!loaders[kind](insights, &chunk))
            return is_damaged(error);
    return true;
}

static bool check_head(struct insights *insights, const uint8_t head[HEAD_SIZE], struct error *error) {
    if (memcmp(head, magic, sizeof magic) != 0 ||
        load_u32(head + HEAD_CHECK) != hash_crc32c(0, bytes_of(head, HEAD_CHECK)))
        return error_set(error, ERROR_CORRUPT, "not a snapshot of insights, or its head is damaged");
    uint32_t version = load_u32(head + HEAD_VERSION);
    if (version < VERSION_MIN || version > VERSION || load_u64(head + HEAD_INCOMPATIBLE) != 0)
        return error_set(error, ERROR_INVALID, "its format is newer than this program");
    if (memcmp(head + HEAD_CAIRN_ID, insights->options.cairn_id.bytes, UUID_SIZE) != 0 ||
        load_u64(head + HEAD_GENERATION) > insights->options.generation)
        return error_set(error, ERROR_CONFLICT, "belongs to another Cairn");
    if (load_u64(head + HEAD_POSITION) != insights->files.manifest.position)
        return error_set(error, ERROR_CORRUPT, "is of another position than the manifest says");
    return true;
}

static bool load_chunk(
    struct insights *insights, struct stream *reader, bool *ret_done, struct error *error) {
    uint8_t head[CHUNK_HEAD_SIZE];
    if (!disk_read_exactly(reader->file, reader->bytes, head, sizeof head, error))
        return false;
    uint32_t raw_size = load_u32(head + CHUNK_RAW), packed_size = load_u32(head + CHUNK_PACKED);
    if (raw_size > CHUNK_SIZE_MAX || packed_size > 2 * CHUNK_SIZE_MAX)
        return is_damaged(error);
    buf_clear(&reader->raw);
    buf_clear(&reader->packed);
    uint8_t *place = buf_reserve(&reader->packed, packed_size);
    if (!disk_read_exactly(reader->file, reader->bytes + sizeof head, place, packed_size, error))
        return false;
    buf_commit(&reader->packed, packed_size);
    uint32_t check = hash_crc32c(0, bytes_of(head, CHUNK_CHECK));
    if (load_u32(head + CHUNK_CHECK) != hash_crc32c(check, buf_bytes(&reader->packed)))
        return is_damaged(error);
    if (!zstd_decompress(
            reader->decompressor, NULL, buf_bytes(&reader->packed), raw_size, &reader->raw, error))
        return false;
    reader->bytes += sizeof head + packed_size;
    uint32_t kind = load_u32(head + CHUNK_KIND);
    *ret_done = kind == INSIGHTS_CHUNK_END;
    return *ret_done ||
           insights_snapshot_take(insights, (enum insights_chunk)kind, buf_bytes(&reader->raw), error);
}

static bool load_all(struct insights *insights, struct stream *reader, struct error *error) {
    uint8_t head[HEAD_SIZE];
    bool done = false;
    if (!disk_read_exactly(reader->file, 0, head, HEAD_SIZE, error) || !check_head(insights, head, error))
        return false;
    insights->position = load_u64(head + HEAD_POSITION);
    insights->judged = (int64_t)load_u64(head + HEAD_JUDGED);
    if (insights->judged != INT64_MIN)
        insights->stats.judged_until = (struct moment){insights->judged * MS_PER_MINUTE};
    insights->cell_next = load_u64(head + HEAD_CELL_FIRST);
    reader->bytes = HEAD_SIZE;
    while (!done)
        if (!load_chunk(insights, reader, &done, error))
            return false;
    for (unsigned i = 0; i < STATS; i++)
        *stat_at(&insights->stats, i) = load_u64(head + HEAD_STATS + (size_t)8 * i);
    return insights->cell_next == load_u64(head + HEAD_CELL_NEXT) || is_damaged(error);
}

bool insights_snapshot_load(struct insights *insights, struct error *error) {
    char name[INSIGHTS_FILE_NAME_SIZE];
    if (!insights_files_load(&insights->files, error))
        return false;
    if (insights->files.manifest.snapshot == 0)
        return true;
    insights_snapshot_name(insights->files.manifest.snapshot, name);
    SCOPED(stream_finish)
    struct stream reader = {.decompressor = zstd_decompressor_create(),
        .raw = BUF_INIT(CHUNK_SIZE_MAX),
        .packed = BUF_INIT(2 * CHUNK_SIZE_MAX)};
    reader.file = disk_open(insights->disk, name, DISK_READ, error);
    if (reader.file == NULL || !load_all(insights, &reader, error))
        return error_context(error, "%s", name);
    insights->snapshot = insights->files.manifest.snapshot;
    insights->snapshot_bytes = reader.bytes;
    insights->snapshot_position = insights->position;
    insights->snapshot_judged = insights->judged;
    return true;
}
