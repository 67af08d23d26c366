/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_search.c: SearchSampleQueries, GenerateQuery.
 *
 * Cairn has no model that writes SQL: GenerateQuery answers with the sample that fits the prompt best, store,
 * time and service filled in, and with AWS's GenerateResponseException where none fits well.
 */
#include "base/own.h"
#include "catalog/aliases.h"

#include "page.h"
#include "sample.h"
#include "store.h"

enum { RESULTS_DEFAULT = 10, RESULTS_MAX = 50, WEEK_MS = 7 * 24 * 60 * 60 * 1000 };
#define RELEVANCE_MIN   0.05 /* to be shown at all */
#define GENERATE_MIN    0.4  /* to be taken for what was meant */
#define ALIAS_KEEP_DAYS 90

struct lakeapi_search_request {
    struct str search_phrase, next_token;
    struct aws_integer max_results;
};
struct search_result {
    struct str name, description, sql;
    struct aws_double relevance;
};
struct lakeapi_search_response {
    struct aws_list search_results;
    struct str next_token;
};
struct lakeapi_generate_request {
    struct aws_list event_data_stores;
    struct str prompt;
};
struct lakeapi_generate_response {
    struct str query_statement, query_alias, owner_account_id;
};

#define PRINTABLE                                                                                            \
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\n"
static const struct aws_pattern printable = {"^[ -~\\n]*$", PRINTABLE};
static const struct aws_shape phrase = {.kind = AWS_STRING, .min = 2, .max = 1000, .pattern = &printable};
static const struct aws_shape prompt = {.kind = AWS_STRING, .min = 3, .max = 500, .pattern = &printable};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = RESULTS_MAX};
static const struct aws_shape stores = {
    .kind = AWS_LIST, .element = &lakeapi_store_reference, .min = 1, .max = 1};

static const struct aws_member search_members[] = {
    API_REQUIRED(lakeapi_search_request, search_phrase, "SearchPhrase", phrase),
    API_MEMBER(lakeapi_search_request, max_results, "MaxResults", max_results),
    API_MEMBER(lakeapi_search_request, next_token, "NextToken", aws_string),
};
static const struct aws_member result_members[] = {
    API_MEMBER(search_result, name, "Name", aws_string),
    API_MEMBER(search_result, description, "Description", aws_string),
    API_MEMBER(search_result, sql, "SQL", aws_string),
    API_MEMBER(search_result, relevance, "Relevance", aws_double),
};
static const struct aws_shape result = AWS_SHAPE_OF(struct search_result, result_members);
static const struct aws_shape results = AWS_LIST_OF(result);
static const struct aws_member search_response_members[] = {
    API_MEMBER(lakeapi_search_response, search_results, "SearchResults", results),
    API_MEMBER(lakeapi_search_response, next_token, "NextToken", aws_string),
};
static const struct aws_member generate_members[] = {
    API_REQUIRED(lakeapi_generate_request, event_data_stores, "EventDataStores", stores),
    API_REQUIRED(lakeapi_generate_request, prompt, "Prompt", prompt),
};
static const struct aws_member generated_members[] = {
    API_MEMBER(lakeapi_generate_response, query_statement, "QueryStatement", aws_string),
    API_MEMBER(lakeapi_generate_response, query_alias, "QueryAlias", aws_string),
    API_MEMBER(lakeapi_generate_response, owner_account_id, "EventDataStoreOwnerAccountId", aws_string),
};
const struct aws_shape lakeapi_search_samples_request =
    AWS_SHAPE_OF(struct lakeapi_search_request, search_members);
const struct aws_shape lakeapi_search_samples_response =
    AWS_SHAPE_OF(struct lakeapi_search_response, search_response_members);
const struct aws_shape lakeapi_generate_query_request =
    AWS_SHAPE_OF(struct lakeapi_generate_request, generate_members);
const struct aws_shape lakeapi_generate_query_response =
    AWS_SHAPE_OF(struct lakeapi_generate_response, generated_members);

bool lakeapi_search_samples(struct api_call *call) {
    const struct lakeapi_search_request *request = call->request;
    struct lakeapi_search_response *response = call->response;
    struct aws_integer size =
        request->max_results.is_set ? request->max_results : AWS_SET_INTEGER(RESULTS_DEFAULT);
    struct lakeapi_page page;
    struct lakeapi_sample_match *matches = NULL;
    if (!lakeapi_page_open(call, size, request->next_token, request->search_phrase, &page))
        return false;
    size_t count = lakeapi_sample_search(call->arena, request->search_phrase, &matches), shown = 0;
    while (count > 0 && matches[count - 1].relevance < RELEVANCE_MIN)
        count--;
    size_t at = (size_t)page.after_id; /* how many were shown before */
    struct search_result *list = ARENA_ARRAY(call->arena, count, struct search_result);
    struct lakeapi_sample_values values = {
        .store = STR_EMPTY, .start = {call->now.ms - WEEK_MS}, .service = STR_EMPTY};
    for (; at < count && shown < page.size; at++)
        list[shown++] = (struct search_result){.name = str_from(matches[at].sample->name),
            .description = str_from(matches[at].sample->description),
            .sql = lakeapi_sample_fill(call->arena, matches[at].sample, &values),
            .relevance = {true, matches[at].relevance}};
    response->search_results = (struct aws_list){true, shown, list};
    if (at < count)
        response->next_token = lakeapi_page_token(call, at, request->search_phrase);
    return true;
}

static bool keep_alias(
    struct api_call *call, const struct lakeapi_generate_response *generated, struct str asked) {
    struct error error = {0};
    struct moment oldest = {call->now.ms - ALIAS_KEEP_DAYS * (int64_t)(WEEK_MS / 7)};
    struct catalog_alias alias = {.account = call->account,
        .region = call->region,
        .alias = generated->query_alias,
        .statement = generated->query_statement,
        .prompt = asked,
        .dashboard_arn = STR_EMPTY,
        .created_at = call->now};
    return (catalog_alias_delete_generated(call->change, oldest, &error) &&
               catalog_alias_add(call->change, &alias, &error)) ||
           api_fail_with(call, &error);
}

bool lakeapi_generate_query(struct api_call *call) {
    const struct lakeapi_generate_request *request = call->request;
    struct lakeapi_generate_response *response = call->response;
    struct catalog_store store;
    struct lakeapi_sample_match *matches = NULL;
    if (!lakeapi_store_find_active(call, *AWS_ITEM(request->event_data_stores, struct str, 0), &store))
        return false;
    size_t count = lakeapi_sample_search(call->arena, request->prompt, &matches);
    if (count == 0 || matches[0].relevance < GENERATE_MIN)
        return api_fail(call, API_GENERATE_RESPONSE,
            "A valid query could not be generated for the provided prompt. Ask in other words, or look at "
            "SearchSampleQueries.");
    struct lakeapi_sample_values values = {.store = store.uuid,
        .start = {call->now.ms - lakeapi_sample_span_ms(request->prompt)},
        .service = lakeapi_sample_service(call->arena, request->prompt)};
    response->query_statement = lakeapi_sample_fill(call->arena, matches[0].sample, &values);
    response->query_alias = lakeapi_new_alias(call);
    response->owner_account_id = store.account;
    return keep_alias(call, response, request->prompt);
}
