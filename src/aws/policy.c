/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c: statements against a question. */
#include "aws/policy.h"

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

static bool principal_is(struct json_value principal, struct str service) {
    if (str_is(json_text(principal), "*"))
        return true;
    struct json_value services = json_get(principal, "Service");
    bool is_anyone = any_text(json_get(principal, "AWS"), STR_LITERAL("*"), str_equals);
    return is_anyone || any_text(services, service, str_equals) ||
           any_text(services, STR_LITERAL("*"), str_equals);
}

static bool names_principal(struct json_value statement, struct str service) {
    struct json_value positive = json_get(statement, "Principal"),
                      negative = json_get(statement, "NotPrincipal");
    if (json_exists(positive))
        return principal_is(positive, service);
    return json_exists(negative) && !principal_is(negative, service);
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
    bool applies = names_principal(statement, question->service) &&
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
