/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form: the fields of a POST form, which stand before the object in the body: its key, who signed it, and
 * what S3 records of a put. Source: "POST Object" of AWS's API reference.
 */
#include "base/own.h"

#include "private.h"

/* "name" in `form-data; name="key"; filename="x"`. */
static struct str parameter_of(struct str header, const char *name) {
    while (header.size > 0) {
        struct str value = str_trim(str_cut(&header, ';'));
        if (!str_equals_ignoring_case(str_trim(str_cut(&value, '=')), str_from(name)))
            continue;
        value = str_trim(value);
        bool is_quoted = value.size > 1 && value.data[0] == '"' && value.data[value.size - 1] == '"';
        return is_quoted ? str_slice(value, 1, value.size - 2) : value;
    }
    return STR_EMPTY;
}

/* Cut at a separator of several bytes; false where there is none. */
static bool cut_at(struct str *rest, struct str separator, struct str *ret_part) {
    size_t at = str_find(*rest, separator);
    if (at == SIZE_MAX)
        return false;
    *ret_part = str_slice(*rest, 0, at);
    *rest = str_slice(*rest, at + separator.size, SIZE_MAX);
    return true;
}

struct field {
    struct str name, file_name, value;
};

static struct str disposition_of(struct str headers) {
    while (headers.size > 0) {
        struct str value = str_cut(&headers, '\n'), name = str_cut(&value, ':');
        if (str_equals_ignoring_case(str_trim(name), STR_LITERAL("Content-Disposition"))) {
            if (value.size > 0 && value.data[value.size - 1] == '\r')
                value.size--;
            return value;
        }
    }
    return STR_EMPTY;
}

/* The next field before `delimiter`; false at the end. Of the file only its name is looked at, it has no
 * value. */
static bool next_field(struct arena *arena, struct str *body, struct str delimiter, struct field *ret_field) {
    struct str headers, value = STR_EMPTY;
    if (!cut_at(body, STR_LITERAL("\r\n\r\n"), &headers))
        return false;
    struct str disposition = disposition_of(headers);
    struct field field = {arena_lower_case(arena, parameter_of(disposition, "name")),
        parameter_of(disposition, "filename"), STR_EMPTY};
    if (!str_is(field.name, "file") && !cut_at(body, delimiter, &value))
        return false;
    field.value = value;
    *ret_field = field;
    return true;
}

enum { FIELDS_MAX = 64 };

struct form {
    struct str key, file_name;
    struct str parameters;
    struct str names[FIELDS_MAX]; /* of the fields so far: of two with one name the first counts */
    size_t count;
};

static void take_parameter(struct arena *arena, struct str name, struct str value, struct form *form) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_write_string(&writer, value);
    form->parameters = s3_parameters_with(arena, form->parameters, name, buf_str(&text));
}

static void take_field(
    struct arena *arena, const struct field *field, struct form *form, struct protocol_call *call) {
    for (size_t i = 0; i < form->count; i++) {
        if (str_equals(form->names[i], field->name))
            return;
    }
    form->names[form->count++] = field->name;
    protocol_claim_take_field(arena, field->name, field->value, &call->claim);
    if (str_is(field->name, "key"))
        form->key = field->value;
    else if (str_is(field->name, "acl") || s3_is_recorded(field->name))
        take_parameter(arena, field->name, field->value, form);
}

/* The key with ${filename} as the file's name, as S3 puts it. */
static struct str whole_key(struct arena *arena, const struct form *form) {
    struct str rest = form->key, before;
    if (!cut_at(&rest, STR_LITERAL("${filename}"), &before))
        return form->key;
    return arena_format(arena, "%.*s%.*s%.*s", STR(before), STR(form->file_name), STR(rest));
}

void s3_form_read(struct arena *arena, struct str body, struct protocol_call *call) {
    struct s3_call *state = call->detail;
    struct str boundary = parameter_of(state->form_type, "boundary");
    struct form form = {.key = STR_EMPTY, .file_name = STR_EMPTY, .parameters = call->parts[0].request.json};
    struct field field;
    if (boundary.size == 0)
        return;
    struct str delimiter = arena_format(arena, "\r\n--%.*s", STR(boundary));
    while (form.count < FIELDS_MAX && next_field(arena, &body, delimiter, &field)) {
        if (str_is(field.name, "file")) {
            form.file_name = field.file_name;
            break;
        }
        take_field(arena, &field, &form, call);
    }
    call->key = whole_key(arena, &form);
    state->target.key = call->key;
    if (call->key.size > 0)
        take_parameter(arena, STR_LITERAL("key"), call->key, &form);
    call->parts[0].request.json = form.parameters;
    if (call->claim.region.size > 0)
        call->region = call->claim.region;
}
