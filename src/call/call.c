/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: the record itself, member after member in the order in which AWS writes them, within
 * AWS's limits (user guide: "CloudTrail record contents").
 */
#include "call/call.h"

#include "aws/arn.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "call/operation.h"

#include "private.h"

#include <string.h>

enum {
    PART_COUNT = 4,
    TAIL_SIZE_MAX = 16384, /* what follows resources: texts of at most CALL_TEXT_SIZE_MAX, escaped */
};

/* A part of the call as it goes into the record. */
struct part {
    const char *name;
    size_t size_max;
    struct buf json; /* empty: null */
};

enum { PART_REQUEST, PART_RESPONSE, PART_ADDITIONAL, PART_SERVICE_EVENT };

struct call_recorder {
    struct json_parser *parsers[PART_COUNT];
    struct part parts[PART_COUNT];
    struct json_value request; /* parsed: where S3's resources are named */
    struct buf text;
};

struct call_recorder *call_recorder_create(void) {
    static const struct part parts[PART_COUNT] = {
        [PART_REQUEST] = {"requestParameters", CALL_PART_SIZE_MAX, {0}},
        [PART_RESPONSE] = {"responseElements", CALL_PART_SIZE_MAX, {0}},
        [PART_ADDITIONAL] = {"additionalEventData", CALL_ADDITIONAL_SIZE_MAX, {0}},
        [PART_SERVICE_EVENT] = {"serviceEventDetails", CALL_PART_SIZE_MAX, {0}},
    };
    struct call_recorder *recorder = MEM_NEW(struct call_recorder);
    for (size_t i = 0; i < PART_COUNT; i++) {
        recorder->parsers[i] = json_parser_create();
        recorder->parts[i] = parts[i];
        recorder->parts[i].json = BUF_INIT(BUF_UNBOUNDED);
    }
    recorder->text = BUF_INIT(BUF_UNBOUNDED);
    return recorder;
}

void call_recorder_destroy(struct call_recorder *recorder) {
    if (recorder == NULL)
        return;
    for (size_t i = 0; i < PART_COUNT; i++) {
        json_parser_destroy(recorder->parsers[i]);
        buf_finish(&recorder->parts[i].json);
    }
    buf_finish(&recorder->text);
    mem_free(recorder);
}

/* ---- small writers ---- */

/* At most `size` bytes, and no character cut in two. */
static struct str cut_text(struct str text, size_t size) {
    if (text.size <= size)
        return text;
    while (size > 0 && ((uint8_t)text.data[size] & 0xc0) == 0x80)
        size--;
    return str_slice(text, 0, size);
}

static void write_text(struct json_writer *writer, const char *name, struct str text) {
    json_member_string(writer, name, cut_text(text, CALL_TEXT_SIZE_MAX));
}

static void write_text_unless_empty(struct json_writer *writer, const char *name, struct str text) {
    if (text.size != 0)
        write_text(writer, name, text);
}

static void write_moment(struct json_writer *writer, const char *name, struct moment moment) {
    struct buf text = BUF_INIT(64);
    time_append_iso(&text, moment);
    json_member_string(writer, name, buf_str(&text));
    buf_finish(&text);
}

/* ---- parts ---- */

static void replace_by_marker(struct part *part, const char *why, size_t original_size) {
    struct json_writer writer = JSON_WRITER(&part->json);
    struct buf reason = BUF_INIT(256);
    buf_append_format(&reason, "%s %s", part->name, why);
    buf_clear(&part->json);
    json_begin_object(&writer);
    json_member_string(&writer, "reason", buf_str(&reason));
    json_member_boolean(&writer, "omitted", true);
    json_member_i64(&writer, "originalSize", (int64_t)original_size);
    json_end_object(&writer);
    buf_finish(&reason);
}

