/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls through a gateway entry: Cairn's keys, the principals file, what was learned, and nobody. */
#include "auth/auth.h"
#include "base/mem.h"
#include "base/own.h"
#include "catalog/learned.h"
#include "identity/directory.h"
#include "identity/file.h"
#include "identity/identity.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

#define ROOT_ID     "AKIAROOTROOTROOTROOT"
#define ROOT_SECRET "rootSecretRootSecret"
#define HOME        "123456789012"
#define OTHER       "210987654321"
#define ROLE_ARN    "arn:aws:sts::" OTHER ":assumed-role/deploy/run-7"

static const uint8_t seal_key[SEAL_KEY_SIZE] = {1, 2, 3};
static const struct moment now = {1700000000000};

struct bench {
    struct arena arena;
    struct clock_manual clock;
    struct catalog *catalog;
    struct auth *auth;
    struct identity_options options;
    struct identity_book *book;
    char folder[32];
    struct disk *disk; /* of the principals file */
};

static bool open_book(struct bench *bench) {
    struct error error = {0};
    bench->book = identity_open(&bench->options, &error);
    if (bench->book == NULL)
        printf("# %s\n", error.message);
    return bench->book != NULL;
}

static void bench_open(struct bench *bench) {
    struct error error = {0};
    *bench = (struct bench){.folder = "/tmp/cairn-identity-XXXXXX"};
    clock_manual_init(&bench->clock, now);
    struct catalog_options options = {.path = ":memory:", .key = seal_key};
    bench->catalog = catalog_open(&options, &error);
    EXPECT(auth_install_root(
        bench->catalog, STR_LITERAL(HOME), STR_LITERAL(ROOT_ID), STR_LITERAL(ROOT_SECRET), now, &error));
    bench->auth = auth_create(bench->catalog, &error);
    bench->options = (struct identity_options){.auth = bench->auth,
        .catalog = bench->catalog,
        .clock = &bench->clock.clock,
        .name = STR_LITERAL("all"),
        .account = STR_LITERAL(HOME),
        .learn = true,
        .verify = true};
    EXPECT(bench->catalog != NULL && bench->auth != NULL && open_book(bench));
}

static void reopen_book(struct bench *bench) {
    identity_close(bench->book);
    EXPECT(open_book(bench));
}

static void bench_close(struct bench *bench) {
    struct error error = {0};
    identity_close(bench->book);
    auth_destroy(bench->auth);
    catalog_close(bench->catalog);
    arena_finish(&bench->arena);
    if (bench->disk == NULL)
        return;
    EXPECT(disk_unlink(bench->disk, "principals.json", &error));
    disk_real_destroy(bench->disk);
    bench->disk = disk_real_create("/tmp", &error);
    EXPECT(disk_remove_directory(bench->disk, bench->folder + 5, &error));
    disk_real_destroy(bench->disk);
}

static void write_principals(struct bench *bench, const char *text) {
    struct error error = {0};
    if (bench->disk == NULL) {
        EXPECT(mkdtemp(bench->folder) != NULL);
        bench->disk = disk_real_create(bench->folder, &error);
        bench->options.principals_file = arena_format(&bench->arena, "%s/principals.json", bench->folder);
    }
    EXPECT(disk_write_file(bench->disk, "principals.json", str_bytes(str_from(text)), &error));
}

/* ---- calls ---- */

static struct protocol_claim claim_of(const char *id, const char *service) {
    return (struct protocol_claim){.signature = PROTOCOL_SIGV4,
        .access_key_id = str_from(id),
        .region = STR_LITERAL("eu-west-1"),
        .service = str_from(service)};
}

static struct identity_caller resolve_claim(struct bench *bench, const char *id) {
    struct protocol_claim claim = claim_of(id, "s3");
    struct aws_request request = {.method = STR_LITERAL("GET"), .path = STR_LITERAL("/b/k")};
    struct identity_caller caller;
    identity_resolve(bench->book, &bench->arena, &claim, &request, clock_now(&bench->clock.clock), &caller);
    return caller;
}

/* A signed call, and what is changed about it. */
struct variant {
    const char *service, *header, *value, *query; /* a header beside Host, as the protocol has it */
    const char *id, *secret, *token;
    const char *hash;       /* that is signed; "": of no body */
    const char *path_after; /* changed on the way */
    int64_t shift_ms;
    bool has_body;
};

static const char *or_else(const char *text, const char *otherwise) {
    return text != NULL ? text : otherwise;
}

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Sign as a client does; the request lives in the arena. `sent` gets what arrives at the gateway. */
static void sign(struct arena *arena, const struct variant *variant, struct aws_request *sent) {
    struct aws_header *headers = ARENA_ARRAY(arena, 3, struct aws_header);
    headers[0] = (struct aws_header){STR_LITERAL("Host"), STR_LITERAL("localhost:9000")};
    size_t count = 1;
    if (variant->header != NULL)
        headers[count++] = (struct aws_header){str_from(variant->header), str_from(variant->value)};
    if (variant->has_body)
        headers[count++] = (struct aws_header){STR_LITERAL("Content-Length"), STR_LITERAL("5")};
    *sent = (struct aws_request){STR_LITERAL("POST"), STR_LITERAL("/a/b"), str_from(variant->query), headers,
        count, str_from(or_else(variant->hash, EMPTY_SHA256))};
    struct aws_sign_options options = {.access_key_id = str_from(or_else(variant->id, ROOT_ID)),
        .secret_access_key = str_from(or_else(variant->secret, ROOT_SECRET)),
        .session_token = str_from(variant->token),
        .region = STR_LITERAL("eu-west-1"),
        .service = str_from(variant->service),
        .now = {now.ms + variant->shift_ms}};
    struct aws_header *made = NULL;
    sent->header_count = aws_sign(arena, sent, &options, &made);
    sent->headers = made;
    if (variant->path_after != NULL)
        sent->path = str_from(variant->path_after);
    sent->payload_hash = STR_EMPTY;
}

