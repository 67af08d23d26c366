/* SPDX-License-Identifier: Apache-2.0 */
/* Audit logs of others: what becomes of their events, and the door that they come through. */
#include "admission/admission.h"
#include "base/own.h"
#include "event/event.h"
#include "http/http.h"
#include "journal/journal.h"
#include "seen/seen.h"
#include "sources/source.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"

#define ACCOUNT "123456789012"

/* 2026-03-02T08:00:10Z */
static const struct moment now = {1772438410000};
static const struct source_entry entry = {
    .name = {"store", 5}, .account = {ACCOUNT, 12}, .region = {"eu-west-1", 9}};

/* ---- reading ---- */

enum { RECORDS_MAX = 64 };
static struct buf records[RECORDS_MAX];
static size_t record_count, skipped_count;
static struct error error;

static bool keep_record(struct str record, void *context) {
    (void)context;
    if (record_count == RECORDS_MAX)
        return false;
    buf_clear(&records[record_count]);
    records[record_count].limit = BUF_UNBOUNDED;
    return buf_append_str(&records[record_count++], record);
}

typedef bool read_body(struct source_reading *reading, struct str body, struct error *error);

static bool reads(read_body *read, struct str body) {
    struct source_reading reading = {.entry = &entry, .now = now, .on_record = keep_record};
    record_count = 0;
    error = (struct error){0};
    sources_reading_init(&reading);
    bool done = read(&reading, body, &error);
    skipped_count = reading.skipped_count;
    sources_reading_finish(&reading);
    return done;
}

static bool has(size_t index, const char *text) {
    bool found = index < record_count && str_find(buf_str(&records[index]), str_from(text)) != SIZE_MAX;
    if (!found && index < record_count)
        printf("# %s\n", records[index].data);
    return found;
}

static const char put_object[] =
    "{\"version\":\"1\",\"deploymentid\":\"bc0e4d1e\",\"time\":\"2026-03-02T08:00:00.187817748Z\",\"event\":"
    "\"\",\"trigger\":\"incoming\",\"api\":{\"name\":\"PutObject\",\"bucket\":\"b\",\"object\":\"dir/"
    "k\",\"status\":"
    "\"OK\",\"statusCode\":200,\"rx\":512,\"tx\":0},\"remotehost\":\"192.0.2.7\",\"requestID\":\"15BA4A72\","
    "\"userAgent\":\"mc\",\"requestPath\":\"/b/dir/k\",\"requestHost\":\"minio:9000\",\"requestQuery\":{"
    "\"X-Amz-Signature\":\"QUERYSIGNATURE\",\"X-Amz-Credential\":\"alice/x\",\"versionId\":\"7\","
    "\"bucketName\":\"other\"},\"requestHeader\":{\"Authorization\":\"AWS4-HMAC-SHA256 "
    "Credential=alice/20260302/"
    "us-east-1/s3/aws4_request, SignedHeaders=host, Signature=HEADERSIGNATURE\",\"X-Amz-Acl\":\"private\","
    "\"X-Amz-Security-Token\":\"SESSIONTOKEN\",\"X-Amz-Server-Side-Encryption-Customer-Key\":\"CUSTOMERKEY\"}"
    ","
    "\"responseHeader\":{\"X-Amz-Version-Id\":\"v1\",\"X-Amz-Id-2\":\"id2\"},\"tags\":{\"note\":\"TAG\"},"
    "\"accessKey\":\"alice\",\"requestClaims\":{\"sub\":\"s-1\",\"token\":\"CLAIMTOKEN\"}}";

static void a_call_to_minio_is_recorded_as_s3_would(void) {
    EXPECT(reads(sources_read_minio, str_from(put_object)));
    EXPECT_INT(record_count, 1);
    EXPECT(
        has(0, "{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"alice\","
               "\"arn\":\"arn:aws:iam::" ACCOUNT ":user/alice\",\"accountId\":\"" ACCOUNT
               "\",\"accessKeyId\":\"alice\",\"userName\":\"alice\"},\"eventTime\":\"2026-03-02T08:00:00Z\","
               "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"PutObject\",\"awsRegion\":\"eu-west-1\","
               "\"sourceIPAddress\":\"192.0.2.7\",\"userAgent\":\"[mc]\",\"requestParameters\":{"
               "\"bucketName\":\"b\",\"Host\":\"minio:9000\",\"key\":\"dir/k\",\"versionId\":\"7\","
               "\"x-amz-acl\":\"private\"},\"responseElements\":{\"x-amz-version-id\":\"v1\"}"));
    EXPECT(
        has(0, "\"bytesTransferredIn\":512,\"AuthenticationMethod\":\"QueryString\",\"x-amz-id-2\":\"id2\""));
    EXPECT(has(0, "\"resources\":[{\"type\":\"AWS::S3::Object\",\"ARN\":\"arn:aws:s3:::b/dir/k\"},{"
                  "\"accountId\":\"" ACCOUNT "\",\"type\":\"AWS::S3::Bucket\",\"ARN\":\"arn:aws:s3:::b\"}]"));
    EXPECT(has(0, "\"managementEvent\":false") && has(0, "\"eventCategory\":\"Data\""));
}

