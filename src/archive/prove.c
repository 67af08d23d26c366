/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prove.c: what the digests of an archive prove, region by region and trail by trail: each is signed, by a
 * key that is known, over its own bytes, its place and the signature before it; each names the one before it;
 * so what is between the first and the last cannot be changed or taken out. "CloudTrail digest file
 * structure" in the CloudTrail user guide.
 */
#include "base/own.h"
#include "codec/crypto.h"
#include "codec/text.h"
#include "digest/digest.h"

#include "private.h"

#include <string.h>

enum { SIGNATURE_TEXT_MAX = 4096 };

/* The last digest of a trail in a region, which the next one must name. */
struct chain {
    struct str trail;
    struct str key, signature;
    uint8_t sha256[SHA256_SIZE];
    struct chain *next;
};

struct proving {
    struct archive *archive;
    struct archive_proof proof;
    struct arena arena; /* of the chains of a region */
    struct chain *chains;
};

static struct str metadata_of(const struct objects_info *info, const char *name) {
    for (size_t i = 0; i < info->metadata.user_count; i++)
        if (str_is(info->metadata.user[i].name, name))
            return info->metadata.user[i].value;
    return STR_EMPTY;
}

static void rsa_key_destroyp(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

static bool is_signed(
    const struct proving *proving, const struct archive_digest *digest, struct str signature) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct bytes public_der;
    struct moment end;
    const struct archive_options *options = &proving->archive->options;
    if (options->find_key == NULL || signature.size == 0 || signature.size % 2 != 0 ||
        signature.size > SIGNATURE_TEXT_MAX ||
        !time_parse_iso(json_text(json_get(digest->body, "digestEndTime")), &end) ||
        !options->find_key(json_text(json_get(digest->body, "digestPublicKeyFingerprint")), &arena,
            &public_der, options->find_key_context))
        return false;
    uint8_t *bytes = arena_alloc(&arena, signature.size / 2);
    SCOPED(rsa_key_destroyp) struct rsa_key *key = rsa_key_from_public(public_der, &error);
    if (key == NULL || !hex_decode(signature, bytes))
        return false;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    digest_append_signed(&text, end, proving->archive->options.bucket, digest->key, digest->sha256,
        json_text(json_get(digest->body, "previousDigestSignature")));
    return rsa_verify(key, buf_bytes(&text), bytes_of(bytes, signature.size / 2));
}

static struct chain *find_chain(struct proving *proving, struct str trail) {
    struct chain *chain = proving->chains;
    while (chain != NULL && !str_equals(chain->trail, trail))
        chain = chain->next;
    if (chain != NULL)
        return chain;
    chain = ARENA_NEW(&proving->arena, struct chain);
    chain->trail = arena_str(&proving->arena, trail);
    chain->next = proving->chains;
    proving->chains = chain;
    return chain;
}

/* Does it follow the one before it? The first of all has none; the first that is in time may have one. */
static bool follows(
    const struct proving *proving, const struct archive_digest *digest, const struct chain *chain) {
    struct str previous = json_text(json_get(digest->body, "previousDigestS3Object"));
    struct str hash = json_text(json_get(digest->body, "previousDigestHashValue"));
    if (previous.size == 0)
        return true; /* logging began, or began again */
    if (chain->key.size == 0)
        return proving->archive->options.from.ms > MOMENT_MIN.ms;
    char text[2 * SHA256_SIZE];
    hex_encode(BYTES_OF(chain->sha256), text);
    return str_equals(previous, chain->key) && str_equals(hash, str_of(text, sizeof text)) &&
           str_equals(json_text(json_get(digest->body, "previousDigestSignature")), chain->signature);
}

static bool on_digest(const struct archive_digest *digest, void *context) {
    struct proving *proving = context;
    struct chain *chain = find_chain(proving, archive_place_trail(digest->place.name, digest->place.region));
    struct str signature = metadata_of(&digest->info, "signature");
    proving->proof.digests++;
    if (!json_exists(digest->body) || !follows(proving, digest, chain))
        proving->proof.gaps++;
    if (!is_signed(proving, digest, signature))
        proving->proof.digests_unsigned++;
    chain->key = arena_str(&proving->arena, digest->key);
    chain->signature = arena_str(&proving->arena, signature);
    memcpy(chain->sha256, digest->sha256, SHA256_SIZE);
    struct json_iterator files = json_iterate(json_get(digest->body, "logFiles"));
    struct archive_named named;
    while (archive_digest_next_file(proving->archive, &files, &named))
        proving->proof.files_named += archive_wants_key(proving->archive, named.key);
    return true;
}

static struct str reason(
    const struct archive_counts *counts, const struct archive_proof *proof, struct arena *arena) {
#define NUMBER(n) ((unsigned long long)(n))
    if (proof->digests == 0)
        return STR_LITERAL("there are no digests: nothing can be proved");
    if (proof->gaps > 0)
        return arena_format(arena, "%llu of %llu digests cannot be read or do not follow the one before them",
            NUMBER(proof->gaps), NUMBER(proof->digests));
    if (counts->altered > 0)
        return arena_format(
            arena, "%llu files are not the ones that the digests name", NUMBER(counts->altered));
    if (counts->missing > 0)
        return arena_format(arena, "%llu files that the digests name are missing", NUMBER(counts->missing));
    if (counts->failed > 0)
        return arena_format(arena, "%llu files could not be read", NUMBER(counts->failed));
    if (counts->proved != proof->files_named)
        return arena_format(arena, "of %llu files that the digests name %llu were read as they are named",
            NUMBER(proof->files_named), NUMBER(counts->proved));
    if (counts->unproved > 0)
        return arena_format(arena,
            "%llu files are named by no digest: newer than the last one, or not CloudTrail's",
            NUMBER(counts->unproved));
    if (proof->digests_unsigned > 0)
        return arena_format(arena,
            "the signatures of %llu of %llu digests do not hold or are by keys that this Cairn does not know",
            NUMBER(proof->digests_unsigned), NUMBER(proof->digests));
    return STR_EMPTY;
}

bool archive_prove(struct archive *archive, const struct archive_counts *counts, struct arena *arena,
    struct archive_proof *ret_proof, struct error *error) {
    struct proving proving = {.archive = archive};
    int64_t range[2];
    bool done = true;
    archive_digest_range(archive, range);
    for (size_t i = 0; i < archive->region_count && done; i++) {
        arena_clear(&proving.arena);
        proving.chains = NULL;
        done = archive_digests_read(archive, archive->regions[i], range, on_digest, &proving, error);
    }
    arena_finish(&proving.arena);
    if (!done)
        return false;
    struct archive_proof *proof = &proving.proof;
    proof->reason = reason(counts, proof, arena);
    proof->is_complete = proof->reason.size == 0;
    if (proof->is_complete)
        proof->reason = arena_format(arena, "%llu digests prove %llu files: nothing is missing or changed",
            NUMBER(proof->digests), NUMBER(proof->files_named));
    *ret_proof = *proof;
    return true;
#undef NUMBER
}