/* The signature again without x-amz-content-sha256, which only the signer of s3 must send. */
static void sign_without_hash(struct arena *arena, const struct variant *variant, struct aws_request *sent) {
    struct aws_header *headers = ARENA_ARRAY(arena, 4, struct aws_header);
    struct str time_text = STR_LITERAL("20231114T221320Z");
    struct aws_scope scope = {
        str_slice(time_text, 0, 8), STR_LITERAL("eu-west-1"), str_from(variant->service)};
    struct aws_authorization authorization = {
        .signed_headers = STR_LITERAL("host;x-amz-date"), .scope = scope, .time_text = time_text};
    headers[0] = (struct aws_header){STR_LITERAL("Host"), STR_LITERAL("localhost:9000")};
    headers[1] = (struct aws_header){STR_LITERAL("x-amz-date"), time_text};
    headers[2] = (struct aws_header){STR_LITERAL("Content-Length"), STR_LITERAL("5")};
    *sent = (struct aws_request){
        STR_LITERAL("POST"), STR_LITERAL("/a/b"), STR_EMPTY, headers, 3, str_from(variant->hash)};
    uint8_t key[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    aws_signing_key(STR_LITERAL(ROOT_SECRET), &scope, key);
    aws_signature(key,
        aws_string_to_sign(arena, aws_canonical_request(arena, sent, &authorization), &authorization),
        signature);
    headers[3] = (struct aws_header){STR_LITERAL("Authorization"),
        arena_format(arena,
            "AWS4-HMAC-SHA256 Credential=" ROOT_ID "/20231114/eu-west-1/%s/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=%.*s",
            variant->service, AWS_SIGNATURE_SIZE, signature)};
    sent->header_count = 4;
    sent->payload_hash = STR_EMPTY;
}

static struct identity_caller resolve_signed(struct bench *bench, const struct variant *variant) {
    struct aws_request request;
    sign(&bench->arena, variant, &request);
    struct protocol_claim claim = claim_of(or_else(variant->id, ROOT_ID), variant->service);
    struct identity_caller caller;
    identity_resolve(bench->book, &bench->arena, &claim, &request, now, &caller);
    return caller;
}

static void a_call_signed_with_cairns_key_is_verified_for_every_service(void) {
    struct bench bench;
    bench_open(&bench);
    static const struct variant variants[] = {{.service = "s3"},
        {.service = "s3", .hash = "UNSIGNED-PAYLOAD"},
        {.service = "s3", .hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
        {.service = "dynamodb", .header = "X-Amz-Target", .value = "DynamoDB_20120810.PutItem"},
        {.service = "lambda"}, {.service = "iam", .query = "Action=ListUsers&Version=2010-05-08"}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        struct identity_caller caller = resolve_signed(&bench, &variants[i]);
        EXPECT_INT(caller.trust, IDENTITY_VERIFIED);
        EXPECT(str_is(caller.identity.type, "Root") && str_is(caller.account, HOME));
        EXPECT(str_is(caller.arn, "arn:aws:iam::" HOME ":root"));
        EXPECT(str_is(caller.identity.access_key_id, ROOT_ID));
    }
    bench_close(&bench);
}

static void a_forged_call_is_refused_in_the_words_of_its_protocol(void) {
    static const struct {
        struct variant variant;
        const char *code;
        unsigned status;
    } cases[] = {
        {{.service = "s3", .secret = "no"}, "SignatureDoesNotMatch", 403},
        {{.service = "s3", .path_after = "/a/c"}, "SignatureDoesNotMatch", 403},
        {{.service = "s3", .shift_ms = -16 * 60 * 1000}, "RequestTimeTooSkewed", 403},
        {{.service = "s3", .token = "t"}, "InvalidToken", 400},
        {{.service = "lambda", .secret = "no"}, "InvalidSignatureException", 403},
        {{.service = "lambda", .shift_ms = 6 * 60 * 1000}, "InvalidSignatureException", 403},
        {{.service = "iam", .secret = "no", .query = "Action=ListUsers"}, "SignatureDoesNotMatch", 403},
        {{.service = "sqs",
             .secret = "no",
             .header = "Content-Type",
             .value = "application/x-www-form-urlencoded; charset=utf-8"},
            "SignatureDoesNotMatch", 403},
        {{.service = "sqs", .secret = "no", .header = "Content-Type", .value = "application/x-amz-json-1.0"},
            "InvalidSignatureException", 400},
        {{.service = "dynamodb", .secret = "no", .header = "X-Amz-Target", .value = "DynamoDB_20120810.Scan"},
            "InvalidSignatureException", 400},
    };
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity_caller caller = resolve_signed(&bench, &cases[i].variant);
        EXPECT_INT(caller.trust, IDENTITY_FORGED);
        if (caller.trust != IDENTITY_FORGED)
            continue;
        EXPECT(str_is(str_from(caller.refusal_code), cases[i].code));
        EXPECT_INT(caller.refusal_status, cases[i].status);
        EXPECT(caller.refusal_message.size > 0);
        EXPECT(str_is(caller.identity.access_key_id, ROOT_ID) && str_is(caller.account, HOME));
    }
    bench_close(&bench);
}

static void a_disabled_key_is_no_strangers_key(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct catalog_change *change = catalog_begin(bench.catalog, &error);
    EXPECT(catalog_key_set_enabled(change, STR_LITERAL(ROOT_ID), false, &error));
    EXPECT(catalog_commit(change, &error) && auth_reload(bench.auth, &error));
    struct identity_caller caller = resolve_signed(&bench, &(struct variant){.service = "s3"});
    EXPECT_INT(caller.trust, IDENTITY_FORGED);
    EXPECT(caller.trust == IDENTITY_FORGED && str_is(str_from(caller.refusal_code), "InvalidAccessKeyId"));
    bench_close(&bench);
}

static void signatures_that_cannot_be_checked_do_not_pass_for_cairns_keys(void) {
    struct bench bench;
    bench_open(&bench);
    struct aws_request request = {.method = STR_LITERAL("GET"), .path = STR_LITERAL("/b/k")};
    const enum protocol_signature signatures[] = {PROTOCOL_SIGV2, PROTOCOL_SIGV4A};
    for (size_t i = 0; i < 2; i++) {
        struct protocol_claim claim = claim_of(ROOT_ID, "s3");
        struct identity_caller caller;
        claim.signature = signatures[i];
        identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
        EXPECT_INT(caller.trust, IDENTITY_FORGED);
        EXPECT(caller.trust == IDENTITY_FORGED && str_is(str_from(caller.refusal_code), "InvalidRequest"));
    }
    struct identity_caller twice = resolve_claim(&bench, "AKIASTRANGER," ROOT_ID);
    EXPECT_INT(twice.trust, IDENTITY_FORGED);
    EXPECT(twice.trust == IDENTITY_FORGED && str_is(str_from(twice.refusal_code), "InvalidArgument"));
    EXPECT_INT(resolve_claim(&bench, "AKIASTRANGER,AKIAOTHER").trust, IDENTITY_UNKNOWN);
    bench.options.verify = false;
    reopen_book(&bench);
    EXPECT_INT(resolve_claim(&bench, ROOT_ID).trust, IDENTITY_CLAIMED);
    bench_close(&bench);
}

/* A presigned call of any service, `age_s` old. */
static struct identity_caller resolve_presigned(struct bench *bench, const char *service, int64_t age_s) {
    struct arena *arena = &bench->arena;
    const struct aws_header headers[] = {{STR_LITERAL("Host"), STR_LITERAL("localhost:9000")}};
    struct str time_text = STR_LITERAL("20231114T221320Z");
    struct aws_authorization authorization = {.is_presigned = true,
        .signed_headers = STR_LITERAL("host"),
        .scope = {str_slice(time_text, 0, 8), STR_LITERAL("eu-west-1"), str_from(service)},
        .time_text = time_text};
    struct str query = arena_format(arena,
        "Action=GetCallerIdentity&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" ROOT_ID
        "%%2F20231114%%2Feu-west-1%%2F%s%%2Faws4_request&X-Amz-Date=%.*s&X-Amz-Expires=60&"
        "X-Amz-SignedHeaders=host",
        service, STR(time_text));
    const char *hash = strcmp(service, "s3") == 0 ? "UNSIGNED-PAYLOAD" : EMPTY_SHA256;
    struct aws_request request = {STR_LITERAL("GET"), STR_LITERAL("/"), query, headers, 1, str_from(hash)};
    uint8_t key[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    aws_signing_key(STR_LITERAL(ROOT_SECRET), &authorization.scope, key);
    aws_signature(key,
        aws_string_to_sign(arena, aws_canonical_request(arena, &request, &authorization), &authorization),
        signature);
    request.query =
        arena_format(arena, "%.*s&X-Amz-Signature=%.*s", STR(query), AWS_SIGNATURE_SIZE, signature);
    request.payload_hash = STR_EMPTY;
    struct protocol_claim claim = claim_of(ROOT_ID, service);
    struct identity_caller caller;
    identity_resolve(bench->book, arena, &claim, &request, (struct moment){now.ms + age_s * 1000}, &caller);
    return caller;
}

static void presigned_calls_are_taken_until_they_expire(void) {
    struct bench bench;
    bench_open(&bench);
    EXPECT_INT(resolve_presigned(&bench, "s3", 60).trust, IDENTITY_VERIFIED);
    EXPECT_INT(resolve_presigned(&bench, "sts", 60).trust, IDENTITY_VERIFIED);
    struct identity_caller late = resolve_presigned(&bench, "s3", 61);
    EXPECT_INT(late.trust, IDENTITY_FORGED);
    EXPECT(late.trust == IDENTITY_FORGED && str_is(str_from(late.refusal_code), "AccessDenied") &&
           str_is(late.refusal_message, "Request has expired"));
    late = resolve_presigned(&bench, "sts", 61);
    EXPECT(late.trust == IDENTITY_FORGED && str_is(str_from(late.refusal_code), "SignatureDoesNotMatch"));
    bench_close(&bench);
}

static void a_body_is_asked_for_where_nothing_else_stands_for_it(void) {
    struct bench bench;
    bench_open(&bench);
    const char *hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; /* "hello" */
    struct variant variant = {.service = "lambda", .hash = hash};
    struct aws_request request;
    struct protocol_claim claim = claim_of(ROOT_ID, "lambda");
    struct identity_caller caller;
    sign_without_hash(&bench.arena, &variant, &request);
    EXPECT(identity_needs_body(bench.book, &claim, &request));
    request.payload_hash = str_from(hash);
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_VERIFIED);
    request.payload_hash = STR_LITERAL(EMPTY_SHA256);
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_FORGED);
    struct protocol_claim other = claim_of("AKIASOMEBODYELSE", "lambda");
    EXPECT(!identity_needs_body(bench.book, &other, &request));
    sign(&bench.arena, &(struct variant){.service = "lambda", .hash = hash, .has_body = true}, &request);
    EXPECT(!identity_needs_body(bench.book, &claim, &request)); /* x-amz-content-sha256 tells */
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_VERIFIED);
    request.payload_hash = STR_LITERAL(EMPTY_SHA256); /* of the body that came */
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_FORGED);
    bench_close(&bench);
}