/* Fill the part from what the call has; returns the parsed value. */
static struct json_value prepare_part(
    struct call_recorder *recorder, size_t index, const struct call *call, struct call_part from) {
    struct part *part = &recorder->parts[index];
    struct json_value value = from.value;
    struct error error;
    buf_clear(&part->json);
    if (!json_exists(value) && from.json.size != 0 &&
        !json_parse(recorder->parsers[index], from.json, &value, &error)) {
        replace_by_marker(part, "not readable", from.json.size);
        return JSON_MISSING;
    }
    if (json_kind(value) == JSON_NULL)
        return JSON_MISSING;
    if (json_kind(value) != JSON_OBJECT) {
        replace_by_marker(part, "not an object", from.json.size);
        return JSON_MISSING;
    }
    call_append_scrubbed(&part->json, call, value);
    if (part->json.size > part->size_max)
        replace_by_marker(part, "too large", part->json.size);
    else if (str_is(buf_str(&part->json), "{}"))
        buf_clear(&part->json); /* a call without parameters has null */
    return value;
}

/* S3's additionalEventData: the transfer, behind what the caller has. */
static void prepare_transfer(struct call_recorder *recorder, const struct call *call) {
    const struct call_transfer *transfer = call->transfer;
    struct part *part = &recorder->parts[PART_ADDITIONAL];
    struct str version = STR_LITERAL("SigV4");
    if (transfer == NULL)
        return;
    struct json_writer writer = JSON_WRITER(&part->json);
    if (part->json.size > 0) {
        part->json.size--; /* the closing brace; a part is never the empty object */
        writer.needs_comma = true;
    } else {
        json_begin_object(&writer);
    }
    if (transfer->signature_version.size > 0)
        version = transfer->signature_version;
    if (transfer->is_signed)
        json_member_string(&writer, "SignatureVersion", version);
    write_text_unless_empty(&writer, "CipherSuite", call->tls_cipher);
    json_key(&writer, STR_LITERAL("bytesTransferredIn"));
    json_write_u64(&writer, transfer->bytes_in);
    if (transfer->is_signed)
        json_member_string(
            &writer, "AuthenticationMethod", str_from(transfer->is_presigned ? "QueryString" : "AuthHeader"));
    write_text_unless_empty(&writer, "x-amz-id-2", transfer->host_id);
    json_key(&writer, STR_LITERAL("bytesTransferredOut"));
    json_write_u64(&writer, transfer->bytes_out);
    json_end_object(&writer);
}

static void write_part(struct json_writer *writer, const struct part *part) {
    json_key(writer, str_from(part->name));
    if (part->json.size == 0)
        json_write_null(writer);
    else
        json_write_raw(writer, buf_str(&part->json));
}

static void write_part_unless_empty(struct json_writer *writer, const struct part *part) {
    if (part->json.size != 0)
        write_part(writer, part);
}

/* ---- identity ---- */

static void write_federation(struct json_writer *writer, struct str provider) {
    json_key(writer, STR_LITERAL("webIdFederationData"));
    json_begin_object(writer);
    write_text(writer, "federatedProvider", provider);
    json_key(writer, STR_LITERAL("attributes"));
    json_begin_object(writer);
    json_end_object(writer);
    json_end_object(writer);
}

static void write_session(struct json_writer *writer, const struct call_identity *identity) {
    json_key(writer, STR_LITERAL("sessionContext"));
    json_begin_object(writer);
    if (identity->issuer_type.size != 0) {
        json_key(writer, STR_LITERAL("sessionIssuer"));
        json_begin_object(writer);
        write_text(writer, "type", identity->issuer_type);
        write_text_unless_empty(writer, "principalId", identity->issuer_principal_id);
        write_text_unless_empty(writer, "arn", identity->issuer_arn);
        write_text_unless_empty(writer, "accountId", identity->issuer_account);
        write_text_unless_empty(writer, "userName", identity->issuer_user_name);
        json_end_object(writer);
    }
    if (identity->federated_provider.size != 0)
        write_federation(writer, identity->federated_provider);
    if (identity->session_began_at.ms != MOMENT_NONE.ms) {
        json_key(writer, STR_LITERAL("attributes"));
        json_begin_object(writer);
        write_moment(writer, "creationDate", identity->session_began_at);
        /* A truth in words, as AWS has it. */
        json_member_string(writer, "mfaAuthenticated", str_from(identity->has_mfa ? "true" : "false"));
        json_end_object(writer);
    }
    write_text_unless_empty(writer, "sourceIdentity", identity->source_identity);
    json_end_object(writer);
}

