/* SPDX-License-Identifier: Apache-2.0 */
/* control: the account's operations of S3, told by their paths. */
#include "private.h"

enum { LABELS_MAX = 4 };

static const struct control {
    enum s3_method method;
    const char *path;
    struct s3_operation operation;
} controls[] = {
#define CONTROL(method, path, name, body) {S3_##method, path, {#name, S3_BODY_##body, S3_REPLY_PLAIN}},
#include "control_table.h"
#undef CONTROL
};

struct labels {
    struct protocol_header labels[LABELS_MAX];
    size_t count;
};

static size_t segments_in(struct str text) {
    size_t count = 1;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '/';
    return count;
}

/* What a label of the pattern stands for: one segment, or as many as leave enough for the rest of it. */
static struct str take_label(struct str *path, bool is_greedy, struct str rest_of_pattern) {
    size_t left = rest_of_pattern.size == 0 ? 0 : segments_in(rest_of_pattern), have = segments_in(*path);
    size_t count = is_greedy && have > left ? have - left : 1;
    size_t end = 0;
    for (; end < path->size; end++) {
        if (path->data[end] == '/' && --count == 0)
            break;
    }
    struct str value = str_slice(*path, 0, end);
    *path = str_slice(*path, end + 1, SIZE_MAX);
    return value;
}

static bool fits(struct str pattern, struct str path, struct labels *labels) {
    labels->count = 0;
    while (pattern.size > 0) {
        struct str part = str_cut(&pattern, '/');
        if (path.size == 0)
            return false;
        if (part.data[0] != '{') {
            if (!str_equals(str_cut(&path, '/'), part))
                return false;
            continue;
        }
        bool is_greedy = part.data[part.size - 2] == '+';
        struct protocol_header *label = &labels->labels[labels->count++];
        label->name = str_slice(part, 1, part.size - 2 - is_greedy);
        label->value = take_label(&path, is_greedy, pattern);
    }
    return path.size == 0;
}

bool s3_control_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call,
    struct s3_call *state) {
    struct str prefix = STR_LITERAL("/v20180820/");
    if (!str_starts_with(head->path, prefix))
        return false;
    struct labels labels = {.count = 0};
    struct str path = str_slice(head->path, prefix.size, SIZE_MAX);
    if (path.size > 0 && path.data[path.size - 1] == '/')
        path.size--;
    state->target = (struct s3_target){.method = s3_method_of(head->request->method)};
    for (size_t i = 0; i < sizeof controls / sizeof *controls && state->operation == NULL; i++) {
        if (controls[i].method == state->target.method && fits(str_from(controls[i].path), path, &labels))
            state->operation = &controls[i].operation;
    }
    if (state->operation == NULL)
        labels.count = 0;
    for (size_t i = 0; i < labels.count; i++)
        labels.labels[i].value = protocol_decode(arena, labels.labels[i].value, false);
    call->api_version = STR_LITERAL("2018-08-20");
    call->parts[0].request.json = s3_parameters(arena, head, &state->target, labels.labels, labels.count);
    return true;
}