/* ---- nobody ---- */

static void callers_without_credentials_are_recorded_as_aws_does(void) {
    struct bench bench;
    bench_open(&bench);
    struct protocol_claim claim = {.signature = PROTOCOL_UNSIGNED};
    struct aws_request request = {.method = STR_LITERAL("GET"), .path = STR_LITERAL("/b/k")};
    struct identity_caller caller;
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_ANONYMOUS);
    EXPECT(str_is(caller.identity.type, "AWSAccount") && caller.identity.principal_id.size == 0);
    EXPECT(str_is(caller.identity.account, "ANONYMOUS_PRINCIPAL"));
    EXPECT(str_is(caller.account, HOME) && caller.arn.size == 0);
    request.query = STR_LITERAL("Action=AssumeRoleWithWebIdentity");
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT(str_is(caller.identity.type, "Unknown") && caller.identity.account.size == 0);

    caller = resolve_claim(&bench, "AKIASTRANGER");
    EXPECT_INT(caller.trust, IDENTITY_UNKNOWN);
    EXPECT(str_is(caller.identity.type, "Unknown") && str_is(caller.identity.access_key_id, "AKIASTRANGER"));
    EXPECT(str_is(caller.account, HOME));
    claim = claim_of("AKIASTRANGER", "s3");
    struct call_identity refused = identity_unauthenticated(&claim);
    EXPECT(str_is(refused.type, "Unknown") && str_is(refused.access_key_id, "AKIASTRANGER"));
    EXPECT(refused.account.size == 0);
    bench_close(&bench);
}

