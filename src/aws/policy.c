/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c: statements against a question. */
#include "aws/policy.h"

#include "aws/arn.h"
#include "base/own.h"
#include "codec/json.h"

#include <stddef.h>

static char lowered(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Greedy with one point to come back to: linear but for stars, and never recursive. */
static bool matches(struct str pattern, struct str text, bool ignores_case) {
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < text.size) {
        bool is_same = p < pattern.size && pattern.data[p] != '*' &&
                       (pattern.data[p] == '?' || pattern.data[p] == text.data[t] ||
                           (ignores_case && lowered(pattern.data[p]) == lowered(text.data[t])));
        if (is_same) {
            p++, t++;
        } else if (p < pattern.size && pattern.data[p] == '*') {
            star = p++;
            resume = t;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}

bool aws_pattern_matches(struct str pattern, struct str text) {
    return matches(pattern, text, false);
}

/* Policies write one text or a list of them. */
typedef bool test_text(struct str pattern, struct str text);

static bool any_text(struct json_value value, struct str text, test_text *test) {
    struct str pattern;
    if (json_string(value, &pattern))
        return test(pattern, text);
    bool is_found = false;
    struct json_iterator iterator = json_iterate(value);
    while (!is_found && json_kind(value) == JSON_ARRAY && json_next(&iterator))
        is_found = json_string(iterator.value, &pattern) && test(pattern, text);
    return is_found;
}

static bool matches_ignoring_case(struct str pattern, struct str text) {
    return matches(pattern, text, true);
}

static bool boolean_equals(struct str pattern, struct str text) {
    return str_equals_ignoring_case(pattern, text);
}

/* "Action" or its opposite "NotAction": a statement has one of the two. */
static bool names(
    struct json_value statement, const char *key, const char *opposite, struct str text, test_text *test) {
    struct json_value positive = json_get(statement, key), negative = json_get(statement, opposite);
    if (json_exists(positive))
        return any_text(positive, text, test);
    return json_exists(negative) && !any_text(negative, text, test);
}

/* "123456789012", the root's ARN, which stands for the whole account, or the ARN of one user. */
static bool is_user(struct str pattern, const struct aws_policy_question *question) {
    if (question->service.size > 0)
        return false;
    struct aws_arn arn;
    bool is_root = aws_arn_parse(pattern, &arn) && str_is(arn.service, "iam") && str_is(arn.resource, "root");
    return str_equals(pattern, question->account) || str_equals(pattern, question->user_arn) ||
           (is_root && str_equals(arn.account, question->account));
}

static bool is_any_user(struct json_value value, const struct aws_policy_question *question) {
    struct str pattern;
    if (json_string(value, &pattern))
        return is_user(pattern, question);
    bool is_found = false;
    struct json_iterator iterator = json_iterate(value);
    while (!is_found && json_kind(value) == JSON_ARRAY && json_next(&iterator))
        is_found = json_string(iterator.value, &pattern) && is_user(pattern, question);
    return is_found;
}

static bool principal_is(struct json_value principal, const struct aws_policy_question *question) {
    if (str_is(json_text(principal), "*"))
        return true;
    struct json_value services = json_get(principal, "Service"), users = json_get(principal, "AWS");
    if (any_text(users, STR_LITERAL("*"), str_equals) || is_any_user(users, question))
        return true;
    return question->service.size > 0 && (any_text(services, question->service, str_equals) ||
                                             any_text(services, STR_LITERAL("*"), str_equals));
}

static bool names_principal(struct json_value statement, const struct aws_policy_question *question) {
    struct json_value positive = json_get(statement, "Principal"),
                      negative = json_get(statement, "NotPrincipal");
    if (json_exists(positive))
        return principal_is(positive, question);
    return json_exists(negative) && !principal_is(negative, question);
}

static const struct operator_row {
    const char *name;
    test_text *test;
    bool is_negative;
} operators[] = {
    {"StringEquals", str_equals, false},
    {"StringNotEquals", str_equals, true},
    {"StringEqualsIgnoreCase", str_equals_ignoring_case, false},
    {"StringNotEqualsIgnoreCase", str_equals_ignoring_case, true},
    {"StringLike", aws_pattern_matches, false},
    {"StringNotLike", aws_pattern_matches, true},
    {"ArnEquals", aws_pattern_matches, false},
    {"ArnLike", aws_pattern_matches, false},
    {"ArnNotEquals", aws_pattern_matches, true},
    {"ArnNotLike", aws_pattern_matches, true},
    {"Bool", boolean_equals, false},
};

static const struct operator_row *find_operator(struct str name) {
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (str_is(name, operators[i].name))
            return &operators[i];
    return NULL;
}

static const struct aws_policy_fact *find_fact(const struct aws_policy_question *question, struct str key) {
    for (size_t i = 0; i < question->fact_count; i++)
        if (str_equals_ignoring_case(question->facts[i].key, key))
            return &question->facts[i];
    return NULL;
}

/* One operator with its keys: all must hold. */
static bool condition_holds(
    struct str name, struct json_value keys, const struct aws_policy_question *question, bool otherwise) {
    struct str suffix = STR_LITERAL("IfExists");
    bool if_exists = str_ends_with(name, suffix);
    const struct operator_row *operator=
        find_operator(if_exists ? str_slice(name, 0, name.size - suffix.size) : name);
    if (operator== NULL || json_kind(keys) != JSON_OBJECT)
        return otherwise;
    struct json_iterator iterator = json_iterate(keys);
    while (json_next(&iterator)) {
        const struct aws_policy_fact *fact = find_fact(question, iterator.key);
        bool holds = fact == NULL ? if_exists || operator->is_negative
            : any_text(iterator.value,
                  fact->value, operator->test) != operator->is_negative;
        if (!holds)
            return false;
    }
    return true;
}

static bool conditions_hold(
    struct json_value statement, const struct aws_policy_question *question, bool otherwise) {
    struct json_value condition = json_get(statement, "Condition");
    if (!json_exists(condition))
        return true;
    if (json_kind(condition) != JSON_OBJECT)
        return otherwise;
    struct json_iterator iterator = json_iterate(condition);
    while (json_next(&iterator))
        if (!condition_holds(iterator.key, iterator.value, question, otherwise))
            return false;
    return true;
}

static enum aws_policy_decision decide_statement(
    struct json_value statement, const struct aws_policy_question *question) {
    struct str effect = json_text(json_get(statement, "Effect"));
    bool is_deny = str_is(effect, "Deny");
    if (!is_deny && !str_is(effect, "Allow"))
        return AWS_POLICY_NEUTRAL;
    bool applies = names_principal(statement, question) &&
                   names(statement, "Action", "NotAction", question->action, matches_ignoring_case) &&
                   names(statement, "Resource", "NotResource", question->resource, aws_pattern_matches) &&
                   conditions_hold(statement, question, is_deny);
    if (!applies)
        return AWS_POLICY_NEUTRAL;
    return is_deny ? AWS_POLICY_DENY : AWS_POLICY_ALLOW;
}

static enum aws_policy_decision decide(
    struct json_value statements, const struct aws_policy_question *question) {
    if (json_kind(statements) == JSON_OBJECT)
        return decide_statement(statements, question);
    enum aws_policy_decision decision = AWS_POLICY_NEUTRAL;
    struct json_iterator iterator = json_iterate(statements);
    while (json_kind(statements) == JSON_ARRAY && json_next(&iterator)) {
        enum aws_policy_decision said = decide_statement(iterator.value, question);
        if (said == AWS_POLICY_DENY)
            return said;
        if (said == AWS_POLICY_ALLOW)
            decision = said;
    }
    return decision;
}

enum aws_policy_decision aws_policy_decide(struct str policy, const struct aws_policy_question *question) {
    struct json_parser *parser = json_parser_create();
    struct json_value root;
    struct error error = {0};
    enum aws_policy_decision decision = AWS_POLICY_NEUTRAL;
    if (json_parse(parser, policy, &root, &error))
        decision = decide(json_get(root, "Statement"), question);
    json_parser_destroy(parser);
    return decision;
}

/* ---- is it a policy at all? ---- */

enum { STATEMENTS_MAX = 20, PRINCIPALS_MAX = 50 };

/* One text or a list of at least one; each passes `is_good`. */
typedef bool test_value(struct str text, const struct aws_policy_rules *rules);

static bool check_texts(struct json_value value, const char *member, test_value *is_good,
    const struct aws_policy_rules *rules, struct error *error) {
    struct str text;
    if (json_string(value, &text))
        return is_good(text, rules) ||
               error_set(error, ERROR_INVALID, "%s %.*s is not valid.", member, STR(str_slice(text, 0, 256)));
    if (json_kind(value) != JSON_ARRAY || json_count(value) == 0)
        return error_set(error, ERROR_INVALID, "%s is missing, or is neither a string nor a list.", member);
    struct json_iterator iterator = json_iterate(value);
    while (json_next(&iterator)) {
        if (!json_string(iterator.value, &text))
            return error_set(error, ERROR_INVALID, "%s has an element that is no string.", member);
        if (!is_good(text, rules))
            return error_set(
                error, ERROR_INVALID, "%s %.*s is not valid.", member, STR(str_slice(text, 0, 256)));
    }
    return true;
}

static bool is_action(struct str text, const struct aws_policy_rules *rules) {
    for (size_t i = 0; rules->actions[i] != NULL; i++)
        if (matches_ignoring_case(text, str_from(rules->actions[i])))
            return true;
    return false;
}

static bool is_resource(struct str text, const struct aws_policy_rules *rules) {
    return str_equals(text, rules->resource);
}

static bool is_aws_principal(struct str text, const struct aws_policy_rules *rules) {
    (void)rules;
    struct aws_arn arn;
    bool is_iam = aws_arn_parse(text, &arn) && aws_is_account_id(arn.account) &&
                  (str_is(arn.service, "iam") || str_is(arn.service, "sts"));
    return str_is(text, "*") || aws_is_account_id(text) || is_iam;
}

static bool is_service(struct str text, const struct aws_policy_rules *rules) {
    (void)rules;
    return str_ends_with(text, STR_LITERAL(".amazonaws.com"));
}

static bool check_principal(
    struct json_value principal, const struct aws_policy_rules *rules, struct error *error) {
    if (str_is(json_text(principal), "*"))
        return true;
    if (json_kind(principal) != JSON_OBJECT || json_count(principal) == 0)
        return error_set(error, ERROR_INVALID, "A statement names no principal.");
    size_t count = 0;
    struct json_iterator iterator = json_iterate(principal);
    while (json_next(&iterator)) {
        bool is_aws = str_is(iterator.key, "AWS");
        if (!is_aws && !str_is(iterator.key, "Service"))
            return error_set(error, ERROR_INVALID, "Principal type %.*s is not supported.",
                STR(str_slice(iterator.key, 0, 64)));
        count += json_kind(iterator.value) == JSON_ARRAY ? json_count(iterator.value) : 1;
        if (!check_texts(iterator.value, "Principal", is_aws ? is_aws_principal : is_service, rules, error))
            return false;
    }
    if (count > PRINCIPALS_MAX)
        return error_set(error, ERROR_INVALID, "A statement has at most %d principals.", PRINCIPALS_MAX);
    return true;
}

static bool check_condition(struct json_value condition, struct error *error) {
    if (!json_exists(condition))
        return true;
    if (json_kind(condition) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "Condition is not an object.");
    struct json_iterator iterator = json_iterate(condition);
    while (json_next(&iterator)) {
        struct str suffix = STR_LITERAL("IfExists"), name = iterator.key;
        if (str_ends_with(name, suffix))
            name = str_slice(name, 0, name.size - suffix.size);
        if (find_operator(name) == NULL || json_kind(iterator.value) != JSON_OBJECT)
            return error_set(error, ERROR_INVALID, "Condition operator %.*s is not supported.",
                STR(str_slice(iterator.key, 0, 64)));
    }
    return true;
}

static bool check_statement(
    struct json_value statement, const struct aws_policy_rules *rules, struct error *error) {
    static const char *const members[] = {
        "Sid", "Effect", "Principal", "Action", "Resource", "Condition", NULL};
    if (json_kind(statement) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "A statement is not an object.");
    struct json_iterator iterator = json_iterate(statement);
    while (json_next(&iterator)) {
        size_t i = 0;
        while (members[i] != NULL && !str_is(iterator.key, members[i]))
            i++;
        if (members[i] == NULL)
            return error_set(error, ERROR_INVALID, "A statement has the unsupported element %.*s.",
                STR(str_slice(iterator.key, 0, 64)));
    }
    struct str effect = json_text(json_get(statement, "Effect"));
    if (!str_is(effect, "Allow") && !str_is(effect, "Deny"))
        return error_set(error, ERROR_INVALID, "Effect of a statement is neither Allow nor Deny.");
    return check_principal(json_get(statement, "Principal"), rules, error) &&
           check_texts(json_get(statement, "Action"), "Action", is_action, rules, error) &&
           check_texts(json_get(statement, "Resource"), "Resource", is_resource, rules, error) &&
           check_condition(json_get(statement, "Condition"), error);
}

static bool check_statements(
    struct json_value statements, const struct aws_policy_rules *rules, struct error *error) {
    if (json_kind(statements) == JSON_OBJECT)
        return check_statement(statements, rules, error);
    if (json_kind(statements) != JSON_ARRAY || json_count(statements) == 0)
        return error_set(error, ERROR_INVALID, "The policy has no statement.");
    if (json_count(statements) > STATEMENTS_MAX)
        return error_set(error, ERROR_INVALID, "A policy has at most %d statements.", STATEMENTS_MAX);
    struct json_iterator iterator = json_iterate(statements);
    while (json_next(&iterator))
        if (!check_statement(iterator.value, rules, error))
            return false;
    return true;
}

static bool check_root(struct json_value root, const struct aws_policy_rules *rules, struct error *error) {
    struct json_value version = json_get(root, "Version");
    struct str key;
    if (json_kind(root) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "The policy is not a JSON object.");
    if (json_find_duplicate_key(root, &key))
        return error_set(
            error, ERROR_INVALID, "The policy has the element %.*s twice.", STR(str_slice(key, 0, 64)));
    if (json_exists(version) && !str_is(json_text(version), "2012-10-17") &&
        !str_is(json_text(version), "2008-10-17"))
        return error_set(error, ERROR_INVALID, "The policy's Version is neither 2012-10-17 nor 2008-10-17.");
    return check_statements(json_get(root, "Statement"), rules, error);
}

bool aws_policy_check(struct str policy, const struct aws_policy_rules *rules, struct error *error) {
    struct json_parser *parser = json_parser_create();
    struct json_value root;
    bool is_good = json_parse(parser, policy, &root, error) && check_root(root, rules, error);
    json_parser_destroy(parser);
    return is_good;
}
