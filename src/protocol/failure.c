/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failure: the error that a reply tells, in JSON, CBOR or XML, whatever the call was made in: a service that
 * imitates AWS may answer in another way, and a proxy before it in none at all.
 */
#include "base/own.h"
#include "codec/cbor.h"

#include "body.h"

/* "aws.protocoltests#Name:http://..." is Name; so is "Name;Sender". */
static struct str bare_code(struct str code) {
    for (size_t at = str_find_char(code, '#'); at != SIZE_MAX; at = str_find_char(code, '#'))
        code = str_slice(code, at + 1, SIZE_MAX);
    struct str until_colon = str_cut(&code, ':');
    return str_trim(str_cut(&until_colon, ';'));
}

static void take(struct arena *arena, struct str code, struct str message, struct protocol_call *call) {
    if (code.size != 0)
        call->error_code = arena_str(arena, code);
    if (message.size != 0)
        call->error_message = arena_str(arena, message);
}

/* ---- JSON ---- */

static struct str first_text(struct json_value object, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct str text = json_text(json_get(object, names[i]));
        if (text.size != 0)
            return text;
    }
    return STR_EMPTY;
}

static void read_json(struct arena *arena, struct str json, struct protocol_call *call) {
    static const char *const codes[] = {"__type", "code", "Code", "errorCode"};
    static const char *const messages[] = {"message", "Message", "errorMessage"};
    SCOPED(protocol_document_close) struct protocol_document document = protocol_document_open(json);
    struct json_value nested = json_get(document.root, "Error"); /* as XML's, where that was translated */
    struct json_value root = json_kind(nested) == JSON_OBJECT ? nested : document.root;
    take(arena, bare_code(first_text(root, codes, sizeof codes / sizeof *codes)),
        first_text(root, messages, sizeof messages / sizeof *messages), call);
}

static void read_cbor(struct arena *arena, struct bytes body, struct protocol_call *call) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct error error;
    if (cbor_append_json(&json, body, &error))
        read_json(arena, buf_str(&json), call);
}

/* ---- XML ---- */

/* Where the code stands: ErrorResponse/Error, Response/Errors/Error (EC2, SimpleDB), Error alone (S3). */
static const struct xml_node *error_node(const struct xml_node *root) {
    if (str_is(root->name, "Error"))
        return root;
    const struct xml_node *errors = xml_child(root, "Errors");
    return xml_child(errors != NULL ? errors : root, "Error");
}

static void read_xml(struct arena *arena, struct str text, struct protocol_call *call) {
    static const char *const ids[] = {"RequestId", "RequestID"};
    struct xml_node *root = NULL;
    struct error error;
    if (!xml_parse(arena, text, &root, &error))
        return;
    const struct xml_node *node = error_node(root);
    struct str message = xml_child_text(node, "Message");
    take(arena, bare_code(xml_child_text(node, "Code")),
        message.size != 0 ? message : xml_child_text(node, "message"), call);
    for (size_t i = 0; i < sizeof ids / sizeof *ids && call->request_id.size == 0; i++)
        call->request_id = xml_child_text(root, ids[i]);
}

/* ---- names ---- */

/* Services whose errors are recorded under the name of their type, which the wire has without its ending:
 * real records have NoSuchEntityException of IAM and InvalidDBInstanceStateFault of RDS. */
static const struct {
    const char *service, *ending;
} endings[] = {{"autoscaling", "Fault"}, {"elasticache", "Fault"}, {"elasticloadbalancing", "Exception"},
    {"iam", "Exception"}, {"rds", "Fault"}, {"redshift", "Fault"}, {"ses", "Exception"}, {"sns", "Exception"},
    {"sts", "Exception"}};

/* Errors that any service gives have no type and keep their name (AWS: "Common Errors"). */
static bool is_common(struct str code) {
    static const char *const common[] = {"AccessDenied", "AuthFailure", "ExpiredToken", "IncompleteSignature",
        "InternalFailure", "InternalError", "InvalidAccessKeyId", "InvalidAction", "InvalidClientTokenId",
        "InvalidParameterCombination", "InvalidParameterValue", "InvalidQueryParameter", "InvalidSecurity",
        "MalformedQueryString", "MissingAction", "MissingAuthenticationToken", "MissingParameter",
        "NotAuthorized", "NotImplemented", "OptInRequired", "RequestExpired", "RequestLimitExceeded",
        "ServiceUnavailable", "SignatureDoesNotMatch", "Throttling", "Unauthorized", "UnauthorizedOperation",
        "UnsupportedOperation", "ValidationError"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (str_is(code, common[i]))
            return true;
    }
    return false;
}

static bool has_ending(struct str code) {
    return str_ends_with(code, STR_LITERAL("Exception")) || str_ends_with(code, STR_LITERAL("Fault")) ||
           str_ends_with(code, STR_LITERAL("Error"));
}

static void complete_name(struct arena *arena, struct protocol_call *call) {
    struct str code = call->error_code;
    if (code.size == 0 || has_ending(code) || is_common(code) || call->kind != PROTOCOL_QUERY)
        return;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (str_is(call->service, endings[i].service))
            call->error_code = arena_format(arena, "%.*s%s", STR(code), endings[i].ending);
    }
}

/* EC2's records tell whose fault it was. */
static void prefix_name(struct arena *arena, unsigned status, struct protocol_call *call) {
    struct str code = call->error_code;
    bool has_prefix =
        str_starts_with(code, STR_LITERAL("Client.")) || str_starts_with(code, STR_LITERAL("Server."));
    if (call->kind == PROTOCOL_EC2 && code.size != 0 && !has_prefix)
        call->error_code = arena_format(arena, "%s.%.*s", status >= 500 ? "Server" : "Client", STR(code));
}

void protocol_read_failure(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call) {
    static const char *const headers[] = {"x-amzn-errortype", "x-amzn-query-error"};
    struct bytes plain = protocol_body_plain(arena, body);
    struct str text = str_trim(bytes_str(plain));
    for (size_t i = 0; i < sizeof headers / sizeof *headers && call->error_code.size == 0; i++)
        take(arena, bare_code(protocol_header(reply->headers, reply->header_count, str_from(headers[i]))),
            STR_EMPTY, call);
    if (str_starts_with(text, STR_LITERAL("<")))
        read_xml(arena, text, call);
    else if (str_starts_with(text, STR_LITERAL("{")))
        read_json(arena, text, call);
    else if (text.size != 0)
        read_cbor(arena, plain, call);
    complete_name(arena, call);
    prefix_name(arena, reply->status, call);
}
