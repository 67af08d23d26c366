/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"
#include "codec/json.h"
#include "codec/text.h"
#include "sys/disk.h"

#include <math.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 << 20, TEMPLATES_MAX = 20000, PIECES_MAX = 64, SPAN_DAYS = 30, JITTER_S = 120 };

/* What stands between the literal pieces of a template. */
enum slot { SLOT_NONE, SLOT_ID, SLOT_TIME, SLOT_ADDRESS, SLOT_USER, SLOT_KEY };
enum { SLOT_COUNT = SLOT_KEY + 1 };

struct piece {
    struct str literal;
    enum slot slot; /* after the literal */
};

struct template {
    struct piece *pieces;
    size_t piece_count;
};

struct corpus {
    struct arena arena;
    struct template *templates;
    size_t template_count;
    double users[CORPUS_USERS], addresses[CORPUS_ADDRESSES]; /* cumulative */
    struct json_parser *parser, *record_parser;
    struct buf raw, text;
    struct disk *disk;
};

static uint64_t mix(uint64_t seed) { /* splitmix64 */
    uint64_t z = seed + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void fill_zipf(double *cumulative, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++)
        cumulative[i] = total += pow((double)(i + 1), -1.1);
    for (size_t i = 0; i < count; i++)
        cumulative[i] /= total;
}

static unsigned draw(const double *cumulative, size_t count, uint64_t random) {
    double place = (double)(random >> 11) / 9007199254740992.0;
    size_t low = 0;
    for (size_t size = count; size > 0; size /= 2) {
        size_t middle = low + size / 2;
        if (middle < count && cumulative[middle] < place) {
            low = middle + 1;
            size--;
        }
    }
    return (unsigned)(low < count ? low : count - 1);
}

/* The earliest place in `text` where one of the slots' values stands. */
static size_t find_slot(struct str text, const struct str values[SLOT_COUNT], enum slot *ret_slot) {
    size_t first = SIZE_MAX;
    for (int slot = SLOT_ID; slot < SLOT_COUNT; slot++) {
        size_t at = values[slot].size < 4 ? SIZE_MAX : str_find(text, values[slot]);
        if (at < first) {
            first = at;
            *ret_slot = (enum slot)slot;
        }
    }
    return first;
}

static void add_template(struct corpus *corpus, struct str record, const struct str values[SLOT_COUNT]) {
    struct piece pieces[PIECES_MAX];
    size_t count = 0;
    struct str rest = arena_str(&corpus->arena, record);
    while (count < PIECES_MAX - 1) {
        enum slot slot = SLOT_NONE;
        size_t at = find_slot(rest, values, &slot);
        if (at == SIZE_MAX)
            break;
        pieces[count++] = (struct piece){str_slice(rest, 0, at), slot};
        rest = str_slice(rest, at + values[slot].size, SIZE_MAX);
    }
    pieces[count++] = (struct piece){rest, SLOT_NONE};
    struct template *template = &corpus->templates[corpus->template_count++];
    template->piece_count = count;
    template->pieces = ARENA_ARRAY(&corpus->arena, count, struct piece);
    memcpy(template->pieces, pieces, count * sizeof *pieces);
}

static bool on_record(struct str record, void *context) {
    struct corpus *corpus = context;
    struct error ignored = {0};
    struct json_value value = JSON_MISSING;
    if (corpus->template_count == TEMPLATES_MAX)
        return false;
    if (!json_parse(corpus->record_parser, record, &value, &ignored))
        return true;
    struct json_value identity = json_get(value, "userIdentity");
    struct str values[SLOT_COUNT] = {
        [SLOT_ID] = json_text(json_get(value, "eventID")),
        [SLOT_TIME] = json_text(json_get(value, "eventTime")),
        [SLOT_ADDRESS] = json_text(json_get(value, "sourceIPAddress")),
        [SLOT_USER] = json_text(json_get(identity, "userName")),
        [SLOT_KEY] = json_text(json_get(identity, "accessKeyId")),
    };
    if (values[SLOT_ID].size == UUID_TEXT_SIZE && values[SLOT_TIME].size == 20)
        add_template(corpus, record, values);
    return true;
}

static bool add_file(struct corpus *corpus, const char *path, struct error *error) {
    buf_clear(&corpus->raw);
    buf_clear(&corpus->text);
    if (!disk_read_file(corpus->disk, path, &corpus->raw, error))
        return false;
    struct buf *text = &corpus->raw;
    if (gzip_is(buf_bytes(text))) {
        if (!gzip_inflate(buf_bytes(text), &corpus->text, error))
            return false;
        text = &corpus->text;
    }
    size_t size = text->size;
    ASSERT(buf_reserve(text, JSON_PADDING) != NULL);
    struct str records = str_of(text->data, size);
    if (str_ends_with(str_from(path), STR_LITERAL(".ndjson"))) {
        while (records.size > 0)
            IGNORE(on_record(str_cut(&records, '\n'), corpus), "full is fine");
        return true;
    }
    return json_split_records(corpus->parser, records, on_record, corpus, error);
}

