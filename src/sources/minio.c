/* SPDX-License-Identifier: Apache-2.0 */
/*
 * minio.c: entries of MinIO's audit log, one per call: S3 and STS calls under AWS's names, its own (admin,
 * health, console) under theirs as calls to minio.io, and what it does by itself (expiry, healing) as
 * service events. Requests come with all their headers: what is recorded of them is listed here.
 */
#include "base/own.h"
#include "call/operation.h"

#include "source.h"

enum {
    PART_BYTES_MAX = 90000, /* of the keys that one record of a batch lists, as parameters and as resources */
    OBJECT_BYTES = 40,      /* around the texts of a key among the parameters */
    RESOURCE_BYTES = 80,    /* around those of a resource */
    BUCKET_SIZE_MAX = 255,
};

struct entry {
    struct source_reading *reading;
    struct json_value document, api, query, request_headers, response_headers;
    struct str bucket, object;
    struct call call;
};

/* ---- names ---- */

static const struct row {
    const char *minio, *s3;
} rows[] = {
#define MINIO(minio, s3) {minio, s3},
#include "minio_table.h"
#undef MINIO
};

static void name_call(struct entry *entry) {
    struct str name = sources_text(entry->api, "name");
    struct call *call = &entry->call;
    static const char *const services[] = {"s3.amazonaws.com", "sts.amazonaws.com"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_is(name, rows[i].minio))
            name = str_from(rows[i].s3);
    call->operation = name.size > 0 ? name : STR_LITERAL("Unknown");
    call->event_source = STR_LITERAL("minio.io");
    if (str_starts_with(json_text(json_get(entry->document, "requestPath")), STR_LITERAL("/minio/")))
        return;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (call_operation_find(str_from(services[i]), name) != NULL)
            call->event_source = str_from(services[i]);
}

static bool is_s3(const struct entry *entry) {
    return str_is(entry->call.event_source, "s3.amazonaws.com");
}

/* ---- who ---- */

/* MinIO's names of headers are in Go's casing; older versions have them as they came. */
static struct str header(struct json_value headers, const char *name) {
    struct json_iterator iterator = json_iterate(headers);
    while (json_next(&iterator))
        if (str_equals_ignoring_case(iterator.key, str_from(name)))
            return str_slice(json_text(iterator.value), 0, SOURCES_TEXT_SIZE_MAX);
    return STR_EMPTY;
}

/* The key before the first '/' of a scope. */
static struct str key_of_scope(struct str scope) {
    return str_cut(&scope, '/');
}

/* Versions before 2022 do not name the key outside of the signature. */
static struct str access_key_of(const struct entry *entry) {
    struct str id = sources_text(entry->document, "accessKey");
    if (id.size > 0)
        return id;
    id = sources_text(json_get(entry->document, "requestClaims"), "accessKey");
    if (id.size > 0)
        return id;
    struct str authorization = header(entry->request_headers, "Authorization");
    size_t start = str_find(authorization, STR_LITERAL("Credential="));
    if (start != SIZE_MAX)
        return key_of_scope(str_slice(authorization, start + 11, SIZE_MAX));
    return key_of_scope(header(entry->query, "X-Amz-Credential"));
}

static void identify(struct entry *entry) {
    struct call_identity *identity = &entry->call.identity;
    struct str account = entry->reading->entry->account;
    struct str id = access_key_of(entry), name = sources_text(entry->document, "parentUser");
    if (id.size == 0 && name.size == 0) {
        *identity =
            (struct call_identity){.type = is_s3(entry) ? STR_LITERAL("AWSAccount") : STR_LITERAL("Unknown"),
                .account = is_s3(entry) ? STR_LITERAL("ANONYMOUS_PRINCIPAL") : STR_EMPTY};
        return;
    }
    /* Keys of a user are the user's names in MinIO; service accounts and sessions have a parent. */
    if (name.size == 0)
        name = id;
    *identity = (struct call_identity){.type = STR_LITERAL("IAMUser"),
        .principal_id = name,
        .arn = arena_format(&entry->reading->arena, "arn:aws:iam::%.*s:user/%.*s", STR(account), STR(name)),
        .account = account,
        .access_key_id = id,
        .user_name = name,
        .session_began_at = MOMENT_NONE};
}

