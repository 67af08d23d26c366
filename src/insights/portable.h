/* SPDX-License-Identifier: Apache-2.0 */
/* portable: a model as bytes that are the same on every machine (docs/formats/insights.md). Pure. */
#pragma once

#include "base/buf.h"

#include "model.h"

enum { INSIGHTS_MODEL_BYTES = 921 };

void insights_model_append(struct buf *buf, const struct insights_model *model);
void insights_model_load(const uint8_t bytes[INSIGHTS_MODEL_BYTES], struct insights_model *ret_model);
