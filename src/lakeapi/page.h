/* SPDX-License-Identifier: Apache-2.0 */
/* page: lists in pages, in the order of ids that only grow. Tokens are sealed, as those of LookupEvents. */
#pragma once

#include "private.h"

enum { LAKEAPI_RESULTS_MAX = 1000 };

struct lakeapi_page {
    size_t size;
    uint64_t after_id; /* of what was shown last; 0: from the start */
};

/* Read MaxResults (without one: as many as there may be) and NextToken; `parameters` is what the list is
 * asked for, which all its pages share. InvalidMaxResultsException, InvalidNextTokenException. */
bool lakeapi_page_open(struct api_call *call, struct aws_integer max_results, struct str next_token,
    struct str parameters, struct lakeapi_page *ret_page);

/* The token of the page behind `id`. */
struct str lakeapi_page_token(struct api_call *call, uint64_t id, struct str parameters);
