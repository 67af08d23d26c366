/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"

#include <zdict.h>
#include <zstd.h>

struct zstd_dictionary {
    uint8_t *content;
    size_t size;
    ZSTD_CDict *to_compress;
    ZSTD_DDict *to_decompress;
};

struct zstd_compressor {
    ZSTD_CCtx *context;
    int level;
};

struct zstd_decompressor {
    ZSTD_DCtx *context;
};

struct zstd_dictionary *zstd_dictionary_create(struct bytes content, int level) {
    struct zstd_dictionary *dictionary = MEM_NEW(struct zstd_dictionary);
    dictionary->content = mem_copy(content.data, content.size);
    dictionary->size = content.size;
    dictionary->to_compress = ZSTD_createCDict(content.data, content.size, level);
    dictionary->to_decompress = ZSTD_createDDict(content.data, content.size);
    ASSERT(dictionary->to_compress != NULL && dictionary->to_decompress != NULL);
    return dictionary;
}

struct zstd_dictionary *zstd_dictionary_train(
    struct bytes samples, const size_t *sample_sizes, size_t sample_count, size_t size_max, int level) {
    if (sample_count > UINT32_MAX)
        return NULL;
    SCOPED(own_free) uint8_t *content = mem_alloc(size_max);
    size_t size =
        ZDICT_trainFromBuffer(content, size_max, samples.data, sample_sizes, (unsigned)sample_count);
    return ZDICT_isError(size) ? NULL : zstd_dictionary_create(bytes_of(content, size), level);
}

struct bytes zstd_dictionary_content(const struct zstd_dictionary *dictionary) {
    return bytes_of(dictionary->content, dictionary->size);
}

void zstd_dictionary_destroy(struct zstd_dictionary *dictionary) {
    if (dictionary == NULL)
        return;
    (void)ZSTD_freeCDict(dictionary->to_compress);
    (void)ZSTD_freeDDict(dictionary->to_decompress);
    mem_free(dictionary->content);
    mem_free(dictionary);
}

struct zstd_compressor *zstd_compressor_create(int level) {
    struct zstd_compressor *compressor = MEM_NEW(struct zstd_compressor);
    compressor->context = ZSTD_createCCtx();
    compressor->level = level;
    ASSERT(compressor->context != NULL);
    return compressor;
}

void zstd_compressor_destroy(struct zstd_compressor *compressor) {
    if (compressor == NULL)
        return;
    (void)ZSTD_freeCCtx(compressor->context);
    mem_free(compressor);
}

bool zstd_compress(struct zstd_compressor *compressor, const struct zstd_dictionary *dictionary,
    struct bytes data, struct buf *out, struct error *error) {
    size_t room = ZSTD_compressBound(data.size);
    void *place = ZSTD_isError(room) ? NULL : buf_reserve(out, room);
    if (place == NULL)
        return error_set(error, ERROR_LIMIT, "no room to compress %zu bytes", data.size);
    size_t size = dictionary != NULL ? ZSTD_compress_usingCDict(compressor->context, place, room, data.data,
                                           data.size, dictionary->to_compress)
                                     : ZSTD_compressCCtx(compressor->context, place, room, data.data,
                                           data.size, compressor->level);
    ASSERT(!ZSTD_isError(size)); /* the room is enough for any content */
    buf_commit(out, size);
    return true;
}

struct zstd_decompressor *zstd_decompressor_create(void) {
    struct zstd_decompressor *decompressor = MEM_NEW(struct zstd_decompressor);
    decompressor->context = ZSTD_createDCtx();
    ASSERT(decompressor->context != NULL);
    return decompressor;
}

void zstd_decompressor_destroy(struct zstd_decompressor *decompressor) {
    if (decompressor == NULL)
        return;
    (void)ZSTD_freeDCtx(decompressor->context);
    mem_free(decompressor);
}

bool zstd_decompress(struct zstd_decompressor *decompressor, const struct zstd_dictionary *dictionary,
    struct bytes frame, size_t size, struct buf *out, struct error *error) {
    /* Before memory is taken: one frame, nothing after it, of just that size. */
    if (ZSTD_getFrameContentSize(frame.data, frame.size) != size ||
        ZSTD_findFrameCompressedSize(frame.data, frame.size) != frame.size)
        return error_set(error, ERROR_CORRUPT, "not a zstd frame of %zu bytes", size);
    void *place = buf_reserve(out, size);
    if (place == NULL)
        return error_set(error, ERROR_LIMIT, "no room for %zu decompressed bytes", size);
    size_t result = ZSTD_decompress_usingDDict(decompressor->context, place, size, frame.data, frame.size,
        dictionary != NULL ? dictionary->to_decompress : NULL);
    if (ZSTD_isError(result))
        return error_set(error, ERROR_CORRUPT, "bad zstd frame: %s", ZSTD_getErrorName(result));
    if (result != size)
        return error_set(error, ERROR_CORRUPT, "zstd frame of %zu bytes, not %zu", result, size);
    buf_commit(out, size);
    return true;
}
