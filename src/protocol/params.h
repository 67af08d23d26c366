/* SPDX-License-Identifier: Apache-2.0 */
/*
 * params: the parameters of query and EC2 calls as a tree: "Tags.member.1.Key=a" is Tags, member, 1, Key.
 * Everything lives in the arena or borrows from the texts.
 */
#pragma once

#include "dialect.h"

enum { PROTOCOL_PARAMETERS_MAX = 8192, PROTOCOL_PARAMETER_DEPTH_MAX = 16 };

struct protocol_parameter {
    struct str name, value; /* decoded */
    bool has_value;
    struct protocol_parameter *first, *last, *next; /* in the order they were sent */
};

/* Add what a query or form has. False where there are more than PROTOCOL_PARAMETERS_MAX: then not all are
 * there. */
bool protocol_parameters_add(struct arena *arena, struct str form, struct protocol_parameter *root);

/* The parameter of that name, NULL where there is none; and its value, or the empty text. */
const struct protocol_parameter *protocol_parameter_find(
    const struct protocol_parameter *node, const char *name);
struct str protocol_parameter_text(const struct protocol_parameter *node, const char *name);

/* Are there members, and do numbers name them all? */
bool protocol_parameter_is_list(const struct protocol_parameter *node);

/* Part of the call's form, not of the operation: Action, Version, what signs. */
bool protocol_parameter_is_frame(struct str name);
