/* SPDX-License-Identifier: Apache-2.0 */
/* Authentication, step by step, with requests that our own signer made; and keys in the catalog. */
#include "auth/auth.h"
#include "base/mem.h"
#include "base/own.h"
#include "codec/text.h"
#include "support/tap.h"
#include "sys/thread.h"

#include <stdatomic.h>

#define ROOT_ID     "AKIAROOTROOTROOTROOT"
#define ROOT_SECRET "rootSecretRootSecret"
#define ACCOUNT     "123456789012"

static const uint8_t seal_key[SEAL_KEY_SIZE] = {1, 2, 3};
static const struct moment now = {1700000000000};

struct bench {
    struct arena arena;
    struct catalog *catalog;
    struct auth *auth;
    struct auth_identity identity;
    struct auth_refusal refusal;
};

static void bench_open(struct bench *bench) {
    struct error error = {0};
    *bench = (struct bench){.arena = ARENA_INIT};
    struct catalog_options options = {.path = ":memory:", .key = seal_key};
    bench->catalog = catalog_open(&options, &error);
    EXPECT(bench->catalog != NULL);
    EXPECT(auth_install_root(
        bench->catalog, STR_LITERAL(ACCOUNT), STR_LITERAL(ROOT_ID), STR_LITERAL(ROOT_SECRET), now, &error));
    bench->auth = auth_create(bench->catalog, &error);
    EXPECT(bench->auth != NULL);
}

static void bench_close(struct bench *bench) {
    auth_destroy(bench->auth);
    catalog_close(bench->catalog);
    arena_finish(&bench->arena);
}

static struct str hash_of(struct arena *arena, const char *body) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(str_from(body)), hash);
    hex_encode(BYTES_OF(hash), hex);
    return arena_str(arena, str_of(hex, sizeof hex));
}

/* What a case changes about a request that is fine. */
struct variant {
    const char *access_key_id, *secret, *token, *region, *service; /* as signed */
    const char *door;                                              /* as received; default "cloudtrail" */
    const char *signed_body, *body;
    const char *target_after; /* X-Amz-Target changed on the way */
    int64_t shift_ms;         /* of the client's clock */
    bool hash_is_unknown, is_relayed;
    enum auth_words words;
};

