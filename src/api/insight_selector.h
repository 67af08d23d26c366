/* SPDX-License-Identifier: Apache-2.0 */
/* insight_selector: what PutInsightSelectors and GetInsightSelectors share for trails and event data stores.
 */
#pragma once

#include "api/operation.h"

struct api_insight_selectors_request {
    struct str trail_name, event_data_store, insights_destination;
    struct aws_list insight_selectors;
};
struct api_insight_selectors_response {
    struct str trail_arn, event_data_store_arn, insights_destination;
    struct aws_list insight_selectors;
};

/* The set of catalog_insight() that the list asks for; fails with InvalidInsightSelectorsException. */
bool api_insights_read(struct api_call *call, const struct aws_list *list, unsigned *ret_insights);

/* As an answer shows it. */
struct aws_list api_insights_show(struct arena *arena, unsigned insights);
