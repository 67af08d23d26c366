/* SPDX-License-Identifier: Apache-2.0 */
/* resource: what a call is about, from its parameters. Every part of a batch is about the same. */
#include "aws/arn.h"
#include "call/operation.h"

#include "body.h"

#define RESOURCE(service, calls, member, type, form) {service, calls, member, type, form},
static const struct row {
    const char *service, *calls, *member, *type, *form;
} rows[] = {
#include "resource_table.h"
};
#undef RESOURCE

enum { RESOURCES_MAX = 32 };

struct resources {
    struct arena *arena;
    const struct protocol_call *call;
    struct call_resource *list;
    size_t count;
};

static bool is_meant(const struct row *row, const struct protocol_call *call) {
    if (!str_is(call->service, row->service))
        return false;
    if (!str_is(str_from(row->calls), "DATA"))
        return row->calls[0] == '\0' || str_is(call->operation, row->calls);
    const struct call_operation *operation = call_operation_find(call->event_source, call->operation);
    return operation != NULL && operation->is_data;
}

/* "http://sqs.eu-west-1.amazonaws.com/210987654321/jobs": account and name are the last two steps. */
static bool read_queue(struct str url, struct str *ret_account, struct str *ret_name) {
    struct str account = STR_EMPTY, name = STR_EMPTY;
    while (url.size != 0) {
        account = name;
        name = str_cut(&url, '/');
    }
    *ret_account = aws_is_account_id(account) ? account : STR_EMPTY;
    *ret_name = name;
    return name.size != 0;
}

/* "f", "f:prod", "210987654321:function:f", an ARN with or without a version: its account and bare name. */
static void read_function(struct str value, struct str *ret_account, struct str *ret_name) {
    struct aws_arn arn;
    *ret_account = STR_EMPTY;
    if (aws_arn_parse(value, &arn)) {
        *ret_account = arn.account;
        value = arn.resource;
    }
    struct str rest = value;
    struct str first = str_cut(&rest, ':');
    if (aws_is_account_id(first)) {
        *ret_account = first;
        first = str_cut(&rest, ':');
    }
    *ret_name = str_is(first, "function") && rest.size != 0 ? str_cut(&rest, ':') : first;
}

/* What a form says of the ARN around a name. */
struct form {
    struct str service, region, prefix;
    bool has_account;
};

static struct form read_form(const struct protocol_call *call, const char *text) {
    struct form form = {call->service, call->region, str_from(text), true};
    if (str_find_char(form.prefix, '@') != SIZE_MAX)
        form.service = str_cut(&form.prefix, '@');
    bool is_global = str_starts_with(form.prefix, STR_LITERAL("!"));
    form.has_account = !str_starts_with(form.prefix, STR_LITERAL("~"));
    if (is_global)
        form.region = STR_EMPTY;
    form.prefix = str_slice(form.prefix, is_global || !form.has_account, SIZE_MAX);
    return form;
}

static struct str make_arn(
    const struct resources *resources, struct str account, const char *form_text, struct str name) {
    struct form form = read_form(resources->call, form_text);
    bool has_slash = str_is(form.prefix, "parameter") && !str_starts_with(name, STR_LITERAL("/"));
    return arena_format(resources->arena, "arn:%.*s:%.*s:%.*s:%.*s:%.*s%s%.*s",
        STR(aws_partition_of(resources->call->region)), STR(form.service), STR(form.region), STR(account),
        STR(form.prefix), has_slash ? "/" : "", STR(name));
}

/* What the value is as an ARN, or the value itself. */
static struct str arn_of(const struct resources *resources, const struct row *row, struct str value) {
    struct aws_arn parts;
    struct str account = STR_EMPTY, name = STR_EMPTY, form = str_from(row->form);
    if (str_is(form, "|"))
        return str_cut(&value, '|');
    if (str_is(form, "queue") && read_queue(value, &account, &name))
        return make_arn(resources, account, "", name);
    if (str_is(form, "function")) {
        read_function(value, &account, &name);
        return make_arn(resources, account, "function:", name);
    }
    if (form.size == 0 || aws_arn_parse(value, &parts))
        return value;
    return make_arn(resources, STR_EMPTY, row->form, value);
}

static bool is_listed(const struct resources *resources, struct str arn) {
    for (size_t i = 0; i < resources->count; i++) {
        if (str_equals(resources->list[i].arn, arn))
            return true;
    }
    return false;
}

static void add(struct resources *resources, const struct row *row, struct str value) {
    struct str arn = arn_of(resources, row, value);
    struct aws_arn parts;
    bool is_alias = str_is(resources->call->service, "kms") &&
                    str_find(value, STR_LITERAL("alias/")) != SIZE_MAX; /* the reply names the key */
    if (is_alias || resources->count == RESOURCES_MAX || !aws_arn_parse(arn, &parts) ||
        is_listed(resources, arn))
        return;
    resources->list[resources->count++] = (struct call_resource){
        .account = arena_str(resources->arena, parts.account),
        .type = str_from(row->type),
        .arn = arena_str(resources->arena, arn),
        .is_of_call = parts.account.size == 0 && read_form(resources->call, row->form).has_account,
    };
}

static void add_values(struct resources *resources, const struct row *row, struct json_value value) {
    struct json_iterator iterator = json_iterate(value);
    if (json_text(value).size != 0)
        add(resources, row, json_text(value));
    while (json_kind(value) == JSON_ARRAY && json_next(&iterator)) {
        if (json_text(iterator.value).size != 0)
            add(resources, row, json_text(iterator.value));
    }
}

/* The parameter itself; of PutEvents' buses, that of each entry. */
static void add_members(struct resources *resources, const struct row *row, struct json_value root) {
    struct json_value entries = protocol_member(root, STR_LITERAL("Entries"));
    struct json_iterator iterator = json_iterate(entries);
    struct json_value value = protocol_member(root, str_from(row->member));
    if (!json_exists(value))
        value = protocol_member(root, protocol_lowered(resources->arena, str_from(row->member)));
    add_values(resources, row, value);
    while (json_kind(entries) == JSON_ARRAY && json_next(&iterator)) {
        struct json_value bus = protocol_member(iterator.value, str_from(row->member));
        if (json_exists(bus))
            add_values(resources, row, bus);
        else if (str_is(resources->call->service, "events"))
            add(resources, row, STR_LITERAL("default"));
    }
}

bool protocol_has_resources(const struct protocol_call *call) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is_meant(&rows[i], call))
            return true;
    }
    return false;
}

void protocol_find_resources(struct arena *arena, struct json_value root, struct protocol_call *call) {
    struct resources resources = {.arena = arena, .call = call};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!is_meant(&rows[i], call))
            continue;
        if (resources.list == NULL)
            resources.list = ARENA_ARRAY(arena, RESOURCES_MAX, struct call_resource);
        add_members(&resources, &rows[i], root);
    }
    for (size_t i = 0; i < call->part_count && resources.count != 0; i++) {
        call->parts[i].resources = resources.list;
        call->parts[i].resource_count = resources.count;
    }
}