static const char *or_else(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

static bool try_request(struct bench *bench, const struct variant *variant) {
    struct arena *arena = &bench->arena;
    const struct aws_header headers[] = {{STR_LITERAL("Host"), STR_LITERAL("localhost:8420")},
        {STR_LITERAL("X-Amz-Target"), STR_LITERAL("CloudTrail_20131101.ListTrails")}};
    const char *signed_body = or_else(variant->signed_body, "{}");
    struct str signed_hash = str_starts_with(str_from(signed_body), STR_LITERAL("UNSIGNED"))
                                 ? str_from(signed_body)
                                 : hash_of(arena, signed_body);
    struct auth_request request = {
        .request = {STR_LITERAL("POST"), STR_LITERAL("/"), STR_EMPTY, headers, 2, signed_hash},
        .service = or_else(variant->door, "cloudtrail"),
        .now = now,
        .words = variant->words,
        .is_relayed = variant->is_relayed,
    };
    struct aws_sign_options options = {.access_key_id = str_from(or_else(variant->access_key_id, ROOT_ID)),
        .secret_access_key = str_from(or_else(variant->secret, ROOT_SECRET)),
        .session_token = str_from(variant->token),
        .region = str_from(or_else(variant->region, "eu-west-1")),
        .service = str_from(or_else(variant->service, "cloudtrail")),
        .now = {now.ms + variant->shift_ms}};
    struct aws_header *sent;
    request.request.header_count = aws_sign(arena, &request.request, &options, &sent);
    request.request.headers = sent;
    if (variant->target_after != NULL)
        sent[1].value = str_from(variant->target_after);
    request.request.payload_hash =
        variant->hash_is_unknown ? STR_EMPTY : hash_of(arena, or_else(variant->body, "{}"));
    return auth_authenticate(bench->auth, arena, &request, &bench->identity, &bench->refusal);
}

static void a_good_signature_names_the_principal(void) {
    struct bench bench;
    bench_open(&bench);
    EXPECT(try_request(&bench, &(struct variant){0}));
    const struct auth_principal *principal = &bench.identity.principal;
    EXPECT(principal->is_root);
    EXPECT(str_is(principal->account, ACCOUNT));
    EXPECT(str_is(principal->arn, "arn:aws:iam::" ACCOUNT ":root"));
    EXPECT(str_is(bench.identity.region, "eu-west-1"));
    EXPECT_INT(principal->role, CATALOG_ROLE_ADMIN);
    bench_close(&bench);
}

static void what_is_wrong_is_refused_by_the_name_aws_gives_it(void) {
    enum { MINUTE = 60 * 1000 };
    static const struct {
        struct variant variant;
        const char *code; /* NULL: passes */
        unsigned status;
    } cases[] = {
        {{.secret = "wrong"}, "InvalidSignatureException", 400},
        {{.body = "{\"a\":1}"}, "InvalidSignatureException", 400},
        {{.signed_body = "UNSIGNED-PAYLOAD"}, "InvalidSignatureException", 400},
        {{.target_after = "CloudTrail_20131101.DeleteTrail"}, "InvalidSignatureException", 400},
        {{.access_key_id = "AKIAUNKNOWNUNKNOWNXX"}, "UnrecognizedClientException", 400},
        {{.token = "FwoGZXIvYXdzE"}, "UnrecognizedClientException", 400},
        {{.service = "s3"}, "InvalidSignatureException", 400},
        {{.region = "US_EAST"}, "InvalidSignatureException", 400},
        {{.shift_ms = -5 * MINUTE}, NULL, 0},
        {{.shift_ms = 5 * MINUTE}, NULL, 0},
        {{.shift_ms = -5 * MINUTE - 1000}, "InvalidSignatureException", 400},
        {{.shift_ms = 5 * MINUTE + 1000}, "InvalidSignatureException", 400},
        {{.hash_is_unknown = true}, NULL, 0},
        {{.hash_is_unknown = true, .signed_body = "UNSIGNED-PAYLOAD"}, "InvalidSignatureException", 400},
        {{.service = "sts", .door = "sts"}, NULL, 0},
        {{.service = "sts", .door = "sts", .secret = "wrong"}, "SignatureDoesNotMatch", 403},
        {{.service = "sts", .door = "sts", .access_key_id = "AKIAUNKNOWNUNKNOWNXX"}, "InvalidClientTokenId",
            403},
        {{.service = "s3", .door = "s3"}, NULL, 0},
        {{.service = "s3", .door = "s3", .signed_body = "UNSIGNED-PAYLOAD"}, NULL, 0},
        {{.service = "s3", .door = "s3", .body = "x"}, "XAmzContentSHA256Mismatch", 400},
        {{.service = "s3", .door = "s3", .secret = "wrong"}, "SignatureDoesNotMatch", 403},
        {{.service = "s3", .door = "s3", .access_key_id = "AKIAUNKNOWNUNKNOWNXX"}, "InvalidAccessKeyId", 403},
        {{.service = "s3", .door = "s3", .token = "t"}, "InvalidToken", 400},
        {{.service = "s3", .door = "s3", .shift_ms = -15 * MINUTE}, NULL, 0},
        {{.service = "s3", .door = "s3", .shift_ms = -16 * MINUTE}, "RequestTimeTooSkewed", 403},
        {{.service = "iam", .door = "iam", .is_relayed = true}, NULL, 0},
        {{.service = "iam", .door = "iam", .is_relayed = true, .secret = "wrong", .words = AUTH_WORDS_QUERY},
            "SignatureDoesNotMatch", 403},
        {{.service = "lambda",
             .door = "lambda",
             .is_relayed = true,
             .secret = "wrong",
             .words = AUTH_WORDS_REST_JSON},
            "InvalidSignatureException", 403},
        {{.service = "glacier",
             .door = "glacier",
             .is_relayed = true,
             .hash_is_unknown = true,
             .signed_body = "UNSIGNED-PAYLOAD"},
            NULL, 0},
    };
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool passes = try_request(&bench, &cases[i].variant);
        EXPECT(passes == (cases[i].code == NULL));
        if (passes != (cases[i].code == NULL) ||
            (!passes && !str_is(str_from(bench.refusal.code), cases[i].code)))
            printf("# case %zu: %s\n", i, passes ? "passes" : bench.refusal.code);
        if (!passes && cases[i].code != NULL) {
            EXPECT(str_is(str_from(bench.refusal.code), cases[i].code));
            EXPECT_INT(bench.refusal.status, cases[i].status);
            EXPECT(bench.refusal.message.size > 0);
        }
    }
    bench_close(&bench);
}