/* ---- what ---- */

static const char *const request_headers[] = {"x-amz-acl", "x-amz-bypass-governance-retention",
    "x-amz-copy-source", "x-amz-copy-source-range", "x-amz-grant-full-control", "x-amz-grant-read",
    "x-amz-grant-write", "x-amz-metadata-directive", "x-amz-object-lock-legal-hold", "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class", "x-amz-tagging", "x-amz-tagging-directive", NULL};
static const char *const response_headers[] = {"x-amz-delete-marker", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-version-id", NULL};

static void write_headers(struct json_writer *writer, struct json_value headers, const char *const *names) {
    for (; *names != NULL; names++)
        sources_write_text(writer, *names, header(headers, *names));
}

/* A request cannot write the record's own members. */
static bool is_recorded_parameter(struct arena *arena, struct str name) {
    static const char *const own[] = {"bucketName", "Host", "key", "Delete"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_is(name, own[i]))
            return false;
    return name.size > 0 && name.size <= SOURCES_TEXT_SIZE_MAX && !sources_is_secret_name(arena, name);
}

/* One key of a batch. */
struct key {
    struct str name, version_id;
};

static void write_keys(struct json_writer *writer, const struct key *keys, size_t count) {
    json_key(writer, STR_LITERAL("Delete"));
    json_begin_object(writer);
    json_key(writer, STR_LITERAL("Object"));
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(writer);
        json_member_string(writer, "Key", keys[i].name);
        sources_write_text(writer, "VersionId", keys[i].version_id);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static struct str parameters_of(const struct entry *entry, const struct key *keys, size_t key_count) {
    struct arena *arena = &entry->reading->arena;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    sources_write_text(&writer, "bucketName", entry->bucket);
    sources_write_text(&writer, "Host", sources_text(entry->document, "requestHost"));
    sources_write_text(&writer, "key", key_count == 0 ? entry->object : STR_EMPTY);
    if (!is_s3(entry))
        sources_write_text(&writer, "path", sources_text(entry->document, "requestPath"));
    struct json_iterator iterator = json_iterate(entry->query);
    while (json_next(&iterator)) {
        if (!is_recorded_parameter(arena, iterator.key))
            continue;
        json_key(&writer, iterator.key);
        json_write_string(&writer, json_text(iterator.value));
    }
    write_headers(&writer, entry->request_headers, request_headers);
    if (key_count > 0)
        write_keys(&writer, keys, key_count);
    json_end_object(&writer);
    return arena_str(arena, buf_str(&text));
}

static struct str response_of(const struct entry *entry) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    write_headers(&writer, entry->response_headers, response_headers);
    json_end_object(&writer);
    return arena_str(&entry->reading->arena, buf_str(&text));
}

static void write_size(struct json_writer *writer, const char *name, struct json_value value) {
    int64_t size = 0;
    if (json_i64(value, &size) && size >= 0) /* -1: not known */
        json_member_i64(writer, name, size);
}

/* As S3 has it, and behind it what else MinIO tells of the caller. */
static struct str additional_of(const struct entry *entry, size_t part, size_t part_count) {
    bool is_presigned = header(entry->query, "X-Amz-Signature").size > 0;
    bool is_signed = is_presigned || access_key_of(entry).size > 0;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    if (is_signed)
        json_member_string(&writer, "SignatureVersion", STR_LITERAL("SigV4"));
    write_size(&writer, "bytesTransferredIn", json_get(entry->api, "rx"));
    if (is_signed)
        json_member_string(
            &writer, "AuthenticationMethod", str_from(is_presigned ? "QueryString" : "AuthHeader"));
    sources_write_text(&writer, "x-amz-id-2", header(entry->response_headers, "x-amz-id-2"));
    write_size(&writer, "bytesTransferredOut", json_get(entry->api, "tx"));
    sources_write_text(&writer, "deploymentId", sources_text(entry->document, "deploymentid"));
    struct json_value claims = json_get(entry->document, "requestClaims");
    static const char *const names[] = {
        "sub", "iss", "preferred_username", "ldapUser", "ldapUsername", "parent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        sources_write_text(&writer, names[i], sources_text(claims, names[i]));
    if (part_count > 1) {
        json_member_i64(&writer, "part", (int64_t)part + 1);
        json_member_i64(&writer, "parts", (int64_t)part_count);
    }
    json_end_object(&writer);
    return arena_str(&entry->reading->arena, buf_str(&text));
}

/* ---- how it ended ---- */

/* The log has the status, not S3's error. */
static const struct error_row {
    int64_t status;
    const char *code;
} error_rows[] = {
    {400, "BadRequest"},
    {401, "AccessDenied"},
    {403, "AccessDenied"},
    {404, "NotFound"},
    {405, "MethodNotAllowed"},
    {409, "Conflict"},
    {411, "MissingContentLength"},
    {412, "PreconditionFailed"},
    {416, "InvalidRange"},
    {429, "SlowDown"},
    {500, "InternalError"},
    {501, "NotImplemented"},
    {503, "ServiceUnavailable"},
};

static void judge(struct entry *entry) {
    int64_t status = 0;
    if (!json_i64(json_get(entry->api, "statusCode"), &status) || status < 400)
        return;
    entry->call.error_code = arena_format(&entry->reading->arena, "HTTP%lld", (long long)status);
    for (size_t i = 0; i < sizeof error_rows / sizeof *error_rows; i++)
        if (error_rows[i].status == status)
            entry->call.error_code = str_from(error_rows[i].code);
    struct str message = sources_text(entry->document, "error");
    entry->call.error_message = message.size > 0 ? message : sources_text(entry->api, "status");
}

/* ---- records ---- */

static struct uuid id_of(const struct entry *entry, size_t part) {
    struct str request_id = sources_text(entry->document, "requestID");
    struct str name = STR_EMPTY;
    if (request_id.size > 0)
        name = arena_format(&entry->reading->arena, "%.*s %.*s %.*s %.*s",
            STR(sources_text(entry->document, "deploymentid")), STR(request_id),
            STR(sources_text(entry->document, "time")), STR(sources_text(entry->api, "name")));
    return sources_event_id(entry->reading, name, entry->document, part);
}

/* "192.0.2.7" of "192.0.2.7:4711" and "[2001:db8::1]:4711". */
static struct str without_port(struct str host) {
    if (host.size > 0 && host.data[0] == '[') {
        host = str_slice(host, 1, SIZE_MAX);
        return str_cut(&host, ']');
    }
    size_t colon = str_find_char(host, ':');
    bool has_one = colon != SIZE_MAX && str_find_char(str_slice(host, colon + 1, SIZE_MAX), ':') == SIZE_MAX;
    return has_one ? str_slice(host, 0, colon) : host;
}

static size_t read_keys(const struct entry *entry, struct key **ret_keys) {
    struct json_value list = json_get(entry->api, "objects");
    struct key *keys = ARENA_ARRAY(&entry->reading->arena, json_count(list), struct key);
    size_t count = 0;
    struct json_iterator iterator = json_iterate(list);
    while (!iterator.is_object && json_next(&iterator)) {
        struct str name = sources_text(iterator.value, "objectName");
        if (name.size > 0)
            keys[count++] = (struct key){name, sources_text(iterator.value, "versionId")};
    }
    *ret_keys = keys;
    return count;
}

/* How many of the keys go into one record. Texts count twice, for what has to be escaped. */
static size_t part_size(const struct entry *entry, const struct key *keys, size_t count) {
    size_t size = 0, parameters = 0, resources = 0;
    for (; size < count; size++) {
        parameters += OBJECT_BYTES + 2 * (keys[size].name.size + keys[size].version_id.size);
        resources += RESOURCE_BYTES + entry->bucket.size + 2 * keys[size].name.size;
        if (size > 0 && (parameters > PART_BYTES_MAX || resources > PART_BYTES_MAX))
            break;
    }
    return size;
}

static void add_part(struct entry *entry, const struct key *keys, size_t count, size_t part, size_t parts) {
    struct arena *arena = &entry->reading->arena;
    struct call call = entry->call;
    struct call_resource *resources = ARENA_ARRAY(arena, count, struct call_resource);
    for (size_t i = 0; i < count; i++)
        resources[i] = (struct call_resource){.type = STR_LITERAL("AWS::S3::Object"),
            .arn = arena_format(arena, "arn:aws:s3:::%.*s/%.*s", STR(entry->bucket), STR(keys[i].name))};
    call.resources = resources;
    call.resource_count = count;
    call.request.json = parameters_of(entry, keys, count);
    call.additional.json = additional_of(entry, part, parts);
    call.event_id = id_of(entry, part);
    sources_add(entry->reading, &call);
}

static void add_call(struct entry *entry) {
    struct key *keys = NULL;
    size_t count = read_keys(entry, &keys), parts = 0;
    for (size_t from = 0; from < count; from += part_size(entry, keys + from, count - from))
        parts++;
    if (count == 0)
        add_part(entry, NULL, 0, 0, 1);
    for (size_t from = 0, part = 0; part < parts; part++) {
        size_t size = part_size(entry, keys + from, count - from);
        add_part(entry, keys + from, size, part, parts);
        from += size;
    }
}

/* What MinIO did by itself. */
static void add_own_action(struct entry *entry, struct str trigger) {
    struct arena *arena = &entry->reading->arena;
    struct call *call = &entry->call;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    struct str event = sources_text(entry->document, "event");
    json_begin_object(&writer);
    sources_write_text(&writer, "trigger", trigger);
    sources_write_text(&writer, "bucketName", entry->bucket);
    sources_write_text(&writer, "key", entry->object);
    sources_write_text(&writer, "versionId", sources_text(entry->api, "versionId"));
    sources_write_text(&writer, "deploymentId", sources_text(entry->document, "deploymentid"));
    json_end_object(&writer);
    call->event_source = STR_LITERAL("minio.io");
    call->operation = event.size > 0 ? event : call->operation;
    call->identity = (struct call_identity){
        .account = entry->reading->entry->account, .invoked_by = STR_LITERAL("minio.io")};
    call->service_event.json = arena_str(arena, buf_str(&text));
    call->event_id = id_of(entry, 0);
    sources_add(entry->reading, call);
}

static bool read_entry(struct source_reading *reading, struct json_value document, struct error *error) {
    if (json_kind(document) == JSON_OBJECT && json_count(document) == 0)
        return true; /* MinIO asks so whether somebody listens */
    struct entry entry = {.reading = reading, .document = document, .api = json_get(document, "api")};
    if (json_kind(entry.api) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "this is no entry of MinIO's audit log: it has no api");
    if (!sources_begin_event(reading, error))
        return false;
    entry.query = json_get(document, "requestQuery");
    entry.request_headers = json_get(document, "requestHeader");
    entry.response_headers = json_get(document, "responseHeader");
    entry.bucket = str_slice(sources_text(entry.api, "bucket"), 0, BUCKET_SIZE_MAX);
    entry.object = sources_text(entry.api, "object");
    struct str remote = without_port(sources_text(document, "remotehost"));
    entry.call = (struct call){.time = sources_time(reading, json_get(document, "time")),
        .source_ip = remote.size > 0 ? remote : STR_LITERAL("minio.io"),
        .user_agent = sources_text(document, "userAgent"),
        .request_id = sources_text(document, "requestID"),
        .bucket_account = reading->entry->account};
    name_call(&entry);
    identify(&entry);
    judge(&entry);
    entry.call.response.json = response_of(&entry);
    struct str trigger = sources_text(document, "trigger");
    bool is_call =
        trigger.size == 0 || str_is(trigger, "incoming") || sources_text(document, "requestID").size > 0;
    if (is_call)
        add_call(&entry);
    else
        add_own_action(&entry, trigger);
    return true;
}

bool sources_read_minio(struct source_reading *reading, struct str body, struct error *error) {
    return str_trim(body).size == 0 || sources_read_documents(reading, body, read_entry, error);
}
