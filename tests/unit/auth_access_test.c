/* SPDX-License-Identifier: Apache-2.0 */
/* A role and a resource's policy together: who may do what to whose resource. */
#include "auth/auth.h"
#include "support/tap.h"

#define CHANNEL "arn:aws:cloudtrail:eu-west-1:123456789012:channel/c"
#define ALLOW(principal, condition)                                                                          \
    "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" principal                                         \
    ",\"Action\":\"cloudtrail-data:PutAuditEvents\",\"Resource\":\"" CHANNEL "\"" condition "}]}"
#define DENY_ALL                                                                                             \
    "{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"cloudtrail-data:"                 \
    "PutAuditEvents\","                                                                                      \
    "\"Resource\":\"" CHANNEL "\"}]}"
#define EXTERNAL ",\"Condition\":{\"StringEquals\":{\"cloudtrail:ExternalId\":\"secret\"}}"
#define ADA      "{\"AWS\":\"arn:aws:iam::210987654321:user/ada\"}"

static bool may(const char *account, enum catalog_role role, const char *policy, const char *external_id) {
    struct auth_principal principal = {.account = str_from(account),
        .arn = str_is(str_from(account), "210987654321") ? STR_LITERAL("arn:aws:iam::210987654321:user/ada")
                                                         : STR_LITERAL("arn:aws:iam::123456789012:user/bob"),
        .role = role};
    struct aws_policy_fact fact = {STR_LITERAL("cloudtrail:ExternalId"), str_from(external_id)};
    struct auth_access access = {.principal = &principal,
        .permission = AUTH_SEND_EVENTS,
        .action = STR_LITERAL("cloudtrail-data:PutAuditEvents"),
        .resource = STR_LITERAL(CHANNEL),
        .owner = STR_LITERAL("123456789012"),
        .policy = str_from(policy),
        .facts = &fact,
        .fact_count = external_id != NULL ? 1 : 0};
    return auth_may_access(&access);
}

static void at_home_the_role_or_the_policy_is_enough(void) {
    EXPECT(may("123456789012", CATALOG_ROLE_WRITER, NULL, NULL));
    EXPECT(!may("123456789012", CATALOG_ROLE_AUDITOR, NULL, NULL));
    EXPECT(may("123456789012", CATALOG_ROLE_AUDITOR, ALLOW("{\"AWS\":\"123456789012\"}", ""), NULL));
    EXPECT(!may("123456789012", CATALOG_ROLE_AUDITOR, ALLOW(ADA, ""), NULL));
    EXPECT(!may("123456789012", CATALOG_ROLE_ADMIN, DENY_ALL, NULL));
}

static void from_outside_both_are_needed(void) {
    EXPECT(!may("210987654321", CATALOG_ROLE_ADMIN, NULL, NULL));
    EXPECT(may("210987654321", CATALOG_ROLE_WRITER, ALLOW(ADA, ""), NULL));
    EXPECT(!may("210987654321", CATALOG_ROLE_AUDITOR, ALLOW(ADA, ""), NULL));
    EXPECT(may("210987654321", CATALOG_ROLE_WRITER, ALLOW("\"*\"", ""), NULL));
    EXPECT(may("210987654321", CATALOG_ROLE_WRITER,
        ALLOW("{\"AWS\":[\"arn:aws:iam::210987654321:root\"]}", ""), NULL));
    EXPECT(!may("210987654321", CATALOG_ROLE_WRITER,
        ALLOW("{\"AWS\":\"arn:aws:iam::123456789012:root\"}", ""), NULL));
    EXPECT(!may(
        "210987654321", CATALOG_ROLE_WRITER, ALLOW("{\"Service\":\"cloudtrail.amazonaws.com\"}", ""), NULL));
}

static void an_external_id_is_asked_for(void) {
    EXPECT(!may("210987654321", CATALOG_ROLE_WRITER, ALLOW(ADA, EXTERNAL), NULL));
    EXPECT(!may("210987654321", CATALOG_ROLE_WRITER, ALLOW(ADA, EXTERNAL), "guess"));
    EXPECT(may("210987654321", CATALOG_ROLE_WRITER, ALLOW(ADA, EXTERNAL), "secret"));
}

int main(void) {
    TEST(at_home_the_role_or_the_policy_is_enough);
    TEST(from_outside_both_are_needed);
    TEST(an_external_id_is_asked_for);
    return tap_done();
}