static void users_of_other_directories_are_those_of_their_tokens(void) {
    static const struct {
        const char *operation, *answer, *type, *principal_id, *user_name, *provider;
    } cases[] = {
        {"AssumeRoleWithWebIdentity",
            "{\"subjectFromWebIdentityToken\":\"u-7\",\"audience\":\"app\",\"provider\":\"accounts."
            "example\"}",
            "WebIdentityUser", "accounts.example:app:u-7", "u-7", "accounts.example"},
        {"AssumeRoleWithSAML", "{\"Subject\":\"eve@example.com\",\"NameQualifier\":\"Ukh1i4=\"}", "SAMLUser",
            "Ukh1i4=:eve@example.com", "eve@example.com", "Ukh1i4="},
        {"AssumeRoleWithWebIdentity", "", "WebIdentityUser", "", "", ""},
        {"AssumeRoleWithSAML", "[", "SAMLUser", "", "", ""},
    };
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct call_identity identity;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_part part = {.response.json = str_from(cases[i].answer)};
        struct protocol_call call = {.service = STR_LITERAL("sts"),
            .operation = str_from(cases[i].operation),
            .parts = &part,
            .part_count = 1};
        EXPECT(identity_of_token(&arena, &call, &identity));
        EXPECT(str_is(identity.type, cases[i].type) && str_is(identity.principal_id, cases[i].principal_id));
        EXPECT(str_is(identity.user_name, cases[i].user_name));
        EXPECT(str_is(identity.identity_provider, cases[i].provider));
        call.service = STR_LITERAL("s3");
        EXPECT(!identity_of_token(&arena, &call, &identity));
    }
}

/* ---- the file ---- */

static void a_key_in_the_file_names_its_principal(void) {
    struct bench bench;
    bench_open(&bench);
    write_principals(&bench,
        "{\"principals\":[{\"accessKeyId\":\"minio\",\"arn\":\"arn:aws:iam::" OTHER ":user/team/alice\","
        "\"principalId\":\"AIDAX\"},\n{\"accessKeyId\":\"ASIAR\",\"arn\":\"" ROLE_ARN "\",\"session\":{"
        "\"creationDate\":\"2023-11-14T20:00:00Z\",\"mfaAuthenticated\":true,\"sourceIdentity\":\"bob\"}},"
        "{\"accessKeyId\":\"P\",\"type\":\"AWSAccount\",\"accountId\":\"" OTHER "\"}]}");
    reopen_book(&bench);
    struct identity_caller caller = resolve_claim(&bench, "minio");
    EXPECT_INT(caller.trust, IDENTITY_CLAIMED);
    EXPECT(str_is(caller.identity.type, "IAMUser") && str_is(caller.identity.user_name, "alice"));
    EXPECT(str_is(caller.account, OTHER) && str_is(caller.identity.principal_id, "AIDAX"));
    EXPECT(str_is(caller.identity.access_key_id, "minio") && !caller.identity.has_session);
    caller = resolve_claim(&bench, "ASIAR");
    EXPECT(str_is(caller.identity.type, "AssumedRole") && caller.identity.user_name.size == 0);
    EXPECT(str_is(caller.identity.issuer_arn, "arn:aws:iam::" OTHER ":role/deploy"));
    EXPECT(str_is(caller.identity.issuer_type, "Role") && caller.identity.has_session);
    EXPECT(caller.identity.has_mfa && str_is(caller.identity.source_identity, "bob"));
    EXPECT_INT(caller.identity.session_began_at.ms, now.ms - 8000000);
    EXPECT(str_is(resolve_claim(&bench, "P").identity.type, "AWSAccount"));
    bench_close(&bench);
}

#define USER "\"arn\":\"arn:aws:iam::" HOME ":user/a\""

static void the_file_is_strict_and_names_line_and_member(void) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "JSON"},
        {"[]", "it must be {\"principals\":[...]}, with no other member"},
        {"{\"principals\":[],\"version\":1}", "it must be {\"principals\":[...]}, with no other member"},
        {"{\"principals\":[\n1]}", "principals[0]: must be an object"},
        {"{\"principals\":[\n{\"accessKeyId\":\"A\"," USER "},\n\n{\"accessKeyId\":\"B\"}]}",
            "line 4: principals[1].arn: is needed"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER "},\n{\"accessKeyId\":\"A\"," USER "}]}",
            "line 2: principals[1].accessKeyId: stands on line 1 too"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"accessKeyId\":\"B\"}]}",
            "line 1: principals[0].accessKeyId: stands there twice"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"secretAccessKey\":\"x\"}]}",
            "line 1: principals[0].secretAccessKey: secrets do not belong in this file"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"session\":{\"sessionToken\":\"x\"}}]}",
            "line 1: principals[0].sessionToken: secrets do not belong in this file"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"user\":\"x\"}]}",
            "line 1: principals[0].user: is not known"},
        {"{\"principals\":[{\"accessKeyId\":7," USER "}]}",
            "line 1: principals[0].accessKeyId: must be a text"},
        {"{\"principals\":[{\"accessKeyId\":\"A/B\"," USER "}]}",
            "line 1: principals[0].accessKeyId: must have 1 to 128 characters, none of them blank, / or ,"},
        {"{\"principals\":[{\"accessKeyId\":\"A\",\"arn\":\"alice\"}]}",
            "line 1: principals[0].arn: must be the ARN of a user, role, assumed role, federated user or "
            "root, "
            "as arn:aws:iam::123456789012:user/alice"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"type\":\"Root\"}]}",
            "line 1: principals[0].type: is not what the ARN says"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"accountId\":\"" OTHER "\"}]}",
            "line 1: principals[0].accountId: is not what the ARN says"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"session\":{\"mfaAuthenticated\":\"true\"}}]}",
            "line 1: principals[0].mfaAuthenticated: must be true or false"},
        {"{\"principals\":[{\"accessKeyId\":\"A\"," USER ",\"session\":{\"creationDate\":\"today\"}}]}",
            "line 1: principals[0].creationDate: must be a time as 2026-03-02T08:00:00Z"},
        {"{\"principals\":[{\"accessKeyId\":\"A\",\"type\":\"AWSAccount\"}]}",
            "line 1: principals[0].accountId: is needed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct identity_person *persons = NULL;
        size_t count = 0;
        struct error error = {0};
        EXPECT(!identity_file_parse(&arena, str_from(cases[i].text), &persons, &count, &error));
        EXPECT_INT(error.kind, ERROR_INVALID);
        EXPECT(str_find(str_from(error.message), str_from(cases[i].message)) != SIZE_MAX);
        if (str_find(str_from(error.message), str_from(cases[i].message)) == SIZE_MAX)
            printf("# case %zu: %s\n", i, error.message);
    }
}