static void write_identity(struct json_writer *writer, const struct call_identity *identity) {
    json_key(writer, STR_LITERAL("userIdentity"));
    json_begin_object(writer);
    write_text_unless_empty(writer, "type", identity->type);
    if (str_is(identity->type, "AWSAccount")) /* callers without credentials have it empty */
        write_text(writer, "principalId", identity->principal_id);
    else
        write_text_unless_empty(writer, "principalId", identity->principal_id);
    write_text_unless_empty(writer, "arn", identity->arn);
    write_text_unless_empty(writer, "accountId", identity->account);
    write_text_unless_empty(writer, "accessKeyId", identity->access_key_id);
    write_text_unless_empty(writer, "userName", identity->user_name);
    if (identity->has_session)
        write_session(writer, identity);
    write_text_unless_empty(writer, "invokedBy", identity->invoked_by);
    write_text_unless_empty(writer, "identityProvider", identity->identity_provider);
    json_end_object(writer);
}

/* ---- resources ---- */

/* resources[], opened by its first element: AWS leaves an empty list out. */
struct resource_writer {
    struct json_writer *writer;
    size_t record_start;
    bool is_open;
};

static void write_resource(
    struct resource_writer *resources, const struct call_resource *resource, bool is_prefix) {
    static const struct call_secrets of_no_service = {.service = {"", 0}};
    struct json_writer *writer = resources->writer;
    struct str arn = resource->arn;
    SCOPED(buf_finish) struct buf covered = BUF_INIT(BUF_UNBOUNDED);
    if (call_text_append_covered(&covered, &of_no_service, arn, true))
        arn = buf_str(&covered);
    size_t size_max = 6 * (resource->account.size + resource->type.size + arn.size) + 64;
    if (writer->buf->size - resources->record_start + size_max + TAIL_SIZE_MAX > CALL_RECORD_SIZE_MAX)
        return;
    if (!resources->is_open) {
        json_key(writer, STR_LITERAL("resources"));
        json_begin_array(writer);
        resources->is_open = true;
    }
    json_begin_object(writer);
    if (resource->account.size != 0)
        json_member_string(writer, "accountId", resource->account);
    if (resource->type.size != 0)
        json_member_string(writer, "type", resource->type);
    json_member_string(writer, is_prefix ? "ARNPrefix" : "ARN", arn);
    json_end_object(writer);
}

/* What stands before the bucket's name in its ARN. Names of directory buckets are unique in a region only. */
static void append_bucket_prefix(struct buf *text, const struct call *call, bool is_directory) {
    buf_append_text(text, "arn:");
    buf_append_str(text, aws_partition_of(call->region));
    if (is_directory)
        buf_append_format(text, ":s3express:%.*s:%.*s:bucket/", STR(call->region), STR(call->account));
    else
        buf_append_text(text, ":s3:::");
}

/* The object or prefix, without an account, and its bucket behind it, with one. */
static void write_s3_resources(struct call_recorder *recorder, struct resource_writer *resources,
    const struct call *call, enum call_resources kind) {
    bool is_directory = str_is(call->event_source, "s3express.amazonaws.com");
    struct str bucket = json_text(json_get(recorder->request, "bucketName"));
    struct str key =
        json_text(json_get(recorder->request, kind == CALL_RESOURCES_LISTING ? "prefix" : "key"));
    if (bucket.size == 0)
        return;
    buf_clear(&recorder->text);
    append_bucket_prefix(&recorder->text, call, is_directory);
    buf_append_str(&recorder->text, bucket);
    size_t bucket_size = recorder->text.size;
    buf_append_char(&recorder->text, '/');
    buf_append_str(&recorder->text, key);
    struct call_resource object = {
        .type = str_from(is_directory ? "AWS::S3Express::Object" : "AWS::S3::Object"),
        .arn = buf_str(&recorder->text)};
    if (kind != CALL_RESOURCES_BUCKET)
        write_resource(resources, &object, kind == CALL_RESOURCES_LISTING);
    struct call_resource owner = {.account = call->bucket_account,
        .type = str_from(is_directory ? "AWS::S3Express::DirectoryBucket" : "AWS::S3::Bucket"),
        .arn = str_of(recorder->text.data, bucket_size)};
    write_resource(resources, &owner, false);
}