static void skew_is_explained_as_aws_does(void) {
    struct bench bench;
    bench_open(&bench);
    EXPECT(!try_request(&bench, &(struct variant){.shift_ms = -3600 * 1000}));
    EXPECT(str_is(bench.refusal.message, "Signature expired: 20231114T211320Z is now earlier than "
                                         "20231114T220820Z (20231114T221320Z - 5 min.)"));
    EXPECT(bench.refusal.has_principal);
    EXPECT(!try_request(&bench, &(struct variant){.shift_ms = 3600 * 1000}));
    EXPECT(str_is(bench.refusal.message, "Signature not yet current: 20231114T231320Z is still later than "
                                         "20231114T221820Z (20231114T221320Z + 5 "
                                         "min.)"));
    bench_close(&bench);
}

static bool try_query(struct bench *bench, const char *service, struct str query) {
    const struct aws_header headers[] = {{STR_LITERAL("Host"), STR_LITERAL("localhost:8420")}};
    struct auth_request request = {
        .request = {STR_LITERAL("GET"), STR_LITERAL("/b/k"), query, headers, 1, STR_EMPTY},
        .service = service,
        .now = now,
    };
    return auth_authenticate(bench->auth, &bench->arena, &request, &bench->identity, &bench->refusal);
}

/* A presigned query for /b/k, signed `age_s` ago. */
static struct str presigned(struct arena *arena, int64_t age_s, int64_t expires_s) {
    struct buf time_text = BUF_INIT(64);
    time_append_basic(&time_text, (struct moment){now.ms - age_s * 1000});
    struct str when = arena_str(arena, buf_str(&time_text));
    buf_finish(&time_text);
    struct str query = arena_format(arena,
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" ROOT_ID
        "%%2F%.*s%%2Fus-east-1%%2Fs3%%2Faws4_request&X-Amz-Date=%.*s&X-Amz-Expires=%lld&X-Amz-SignedHeaders="
        "host",
        8, when.data, STR(when), (long long)expires_s);
    const struct aws_header headers[] = {{STR_LITERAL("Host"), STR_LITERAL("localhost:8420")}};
    struct aws_request request = {
        STR_LITERAL("GET"), STR_LITERAL("/b/k"), query, headers, 1, STR_LITERAL(AWS_UNSIGNED_PAYLOAD)};
    struct aws_authorization authorization = {.is_presigned = true,
        .signed_headers = STR_LITERAL("host"),
        .scope = {str_slice(when, 0, 8), STR_LITERAL("us-east-1"), STR_LITERAL("s3")},
        .time_text = when};
    uint8_t key[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    aws_signing_key(STR_LITERAL(ROOT_SECRET), &authorization.scope, key);
    aws_signature(key,
        aws_string_to_sign(arena, aws_canonical_request(arena, &request, &authorization), &authorization),
        signature);
    return arena_format(arena, "%.*s&X-Amz-Signature=%.*s", STR(query), AWS_SIGNATURE_SIZE, signature);
}

static void presigned_urls_work_for_s3_until_they_expire(void) {
    struct bench bench;
    bench_open(&bench);
    EXPECT(try_query(&bench, "s3", presigned(&bench.arena, 0, 60)));
    EXPECT(str_is(bench.identity.payload_hash, AWS_UNSIGNED_PAYLOAD));
    EXPECT(try_query(&bench, "s3", presigned(&bench.arena, 60, 60)));
    EXPECT(!try_query(&bench, "s3", presigned(&bench.arena, 61, 60)));
    EXPECT(str_is(str_from(bench.refusal.code), "AccessDenied"));
    EXPECT(str_is(bench.refusal.message, "Request has expired"));
    EXPECT(!try_query(&bench, "s3", presigned(&bench.arena, -3600, 60)));
    EXPECT(str_is(bench.refusal.message, "Request is not yet valid"));
    EXPECT(!try_query(&bench, "s3", presigned(&bench.arena, 0, 604801)));
    EXPECT(str_is(str_from(bench.refusal.code), "AuthorizationQueryParametersError"));
    EXPECT(!try_query(&bench, "cloudtrail", presigned(&bench.arena, 0, 60)));
    EXPECT(str_is(str_from(bench.refusal.code), "InvalidSignatureException"));
    bench_close(&bench);
}

static void no_signature_is_missing_authentication(void) {
    struct bench bench;
    bench_open(&bench);
    EXPECT(!try_query(&bench, "cloudtrail", STR_EMPTY));
    EXPECT(str_is(str_from(bench.refusal.code), "MissingAuthenticationTokenException"));
    EXPECT(!bench.refusal.has_principal);
    EXPECT(!try_query(&bench, "s3", STR_EMPTY));
    EXPECT(str_is(str_from(bench.refusal.code), "AccessDenied"));
    bench_close(&bench);
}

static bool make_user(struct bench *bench, const char *name, enum catalog_role role, struct catalog_key *key,
    struct auth_credentials *credentials) {
    struct error error = {0};
    *key = (struct catalog_key){
        .account = STR_LITERAL(ACCOUNT), .user_name = str_from(name), .role = role, .created_at = now};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(bench->catalog, &error);
    return auth_create_user_key(bench->catalog, change, key, &bench->arena, credentials, &error) &&
           catalog_commit(TAKE(change), &error) && auth_reload(bench->auth, &error);
}

static void a_users_key_works_until_it_is_disabled(void) {
    struct bench bench;
    bench_open(&bench);
    struct catalog_key key, second;
    struct auth_credentials credentials, other;
    EXPECT(make_user(&bench, "alice", CATALOG_ROLE_AUDITOR, &key, &credentials));
    EXPECT(make_user(&bench, "alice", CATALOG_ROLE_AUDITOR, &second, &other));
    EXPECT(str_equals(key.principal_id, second.principal_id));
    struct variant variant = {
        .access_key_id = credentials.access_key_id, .secret = credentials.secret_access_key};
    EXPECT(try_request(&bench, &variant));
    EXPECT(str_is(bench.identity.principal.arn, "arn:aws:iam::" ACCOUNT ":user/alice"));
    EXPECT(!bench.identity.principal.is_root);
    struct error error = {0};
    struct catalog_change *change = catalog_begin(bench.catalog, &error);
    EXPECT(catalog_key_set_enabled(change, key.access_key_id, false, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT(auth_reload(bench.auth, &error));
    EXPECT(!try_request(&bench, &variant));
    EXPECT(str_is(str_from(bench.refusal.code), "UnrecognizedClientException"));
    struct auth_principal principal;
    EXPECT_INT(auth_find_key(bench.auth, &bench.arena, key.access_key_id, &principal), AUTH_KEY_DISABLED);
    EXPECT(str_equals(principal.arn, key.arn));
    EXPECT_INT(auth_find_key(bench.auth, NULL, second.access_key_id, NULL), AUTH_KEY_ENABLED);
    EXPECT_INT(auth_find_key(bench.auth, NULL, STR_LITERAL("AKIAX"), NULL), AUTH_KEY_UNKNOWN);
    EXPECT(auth_has_account(bench.auth, STR_LITERAL(ACCOUNT)));
    EXPECT(!auth_has_account(bench.auth, STR_LITERAL("999999999999")));
    bench_close(&bench);
}

struct reloader {
    struct auth *auth;
    atomic_bool is_over;
};

static void reload_all_the_time(void *context) {
    struct reloader *reloader = context;
    struct error error = {0};
    while (!atomic_load(&reloader->is_over))
        EXPECT(auth_reload(reloader->auth, &error));
}

static void a_disabled_key_stays_so_whoever_reloads_beside(void) {
    enum { ROUNDS = 60, EARLIER_KEYS = 40, RELOADERS = 6 };
    struct bench bench;
    bench_open(&bench);
    struct catalog_key key;
    struct auth_credentials credentials;
    for (int i = 0; i < EARLIER_KEYS; i++) /* so that a load takes a while */
        EXPECT(make_user(&bench, "alice", CATALOG_ROLE_AUDITOR, &key, &credentials));
    struct reloader reloader = {.auth = bench.auth};
    struct thread *threads[RELOADERS];
    for (int i = 0; i < RELOADERS; i++)
        threads[i] = thread_start("reloader", reload_all_the_time, &reloader);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct error error = {0};
        EXPECT(make_user(&bench, "bob", CATALOG_ROLE_AUDITOR, &key, &credentials));
        struct catalog_change *change = catalog_begin(bench.catalog, &error);
        EXPECT(catalog_key_set_enabled(change, key.access_key_id, false, &error));
        EXPECT(catalog_commit(change, &error));
        EXPECT(auth_reload(bench.auth, &error));
        for (int j = 0; j < 20; j++)
            accepted += try_request(&bench, &(struct variant){.access_key_id = credentials.access_key_id,
                                                .secret = credentials.secret_access_key});
    }
    atomic_store(&reloader.is_over, true);
    for (int i = 0; i < RELOADERS; i++)
        thread_join(threads[i]);
    EXPECT_INT(accepted, 0);
    bench_close(&bench);
}

static void a_new_root_key_retires_the_old_one(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    EXPECT(auth_install_root(bench.catalog, STR_LITERAL(ACCOUNT), STR_LITERAL("AKIANEWROOTNEWROOTXX"),
        STR_LITERAL("new secret"), now, &error));
    EXPECT(auth_reload(bench.auth, &error));
    EXPECT(!try_request(&bench, &(struct variant){0}));
    EXPECT(try_request(
        &bench, &(struct variant){.access_key_id = "AKIANEWROOTNEWROOTXX", .secret = "new secret"}));
    EXPECT(auth_install_root(
        bench.catalog, STR_LITERAL(ACCOUNT), STR_LITERAL(ROOT_ID), STR_LITERAL("changed!"), now, &error));
    EXPECT(auth_reload(bench.auth, &error));
    EXPECT(!try_request(&bench, &(struct variant){0}));
    EXPECT(try_request(&bench, &(struct variant){.secret = "changed!"}));
    EXPECT(!auth_install_root(
        bench.catalog, STR_LITERAL(ACCOUNT), STR_LITERAL("short"), STR_LITERAL(ROOT_SECRET), now, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    bench_close(&bench);
}

static void secrets_are_sealed_at_rest(void) {
    struct bench bench;
    bench_open(&bench);
    struct catalog_key *keys;
    size_t count;
    struct error error = {0};
    EXPECT(catalog_key_list(bench.catalog, STR_EMPTY, &bench.arena, &keys, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(str_find(bytes_str(keys[0].secret_sealed), STR_LITERAL(ROOT_SECRET)) == SIZE_MAX);
    SCOPED(buf_finish) struct buf secret = BUF_INIT(256);
    EXPECT(catalog_key_unseal(bench.catalog, &keys[0], &secret, &error));
    EXPECT(str_is(buf_str(&secret), ROOT_SECRET));
    keys[0].access_key_id =
        STR_LITERAL("AKIAANOTHERKEYXXXXXX"); /* a secret moved to another key is noticed */
    EXPECT(!catalog_key_unseal(bench.catalog, &keys[0], &secret, &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    bench_close(&bench);
}

static void roles_allow_what_they_are_for(void) {
    static const struct {
        enum catalog_role role;
        bool read, change, send, buckets;
    } cases[] = {
        {CATALOG_ROLE_ADMIN, true, true, true, true},
        {CATALOG_ROLE_AUDITOR, true, false, false, true},
        {CATALOG_ROLE_WRITER, false, false, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct auth_principal principal = {.role = cases[i].role};
        EXPECT(auth_allows(&principal, AUTH_ANYONE));
        EXPECT(auth_allows(&principal, AUTH_READ) == cases[i].read);
        EXPECT(auth_allows(&principal, AUTH_CHANGE) == cases[i].change);
        EXPECT(auth_allows(&principal, AUTH_SEND_EVENTS) == cases[i].send);
        EXPECT(auth_allows(&principal, AUTH_BUCKETS) == cases[i].buckets);
    }
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct auth_principal principal = {.arn = STR_LITERAL("arn:aws:iam::" ACCOUNT ":user/w")};
    EXPECT(str_is(auth_denial(&arena, &principal, STR_LITERAL("cloudtrail:ListTrails"), STR_EMPTY),
        "User: arn:aws:iam::" ACCOUNT
        ":user/w is not authorized to perform: cloudtrail:ListTrails because no "
        "identity-based policy allows the cloudtrail:ListTrails action"));
}

int main(void) {
    TEST(a_good_signature_names_the_principal);
    TEST(what_is_wrong_is_refused_by_the_name_aws_gives_it);
    TEST(skew_is_explained_as_aws_does);
    TEST(presigned_urls_work_for_s3_until_they_expire);
    TEST(no_signature_is_missing_authentication);
    TEST(a_users_key_works_until_it_is_disabled);
    TEST(a_disabled_key_stays_so_whoever_reloads_beside);
    TEST(a_new_root_key_retires_the_old_one);
    TEST(secrets_are_sealed_at_rest);
    TEST(roles_allow_what_they_are_for);
    return tap_done();
}
