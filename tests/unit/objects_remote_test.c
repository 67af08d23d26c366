/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets at an S3 endpoint: Cairn's own door, and servers that fail in their own ways. */
#include "objects/remote_reply.h"
#include "support/s3_door.h"
#include "sys/thread.h"

#include <stdatomic.h>

static struct s3_door door;

/* Another store whose rule leads to the door. */
struct visitor {
    struct disk_sim *sim;
    struct objects *objects;
    struct arena arena;
    struct error error;
};

static void visitor_open(struct visitor *visitor, struct str endpoint, const char *secret) {
    *visitor = (struct visitor){.sim = disk_sim_create(2)};
    const struct objects_remote_rule rules[] = {
        {.pattern = STR_LITERAL("remote-*-logs"),
            .endpoint = endpoint,
            .region = STR_LITERAL("us-east-1"),
            .access_key_id = STR_LITERAL(S3_DOOR_KEY),
            .secret_access_key = str_from(secret)},
    };
    struct objects_options options = {.rules = rules, .rule_count = 1};
    visitor->objects = objects_open(disk_sim_disk(visitor->sim), &options, &visitor->error);
    EXPECT(visitor->objects != NULL);
}

static void visitor_close(struct visitor *visitor) {
    objects_close(visitor->objects);
    disk_sim_destroy(visitor->sim);
    arena_finish(&visitor->arena);
}

static const struct str BUCKET = {"remote-x-logs", 13};

static struct str endpoint_of(uint16_t port) {
    return arena_format(&door.arena, "http://127.0.0.1:%u/", port);
}

static bool starts_with(const struct error *error, const char *code) {
    bool does = str_starts_with(str_from(error->message), str_from(code));
    if (!does)
        printf("# %s\n", error->message);
    return does;
}

static void make_bucket(void) {
    struct http_reply reply =
        s3_door_call(&door, &(struct s3_door_request){.method = "PUT", .target = "/remote-x-logs"});
    EXPECT_INT(reply.status, 200);
}

static void an_object_goes_there_and_comes_back(void) {
    struct visitor visitor;
    visitor_open(&visitor, endpoint_of(http_server_port(door.server)), S3_DOOR_SECRET);
    const struct objects_pair user[] = {{STR_LITERAL("signature"), STR_LITERAL("0a0b")}};
    struct objects_metadata metadata = {.content_type = STR_LITERAL("application/json"),
        .content_encoding = STR_LITERAL("gzip"),
        .user = user,
        .user_count = 1};
    static const struct str KEY = {"AWSLogs/a b/+\xc3\xa9%.gz", 18};
    SCOPED(buf_finish) struct buf out = BUF_INIT(100);
    struct objects_info info;
    EXPECT(objects_put(visitor.objects, BUCKET, KEY, str_bytes(STR_LITERAL("hello")), &metadata,
        STR_LITERAL("bucket-owner-full-control"), &visitor.error));
    EXPECT(objects_get(visitor.objects, BUCKET, KEY, &visitor.arena, &out, &info, &visitor.error));
    EXPECT(str_is(buf_str(&out), "hello") && info.size == 5);
    EXPECT(str_is(info.etag, "5d41402abc4b2a76b9719d911017c592"));
    EXPECT(str_is(info.metadata.content_encoding, "gzip"));
    EXPECT(info.metadata.user_count == 1 && str_is(info.metadata.user[0].value, "0a0b"));
    EXPECT(objects_head(visitor.objects, BUCKET, KEY, &visitor.arena, &info, &visitor.error));
    EXPECT(info.size == 5 && info.modified_at.ms > 0);
    EXPECT(objects_head(door.objects, BUCKET, KEY, &visitor.arena, &info, &visitor.error));
    EXPECT(objects_delete(visitor.objects, BUCKET, KEY, &visitor.error));
    EXPECT(objects_delete(visitor.objects, BUCKET, KEY, &visitor.error));
    EXPECT(!objects_head(visitor.objects, BUCKET, KEY, &visitor.arena, &info, &visitor.error));
    EXPECT(starts_with(&visitor.error, "NoSuchKey:") && visitor.error.kind == ERROR_NOT_FOUND);
    visitor_close(&visitor);
}

static void lists_go_on_where_they_ended(void) {
    static const char *const KEYS[] = {"a/1", "a/2", "b c", "d/1", "e"};
    static const char *const EXPECTED[] = {"a/", "b c", "d/", "e"};
    struct visitor visitor;
    visitor_open(&visitor, endpoint_of(http_server_port(door.server)), S3_DOOR_SECRET);
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        EXPECT(objects_put(
            visitor.objects, BUCKET, str_from(KEYS[i]), (struct bytes){0}, NULL, STR_EMPTY, &visitor.error));
    struct objects_list_query query = {.delimiter = STR_LITERAL("/"), .limit = 1};
    size_t found = 0;
    for (bool more = true; more && found < 10;) {
        struct objects_page page = {0};
        EXPECT(objects_list(visitor.objects, BUCKET, &query, &visitor.arena, &page, &visitor.error));
        EXPECT_INT(page.object_count + page.prefix_count, 1);
        EXPECT(found < 4 && str_is(page.next, EXPECTED[found]));
        found++;
        query.start_after = page.next;
        more = page.is_truncated;
    }
    EXPECT_INT(found, 4);
    visitor_close(&visitor);
}