static void a_reload_changes_principals_and_a_wrong_file_leaves_the_old_ones(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    write_principals(&bench, "{\"principals\":[{\"accessKeyId\":\"A\"," USER "}]}");
    reopen_book(&bench);
    write_principals(&bench, "{\"principals\":[{\"accessKeyId\":\"B\"}]}");
    EXPECT(!identity_reload(bench.book, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(str_find(str_from(error.message), bench.options.principals_file) != SIZE_MAX);
    EXPECT_INT(resolve_claim(&bench, "A").trust, IDENTITY_CLAIMED);
    write_principals(&bench, "{\"principals\":[{\"accessKeyId\":\"B\"," USER "}]}");
    EXPECT(identity_reload(bench.book, &error));
    EXPECT_INT(resolve_claim(&bench, "A").trust, IDENTITY_UNKNOWN);
    EXPECT_INT(resolve_claim(&bench, "B").trust, IDENTITY_CLAIMED);
    identity_close(bench.book);
    write_principals(&bench, "{\"principals\":7}");
    EXPECT(!open_book(&bench));
    bench_close(&bench);
}

/* ---- learning ---- */

static const struct call_identity alice = {.type = {"IAMUser", 7},
    .principal_id = {"AIDAALICE", 9},
    .arn = {"arn:aws:iam::" HOME ":user/team/alice", sizeof "arn:aws:iam::" HOME ":user/team/alice" - 1},
    .account = {HOME, 12},
    .access_key_id = {"AKIAALICE", 9},
    .user_name = {"alice", 5},
    .session_began_at = {INT64_MIN}};

static struct protocol_session role_session(const char *id) {
    return (struct protocol_session){.access_key_id = str_from(id),
        .expires_at = {now.ms + MS_PER_HOUR},
        .type = STR_LITERAL("AssumedRole"),
        .principal_id = STR_LITERAL("AROADEPLOY:run-7"),
        .arn = STR_LITERAL(ROLE_ARN)};
}

static void learn(struct bench *bench, const struct protocol_session *session) {
    identity_learn(bench->book, session, &alice, STR_LITERAL("/"), clock_now(&bench->clock.clock));
}

static void an_assumed_role_is_known_with_session_and_issuer(void) {
    struct bench bench;
    bench_open(&bench);
    struct protocol_session session = role_session("ASIA1");
    session.source_identity = STR_LITERAL("alice");
    session.mfa_serial = STR_LITERAL("arn:aws:iam::" HOME ":mfa/alice");
    learn(&bench, &session);
    EXPECT_INT(identity_learned(bench.book), 1);
    struct identity_caller caller = resolve_claim(&bench, "ASIA1");
    const struct call_identity *identity = &caller.identity;
    EXPECT_INT(caller.trust, IDENTITY_CLAIMED);
    EXPECT(str_is(identity->type, "AssumedRole") && str_is(identity->arn, ROLE_ARN));
    EXPECT(str_is(identity->principal_id, "AROADEPLOY:run-7") && str_is(identity->access_key_id, "ASIA1"));
    EXPECT(str_is(caller.account, OTHER) && identity->user_name.size == 0);
    EXPECT(identity->has_session && identity->has_mfa && identity->session_began_at.ms == now.ms);
    EXPECT(str_is(identity->issuer_type, "Role") && str_is(identity->issuer_principal_id, "AROADEPLOY"));
    EXPECT(str_is(identity->issuer_arn, "arn:aws:iam::" OTHER ":role/deploy"));
    EXPECT(str_is(identity->issuer_account, OTHER) && str_is(identity->issuer_user_name, "deploy"));
    EXPECT(str_is(identity->source_identity, "alice"));

    struct protocol_session next = role_session("ASIA2"); /* a role that assumes a role */
    next.arn = STR_LITERAL("arn:aws:sts::" HOME ":assumed-role/read/run-8");
    next.principal_id = STR_LITERAL("AROAREAD:run-8");
    identity_learn(bench.book, &next, identity, STR_LITERAL("/"), now);
    caller = resolve_claim(&bench, "ASIA2");
    EXPECT(str_is(caller.identity.issuer_arn, "arn:aws:iam::" HOME ":role/read"));
    EXPECT(str_is(caller.identity.source_identity, "alice") && !caller.identity.has_mfa);
    bench_close(&bench);
}

static void other_sessions_and_new_keys_belong_to_their_users(void) {
    struct bench bench;
    bench_open(&bench);
    struct protocol_session token = {.access_key_id = STR_LITERAL("ASIATOKEN"),
        .expires_at = {now.ms + MS_PER_HOUR},
        .type = STR_LITERAL("IAMUser"),
        .mfa_serial = STR_LITERAL("GAHT12345678")};
    learn(&bench, &token);
    struct call_identity identity = resolve_claim(&bench, "ASIATOKEN").identity;
    EXPECT(str_is(identity.type, "IAMUser") && str_equals(identity.arn, alice.arn) && identity.has_mfa);
    EXPECT(identity.has_session && identity.issuer_type.size == 0 && str_is(identity.user_name, "alice"));

    struct protocol_session federated = {.access_key_id = STR_LITERAL("ASIAFED"),
        .expires_at = {now.ms + MS_PER_HOUR},
        .type = STR_LITERAL("FederatedUser"),
        .principal_id = STR_LITERAL(HOME ":web"),
        .arn = STR_LITERAL("arn:aws:sts::" HOME ":federated-user/web")};
    learn(&bench, &federated);
    identity = resolve_claim(&bench, "ASIAFED").identity;
    EXPECT(str_is(identity.type, "FederatedUser") && str_is(identity.account, HOME));
    EXPECT(str_is(identity.issuer_type, "IAMUser") && str_equals(identity.issuer_arn, alice.arn));
    EXPECT(str_is(identity.issuer_user_name, "alice") && identity.user_name.size == 0);

    struct protocol_session key = {.access_key_id = STR_LITERAL("AKIABOB"),
        .expires_at = MOMENT_NONE,
        .type = STR_LITERAL("IAMUser"),
        .user_name = STR_LITERAL("bob")};
    learn(&bench, &key);
    key.access_key_id = STR_LITERAL("AKIAALICE2");
    key.user_name = STR_LITERAL("alice");
    learn(&bench, &key);
    clock_manual_advance(&bench.clock, 1000LL * MS_PER_DAY); /* such keys do not end */
    identity = resolve_claim(&bench, "AKIABOB").identity;
    EXPECT(str_is(identity.arn, "arn:aws:iam::" HOME ":user/bob") && str_is(identity.account, HOME));
    EXPECT(str_is(identity.user_name, "bob") && identity.principal_id.size == 0 && !identity.has_session);
    EXPECT(str_equals(resolve_claim(&bench, "AKIAALICE2").identity.arn, alice.arn));
    bench_close(&bench);
}

static void a_store_without_roles_gives_the_caller_a_session(void) {
    struct bench bench;
    bench_open(&bench);
    struct protocol_session session = role_session("ASIASTORE");
    session.arn = session.principal_id = STR_EMPTY;
    learn(&bench, &session);
    struct call_identity identity = resolve_claim(&bench, "ASIASTORE").identity;
    EXPECT(str_is(identity.type, "IAMUser") && str_equals(identity.arn, alice.arn) && identity.has_session);
    session.access_key_id = STR_LITERAL("ASIANOBODY");
    struct call_identity nobody = {.type = STR_LITERAL("Unknown")};
    identity_learn(bench.book, &session, &nobody, STR_LITERAL("/"), now);
    EXPECT_INT(resolve_claim(&bench, "ASIANOBODY").trust, IDENTITY_UNKNOWN);
    bench_close(&bench);
}

static void what_is_learned_ends_with_its_session(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct protocol_session session = role_session("ASIA1"), ended = role_session("ASIAENDED");
    struct protocol_session silent = role_session("ASIASILENT");
    ended.expires_at = now;
    silent.expires_at = MOMENT_NONE; /* the answer does not tell: an hour, as AWS gives */
    learn(&bench, &session);
    learn(&bench, &ended);
    learn(&bench, &silent);
    EXPECT_INT(identity_learned(bench.book), 2);
    clock_manual_advance(&bench.clock, MS_PER_HOUR);
    EXPECT_INT(resolve_claim(&bench, "ASIA1").trust, IDENTITY_CLAIMED);
    clock_manual_advance(&bench.clock, 1);
    EXPECT_INT(resolve_claim(&bench, "ASIA1").trust, IDENTITY_UNKNOWN);
    EXPECT_INT(resolve_claim(&bench, "ASIASILENT").trust, IDENTITY_UNKNOWN);
    EXPECT(identity_keep(bench.book, &error));
    EXPECT_INT(identity_learned(bench.book), 0);
    bench_close(&bench);
}

static void nothing_learned_stands_above_cairns_keys_and_the_file(void) {
    struct bench bench;
    bench_open(&bench);
    write_principals(&bench, "{\"principals\":[{\"accessKeyId\":\"ASIAFILE\"," USER "}]}");
    reopen_book(&bench);
    struct protocol_session own = role_session(ROOT_ID), file = role_session("ASIAFILE");
    learn(&bench, &own);
    learn(&bench, &file);
    EXPECT(str_is(resolve_signed(&bench, &(struct variant){.service = "s3"}).identity.type, "Root"));
    EXPECT(str_is(resolve_claim(&bench, "ASIAFILE").identity.type, "IAMUser"));
    bench_close(&bench);
}

static void nothing_is_learned_where_a_client_may_have_written_the_answer(void) {
    struct bench bench;
    bench_open(&bench);
    struct protocol_session session = role_session("ASIA1");
    identity_learn(bench.book, &session, &alice, STR_LITERAL("/bucket/answer.xml"), now);
    EXPECT_INT(identity_learned(bench.book), 0);
    struct protocol_session own = {
        .access_key_id = STR_LITERAL("ASIA2"), .expires_at = {now.ms + MS_PER_HOUR}}; /* S3's CreateSession */
    identity_learn(bench.book, &own, &alice, STR_LITERAL("/bucket"), now);
    EXPECT(str_equals(resolve_claim(&bench, "ASIA2").identity.arn, alice.arn));
    bench.options.learn = false;
    reopen_book(&bench);
    learn(&bench, &session);
    EXPECT_INT(identity_learned(bench.book), 0);
    bench_close(&bench);
}

static void what_was_learned_is_kept_over_restarts_and_failed_commits(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct protocol_session session = role_session("ASIA1"), lasting = role_session("ASIA2");
    session.source_identity = STR_LITERAL("carol");
    lasting.expires_at = (struct moment){now.ms + 2 * MS_PER_HOUR};
    learn(&bench, &session);
    learn(&bench, &lasting);
    catalog_fail_commit(bench.catalog, 1, false);
    EXPECT(!identity_keep(bench.book, &error));
    EXPECT(catalog_restart(bench.catalog, &error));
    EXPECT(identity_keep(bench.book, &error));
    clock_manual_advance(&bench.clock, MS_PER_MINUTE);
    reopen_book(&bench);
    struct call_identity identity = resolve_claim(&bench, "ASIA1").identity;
    EXPECT(str_is(identity.arn, ROLE_ARN) && str_is(identity.source_identity, "carol"));
    EXPECT(identity.has_session && identity.session_began_at.ms == now.ms && !identity.has_mfa);
    EXPECT(str_is(identity.issuer_arn, "arn:aws:iam::" OTHER ":role/deploy"));
    clock_manual_advance(&bench.clock, MS_PER_HOUR);
    reopen_book(&bench);
    EXPECT_INT(identity_learned(bench.book), 1);
    struct catalog_learned_key *rows = NULL;
    size_t count = 0;
    EXPECT(catalog_learned_list(bench.catalog, STR_LITERAL("all"), &bench.arena, &rows, &count, &error));
    EXPECT_INT(count, 1); /* the other one ended, and its row with it */
    bench.options.name = STR_LITERAL("other");
    reopen_book(&bench);
    EXPECT_INT(identity_learned(bench.book), 0);
    bench_close(&bench);
}

static void many_lessons_are_kept_step_by_step_and_the_rest_at_the_end(void) {
    enum { COUNT = 2500, PER_STEP = 1000 };
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct catalog_learned_key *rows = NULL;
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "ASIA%zu", i);
        struct protocol_session session = role_session(id);
        learn(&bench, &session);
    }
    EXPECT(identity_keep(bench.book, &error));
    EXPECT(catalog_learned_list(bench.catalog, STR_LITERAL("all"), &bench.arena, &rows, &count, &error));
    EXPECT_INT(count, PER_STEP);
    reopen_book(&bench);
    EXPECT_INT(identity_learned(bench.book), COUNT);
    bench_close(&bench);
}

