/* SPDX-License-Identifier: Apache-2.0 */
/* params: dotted names to a tree. Lists come in order, so the member looked for is mostly the last one. */
#include "params.h"

const struct protocol_parameter *protocol_parameter_find(
    const struct protocol_parameter *node, const char *name) {
    for (const struct protocol_parameter *child = node == NULL ? NULL : node->first; child != NULL;
         child = child->next) {
        if (str_is(child->name, name))
            return child;
    }
    return NULL;
}

struct str protocol_parameter_text(const struct protocol_parameter *node, const char *name) {
    const struct protocol_parameter *child = protocol_parameter_find(node, name);
    return child == NULL ? STR_EMPTY : child->value;
}

static bool is_number(struct str name) {
    uint64_t number = 0;
    return str_to_u64(name, &number);
}

bool protocol_parameter_is_list(const struct protocol_parameter *node) {
    for (const struct protocol_parameter *child = node->first; child != NULL; child = child->next) {
        if (!is_number(child->name))
            return false;
    }
    return node->first != NULL;
}

bool protocol_parameter_is_frame(struct str name) {
    static const char *const frame[] = {"Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod",
        "SignatureVersion", "Timestamp", "Expires", "SecurityToken"};
    for (size_t i = 0; i < sizeof frame / sizeof *frame; i++) {
        if (str_is(name, frame[i]))
            return true;
    }
    return str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("X-Amz-"));
}

/* How far back a member is looked for: what is sent out of order beyond that stands in the record twice. */
static struct protocol_parameter *find_member(struct protocol_parameter *node, struct str name) {
    enum { LOOKED_AT_MAX = 64 };
    if (node->last != NULL && str_equals(node->last->name, name))
        return node->last;
    struct protocol_parameter *child = node->first;
    for (size_t i = 0; i < LOOKED_AT_MAX && child != NULL; i++, child = child->next) {
        if (str_equals(child->name, name))
            return child;
    }
    return NULL;
}

static struct protocol_parameter *add_member(
    struct arena *arena, struct protocol_parameter *node, struct str name) {
    struct protocol_parameter *child = ARENA_NEW(arena, struct protocol_parameter);
    child->name = name;
    if (node->last == NULL)
        node->first = child;
    else
        node->last->next = child;
    node->last = child;
    return child;
}

/* A name that comes twice with a value stays twice: the record shows what was sent. */
static void add(struct arena *arena, struct protocol_parameter *root, struct str name, struct str value) {
    struct protocol_parameter *node = root;
    for (unsigned depth = 1; name.size != 0; depth++) {
        struct str step = depth < PROTOCOL_PARAMETER_DEPTH_MAX ? str_cut(&name, '.') : name;
        struct protocol_parameter *child = find_member(node, step);
        bool is_last = name.size == 0 || depth == PROTOCOL_PARAMETER_DEPTH_MAX;
        if (child == NULL || (is_last && child->has_value) || (is_last != (child->first == NULL)))
            child = add_member(arena, node, step);
        node = child;
        if (is_last)
            break;
    }
    if (node == root)
        return;
    node->value = value;
    node->has_value = true;
}

bool protocol_parameters_add(struct arena *arena, struct str form, struct protocol_parameter *root) {
    for (size_t count = 0; form.size != 0; count++) {
        struct str value = str_cut(&form, '&');
        struct str name = str_cut(&value, '=');
        if (count == PROTOCOL_PARAMETERS_MAX)
            return false;
        if (name.size != 0)
            add(arena, root, protocol_decode(arena, name, true), protocol_decode(arena, value, true));
    }
    return true;
}
