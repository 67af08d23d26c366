/* SPDX-License-Identifier: Apache-2.0 */
/* tag: tags in requests and answers, of whatever has some. */
#pragma once

#include "api/operation.h"
#include "catalog/trails.h"

struct api_tag {
    struct str key, value;
};
extern const struct aws_shape api_tag_list;

/* Put the tags of a request over those of `tagged`; fails where they are malformed, doubled or too many. */
bool api_tags_merge(struct api_call *call, struct api_tagged *tagged, const struct aws_list *tags);

/* As an answer shows them. */
struct aws_list api_tags_show(struct arena *arena, const struct catalog_tag *shown, size_t count);
