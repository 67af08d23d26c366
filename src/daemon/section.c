/* SPDX-License-Identifier: Apache-2.0 */
/* Sections through one table of kinds, each with a table of keys. Errors never show a value: it may be a
 * secret under a name that is misspelt. */
#include "section.h"

#include "base/own.h"
#include "codec/text.h"
#include "sys/disk.h"

#include <stddef.h>
#include <string.h>

enum { SECRET_BYTES_MAX = 64 << 10 };

enum key_type {
    KEY_TEXT,     /* struct str */
    KEY_C_TEXT,   /* const char * */
    KEY_SECRET,   /* struct str; also KEY-file and KEY-variable */
    KEY_BOOLEAN,  /* bool: the index in `words` */
    KEY_CHOICE,   /* an enum: likewise */
    KEY_DURATION, /* int64_t, milliseconds */
};

struct section_key {
    const char *name;
    enum key_type type;
    size_t offset;
    const char *const *words; /* of KEY_BOOLEAN and KEY_CHOICE, NULL at the end */
};

static const char *const truths[] = {"false", "true", NULL};
static const char *const styles[] = {"path", "virtual", NULL};
static const char *const acls[] = {"send", "none", NULL};
/* In the order of enum gateway_guarantee. */
static const char *const guarantees[] = {"buffered", "fail-closed", "best-effort", NULL};
_Static_assert(GATEWAY_BUFFERED == 0 && GATEWAY_FAIL_CLOSED == 1 && GATEWAY_BEST_EFFORT == 2 &&
                   sizeof(enum gateway_guarantee) == sizeof(int),
    "guarantees[] is indexed by them");

/* clang-format off */
#define BUCKET(name, type, member, words) \
    {name, KEY_##type, offsetof(struct objects_remote_rule, member), words},
static const struct section_key bucket_keys[] = {
    BUCKET("endpoint", TEXT, endpoint, NULL)
    BUCKET("region", TEXT, region, NULL)
    BUCKET("access-key-id", TEXT, access_key_id, NULL)
    BUCKET("secret-access-key", SECRET, secret_access_key, NULL)
    BUCKET("ca-file", C_TEXT, ca_file, NULL)
    BUCKET("style", BOOLEAN, virtual_style, styles)
    BUCKET("acl", BOOLEAN, acl_none, acls)
};

#define GATEWAY(name, type, member, words) {name, KEY_##type, offsetof(struct gateway_entry, member), words},
static const struct section_key gateway_keys[] = {
    GATEWAY("listen", TEXT, listen, NULL)
    GATEWAY("upstream", TEXT, upstream, NULL)
    GATEWAY("upstream-ca", TEXT, upstream_ca, NULL)
    GATEWAY("upstream-insecure", BOOLEAN, upstream_insecure, truths)
    GATEWAY("tls-cert", TEXT, tls_cert, NULL)
    GATEWAY("tls-key", TEXT, tls_key, NULL)
    GATEWAY("insecure-http", BOOLEAN, insecure_http, truths)
    GATEWAY("service", TEXT, service, NULL)
    GATEWAY("account", TEXT, account, NULL)
    GATEWAY("region", TEXT, region, NULL)
    GATEWAY("guarantee", CHOICE, guarantee, guarantees)
    GATEWAY("virtual-hosts", TEXT, virtual_hosts, NULL)
    GATEWAY("trusted-proxies", TEXT, trusted_proxies, NULL)
    GATEWAY("principals-file", TEXT, principals_file, NULL)
    GATEWAY("learn", BOOLEAN, learn, truths)
    GATEWAY("verify", BOOLEAN, verify, truths)
    GATEWAY("sign-access-key-id", TEXT, sign_access_key_id, NULL)
    GATEWAY("sign-secret-access-key", SECRET, sign_secret_access_key, NULL)
    GATEWAY("sign-session-token", SECRET, sign_session_token, NULL)
    GATEWAY("sign-region", TEXT, sign_region, NULL)
    GATEWAY("allow", TEXT, allow, NULL)
    GATEWAY("hide", TEXT, hide, NULL)
    GATEWAY("wait", DURATION, wait_ms, NULL)
};

#define SOURCE(name, type, member, words) {name, KEY_##type, offsetof(struct source_entry, member), words},
static const struct section_key source_keys[] = {
    SOURCE("kind", TEXT, kind, NULL)
    SOURCE("token", SECRET, token, NULL)
    SOURCE("account", TEXT, account, NULL)
    SOURCE("region", TEXT, region, NULL)
};

/* clang-format on */

struct section_kind {
    const char *word, *what; /* [word "what"] */
    const struct section_key *keys;
    size_t key_count, count_max, size;
    size_t items_offset, count_offset; /* in struct options */
    size_t name_offset;                /* in the section's struct: a struct str */
    const char *required;              /* a key that must be set */
    size_t required_offset;
};

#define SECTION(word, what, keys, max, type, items, count, name, required_name, required)                    \
    {                                                                                                        \
        word, what, keys, sizeof(keys) / sizeof *(keys), max, sizeof(struct type),                           \
            offsetof(struct options, items), offsetof(struct options, count), offsetof(struct type, name),   \
            required_name, offsetof(struct type, required)                                                   \
    }
static const struct section_kind kinds[] = {
    SECTION("bucket", "PATTERN", bucket_keys, OPTION_BUCKET_RULES_MAX, objects_remote_rule, bucket_rules,
        bucket_rule_count, pattern, "endpoint", endpoint),
    SECTION("gateway", "NAME", gateway_keys, GATEWAY_ENTRIES_MAX, gateway_entry, gateways, gateway_count,
        name, "upstream", upstream),
    SECTION(
        "source", "NAME", source_keys, SOURCES_MAX, source_entry, sources, source_count, name, "kind", kind),
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0], KIND_BUCKET = 0, KIND_GATEWAY = 1 };