/* The ARN of a resource whose owner is not known has no account: it is taken to be the record's. */
static void write_own_resource(struct call_recorder *recorder, struct resource_writer *resources,
    const struct call *call, struct call_resource resource) {
    struct aws_arn parts;
    if (!aws_arn_parse(resource.arn, &parts) || parts.account.size != 0) {
        write_resource(resources, &resource, false);
        return;
    }
    buf_clear(&recorder->text);
    buf_append_format(&recorder->text, "arn:%.*s:%.*s:%.*s:%.*s:%.*s", STR(parts.partition),
        STR(parts.service), STR(parts.region), STR(call->account), STR(parts.resource));
    resource.account = call->account;
    resource.arn = buf_str(&recorder->text);
    write_resource(resources, &resource, false);
}

static void write_resources(struct call_recorder *recorder, struct json_writer *writer,
    const struct call *call, const struct call_operation *operation, size_t record_start) {
    struct resource_writer resources = {writer, record_start, false};
    for (size_t i = 0; i < call->resource_count; i++) {
        if (call->resources[i].is_of_call)
            write_own_resource(recorder, &resources, call, call->resources[i]);
        else
            write_resource(&resources, &call->resources[i], false);
    }
    if (operation != NULL && operation->resources != CALL_RESOURCES_GIVEN)
        write_s3_resources(recorder, &resources, call, operation->resources);
    if (resources.is_open)
        json_end_array(writer);
}

/* ---- the record ---- */

/* What the table says of the call, or the name alone where it has no row. */
struct nature {
    const struct call_operation *operation;
    struct str event_name;
    bool is_read, is_data, is_service_event;
};

static struct nature nature_of(const struct call *call) {
    struct nature nature = {.operation = call_operation_find(call->event_source, call->operation)};
    nature.is_service_event = json_exists(call->service_event.value) || call->service_event.json.size != 0;
    nature.event_name = call->operation;
    if (nature.operation != NULL) {
        nature.event_name = str_from(nature.operation->event_name);
        nature.is_read = nature.operation->is_read;
        nature.is_data = nature.operation->is_data;
    } else {
        nature.is_read = !nature.is_service_event && call_is_read_name(call->operation);
    }
    return nature;
}

/* S3 puts the client's name in brackets. */
static void write_user_agent(
    struct call_recorder *recorder, struct json_writer *writer, const struct call *call) {
    struct str agent = cut_text(call->user_agent, CALL_TEXT_SIZE_MAX);
    SCOPED(buf_finish) struct buf covered = BUF_INIT(BUF_UNBOUNDED);
    struct call_secrets secrets = {.service = STR_EMPTY};
    if (call_text_append_covered(&covered, &secrets, agent, true))
        agent = cut_text(buf_str(&covered), CALL_TEXT_SIZE_MAX);
    if (str_is(call->event_source, "s3.amazonaws.com") && agent.size != 0) {
        agent = cut_text(agent, CALL_TEXT_SIZE_MAX - 2);
        buf_clear(&recorder->text);
        buf_append_char(&recorder->text, '[');
        buf_append_str(&recorder->text, agent);
        buf_append_char(&recorder->text, ']');
        agent = buf_str(&recorder->text);
    }
    if (agent.size != 0)
        json_member_string(writer, "userAgent", agent);
}

static void write_tls(struct json_writer *writer, const struct call *call) {
    if (call->tls_version.size == 0 && call->host.size == 0)
        return;
    json_key(writer, STR_LITERAL("tlsDetails"));
    json_begin_object(writer);
    write_text_unless_empty(writer, "tlsVersion", call->tls_version);
    write_text_unless_empty(writer, "cipherSuite", call->tls_cipher);
    write_text_unless_empty(writer, "clientProvidedHostHeader", call->host);
    json_end_object(writer);
}