static void a_commit_that_took_effect_unheard_does_no_harm(void) {
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct protocol_session first = role_session("ASIA1"), second = role_session("ASIA2");
    learn(&bench, &first);
    EXPECT(identity_keep(bench.book, &error));
    learn(&bench, &second);
    catalog_fail_commit(bench.catalog, 1, true); /* it took effect, and nobody heard of it */
    EXPECT(!identity_keep(bench.book, &error));
    EXPECT(catalog_restart(bench.catalog, &error));
    reopen_book(&bench);
    EXPECT_INT(identity_learned(bench.book), 2);
    bench_close(&bench);
}

static void the_directory_is_bounded_and_drops_what_ends_first(void) {
    enum { COUNT = IDENTITY_LEARNED_MAX + 2000 };
    struct identity_directory *directory = identity_directory_create();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct call_identity found;
    for (size_t i = 0; i < COUNT; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "ASIA%zu", i);
        struct identity_person person = {
            .learned_at = now, .expires_at = {now.ms + (int64_t)i}, .identity.access_key_id = str_from(id)};
        if (i == 0)
            person.expires_at = MOMENT_NONE;
        struct str evicted = identity_directory_learn(directory, &arena, &person, now);
        if (i < IDENTITY_LEARNED_MAX / 2)
            EXPECT(evicted.size == 0);
    }
    EXPECT(identity_directory_learned(directory) <= IDENTITY_LEARNED_MAX);
    EXPECT(identity_directory_learned(directory) > IDENTITY_LEARNED_MAX * 9 / 10);
    EXPECT(!identity_directory_find(directory, &arena, STR_LITERAL("ASIA1"), now, &found));
    EXPECT(identity_directory_find(directory, &arena, STR_LITERAL("ASIA0"), now, &found));
    EXPECT(identity_directory_find(directory, &arena, STR_LITERAL("ASIA101999"), now, &found));
    identity_directory_purge(directory, MOMENT_MAX);
    EXPECT_INT(identity_directory_learned(directory), 1);
    identity_directory_destroy(directory);
}

