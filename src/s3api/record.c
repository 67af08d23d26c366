/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "admission/admission.h"
#include "base/own.h"
#include "call/call.h"
#include "codec/json.h"
#include "sys/random.h"

#include "exchange.h"

#include <string.h>

/* Headers that stand among the parameters of a call. */
static const char *const PARAMETER_HEADERS[] = {"x-amz-acl", "x-amz-copy-source", "x-amz-copy-source-range",
    "x-amz-metadata-directive", "x-amz-storage-class", "x-amz-object-ownership", "x-amz-checksum-algorithm"};

static void write_member(struct json_writer *writer, struct str name, struct str value) {
    json_key(writer, name);
    json_write_string(writer, value);
}

static struct str parameters_of(const struct s3api_exchange *exchange) {
    const struct s3api_request *request = &exchange->request;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    if (request->bucket.size > 0)
        json_member_string(&writer, "bucketName", request->bucket);
    json_member_string(&writer, "Host", request->host);
    if (request->key.size > 0)
        json_member_string(&writer, "key", request->key);
    for (size_t i = 0; i < request->parameter_count; i++)
        write_member(&writer, request->parameters[i].name, request->parameters[i].value);
    for (size_t i = 0; i < sizeof(PARAMETER_HEADERS) / sizeof(PARAMETER_HEADERS[0]); i++) {
        struct str value = s3api_header(exchange, PARAMETER_HEADERS[i]);
        if (value.size > 0)
            json_member_string(&writer, PARAMETER_HEADERS[i], value);
    }
    json_end_object(&writer);
    return arena_str(exchange->arena, buf_str(&text));
}

/* S3 lists every object that one DeleteObjects took away. */
static struct call_resource *deleted_resources(const struct s3api_exchange *exchange) {
    struct call_resource *resources =
        ARENA_ARRAY(exchange->arena, exchange->deleted_count, struct call_resource);
    for (size_t i = 0; i < exchange->deleted_count; i++)
        resources[i] = (struct call_resource){
            .type = STR_LITERAL("AWS::S3::Object"),
            .arn = arena_format(exchange->arena, "arn:aws:s3:::%.*s/%.*s", STR(exchange->request.bucket),
                STR(exchange->deleted_keys[i])),
        };
    return resources;
}

static struct uuid make_event_id(void) {
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof(random));
    return uuid_random(random);
}

static struct str region_of(const struct s3api_exchange *exchange) {
    if (exchange->bucket.region.size > 0)
        return exchange->bucket.region;
    return exchange->identity.region.size > 0 ? exchange->identity.region : exchange->api->options.region;
}

static void describe_connection(const struct s3api_exchange *exchange, struct call *call) {
    call->source_ip = http_client_address(exchange->http);
    call->user_agent = s3api_header(exchange, "User-Agent");
    call->host = exchange->request.host;
    call->tls_version = http_tls_version(exchange->http);
    call->tls_cipher = http_tls_cipher(exchange->http);
}

/* The record of an authenticated call of a known operation. */
static void append_record(
    struct buf *buf, const struct s3api_exchange *exchange, const struct s3api_outcome *outcome) {
    struct call_transfer transfer = {.bytes_in = exchange->body.size,
        .bytes_out = outcome->bytes_out,
        .host_id = exchange->host_id,
        .is_signed = true,
        .is_presigned = exchange->identity.authorization.is_presigned};
    struct call call = {.event_source = STR_LITERAL("s3.amazonaws.com"),
        .operation = str_from(exchange->operation->name),
        .identity = auth_call_identity(exchange->principal),
        .time = exchange->time,
        .region = region_of(exchange),
        .account = exchange->principal->account,
        .error_code = outcome->code,
        .error_message = outcome->message,
        .casing = CALL_CASED,
        .request = {.value = JSON_MISSING, .json = parameters_of(exchange)},
        .request_id = exchange->request_id,
        .event_id = make_event_id(),
        .resources = deleted_resources(exchange),
        .resource_count = exchange->deleted_count,
        .bucket_account = exchange->bucket.owner_account,
        .transfer = &transfer};
    describe_connection(exchange, &call);
    struct call_recorder *recorder = call_recorder_create();
    call_append_record(recorder, buf, &call);
    call_recorder_destroy(recorder);
}

bool s3api_record_admit(
    struct s3api_exchange *exchange, const struct s3api_outcome *outcome, struct error *error) {
    struct admission *admission = exchange->api->options.admission;
    /* As at the other doors: who is not known, or asks for nothing known, makes no event. */
    if (admission == NULL || exchange->principal == NULL || exchange->operation == NULL)
        return true;
    SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
    append_record(&record, exchange, outcome);
    size_t size = record.size;
    memset(buf_reserve(&record, JSON_PADDING), 0, JSON_PADDING);
    struct admission_sender sender = {.door = EVENT_DOOR_S3,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .is_witnessed = true,
        .may_send_reserved = true};
    uint64_t position = 0;
    if (admission_admit(admission, &sender, str_of(record.data, size), &position, error))
        return true;
    bool is_overload = error->kind == ERROR_UNAVAILABLE && !admission_stats(admission).is_refusing;
    if (is_overload || !exchange->operation->is_read_only)
        return false;
    atomic_fetch_add(&exchange->api->unrecorded_reads, 1);
    return true;
}
