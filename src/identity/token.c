/* SPDX-License-Identifier: Apache-2.0 */
/* token.c: users of other directories, who show STS a token of theirs instead of a signature. */
#include "base/own.h"
#include "identity/identity.h"

static void parser_destroyp(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

/* A member of the answer; records have its name with a small letter first. */
static struct str member(
    struct arena *arena, struct json_value answer, const char *cased, const char *wired) {
    struct str text = json_text(json_get(answer, cased));
    return arena_str(arena, text.size > 0 ? text : json_text(json_get(answer, wired)));
}

static void name_web_user(struct arena *arena, struct json_value answer, struct call_identity *identity) {
    struct str provider = member(arena, answer, "provider", "Provider");
    struct str audience = member(arena, answer, "audience", "Audience");
    struct str subject = member(arena, answer, "subjectFromWebIdentityToken", "SubjectFromWebIdentityToken");
    identity->type = STR_LITERAL("WebIdentityUser");
    identity->user_name = subject;
    identity->identity_provider = provider;
    if (subject.size > 0)
        identity->principal_id =
            arena_format(arena, "%.*s:%.*s:%.*s", STR(provider), STR(audience), STR(subject));
}

static void name_saml_user(struct arena *arena, struct json_value answer, struct call_identity *identity) {
    struct str qualifier = member(arena, answer, "nameQualifier", "NameQualifier");
    struct str subject = member(arena, answer, "subject", "Subject");
    identity->type = STR_LITERAL("SAMLUser");
    identity->user_name = subject;
    identity->identity_provider = qualifier;
    if (subject.size > 0)
        identity->principal_id = arena_format(arena, "%.*s:%.*s", STR(qualifier), STR(subject));
}

bool identity_of_token(
    struct arena *arena, const struct protocol_call *call, struct call_identity *ret_identity) {
    bool is_web = str_is(call->operation, "AssumeRoleWithWebIdentity");
    if (!str_is(call->service, "sts") || (!is_web && !str_is(call->operation, "AssumeRoleWithSAML")))
        return false;
    SCOPED(parser_destroyp) struct json_parser *parser = json_parser_create();
    struct call_part response = call->part_count > 0 ? call->parts[0].response : (struct call_part){0};
    struct error ignored = {0};
    if (!json_exists(response.value) && response.json.size > 0)
        IGNORE(json_parse(parser, response.json, &response.value, &ignored), "then it tells nothing");
    struct call_identity identity = {.session_began_at = MOMENT_NONE};
    if (is_web)
        name_web_user(arena, response.value, &identity);
    else
        name_saml_user(arena, response.value, &identity);
    *ret_identity = identity;
    return true;
}
