/* SPDX-License-Identifier: Apache-2.0 */
/* session: whom the keys that STS and IAM hand out belong to. Secrets and tokens are not looked at. */
#include "aws/arn.h"
#include "base/own.h"
#include "codec/text.h"

#include "body.h"

/* A result in XML or, where that is NULL, in JSON: AWS's names are the same. */
struct result {
    const struct xml_node *xml;
    struct json_value json;
};

static struct result member(struct result result, const char *name) {
    return (struct result){xml_child(result.xml, name), json_get(result.json, name)};
}

static struct str text(struct result result, const char *name) {
    return result.xml != NULL ? xml_child_text(result.xml, name) : json_text(json_get(result.json, name));
}

/* ISO 8601, or JSON's seconds of the epoch. */
static struct moment time_of(struct result result, const char *name) {
    struct moment moment = MOMENT_NONE;
    double seconds = 0;
    if (json_double(json_get(result.json, name), &seconds) && seconds > 0 && seconds < 1e11)
        moment.ms = (int64_t)(seconds * MS_PER_SECOND);
    else
        IGNORE(time_parse_iso(text(result, name), &moment), "then there is none");
    return moment;
}

/* A parameter of the request, which the part has in lower or in upper casing. */
static struct str parameter(struct arena *arena, struct json_value request, const char *name) {
    struct str value = json_text(json_get(request, name));
    if (value.size == 0)
        value = json_text(json_get_str(request, protocol_lowered(arena, str_from(name))));
    return arena_str(arena, value);
}

static struct str account_of(struct str arn) {
    struct aws_arn parts;
    return aws_arn_parse(arn, &parts) ? parts.account : STR_EMPTY;
}

/* The last step of a role's or user's path. */
static struct str name_of(struct str arn) {
    while (str_find_char(arn, '/') != SIZE_MAX)
        IGNORE(str_cut(&arn, '/').size != 0, "only the name counts");
    return arn;
}

static void read_role(
    struct arena *arena, struct json_value request, struct result result, struct protocol_session *session) {
    struct result user = member(result, "AssumedRoleUser");
    struct str id = arena_str(arena, text(user, "AssumedRoleId"));
    session->type = STR_LITERAL("AssumedRole");
    session->principal_id = id;
    session->arn = arena_str(arena, text(user, "Arn"));
    session->account = account_of(session->arn);
    session->issuer_type = STR_LITERAL("Role");
    session->issuer_principal_id = str_cut(&id, ':');
    session->issuer_arn = parameter(arena, request, "RoleArn");
    session->issuer_account = account_of(session->issuer_arn);
    session->issuer_user_name = name_of(session->issuer_arn);
    session->source_identity = arena_str(arena, text(result, "SourceIdentity"));
    if (session->source_identity.size == 0)
        session->source_identity = parameter(arena, request, "SourceIdentity");
    session->federated_provider = arena_str(arena, text(result, "Provider"));
}

static void read_federated(struct arena *arena, struct result result, struct protocol_session *session) {
    struct result user = member(result, "FederatedUser");
    session->type = STR_LITERAL("FederatedUser");
    session->principal_id = arena_str(arena, text(user, "FederatedUserId"));
    session->arn = arena_str(arena, text(user, "Arn"));
    session->account = account_of(session->arn);
}

static void read_access_key(struct arena *arena, struct result result, struct protocol_call *call) {
    struct result key = member(result, "AccessKey");
    struct protocol_session session = {.expires_at = MOMENT_NONE, .type = STR_LITERAL("IAMUser")};
    session.access_key_id = arena_str(arena, text(key, "AccessKeyId"));
    session.user_name = arena_str(arena, text(key, "UserName"));
    if (session.access_key_id.size == 0)
        return;
    struct protocol_session *kept = ARENA_NEW(arena, struct protocol_session);
    *kept = session;
    call->session = kept;
}

static void read_credentials(
    struct arena *arena, struct json_value request, struct result result, struct protocol_call *call) {
    struct result credentials = member(result, "Credentials");
    struct protocol_session session = {.expires_at = time_of(credentials, "Expiration")};
    session.access_key_id = arena_str(arena, text(credentials, "AccessKeyId"));
    session.mfa_serial = parameter(arena, request, "SerialNumber");
    if (session.access_key_id.size == 0 || session.expires_at.ms == MOMENT_NONE.ms)
        return;
    if (str_starts_with(call->operation, STR_LITERAL("AssumeRole")))
        read_role(arena, request, result, &session);
    else if (str_is(call->operation, "GetFederationToken"))
        read_federated(arena, result, &session);
    struct protocol_session *kept = ARENA_NEW(arena, struct protocol_session);
    *kept = session;
    call->session = kept;
}

void protocol_read_session(
    struct arena *arena, const struct xml_node *xml, struct json_value json, struct protocol_call *call) {
    static const char *const grants[] = {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity",
        "GetFederationToken", "GetSessionToken"};
    struct result result = {xml, json};
    if (str_is(call->service, "iam") && str_is(call->operation, "CreateAccessKey"))
        read_access_key(arena, result, call);
    if (!str_is(call->service, "sts"))
        return;
    SCOPED(protocol_document_close)
    struct protocol_document request = protocol_document_open(call->parts[0].request.json);
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
        if (str_is(call->operation, grants[i]))
            read_credentials(arena, request.root, result, call);
    }
}
