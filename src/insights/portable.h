/* SPDX-License-Identifier: Apache-2.0 */
/* portable: a model as bytes that are the same on every machine (docs/formats/insights.md). Pure. */
#pragma once

#include "base/buf.h"

#include "model.h"

enum { INSIGHTS_MODEL_BYTES_1 = 921 /* of version 1 */, INSIGHTS_MODEL_BYTES = 928 };

void insights_model_append(struct buf *buf, const struct insights_model *model);

/* `bytes` are as many as a model of this version or of version 1 has. */
void insights_model_load(struct bytes bytes, struct insights_model *ret_model);