/* Members by offset, without a cast that hides their type. */
static void *items_of(const struct options *options, const struct section_kind *kind) {
    void *items = NULL;
    memcpy(&items, (const char *)options + kind->items_offset, sizeof items);
    return items;
}

static size_t count_of(const struct options *options, const struct section_kind *kind) {
    size_t count = 0;
    memcpy(&count, (const char *)options + kind->count_offset, sizeof count);
    return count;
}

static struct str text_at(const void *place, size_t offset) {
    struct str text = STR_EMPTY;
    memcpy(&text, (const char *)place + offset, sizeof text);
    return text;
}

static bool is_name(struct str name) {
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return name.size > 0 && name.size <= GATEWAY_NAME_SIZE_MAX;
}

/* One more of a kind, named `name`, zeroed but for its defaults. */
static bool add(struct arena *arena, const struct section_kind *kind, struct str name,
    struct options *options, void **ret_place, struct error *error) {
    char *items = items_of(options, kind);
    size_t count = count_of(options, kind);
    if (count == kind->count_max)
        return error_set(error, ERROR_LIMIT, "more than %zu [%s] sections", kind->count_max, kind->word);
    if (kind != &kinds[KIND_BUCKET] && !is_name(name))
        return error_set(error, ERROR_INVALID,
            "[%s \"%.*s\"]: a name has 1 to %d characters a-z, 0-9 and '-'", kind->word, STR(name),
            GATEWAY_NAME_SIZE_MAX);
    for (size_t i = 0; kind != &kinds[KIND_BUCKET] && i < count; i++)
        if (str_equals(text_at(items + i * kind->size, kind->name_offset), name))
            return error_set(error, ERROR_INVALID, "[%s \"%.*s\"] is there twice", kind->word, STR(name));
    if (items == NULL) {
        items = arena_alloc_array(arena, kind->count_max, kind->size);
        memcpy((char *)options + kind->items_offset, &items, sizeof items);
    }
    char *place = items + count++ * kind->size;
    memcpy((char *)options + kind->count_offset, &count, sizeof count);
    name = arena_str(arena, name);
    memcpy(place + kind->name_offset, &name, sizeof name);
    if (kind == &kinds[KIND_BUCKET])
        ((struct objects_remote_rule *)(void *)place)->region = options->region;
    if (kind == &kinds[KIND_GATEWAY])
        ((struct gateway_entry *)(void *)place)->verify = true;
    *ret_place = place;
    return true;
}

bool daemon_section_begin(struct arena *arena, struct str line, struct options *options,
    struct section *ret_section, struct error *error) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        struct str prefix = arena_format(arena, "[%s \"", kinds[i].word);
        if (!str_starts_with(line, prefix) || !str_ends_with(line, STR_LITERAL("\"]")) ||
            line.size < prefix.size + 3)
            continue;
        struct str name = str_slice(line, prefix.size, line.size - prefix.size - 2);
        ret_section->kind = &kinds[i];
        return add(arena, &kinds[i], name, options, &ret_section->place, error);
    }
    return error_set(error, ERROR_INVALID,
        "section `%.*s' is unknown: write [bucket \"PATTERN\"], [gateway \"NAME\"] or [source \"NAME\"]",
        STR(line));
}

static bool set_word(const struct section_key *key, struct str value, void *place, struct buf *hint) {
    for (int i = 0; key->words[i] != NULL; i++) {
        bool boolean = i != 0;
        if (str_is(value, key->words[i])) {
            if (key->type == KEY_BOOLEAN)
                memcpy(place, &boolean, sizeof boolean);
            else
                memcpy(place, &i, sizeof i);
            return true;
        }
        buf_append_format(hint, "%s%s", i > 0 ? ", " : "", key->words[i]);
    }
    return false;
}