struct askers {
    struct bench *bench;
    atomic_bool is_over;
};

static void ask_all_the_time(void *context) {
    struct askers *askers = context;
    struct protocol_claim claim = claim_of("ASIA1", "s3");
    struct aws_request request = {.method = STR_LITERAL("GET"), .path = STR_LITERAL("/b/k")};
    while (!atomic_load(&askers->is_over)) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct identity_caller caller;
        identity_resolve(askers->bench->book, &arena, &claim, &request, now, &caller);
        EXPECT(caller.trust == IDENTITY_CLAIMED);
        EXPECT(str_is(caller.arn, ROLE_ARN) || str_is(caller.identity.type, "IAMUser"));
    }
}

static void questions_reloads_and_lessons_do_not_disturb_each_other(void) {
    enum { ROUNDS = 50, ASKERS = 3 };
    struct bench bench;
    bench_open(&bench);
    struct error error = {0};
    struct askers askers = {.bench = &bench};
    struct thread *threads[ASKERS];
    struct protocol_session session = role_session("ASIA1");
    write_principals(&bench, "{\"principals\":[]}");
    reopen_book(&bench);
    learn(&bench, &session);
    for (size_t i = 0; i < ASKERS; i++)
        threads[i] = thread_start("asker", ask_all_the_time, &askers);
    for (size_t i = 0; i < ROUNDS; i++) {
        write_principals(&bench,
            i % 2 == 0 ? "{\"principals\":[{\"accessKeyId\":\"ASIA1\"," USER "}]}" : "{\"principals\":[]}");
        EXPECT(identity_reload(bench.book, &error));
        learn(&bench, &session);
        EXPECT(identity_keep(bench.book, &error));
    }
    atomic_store(&askers.is_over, true);
    for (size_t i = 0; i < ASKERS; i++)
        thread_join(threads[i]);
    bench_close(&bench);
}

/* ---- addresses ---- */

static void only_trusted_proxies_speak_for_others(void) {
    static const struct {
        const char *proxies, *peer, *forwarded, *source;
    } cases[] = {
        {"", "10.0.0.1", "192.0.2.7", "10.0.0.1"},
        {"10.0.0.0/8", "192.0.2.1", "198.51.100.7", "192.0.2.1"},
        {"10.0.0.0/8", "10.0.0.1", "192.0.2.7", "192.0.2.7"},
        {"10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.0/8", "10.0.0.1", "203.0.113.9, 192.0.2.7,10.1.2.3", "192.0.2.7"},
        {"10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
        {"10.0.0.0/8", "10.0.0.1", "192.0.2.7, unknown, 10.0.0.2", "10.0.0.2"},
        {"10.0.0.1", "10.0.0.1", "192.0.2.7:4711", "192.0.2.7"},
        {"10.0.0.1", "10.0.0.2", "192.0.2.7", "10.0.0.2"},
        {"::1, fd00::/8", "fd00::5", "[2001:db8::1]:443", "2001:db8::1"},
        {"fd00::/9", "fd80::5", "2001:db8::1", "fd80::5"},
        {"10.0.0.0/8", "::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"},
        {"0.0.0.0/0", "192.0.2.1", "192.0.2.7", "192.0.2.7"},
    };
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench.options.trusted_proxies = str_from(cases[i].proxies);
        reopen_book(&bench);
        struct str source = identity_source_ip(
            bench.book, &bench.arena, str_from(cases[i].peer), str_from(cases[i].forwarded));
        EXPECT(str_is(source, cases[i].source));
        if (!str_is(source, cases[i].source))
            printf("# case %zu: %.*s\n", i, STR(source));
    }
    static const char *const wrong[] = {"10.0.0.0/33", "10.0.0", "fd00::/129", "proxy.example", "10.0.0.0/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {0};
        bench.options.trusted_proxies = str_from(wrong[i]);
        EXPECT(identity_open(&bench.options, &error) == NULL);
        EXPECT_INT(error.kind, ERROR_INVALID);
    }
    bench_close(&bench);
}