static void nothing_secret_of_a_request_is_recorded(void) {
    static const char *const secrets[] = {
        "QUERYSIGNATURE", "HEADERSIGNATURE", "SESSIONTOKEN", "CUSTOMERKEY", "TAG", "CLAIMTOKEN", "other"};
    EXPECT(reads(sources_read_minio, str_from(put_object)));
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        EXPECT(str_find(buf_str(&records[0]), str_from(secrets[i])) == SIZE_MAX);
}

/* One call of MinIO, as little as can be; `more` closes its api and may go on with its entry. */
static struct str minio_call(const char *name, const char *more) {
    static char text[2048];
    (void)snprintf(text, sizeof text,
        "{\"version\":\"1\",\"time\":\"2026-03-02T08:00:00Z\",\"trigger\":\"incoming\",\"requestID\":\"%s\","
        "\"api\":{"
        "\"name\":\"%s\",\"bucket\":\"b\"%s}",
        name, name, more);
    return str_from(text);
}

static void minios_names_become_those_of_s3(void) {
    static const struct {
        const char *minio, *event, *more;
    } cases[] = {
        {"PutBucket", "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"CreateBucket\"", "}"},
        {"ListObjectsV2", "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"ListObjects\"", "}"},
        {"DeleteMultipleObjects", "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"DeleteObjects\"",
            "}"},
        {"GetBucketLifecycle", "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetBucketLifecycle\"",
            "}"},
        {"PutObjectPart", "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"UploadPart\"", "}"},
        {"AssumeRole", "\"eventSource\":\"sts.amazonaws.com\",\"eventName\":\"AssumeRole\"", "}"},
        {"AddUser", "\"eventSource\":\"minio.io\",\"eventName\":\"AddUser\"",
            "},\"requestPath\":\"/minio/admin/v3/add-user\",\"requestQuery\":{\"accessKey\":\"bob\"}"},
        {"GetObject", "\"eventSource\":\"minio.io\",\"eventName\":\"GetObject\"",
            "},\"requestPath\":\"/minio/console\""},
        {"ListenNotification", "\"eventSource\":\"minio.io\"", "}"},
        {"GetObject", "\"errorCode\":\"AccessDenied\",\"errorMessage\":\"Forbidden\"",
            ",\"statusCode\":403,\"status\":\"Forbidden\"}"},
        {"GetObject", "\"errorCode\":\"HTTP418\"", ",\"statusCode\":418}"},
        {"GetObject",
            "\"userIdentity\":{\"type\":\"AWSAccount\",\"principalId\":\"\",\"accountId\":"
            "\"ANONYMOUS_PRINCIPAL\"}",
            "}"},
        {"GetObject", "\"accessKeyId\":\"SVC\",\"userName\":\"bob\"",
            "},\"accessKey\":\"SVC\",\"parentUser\":\"bob\""},
        {"GetObject", "\"accessKeyId\":\"old\",\"userName\":\"old\"",
            "},\"requestHeader\":{\"Authorization\":\"AWS4-HMAC-SHA256 Credential=old/20260302/x\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(reads(sources_read_minio, minio_call(cases[i].minio, cases[i].more)));
        EXPECT_INT(record_count, 1);
        EXPECT(has(0, cases[i].event));
    }
}

static void what_minio_does_by_itself_is_a_service_event(void) {
    EXPECT(reads(sources_read_minio,
        STR_LITERAL(
            "{\"version\":\"1\",\"time\":\"2026-03-02T08:00:01Z\",\"trigger\":\"ilm:expiry\",\"event\":"
            "\"ILMExpiry\",\"api\":{\"bucket\":\"b\",\"object\":\"k\"}}")));
    EXPECT(has(0, "\"eventType\":\"AwsServiceEvent\"") && has(0, "\"invokedBy\":\"minio.io\""));
    EXPECT(has(0, "\"serviceEventDetails\":{\"trigger\":\"ilm:expiry\",\"bucketName\":\"b\",\"key\":\"k\"}"));
}

static void every_key_of_a_batch_is_in_its_records(void) {
    enum { KEYS = 1000 };
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&body,
        "{\"version\":\"1\",\"requestID\":\"1\",\"time\":\"2026-03-02T08:00:00Z\",\"api\":{"
        "\"name\":\"DeleteMultipleObjects\",\"bucket\":\"b\",\"objects\":[");
    for (size_t i = 0; i < KEYS; i++)
        buf_append_format(
            &body, "%s{\"objectName\":\"%0*zu\",\"versionId\":\"v%zu\"}", i == 0 ? "" : ",", 200, i, i);
    buf_append_text(&body, "]}}");
    EXPECT(reads(sources_read_minio, buf_str(&body)));
    EXPECT(record_count > 1 && record_count < 10);
    EXPECT(has(0, "\"part\":1,\"parts\":") && has(record_count - 1, "\"requestID\":\"1\""));
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    for (size_t i = 0, found = 0; i < KEYS; i++) {
        struct str parameter = arena_format(&arena, "{\"Key\":\"%0*zu\",\"VersionId\":\"v%zu\"}", 200, i, i);
        struct str resource = arena_format(&arena, "\"arn:aws:s3:::b/%0*zu\"", 200, i);
        for (size_t record = found = 0; record < record_count; record++)
            found += str_find(buf_str(&records[record]), parameter) != SIZE_MAX &&
                     str_find(buf_str(&records[record]), resource) != SIZE_MAX;
        EXPECT_INT(found, 1);
    }
}