static void write_head(struct call_recorder *recorder, struct json_writer *writer, const struct call *call,
    const struct nature *nature) {
    json_member_string(writer, "eventVersion", STR_LITERAL("1.11"));
    write_identity(writer, &call->identity);
    write_moment(writer, "eventTime", call->time);
    write_text(writer, "eventSource", call->event_source);
    write_text(writer, "eventName", nature->event_name);
    write_text(writer, "awsRegion", call->region);
    write_text(writer, "sourceIPAddress", call->source_ip);
    write_user_agent(recorder, writer, call);
    write_text_unless_empty(writer, "errorCode", call->error_code);
    if (call->error_message.size != 0) {
        buf_clear(&recorder->text);
        call_append_message(&recorder->text, call, recorder->request);
        write_text(writer, "errorMessage", buf_str(&recorder->text));
    }
    write_part(writer, &recorder->parts[PART_REQUEST]);
    write_part(writer, &recorder->parts[PART_RESPONSE]);
    write_part_unless_empty(writer, &recorder->parts[PART_ADDITIONAL]);
}

static void write_tail(struct call_recorder *recorder, struct json_writer *writer, const struct call *call,
    const struct nature *nature) {
    json_member_string(
        writer, "eventType", str_from(nature->is_service_event ? "AwsServiceEvent" : "AwsApiCall"));
    write_text_unless_empty(writer, "apiVersion", call->api_version);
    json_member_boolean(writer, "managementEvent", !nature->is_data);
    write_text(writer, "recipientAccountId", call->account);
    write_text_unless_empty(writer, "sharedEventID", call->shared_id);
    write_text_unless_empty(writer, "vpcEndpointId", call->vpc_endpoint_id);
    write_text_unless_empty(writer, "vpcEndpointAccountId", call->vpc_endpoint_account);
    write_part_unless_empty(writer, &recorder->parts[PART_SERVICE_EVENT]);
    json_member_string(writer, "eventCategory", str_from(nature->is_data ? "Data" : "Management"));
    write_tls(writer, call);
    if (call->is_from_console)
        json_member_string(writer, "sessionCredentialFromConsole", STR_LITERAL("true"));
}

static void write_record(
    struct call_recorder *recorder, struct buf *buf, const struct call *call, const struct nature *nature) {
    struct json_writer writer = JSON_WRITER(buf);
    size_t start = buf->size;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(call->event_id, id);
    json_begin_object(&writer);
    write_head(recorder, &writer, call, nature);
    write_text_unless_empty(&writer, "requestID", call->request_id);
    json_member_string(&writer, "eventID", str_from(id));
    json_member_boolean(&writer, "readOnly", nature->is_read);
    write_resources(recorder, &writer, call, nature->operation, start);
    write_tail(recorder, &writer, call, nature);
    json_end_object(&writer);
}

void call_append_record(struct call_recorder *recorder, struct buf *buf, const struct call *call) {
    struct nature nature = nature_of(call);
    bool has_response = call->error_code.size == 0 && call->error_message.size == 0 &&
                        (!nature.is_read || (nature.operation != NULL && nature.operation->keeps_response));
    recorder->request = prepare_part(recorder, PART_REQUEST, call, call->request);
    prepare_part(recorder, PART_RESPONSE, call, has_response ? call->response : (struct call_part){0});
    prepare_part(recorder, PART_ADDITIONAL, call, call->additional);
    prepare_part(recorder, PART_SERVICE_EVENT, call, call->service_event);
    prepare_transfer(recorder, call);
    size_t start = buf->size;
    write_record(recorder, buf, call, &nature);
    /* Each part within its limit and all together above the record's: the largest have to go. */
    for (size_t i = 0; i < PART_COUNT && !buf->overflowed && buf->size - start > CALL_RECORD_SIZE_MAX; i++) {
        static const size_t order[PART_COUNT] = {
            PART_RESPONSE, PART_REQUEST, PART_SERVICE_EVENT, PART_ADDITIONAL};
        struct part *part = &recorder->parts[order[i]];
        if (part->json.size < CALL_TEXT_SIZE_MAX)
            continue;
        replace_by_marker(part, "too large", part->json.size);
        buf->size = start;
        write_record(recorder, buf, call, &nature);
    }
}
