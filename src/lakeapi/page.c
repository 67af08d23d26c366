/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

bool lakeapi_page_open(struct api_call *call, struct aws_integer max_results, struct str next_token,
    struct str parameters, struct lakeapi_page *ret_page) {
    struct api_page page = {.position = 0};
    if (max_results.is_set && (max_results.value < 1 || max_results.value > LAKEAPI_RESULTS_MAX))
        return api_fail(call, API_INVALID_MAX_RESULTS, "The maximum of results must be between 1 and %d.",
            LAKEAPI_RESULTS_MAX);
    if (next_token.data != NULL && !api_page_token_open(call, next_token, parameters, &page))
        return api_fail(call, API_INVALID_NEXT_TOKEN, "The NextToken is not valid for these parameters.");
    *ret_page =
        (struct lakeapi_page){.size = max_results.is_set ? (size_t)max_results.value : LAKEAPI_RESULTS_MAX,
            .after_id = page.position};
    return true;
}

struct str lakeapi_page_token(struct api_call *call, uint64_t id, struct str parameters) {
    struct api_page page = {.position = id};
    return api_page_token_seal(call, &page, parameters);
}