static void several_documents_come_as_lines_or_as_a_list(void) {
    EXPECT(
        reads(sources_read_minio, STR_LITERAL("{\"api\":{}}\n\n{}\r\n{\"api\":{\"name\":\"GetObject\"}}\n")));
    EXPECT_INT(record_count, 2);
    EXPECT(reads(sources_read_minio, STR_LITERAL("[{\"api\":{}},{},{\"api\":{}}]")));
    EXPECT_INT(record_count, 2);
    EXPECT(reads(sources_read_minio, STR_LITERAL("{}"))); /* somebody asks whether we are here */
    EXPECT(reads(sources_read_minio, STR_LITERAL(" ")));
    EXPECT_INT(record_count, 0);
}

static void what_is_no_event_is_refused_with_its_place(void) {
    EXPECT(!reads(sources_read_minio, STR_LITERAL("{\"api\":{}}\n{\"api\":")));
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(str_starts_with(str_from(error.message), STR_LITERAL("line 2: ")));
    EXPECT(!reads(sources_read_minio, STR_LITERAL("{\"kind\":\"Event\"}")));
    EXPECT(str_is(str_from(error.message), "this is no entry of MinIO's audit log: it has no api"));
    EXPECT(!reads(sources_read_minio, STR_LITERAL("[7]")));
    EXPECT(!reads(sources_read_kubernetes, STR_LITERAL("{\"items\":[{\"stage\":\"Panic\"},{}]}")));
    EXPECT(str_is(str_from(error.message), "items[1]: this is no event of audit.k8s.io: it has no stage"));
    SCOPED(buf_finish) struct buf many = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&many, "[{\"stage\":\"RequestReceived\"}");
    for (size_t i = 0; i < SOURCES_EVENTS_MAX; i++)
        buf_append_text(&many, ",{\"stage\":\"RequestReceived\"}");
    buf_append_char(&many, ']');
    EXPECT(!reads(sources_read_kubernetes, buf_str(&many)));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

static struct uuid id_of(size_t index) {
    struct event_parser *parser = event_parser_create();
    struct event_facets facets = {0};
    static const char padding[JSON_PADDING];
    size_t size = records[index].size;
    buf_append(&records[index], padding, sizeof padding);
    EXPECT(event_parse(parser, str_of(records[index].data, size), now, &facets, &error));
    event_parser_destroy(parser);
    records[index].size = size;
    return facets.id;
}

static bool same_id(struct uuid a, struct uuid b) {
    return memcmp(a.bytes, b.bytes, UUID_SIZE) == 0;
}

