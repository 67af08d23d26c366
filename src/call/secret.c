/* SPDX-License-Identifier: Apache-2.0 */
/* secret: the table of secret members, and those that an entry hides beyond it. */
#include "base/check.h"

#include "private.h"

#define HIDE  CALL_SECRET_HIDE
#define STARS CALL_SECRET_STARS
#define DROP  CALL_SECRET_DROP
/* The last letter first: most names differ in it from most rows. */
#define SECRET(service, member, form)                                                                        \
    {service, member, sizeof(member) - 1, (member)[sizeof(member) - 2], form},
static const struct call_secret secrets[] = {
#include "secret_table.h"
};
#undef SECRET
#undef HIDE
#undef STARS
#undef DROP

/* Those for every service stand first. */
#define SECRET(service, member, form) +(sizeof(service) == 1)
enum {
    SECRET_COUNT = sizeof secrets / sizeof *secrets,
    COMMON_COUNT = 0
#include "secret_table.h"
};
#undef SECRET

/* The first row of the service, or where `is_end` the first behind its rows. */
static size_t find_bound(struct str service, bool is_end) {
    size_t low = 0, high = SECRET_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(str_from(secrets[middle].service), service) < (int)is_end)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t find_rows(struct str service, const struct call_secret **ret_rows) {
    size_t start = find_bound(service, false);
    *ret_rows = secrets + start;
    return find_bound(service, true) - start;
}

struct call_secrets call_secrets_of(const struct call *call) {
    struct call_secrets rows = {.service = call_service(call->event_source)};
    ASSERT(call->hide_count <= CALL_HIDES_MAX);
    rows.common = secrets;
    rows.common_count = COMMON_COUNT;
    rows.own_count = rows.service.size == 0 ? 0 : find_rows(rows.service, &rows.own);
    rows.hides = call->hides;
    rows.hide_count = call->hide_count;
    return rows;
}

/* Is the name the row's member, a '*' or '/' in front of it? */
static bool is_named(struct str name, struct str member, unsigned depth) {
    bool is_ending = member.data[0] == '*', is_top = member.data[0] == '/';
    member = str_slice(member, is_ending || is_top, SIZE_MAX);
    if (name.size < member.size || (name.size > member.size && !is_ending) || (is_top && depth != 1))
        return false;
    return str_equals_ignoring_case(str_slice(name, name.size - member.size, member.size), member);
}

static enum call_secret_form form_in(
    const struct call_secret *rows, size_t count, struct str name, unsigned depth) {
    char last = name.data[name.size - 1];
    for (size_t i = 0; i < count; i++) {
        if (((rows[i].last ^ last) & ~0x20) != 0)
            continue;
        if (is_named(name, str_of(rows[i].member, rows[i].size), depth))
            return rows[i].form;
    }
    return CALL_SECRET_NONE;
}

enum call_secret_form call_secret_form_common(const struct call_secrets *secrets_of, struct str name) {
    return name.size == 0 ? CALL_SECRET_NONE : form_in(secrets_of->common, secrets_of->common_count, name, 2);
}

enum call_secret_form call_secret_form(
    const struct call_secrets *secrets_of, struct str name, unsigned depth) {
    if (name.size == 0)
        return CALL_SECRET_NONE;
    enum call_secret_form form = form_in(secrets_of->common, secrets_of->common_count, name, depth);
    if (form == CALL_SECRET_NONE)
        form = form_in(secrets_of->own, secrets_of->own_count, name, depth);
    for (size_t i = 0; form == CALL_SECRET_NONE && i < secrets_of->hide_count; i++) {
        const struct call_hide *hide = &secrets_of->hides[i];
        bool is_ours = hide->service.size == 0 || str_equals(hide->service, secrets_of->service);
        if (is_ours && is_named(name, hide->member, depth))
            form = CALL_SECRET_HIDE;
    }
    return form;
}

bool call_hide_parse(struct arena *arena, struct str text, struct call_hide **ret_rows, size_t *ret_count,
    struct error *error) {
    struct call_hide *rows = ARENA_ARRAY(arena, CALL_HIDES_MAX, struct call_hide);
    size_t count = 0;
    while (text.size != 0) {
        struct str row = str_trim(str_cut(&text, ','));
        struct str member = row;
        struct str service = str_cut(&member, ':');
        if (row.size == 0)
            continue;
        bool has_mark = member.size != 0 && (member.data[0] == '*' || member.data[0] == '/');
        if (service.size == 0 || member.size < (has_mark ? 2u : 1u))
            return error_set(
                error, ERROR_INVALID, "hide takes SERVICE:MEMBER, with commas; \"%.*s\" is not", STR(row));
        if (count == CALL_HIDES_MAX)
            return error_set(error, ERROR_LIMIT, "hide takes at most %d members", CALL_HIDES_MAX);
        rows[count++] = (struct call_hide){str_is(service, "*") ? STR_EMPTY : service, member};
    }
    *ret_rows = rows;
    *ret_count = count;
    return true;
}