/* ---- signing again ---- */

static void only_verified_calls_of_listed_principals_are_forwarded_again(void) {
    static const struct {
        const char *allow, *arn;
        bool may;
    } cases[] = {
        {"", "arn:aws:iam::" HOME ":user/alice", false},
        {"arn:aws:iam::" HOME ":user/alice", "arn:aws:iam::" HOME ":user/alice", true},
        {"arn:aws:iam::" HOME ":user/alice", "arn:aws:iam::" HOME ":user/alice2", false},
        {"arn:aws:iam::" HOME ":user/bob, arn:aws:iam::" HOME ":user/al*", "arn:aws:iam::" HOME ":user/alice",
            true},
        {"*", "arn:aws:iam::" HOME ":root", true},
    };
    struct bench bench;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct identity_caller caller = {.trust = IDENTITY_VERIFIED, .arn = str_from(cases[i].arn)};
        bench.options.allow = str_from(cases[i].allow);
        reopen_book(&bench);
        EXPECT(identity_may_forward(bench.book, &caller) == cases[i].may);
        caller.trust = IDENTITY_CLAIMED;
        EXPECT(!identity_may_forward(bench.book, &caller));
    }
    bench_close(&bench);
}

static struct str header_of(const struct identity_signed *made, const char *name, size_t *ret_count) {
    struct str value = STR_EMPTY;
    *ret_count = 0;
    for (size_t i = 0; i < made->header_count; i++) {
        if (!str_equals_ignoring_case(made->headers[i].name, str_from(name)))
            continue;
        value = made->headers[i].value;
        ++*ret_count;
    }
    return value;
}

static void a_call_is_signed_again_with_the_entrys_credentials(void) {
    struct bench bench;
    bench_open(&bench);
    struct aws_request request;
    struct identity_signed made;
    size_t count = 0;
    /* The upstream holds the entry's credentials: here another Cairn's root key. */
    bench.options.sign_access_key_id = STR_LITERAL(ROOT_ID);
    bench.options.sign_secret_access_key = STR_LITERAL(ROOT_SECRET);
    reopen_book(&bench);
    sign(&bench.arena,
        &(struct variant){.service = "s3",
            .id = "AKIACLIENTCLIENT",
            .secret = "clientSecretClient",
            .token = "t",
            .hash = "UNSIGNED-PAYLOAD",
            .header = "x-amz-acl",
            .value = "private"},
        &request);
    request.query = STR_LITERAL("X-Amz-Date=abc&versionId=7&X-Amz-Expires=60");
    EXPECT(identity_sign(bench.book, &bench.arena, &request, STR_LITERAL("s3"), now, &made));
    EXPECT(str_is(made.query, "versionId=7"));
    EXPECT(str_is(header_of(&made, "X-Amz-Content-Sha256", &count), "UNSIGNED-PAYLOAD"));
    EXPECT_INT(count, 1);
    header_of(&made, "X-Amz-Security-Token", &count);
    EXPECT_INT(count, 0); /* the caller's is none of the upstream's business */
    struct str authorization = header_of(&made, "Authorization", &count);
    EXPECT_INT(count, 1);
    EXPECT(str_find(authorization, STR_LITERAL("/eu-west-1/s3/")) != SIZE_MAX);
    request.query = made.query;
    request.headers = made.headers;
    request.header_count = made.header_count;
    struct protocol_claim claim = claim_of(ROOT_ID, "s3");
    struct identity_caller caller;
    identity_resolve(bench.book, &bench.arena, &claim, &request, now, &caller);
    EXPECT_INT(caller.trust, IDENTITY_VERIFIED);

    sign(&bench.arena,
        &(struct variant){.service = "s3", .hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}, &request);
    EXPECT(!identity_sign(bench.book, &bench.arena, &request, STR_LITERAL("s3"), now, &made));
    bench_close(&bench);
}

int main(void) {
    TEST(a_call_signed_with_cairns_key_is_verified_for_every_service);
    TEST(a_forged_call_is_refused_in_the_words_of_its_protocol);
    TEST(a_disabled_key_is_no_strangers_key);
    TEST(signatures_that_cannot_be_checked_do_not_pass_for_cairns_keys);
    TEST(presigned_calls_are_taken_until_they_expire);
    TEST(a_body_is_asked_for_where_nothing_else_stands_for_it);
    TEST(callers_without_credentials_are_recorded_as_aws_does);
    TEST(users_of_other_directories_are_those_of_their_tokens);
    TEST(a_key_in_the_file_names_its_principal);
    TEST(the_file_is_strict_and_names_line_and_member);
    TEST(a_reload_changes_principals_and_a_wrong_file_leaves_the_old_ones);
    TEST(an_assumed_role_is_known_with_session_and_issuer);
    TEST(other_sessions_and_new_keys_belong_to_their_users);
    TEST(a_store_without_roles_gives_the_caller_a_session);
    TEST(what_is_learned_ends_with_its_session);
    TEST(nothing_learned_stands_above_cairns_keys_and_the_file);
    TEST(nothing_is_learned_where_a_client_may_have_written_the_answer);
    TEST(what_was_learned_is_kept_over_restarts_and_failed_commits);
    TEST(many_lessons_are_kept_step_by_step_and_the_rest_at_the_end);
    TEST(a_commit_that_took_effect_unheard_does_no_harm);
    TEST(the_directory_is_bounded_and_drops_what_ends_first);
    TEST(questions_reloads_and_lessons_do_not_disturb_each_other);
    TEST(only_trusted_proxies_speak_for_others);
    TEST(only_verified_calls_of_listed_principals_are_forwarded_again);
    TEST(a_call_is_signed_again_with_the_entrys_credentials);
    return tap_done();
}