static void ids_follow_from_the_event_and_nothing_else(void) {
    EXPECT(reads(sources_read_minio, minio_call("GetObject", "}")));
    struct uuid first = id_of(0);
    EXPECT(reads(sources_read_minio, minio_call("GetObject", "},\"tags\":{}")));
    EXPECT(same_id(first, id_of(0)));
    EXPECT(reads(sources_read_minio, minio_call("HeadObject", "}")));
    EXPECT(!same_id(first, id_of(0)));
    EXPECT(reads(sources_read_kubernetes,
        STR_LITERAL(
            "[{\"auditID\":\"a\",\"stage\":\"Panic\"},{\"auditID\":\"a\",\"stage\":\"ResponseComplete\"},{"
            "\"auditID\":\"a\",\"stage\":\"Panic\",\"verb\":\"get\"},{\"stage\":\"Panic\"},{\"stage\":"
            "\"Panic\",\"verb\":\"get\"}]")));
    EXPECT_INT(record_count, 5);
    EXPECT(same_id(id_of(0), id_of(2)) && !same_id(id_of(0), id_of(1)) && !same_id(id_of(3), id_of(4)));
}

static void a_wrong_clock_does_not_keep_an_event_out(void) {
    EXPECT(reads(sources_read_minio, STR_LITERAL("{\"time\":\"2026-03-02T08:05:00Z\",\"api\":{}}\n{\"time\":"
                                                 "\"2026-03-02T09:00:00Z\",\"api\":{}}\n{\"time\":"
                                                 "\"1026-03-02T08:00:00Z\",\"api\":{}}")));
    EXPECT(has(0, "\"eventTime\":\"2026-03-02T08:05:00Z\""));
    EXPECT(has(1, "\"eventTime\":\"2026-03-02T08:00:10Z\""));
    EXPECT(has(2, "\"eventTime\":\"2026-03-02T08:00:10Z\""));
    for (size_t i = 0; i < 3; i++)
        id_of(i);
}

static const char create_secret[] =
    "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/"
    "v1\",\"items\":[{\"level\":\"RequestResponse\",\"auditID\":"
    "\"4bd2\",\"stage\":\"ResponseComplete\",\"requestURI\":\"/api/v1/namespaces/prod/"
    "secrets?fieldManager=kubectl&"
    "token=QUERYTOKEN\",\"verb\":\"create\",\"user\":{\"username\":\"alice\",\"uid\":\"u-1\",\"groups\":["
    "\"dev\"],"
    "\"extra\":{\"scopes\":[\"EXTRA\"]}},\"impersonatedUser\":{\"username\":\"bob\",\"groups\":[\"ops\"]},"
    "\"sourceIPs\":[\"203.0.113.9\",\"192.0.2.7\"],\"userAgent\":\"kubectl\",\"objectRef\":{\"resource\":"
    "\"secrets\",\"namespace\":\"prod\",\"apiVersion\":\"v1\"},\"responseStatus\":{\"code\":201},"
    "\"requestObject\":{"
    "\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\",\"annotations\":{\"x\":\"ANNOTATION\"}},\"data\":{"
    "\"password\":"
    "\"DATA\"}},\"responseObject\":{\"metadata\":{\"name\":\"db\"},\"data\":{\"password\":\"DATA\"}},"
    "\"requestReceivedTimestamp\":\"2026-03-02T08:00:00.000000Z\",\"stageTimestamp\":"
    "\"2026-03-02T08:00:05.120000Z\",\"annotations\":{\"authorization.k8s.io/decision\":\"allow\","
    "\"patch.webhook.admission.k8s.io/round_0_index_0\":\"PATCH\"}},{\"auditID\":\"4bd2\",\"stage\":"
    "\"RequestReceived\",\"verb\":\"create\"}]}";