static bool set_key(
    struct arena *arena, const struct section_key *key, struct str value, void *place, struct error *error) {
    int64_t number = 0;
    const char *text = arena_text(arena, value);
    struct str copy = {text, value.size};
    switch (key->type) {
    case KEY_TEXT:
    case KEY_SECRET:
        memcpy(place, &copy, sizeof copy);
        return true;
    case KEY_C_TEXT:
        memcpy(place, &text, sizeof text);
        return true;
    case KEY_DURATION:
        if (!duration_parse(value, &number))
            return error_set(error, ERROR_INVALID, "`%s' takes a time like 500ms or 2s", key->name);
        memcpy(place, &number, sizeof number);
        return true;
    case KEY_BOOLEAN:
    case KEY_CHOICE: {
        SCOPED(buf_finish) struct buf hint = BUF_INIT(256);
        return set_word(key, value, place, &hint) ||
               error_set(error, ERROR_INVALID, "`%s' takes one of: %.*s", key->name, STR(buf_str(&hint)));
    }
    }
    return false;
}

/* KEY-file or KEY-variable of a secret: kept until all is read. */
static bool set_secret_elsewhere(struct arena *arena, const struct section_key *key, struct str name,
    struct str value, struct str *place, struct options *options) {
    struct str suffix = str_slice(name, strlen(key->name), SIZE_MAX);
    bool is_file = str_is(suffix, "-file");
    if (key->type != KEY_SECRET || !str_starts_with(name, str_from(key->name)) ||
        (!is_file && !str_is(suffix, "-variable")))
        return false;
    struct option_secret *secret = ARENA_NEW(arena, struct option_secret);
    *secret = (struct option_secret){options->secrets, place, arena_str(arena, value), is_file};
    options->secrets = secret;
    return true;
}

bool daemon_section_set(struct arena *arena, const struct section *section, struct str name, struct str value,
    struct options *options, struct error *error) {
    const struct section_kind *kind = section->kind;
    SCOPED(buf_finish) struct buf names = BUF_INIT(BUF_UNBOUNDED);
    for (size_t i = 0; i < kind->key_count; i++) {
        const struct section_key *key = &kind->keys[i];
        void *place = (char *)section->place + key->offset;
        if (str_is(name, key->name))
            return set_key(arena, key, value, place, error);
        if (set_secret_elsewhere(arena, key, name, value, place, options))
            return true;
        buf_append_format(&names, "%s%s", i > 0 ? ", " : "", key->name);
    }
    return error_set(error, ERROR_INVALID, "`%.*s' is unknown in a [%s] section, which takes %.*s", STR(name),
        kind->word, STR(buf_str(&names)));
}

bool daemon_section_check(const struct options *options, struct error *error) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const struct section_kind *kind = &kinds[i];
        const char *items = items_of(options, kind);
        for (size_t j = 0; j < count_of(options, kind); j++) {
            const char *place = items + j * kind->size;
            if (text_at(place, kind->required_offset).size == 0)
                return error_set(error, ERROR_INVALID, "[%s \"%.*s\"] needs %s", kind->word,
                    STR(text_at(place, kind->name_offset)), kind->required);
        }
    }
    return true;
}

/* The first line of the file. */
static bool read_secret(struct arena *arena, struct str path, struct str *ret_text, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(SECRET_BYTES_MAX);
    if (!disk_read_path(arena_text(arena, path), &text, error))
        return false;
    struct str rest = buf_str(&text), line = str_cut(&rest, '\n');
    if (str_ends_with(line, STR_LITERAL("\r")))
        line.size--;
    *ret_text = arena_str(arena, str_trim(line));
    mem_wipe(text.data, text.size);
    return true;
}

bool daemon_section_read_secrets(
    struct arena *arena, option_environment *environment, struct options *options, struct error *error) {
    for (struct option_secret *secret = options->secrets; secret != NULL; secret = secret->next) {
        struct str text = STR_EMPTY;
        if (secret->is_file && !read_secret(arena, secret->source, &text, error))
            return error_context(error, "secret in %.*s", STR(secret->source));
        if (!secret->is_file)
            text = str_from(environment(arena_text(arena, secret->source)));
        if (text.size == 0)
            return error_set(error, ERROR_INVALID, "no secret is in %s%.*s",
                secret->is_file ? "" : "the environment variable ", STR(secret->source));
        *secret->place = text;
    }
    return true;
}

bool daemon_section_add_gateway(
    struct arena *arena, struct str text, struct options *options, struct error *error) {
    void *place = NULL;
    struct str upstream = text, listen = str_trim(str_cut(&upstream, '='));
    if (listen.size == 0 || upstream.size == 0)
        return error_set(error, ERROR_INVALID,
            "option gateway takes LISTEN=UPSTREAM, like 127.0.0.1:8421=http://127.0.0.1:9000, not `%.*s'",
            STR(text));
    if (!add(arena, &kinds[KIND_GATEWAY], STR_LITERAL("default"), options, &place, error))
        return error_context(error, "option gateway");
    struct gateway_entry *entry = place;
    entry->listen = listen;
    entry->upstream = str_trim(upstream);
    return true;
}
