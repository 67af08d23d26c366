/* SPDX-License-Identifier: Apache-2.0 */
/* selector: advanced event selectors in requests and answers, of trails and of event data stores. */
#pragma once

#include "api/operation.h"

extern const struct aws_shape api_advanced_selector_list;

/* Selectors that the catalog keeps, for an answer. */
NODISCARD bool api_selectors_show(struct api_call *call, struct str json, struct aws_list *ret_list);