static void a_call_to_kubernetes_is_recorded_without_its_objects(void) {
    EXPECT(reads(sources_read_kubernetes, str_from(create_secret)));
    EXPECT_INT(record_count, 1);
    EXPECT_INT(skipped_count, 1); /* a request is one event, at its end */
    EXPECT(has(0,
        "\"userIdentity\":{\"type\":\"KubernetesUser\",\"principalId\":\"u-1\",\"accountId\":\"" ACCOUNT
        "\",\"userName\":\"alice\"},\"eventTime\":\"2026-03-02T08:00:05Z\",\"eventSource\":"
        "\"kubernetes.io\",\"eventName\":\"CreateSecrets\",\"awsRegion\":\"eu-west-1\","
        "\"sourceIPAddress\":\"192.0.2.7\",\"userAgent\":\"kubectl\",\"requestParameters\":{\"verb\":"
        "\"create\",\"namespace\":\"prod\",\"resource\":\"secrets\",\"name\":\"db\",\"apiVersion\":\"v1\","
        "\"uri\":\"/api/v1/namespaces/prod/secrets\",\"fieldManager\":\"kubectl\"}"));
    EXPECT(has(0, "\"impersonatedUser\":{\"username\":\"bob\",\"groups\":[\"ops\"]}"));
    EXPECT(has(0, "\"annotations\":{\"authorization.k8s.io/decision\":\"allow\"}"));
    EXPECT(has(0, "\"requestID\":\"4bd2\"") && has(0, "\"managementEvent\":true"));
    static const char *const secrets[] = {"QUERYTOKEN", "EXTRA", "ANNOTATION", "DATA", "PATCH"};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        EXPECT(str_find(buf_str(&records[0]), str_from(secrets[i])) == SIZE_MAX);
}

static void verbs_and_resources_make_names(void) {
    static const struct {
        const char *event, *name;
        bool is_read;
    } cases[] = {
        {"\"verb\":\"list\",\"objectRef\":{\"resource\":\"pods\"}", "ListPods", true},
        {"\"verb\":\"watch\",\"objectRef\":{\"resource\":\"pods\"}", "WatchPods", true},
        {"\"verb\":\"patch\",\"objectRef\":{\"resource\":\"pods\",\"subresource\":\"status\"}",
            "PatchPodsStatus", false},
        {"\"verb\":\"get\",\"objectRef\":{\"resource\":\"pods\",\"subresource\":\"log\"}", "GetPodsLog",
            true},
        {"\"verb\":\"get\",\"objectRef\":{\"resource\":\"pods\",\"subresource\":\"exec\"}", "ConnectPodsExec",
            false},
        {"\"verb\":\"create\",\"objectRef\":{\"resource\":\"nodes\",\"subresource\":\"proxy\"}",
            "ConnectNodesProxy", false},
        {"\"verb\":\"deletecollection\",\"objectRef\":{\"resource\":\"jobs\"}", "DeleteCollectionJobs",
            false},
        {"\"verb\":\"get\",\"requestURI\":\"/healthz\"", "GetNonResource", true},
        {"\"level\":\"Metadata\"", "UnknownNonResource", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512], wanted[128];
        (void)snprintf(text, sizeof text, "{\"stage\":\"ResponseComplete\",%s}", cases[i].event);
        (void)snprintf(wanted, sizeof wanted, "\"eventName\":\"%s\"", cases[i].name);
        EXPECT(reads(sources_read_kubernetes, str_from(text)));
        EXPECT(has(0, wanted));
        EXPECT(has(0, cases[i].is_read ? "\"readOnly\":true" : "\"readOnly\":false"));
    }
    EXPECT(reads(sources_read_kubernetes,
        STR_LITERAL(
            "{\"stage\":\"ResponseComplete\",\"requestURI\":\"/x?command=sh&command=-c&command=id%20-u\","
            "\"responseStatus\":{\"code\":403,\"reason\":\"Forbidden\",\"message\":\"no\"}}")));
    EXPECT(has(0, "\"command\":\"sh -c id -u\""));
    EXPECT(has(0, "\"errorCode\":\"Forbidden\",\"errorMessage\":\"no\""));
}

/* ---- the door ---- */

#define MINIO_TOKEN "minio-token-0123456789"
#define KUBE_TOKEN  "kube-token-0123456789"

static struct {
    struct arena arena;
    struct disk_sim *sim;
    struct clock_manual clock;
    struct journal *journal;
    struct seen *seen;
    struct admission *admission;
    struct sources *sources;
    struct http_server *server;
    struct http_client *client;
} door;

static const struct source_entry door_entries[] = {
    {.name = {"store", 5}, .kind = {"minio", 5}, .token = {MINIO_TOKEN, sizeof MINIO_TOKEN - 1}},
    {.name = {"cluster", 7},
        .kind = {"kubernetes", 10},
        .token = {KUBE_TOKEN, sizeof KUBE_TOKEN - 1},
        .account = {"210987654321", 12}},
};