static bool on_entry(const char *name, bool is_directory, void *context) {
    struct corpus *corpus = context;
    struct error ignored = {0};
    bool is_log = strstr(name, ".json") != NULL || strstr(name, ".ndjson") != NULL;
    if (!is_directory && is_log)
        IGNORE(add_file(corpus, name, &ignored), "a file that is no log gives no templates");
    return true;
}

struct corpus *corpus_create(const char *folder, struct error *error) {
    struct corpus *corpus = MEM_NEW(struct corpus);
    corpus->parser = json_parser_create();
    corpus->record_parser = json_parser_create();
    corpus->raw = BUF_INIT(FILE_BYTES_MAX);
    corpus->text = BUF_INIT(FILE_BYTES_MAX);
    corpus->templates = mem_alloc_array(TEMPLATES_MAX, sizeof *corpus->templates);
    fill_zipf(corpus->users, CORPUS_USERS);
    fill_zipf(corpus->addresses, CORPUS_ADDRESSES);
    corpus->disk = disk_real_create(folder, error);
    bool done = corpus->disk != NULL && disk_list(corpus->disk, "", on_entry, corpus, error);
    if (done && corpus->template_count == 0)
        done = error_set(error, ERROR_NOT_FOUND, "%s has no CloudTrail records", folder);
    if (done)
        return corpus;
    corpus_destroy(corpus);
    return NULL;
}

void corpus_destroy(struct corpus *corpus) {
    if (corpus == NULL)
        return;
    if (corpus->disk != NULL)
        disk_real_destroy(corpus->disk);
    json_parser_destroy(corpus->parser);
    json_parser_destroy(corpus->record_parser);
    buf_finish(&corpus->raw);
    buf_finish(&corpus->text);
    arena_finish(&corpus->arena);
    mem_free(corpus->templates);
    mem_free(corpus);
}

size_t corpus_template_count(const struct corpus *corpus) {
    return corpus->template_count;
}

static void append_id(struct buf *out, uint64_t random) {
    uint8_t bytes[UUID_SIZE];
    uint64_t low = mix(random);
    uint64_t high = mix(low);
    memcpy(bytes, &low, sizeof low);
    memcpy(bytes + sizeof low, &high, sizeof high);
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid_random(bytes), text);
    buf_append_text(out, text);
}

static void append_slot(
    const struct corpus *corpus, enum slot slot, uint64_t random, struct moment time, struct buf *out) {
    unsigned user = draw(corpus->users, CORPUS_USERS, mix(random + SLOT_USER));
    unsigned address = draw(corpus->addresses, CORPUS_ADDRESSES, mix(random + SLOT_ADDRESS));
    switch (slot) {
    case SLOT_NONE:
        break;
    case SLOT_ID:
        append_id(out, random);
        break;
    case SLOT_TIME:
        time_append_iso(out, time);
        break;
    case SLOT_ADDRESS:
        buf_append_format(out, "10.%u.%u.%u", address / 2500, address / 50 % 50, address % 50);
        break;
    case SLOT_USER:
        buf_append_format(out, "user-%04u", user);
        break;
    case SLOT_KEY:
        buf_append_format(out, "AKIABENCH%07uXYZW", user);
        break;
    }
}

struct moment corpus_time(uint64_t index, uint64_t count, struct moment end) {
    int64_t span_s = (int64_t)SPAN_DAYS * 86400;
    int64_t at_s = end.ms / MS_PER_SECOND - span_s +
                   (int64_t)((double)index / (double)count * (double)(span_s - JITTER_S));
    return (struct moment){at_s * MS_PER_SECOND};
}

void corpus_append(
    const struct corpus *corpus, uint64_t index, uint64_t count, struct moment end, struct buf *out) {
    uint64_t random = mix(index * 0x2545f4914f6cdd1du + 1);
    const struct template *template = &corpus->templates[mix(random) % corpus->template_count];
    struct moment time = corpus_time(index, count, end);
    time.ms += (int64_t)(mix(random + 9) % JITTER_S) * MS_PER_SECOND;
    for (size_t i = 0; i < template->piece_count; i++) {
        buf_append_str(out, template->pieces[i].literal);
        append_slot(corpus, template->pieces[i].slot, random, time, out);
    }
}
