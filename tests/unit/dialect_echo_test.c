/* SPDX-License-Identifier: Apache-2.0 */
/* Error messages that repeat what was sent. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;
#define HIDDEN "HIDDEN_DUE_TO_SECURITY_REASONS"

static bool has_message(const char *request_text, const char *reply, const char *expected) {
    struct bytes body;
    struct protocol_request request = exchange_request(&arena, str_from(request_text), &body);
    struct protocol_call call = exchange_read(&arena, &request, body, str_from(reply));
    if (!str_is(call.error_message, expected))
        printf("# message is %.*s\n", STR(call.error_message));
    return str_is(call.error_message, expected);
}

#define JSON_SIGNED(target, service)                                                                         \
    "POST /\nX-Amz-Target: " target "\nContent-Type: application/x-amz-json-1.1\n" EXCHANGE_SIGNED(service)
#define FORM                                                                                                 \
    "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("iam") "\nVersion=2010-05-"  \
                                                                                       "08&"
#define REFUSED_JSON(message) "400\n\n{\"__type\":\"ValidationException\",\"message\":\"" message "\"}"
#define REFUSED_XML(message)                                                                                 \
    "400\n\n<ErrorResponse><Error><Code>InvalidInput</Code><Message>" message                                \
    "</Message></Error></ErrorResponse>"

static void a_value_that_no_part_shows_is_covered(void) {
    EXPECT(has_message(
        JSON_SIGNED("secretsmanager.CreateSecret", "secretsmanager") "\n{\"Name\":\"prod/db\","
                                                                     "\"SecretString\":\"canary\"}",
        REFUSED_JSON("'canary' of 'prod/db': canary is weak"),
        "'" HIDDEN "' of 'prod/db': " HIDDEN " is weak"));
    EXPECT(has_message(FORM "Action=CreateLoginProfile&UserName=ada&Password=canary%20bird",
        REFUSED_XML("Password canary bird of ada is weak"), "Password " HIDDEN " of ada is weak"));
    EXPECT(
        has_message(JSON_SIGNED("DynamoDB_20120810.PutItem", "dynamodb") "\n{\"TableName\":\"t\",\"Item\":{"
                                                                         "\"Word\":{\"S\":\"canary\"}}}",
            REFUSED_JSON("canary is too long"), HIDDEN " is too long"));
}

static void what_parts_show_and_short_texts_stay(void) {
    EXPECT(
        has_message(JSON_SIGNED("secretsmanager.CreateSecret", "secretsmanager") "\n{\"Name\":\"prod/db\","
                                                                                 "\"SecretString\":\"db\"}",
            REFUSED_JSON("prod/db exists"), "prod/db exists"));
    EXPECT(has_message(FORM "Action=DeleteUser&UserName=charlotte", REFUSED_XML("charlotte has keys"),
        "charlotte has keys"));
    EXPECT(has_message("GET /?Action=GetUser&Version=2010-05-08\n" EXCHANGE_SIGNED("iam"),
        REFUSED_XML("no such user"), "no such user"));
}

static void a_session_token_is_covered_in_every_dialect(void) {
    EXPECT(has_message("GET /bucket/key\nX-Amz-Security-Token: canary\n" EXCHANGE_SIGNED("s3"),
        "400\n\n<Error><Code>InvalidToken</Code><Message>canary is not valid</Message></Error>",
        HIDDEN " is not valid"));
}

static void of_a_body_too_large_to_keep_no_message_is_recorded(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    buf_append_text(
        &text, JSON_SIGNED("secretsmanager.CreateSecret", "secretsmanager") "\n{\"SecretString\":\"");
    for (int i = 0; i < 20000; i++)
        buf_append_text(&text, "word");
    buf_append_text(&text, "\"}");
    EXPECT(has_message(text.data, REFUSED_JSON("wordword is no secret"), HIDDEN));
}

int main(void) {
    TEST(a_value_that_no_part_shows_is_covered);
    TEST(what_parts_show_and_short_texts_stay);
    TEST(a_session_token_is_covered_in_every_dialect);
    TEST(of_a_body_too_large_to_keep_no_message_is_recorded);
    arena_finish(&arena);
    return tap_done();
}