static struct sources_options door_options(void) {
    return (struct sources_options){.admission = door.admission,
        .clock = &door.clock.clock,
        .account = STR_LITERAL(ACCOUNT),
        .region = STR_LITERAL("us-east-1"),
        .entries = door_entries,
        .entry_count = 2,
        .memory_bytes_max = 1 << 20};
}

static void open_door(void) {
    struct journal_options journal_options = {.generation = 1};
    struct seen_options seen_options = {.memory_entries = 64};
    struct admission_options admission_options = {.clock = &door.clock.clock};
    clock_manual_init(&door.clock, now);
    door.arena = ARENA_INIT;
    door.sim = disk_sim_create(1);
    door.journal = journal_open(disk_sim_disk(door.sim), &journal_options, &error);
    door.seen = seen_open(disk_sim_disk(door.sim), &seen_options, &error);
    door.admission =
        admission_open(disk_sim_disk(door.sim), door.journal, door.seen, &admission_options, &error);
    EXPECT(door.admission != NULL);
    admission_start(door.admission);
    struct sources_options options = door_options();
    door.sources = sources_create(&options, &error);
    EXPECT(door.sources != NULL);
    struct http_server_options server_options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 8, .idle_timeout_s = 10};
    door.server = http_server_create(&server_options, sources_service(door.sources), &error);
    door.client = http_client_create(
        &(struct http_client_options){.connect_timeout_ms = 5000, .idle_timeout_ms = 5000});
}

static void close_door(void) {
    http_client_destroy(door.client);
    http_server_stop(door.server);
    http_server_destroy(door.server);
    sources_destroy(door.sources);
    admission_stop(door.admission);
    admission_close(door.admission);
    seen_close(door.seen);
    journal_close(door.journal);
    disk_sim_destroy(door.sim);
    arena_finish(&door.arena);
}

static struct http_reply post(const char *path, const char *authorization, struct str body) {
    struct http_header header = {STR_LITERAL("Authorization"), str_from(authorization)};
    struct http_call call = {.method = STR_LITERAL("POST"),
        .url = arena_format(&door.arena, "http://127.0.0.1:%u%s", http_server_port(door.server), path),
        .headers = &header,
        .header_count = authorization != NULL,
        .body = str_bytes(body),
        .answer_bytes_max = 1 << 20};
    struct http_reply reply = {0};
    EXPECT(http_client_call(door.client, &call, &door.arena, &reply, &error));
    return reply;
}

static bool answers(struct http_reply reply, unsigned status, const char *body) {
    bool is_expected = reply.status == status && str_find(bytes_str(reply.body), str_from(body)) != SIZE_MAX;
    if (!is_expected)
        printf("# %u %.*s\n", reply.status, STR(bytes_str(reply.body)));
    return is_expected;
}

static void only_who_has_the_token_is_heard(void) {
    open_door();
    struct str probe = STR_LITERAL("{}");
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, probe), 200, "\"Accepted\":0"));
    EXPECT(answers(post("/sources/minio/", "Bearer " MINIO_TOKEN, probe), 200, "\"Accepted\":0"));
    EXPECT(answers(post("/sources/minio", "bearer " MINIO_TOKEN, probe), 200, "\"Accepted\":0"));
    static const char *const wrong[] = {NULL, "", "Bearer ", "Bearer " KUBE_TOKEN,
        "Bearer minio-token-012345678", "Bearer minio-token-0123456780", "Basic " MINIO_TOKEN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct http_reply reply = post("/sources/minio", wrong[i], probe);
        EXPECT(answers(reply, 401, "{\"__type\":\"UnauthorizedException\",\"Message\":\"The header"));
        EXPECT(str_is(http_reply_header(&reply, "WWW-Authenticate"), "Bearer"));
    }
    EXPECT(answers(post("/sources/others", MINIO_TOKEN, probe), 404, "NotFound"));
    close_door();
}

static void an_event_that_comes_again_is_a_duplicate(void) {
    open_door();
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, str_from(put_object)), 200,
        "{\"Accepted\":1,\"Duplicate\":0,\"Refused\":0,\"Skipped\":0}"));
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, str_from(put_object)), 200,
        "{\"Accepted\":0,\"Duplicate\":1,\"Refused\":0,\"Skipped\":0}"));
    EXPECT(answers(post("/sources/kubernetes", "Bearer " KUBE_TOKEN, str_from(create_secret)), 200,
        "{\"Accepted\":1,\"Duplicate\":0,\"Refused\":0,\"Skipped\":1}"));
    EXPECT_INT(admission_stats(door.admission).admitted, 2);
    EXPECT_INT(admission_stats(door.admission).conflicts, 0);
    close_door();
}