static void a_bucket_is_looked_at_and_not_changed(void) {
    struct visitor visitor;
    visitor_open(&visitor, endpoint_of(http_server_port(door.server)), S3_DOOR_SECRET);
    struct objects_bucket bucket;
    EXPECT(objects_bucket_get(visitor.objects, BUCKET, &visitor.arena, &bucket, &visitor.error));
    EXPECT(bucket.is_remote && str_is(bucket.region, "us-east-1"));
    EXPECT(!objects_bucket_get(
        visitor.objects, STR_LITERAL("remote-none-logs"), &visitor.arena, &bucket, &visitor.error));
    EXPECT(starts_with(&visitor.error, "NoSuchBucket:") && visitor.error.kind == ERROR_NOT_FOUND);
    EXPECT(!objects_bucket_get(visitor.objects, STR_LITERAL("remote-logs"), &visitor.arena, &bucket,
        &visitor.error)); /* no rule's */
    EXPECT(!objects_bucket_delete(visitor.objects, BUCKET, &visitor.error));
    EXPECT(!objects_put(visitor.objects, STR_LITERAL("remote-none-logs"), STR_LITERAL("k"), (struct bytes){0},
        NULL, STR_EMPTY, &visitor.error));
    EXPECT(starts_with(&visitor.error, "NoSuchBucket:"));
    visitor_close(&visitor);
    visitor_open(&visitor, endpoint_of(http_server_port(door.server)), "wrong");
    EXPECT(!objects_bucket_get(visitor.objects, BUCKET, &visitor.arena, &bucket, &visitor.error));
    EXPECT(visitor.error.kind == ERROR_DENIED);
    visitor_close(&visitor);
}

static void an_object_too_large_is_refused(void) {
    struct visitor visitor;
    visitor_open(&visitor, endpoint_of(http_server_port(door.server)), S3_DOOR_SECRET);
    SCOPED(buf_finish) struct buf out = BUF_INIT(4);
    struct objects_info info;
    EXPECT(objects_put(visitor.objects, BUCKET, STR_LITERAL("five"), str_bytes(STR_LITERAL("hello")), NULL,
        STR_EMPTY, &visitor.error));
    EXPECT(!objects_get(
        visitor.objects, BUCKET, STR_LITERAL("five"), &visitor.arena, &out, &info, &visitor.error));
    EXPECT_INT(visitor.error.kind, ERROR_LIMIT);
    visitor_close(&visitor);
}

/* A server that is busy for a while. */
static atomic_int busy_left, busy_asked;

static void busy_on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    atomic_fetch_add(&busy_asked, 1);
    bool is_busy = atomic_fetch_sub(&busy_left, 1) > 0;
    http_answer(exchange, is_busy ? 503 : 200,
        str_bytes(is_busy ? STR_LITERAL("<Error><Code>SlowDown</Code><Message>later</Message></Error>")
                          : STR_EMPTY));
}

static void what_may_help_is_tried_again_a_few_times(void) {
    struct visitor visitor;
    struct http_server_options options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 4, .idle_timeout_s = 5};
    struct http_service service = {.on_complete = busy_on_complete};
    struct http_server *server = http_server_create(&options, &service, &door.error);
    visitor_open(&visitor, endpoint_of(http_server_port(server)), S3_DOOR_SECRET);
    atomic_store(&busy_left, 2);
    EXPECT(objects_put(visitor.objects, BUCKET, STR_LITERAL("k"), str_bytes(STR_LITERAL("x")), NULL,
        STR_EMPTY, &visitor.error));
    EXPECT_INT(atomic_load(&busy_asked), 3);
    atomic_store(&busy_left, 100);
    EXPECT(!objects_put(visitor.objects, BUCKET, STR_LITERAL("k"), str_bytes(STR_LITERAL("x")), NULL,
        STR_EMPTY, &visitor.error));
    EXPECT(starts_with(&visitor.error, "SlowDown: later") && visitor.error.kind == ERROR_UNAVAILABLE);
    EXPECT_INT(atomic_load(&busy_asked), 6);
    http_server_stop(server);
    http_server_destroy(server);
    EXPECT(!objects_put(visitor.objects, BUCKET, STR_LITERAL("k"), str_bytes(STR_LITERAL("x")), NULL,
        STR_EMPTY, &visitor.error));
    EXPECT(starts_with(&visitor.error, "ServiceUnavailable: ") && visitor.error.kind == ERROR_UNAVAILABLE);
    visitor_close(&visitor);
}

static void answers_say_what_went_wrong(void) {
    static const struct {
        unsigned status;
        const char *body, *message;
        enum error_kind kind;
    } CASES[] = {
        {403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>", "AccessDenied: no",
            ERROR_DENIED},
        {404, "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code></Error>",
            "NoSuchBucket: ", ERROR_NOT_FOUND},
        {404, "", "NoSuchKey: ", ERROR_NOT_FOUND},
        {500, "<html>", "InternalError: ", ERROR_UNAVAILABLE},
        {502, "", "InternalError: ", ERROR_UNAVAILABLE},
        {301, "", "PermanentRedirect: ", ERROR_INVALID},
        {400, "<Error><Code>EntityTooLarge</Code></Error>", "EntityTooLarge: ", ERROR_INVALID},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_reply reply = {.status = CASES[i].status, .body = str_bytes(str_from(CASES[i].body))};
        struct error error = {0};
        EXPECT(!objects_remote_check(&reply, STR_LITERAL("key"), &error));
        EXPECT(starts_with(&error, CASES[i].message));
        EXPECT_INT(error.kind, CASES[i].kind);
    }
}

int main(void) {
    s3_door_open(&door);
    make_bucket();
    TEST(an_object_goes_there_and_comes_back);
    TEST(lists_go_on_where_they_ended);
    TEST(a_bucket_is_looked_at_and_not_changed);
    TEST(an_object_too_large_is_refused);
    TEST(what_may_help_is_tried_again_a_few_times);
    TEST(answers_say_what_went_wrong);
    s3_door_close(&door);
    return tap_done();
}
