/* SPDX-License-Identifier: Apache-2.0 */
/* sign.c: a call that was verified is signed again with the entry's own credentials. */
#include "book.h"

/* Headers that a signature covers. Others may be changed by proxies on the way. */
static bool is_signed(struct str name) {
    return str_equals_ignoring_case(name, STR_LITERAL("Host")) ||
           str_equals_ignoring_case(name, STR_LITERAL("Content-Type")) ||
           str_equals_ignoring_case(name, STR_LITERAL("Content-MD5")) ||
           str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("x-amz-"));
}

/* What the caller's signature came with. */
static bool is_of_signature(struct str name) {
    static const char *const names[] = {
        "Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equals_ignoring_case(name, str_from(names[i])))
            return true;
    return false;
}

static bool is_of_presigning(struct str name) {
    static const char *const names[] = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
        "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Security-Token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equals_ignoring_case(name, str_from(names[i])))
            return true;
    return false;
}

static struct str plain_query(struct arena *arena, struct str query) {
    if (str_find(query, STR_LITERAL("X-Amz-")) == SIZE_MAX)
        return query;
    struct buf text = BUF_INIT(query.size);
    while (query.size > 0) {
        struct str member = str_cut(&query, '&'), value = member;
        if (is_of_presigning(str_cut(&value, '=')))
            continue;
        if (text.size > 0)
            buf_append_char(&text, '&');
        buf_append_str(&text, member);
    }
    struct str kept = arena_str(arena, buf_str(&text));
    buf_finish(&text);
    return kept;
}

/* The hash that the new signature covers; empty where there is none that it could. */
static struct str payload_hash(const struct aws_request *request, struct str service) {
    struct str claimed = identity_header(request, "x-amz-content-sha256");
    bool is_s3 = str_is(service, "s3");
    if (str_starts_with(claimed, STR_LITERAL("STREAMING-AWS4-")))
        return STR_EMPTY; /* the first signature is the seed of those in the body */
    if (claimed.size > 0 && (is_s3 || request->payload_hash.size == 0))
        return claimed;
    if (request->payload_hash.size > 0)
        return request->payload_hash;
    if (!identity_has_body(request))
        return STR_LITERAL(IDENTITY_EMPTY_SHA256);
    return is_s3 ? STR_LITERAL(AWS_UNSIGNED_PAYLOAD) : STR_EMPTY;
}

/* The region that the caller signed for, where the entry does not set one. */
static struct str region_of(
    const struct identity_book *book, struct arena *arena, const struct aws_request *request) {
    struct aws_authorization authorization;
    struct error ignored = {0};
    if (book->options.sign_region.size > 0)
        return book->options.sign_region;
    return aws_authorization_parse(arena, request, &authorization, &ignored) ? authorization.scope.region
                                                                             : STR_LITERAL("us-east-1");
}

bool identity_sign(struct identity_book *book, struct arena *arena, const struct aws_request *request,
    struct str service, struct moment now, struct identity_signed *ret_signed) {
    enum { HEADERS_ADDED = 4 };
    struct aws_request plain = *request;
    struct aws_header *covered = ARENA_ARRAY(arena, request->header_count, struct aws_header);
    plain.payload_hash = payload_hash(request, service);
    if (plain.payload_hash.size == 0)
        return false;
    plain.query = plain_query(arena, request->query);
    plain.headers = covered;
    plain.header_count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        if (is_signed(request->headers[i].name) && !is_of_signature(request->headers[i].name))
            covered[plain.header_count++] = request->headers[i];
    struct aws_sign_options options = {.access_key_id = book->options.sign_access_key_id,
        .secret_access_key = book->options.sign_secret_access_key,
        .session_token = book->options.sign_session_token,
        .region = region_of(book, arena, request),
        .service = service,
        .now = now};
    struct aws_header *made = NULL;
    size_t made_count = aws_sign(arena, &plain, &options, &made);
    struct aws_header *headers = ARENA_ARRAY(arena, request->header_count + HEADERS_ADDED, struct aws_header);
    size_t count = 0;
    for (size_t i = 0; i < made_count; i++)
        headers[count++] = made[i];
    for (size_t i = 0; i < request->header_count; i++)
        if (!is_signed(request->headers[i].name) && !is_of_signature(request->headers[i].name))
            headers[count++] = request->headers[i];
    *ret_signed = (struct identity_signed){plain.query, headers, count};
    return true;
}