static void bodies_that_are_wrong_change_nothing(void) {
    open_door();
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, STR_LITERAL("{\"api\":{}}\n{")), 400,
        "\"__type\":\"SerializationException\",\"Message\":\"line 2: "));
    EXPECT(answers(post("/sources/kubernetes", KUBE_TOKEN, STR_LITERAL("not json")), 400, "not valid JSON"));
    SCOPED(buf_finish) struct buf large = BUF_INIT(BUF_UNBOUNDED);
    memset(buf_reserve(&large, SOURCES_BODY_BYTES_MAX + 1), ' ', SOURCES_BODY_BYTES_MAX + 1);
    buf_commit(&large, SOURCES_BODY_BYTES_MAX + 1);
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, buf_str(&large)), 413, "16 MiB and 10000 events"));
    /* It fits, but not into the memory that there is for all of them. */
    EXPECT(answers(
        post("/sources/minio", MINIO_TOKEN, str_slice(buf_str(&large), 0, 1 << 19)), 429, "Rate exceeded"));
    EXPECT_INT(admission_stats(door.admission).admitted, 0);
    EXPECT(answers(post("/sources/minio", MINIO_TOKEN, STR_LITERAL("{\"api\":{}}")), 200, "\"Accepted\":1"));
    close_door();
}

static void what_cannot_be_made_durable_is_not_answered_200(void) {
    open_door();
    disk_sim_fail_from(door.sim, 0);
    EXPECT(
        answers(post("/sources/minio", MINIO_TOKEN, STR_LITERAL("{\"api\":{}}")), 503, "ServiceUnavailable"));
    close_door();
}

static void sources_that_could_not_work_are_refused_at_start(void) {
    static const struct {
        struct source_entry entry;
        const char *message;
    } cases[] = {
        {{.name = {"x", 1}, .kind = {"syslog", 6}, .token = {MINIO_TOKEN "x", 23}},
            "[source \"x\"]: kind takes minio or kubernetes"},
        {{.name = {"x", 1}, .kind = {"minio", 5}, .token = {"short", 5}},
            "[source \"x\"]: token takes at least 16 characters: make one with `openssl rand -hex 32'"},
        {{.name = {"x", 1}, .kind = {"minio", 5}, .token = {MINIO_TOKEN "x", 23}, .account = {"12", 2}},
            "[source \"x\"]: account takes 12 digits"},
        {{.name = {"x", 1}, .kind = {"minio", 5}, .token = {MINIO_TOKEN "x", 23}, .region = {"EU", 2}},
            "[source \"x\"]: region takes a region like us-east-1"},
        {{.name = {"x", 1}, .kind = {"minio", 5}, .token = {MINIO_TOKEN, sizeof MINIO_TOKEN - 1}},
            "[source \"x\"]: token is that of another source already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct source_entry entries[] = {door_entries[0], cases[i].entry};
        struct sources_options options = door_options();
        options.entries = entries;
        EXPECT(sources_create(&options, &error) == NULL);
        EXPECT(str_is(str_from(error.message), cases[i].message));
    }
}

int main(void) {
    TEST(a_call_to_minio_is_recorded_as_s3_would);
    TEST(nothing_secret_of_a_request_is_recorded);
    TEST(minios_names_become_those_of_s3);
    TEST(what_minio_does_by_itself_is_a_service_event);
    TEST(every_key_of_a_batch_is_in_its_records);
    TEST(several_documents_come_as_lines_or_as_a_list);
    TEST(what_is_no_event_is_refused_with_its_place);
    TEST(ids_follow_from_the_event_and_nothing_else);
    TEST(a_wrong_clock_does_not_keep_an_event_out);
    TEST(a_call_to_kubernetes_is_recorded_without_its_objects);
    TEST(verbs_and_resources_make_names);
    for (size_t i = 0; i < RECORDS_MAX; i++)
        buf_finish(&records[i]);
    TEST(only_who_has_the_token_is_heard);
    TEST(an_event_that_comes_again_is_a_duplicate);
    TEST(bodies_that_are_wrong_change_nothing);
    TEST(what_cannot_be_made_durable_is_not_answered_200);
    TEST(sources_that_could_not_work_are_refused_at_start);
    return tap_done();
}
