/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/compress.h"
#include "support/tap.h"

enum { SAMPLES = 500, LEVEL = 1 };

static struct error error;
static struct zstd_compressor *compressor;
static struct zstd_decompressor *decompressor;
static struct buf samples = {.limit = 4 << 20};
static size_t sample_sizes[SAMPLES];

static void make_samples(void) {
    for (uint32_t i = 0; i < SAMPLES; i++) {
        size_t before = samples.size;
        buf_append_format(&samples,
            "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"AssumedRole\",\"accountId\":"
            "\"123456789012\"},"
            "\"eventTime\":\"2023-07-10T11:%02u:%02uZ\",\"eventID\":\"%08x\",\"eventName\":\"Put%u\"}",
            i % 60, i % 59, i * 2654435761u, i % 7);
        sample_sizes[i] = samples.size - before;
    }
}

static size_t round_trip(const struct zstd_dictionary *dictionary, struct bytes data) {
    SCOPED(buf_finish) struct buf frame = BUF_INIT(4 << 20);
    SCOPED(buf_finish) struct buf text = BUF_INIT(4 << 20);
    EXPECT(zstd_compress(compressor, dictionary, data, &frame, &error));
    EXPECT(zstd_decompress(decompressor, dictionary, buf_bytes(&frame), data.size, &text, &error));
    EXPECT(bytes_equal(buf_bytes(&text), data));
    return frame.size;
}

static void frames_come_back_whole(void) {
    (void)round_trip(NULL, bytes_of("", 0));
    (void)round_trip(NULL, bytes_of("a", 1));
    EXPECT(round_trip(NULL, buf_bytes(&samples)) < samples.size / 4);
}

static void a_dictionary_makes_small_things_smaller(void) {
    struct zstd_dictionary *trained =
        zstd_dictionary_train(buf_bytes(&samples), sample_sizes, SAMPLES, 16 << 10, LEVEL);
    EXPECT(trained != NULL);
    struct zstd_dictionary *dictionary = zstd_dictionary_create(zstd_dictionary_content(trained), LEVEL);
    struct bytes record = bytes_of(samples.data, sample_sizes[0]);
    EXPECT(round_trip(dictionary, record) * 2 < round_trip(NULL, record));
    SCOPED(buf_finish) struct buf frame = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    EXPECT(zstd_compress(compressor, dictionary, record, &frame, &error));
    EXPECT(!zstd_decompress(decompressor, NULL, buf_bytes(&frame), record.size, &text, &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    EXPECT_INT(text.size, 0);
    zstd_dictionary_destroy(dictionary);
    zstd_dictionary_destroy(trained);
}

static void too_few_samples_train_nothing(void) {
    EXPECT(zstd_dictionary_train(buf_bytes(&samples), sample_sizes, 1, 16 << 10, LEVEL) == NULL);
}

static void another_size_or_altered_bytes_are_corrupt(void) {
    SCOPED(buf_finish) struct buf frame = BUF_INIT(4 << 20);
    SCOPED(buf_finish) struct buf text = BUF_INIT(4 << 20);
    struct bytes data = bytes_of(samples.data, 1000);
    EXPECT(zstd_compress(compressor, NULL, data, &frame, &error));
    EXPECT(!zstd_decompress(decompressor, NULL, buf_bytes(&frame), 999, &text, &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    EXPECT(!zstd_decompress(decompressor, NULL, buf_bytes(&frame), 1001, &text, &error));
    EXPECT(!zstd_decompress(decompressor, NULL, bytes_of(frame.data, frame.size - 1), 1000, &text, &error));
    buf_append_char(&frame, 'x');
    EXPECT(!zstd_decompress(decompressor, NULL, buf_bytes(&frame), 1000, &text, &error));
    frame.data[0] ^= 1;
    EXPECT(!zstd_decompress(decompressor, NULL, bytes_of(frame.data, frame.size - 1), 1000, &text, &error));
    EXPECT_INT(text.size, 0);
}

static void no_room_is_a_limit(void) {
    SCOPED(buf_finish) struct buf frame = BUF_INIT(4 << 20);
    SCOPED(buf_finish) struct buf small = BUF_INIT(100);
    struct bytes data = bytes_of(samples.data, 1000);
    EXPECT(!zstd_compress(compressor, NULL, data, &small, &error) && error.kind == ERROR_LIMIT);
    buf_clear(&small);
    EXPECT(zstd_compress(compressor, NULL, data, &frame, &error));
    EXPECT(!zstd_decompress(decompressor, NULL, buf_bytes(&frame), 1000, &small, &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

int main(void) {
    compressor = zstd_compressor_create(LEVEL);
    decompressor = zstd_decompressor_create();
    make_samples();
    TEST(frames_come_back_whole);
    TEST(a_dictionary_makes_small_things_smaller);
    TEST(too_few_samples_train_nothing);
    TEST(another_size_or_altered_bytes_are_corrupt);
    TEST(no_room_is_a_limit);
    zstd_compressor_destroy(compressor);
    zstd_decompressor_destroy(decompressor);
    buf_finish(&samples);
    return tap_done();
}
