/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubernetes.c: events of an API server's audit log (audit.k8s.io). Of the stages of a request only the last
 * one is an event here. Objects that were sent or answered are never recorded, of whichever kind: of them
 * only the name is taken where the event has it nowhere else. Of the query and the annotations only what is
 * listed here.
 *
 * Names: verb and resource, "CreatePods", "DeleteCollectionSecrets"; a subresource behind it,
 * "UpdatePodsStatus". Those that open a connection into a container, a node or a service (exec, attach,
 * portforward, proxy) are "ConnectPodsExec" whatever the verb: none of them is a read.
 */
#include "base/own.h"

#include "source.h"

#include <string.h>

/* One event on its way. */
struct entry {
    struct source_reading *reading;
    struct json_value event, object; /* object: objectRef */
    struct str verb, resource, subresource, name;
    struct call call;
};

/* ---- the name of the call ---- */

static bool is_among(struct str text, const char *const *names) {
    for (; *names != NULL; names++)
        if (str_is(text, *names))
            return true;
    return false;
}

static void append_capitalised(struct buf *buf, struct str text) {
    if (text.size == 0)
        return;
    char first = text.data[0];
    buf_append_char(buf, first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first);
    buf_append_str(buf, str_slice(text, 1, SIZE_MAX));
}

static void name_call(struct entry *entry) {
    static const char *const connections[] = {"attach", "exec", "portforward", "proxy", NULL};
    SCOPED(buf_finish) struct buf name = BUF_INIT(BUF_UNBOUNDED);
    if (is_among(entry->subresource, connections))
        buf_append_text(&name, "Connect");
    else if (str_is(entry->verb, "deletecollection"))
        buf_append_text(&name, "DeleteCollection");
    else
        append_capitalised(&name, entry->verb.size > 0 ? entry->verb : STR_LITERAL("unknown"));
    append_capitalised(&name, entry->resource.size > 0 ? entry->resource : STR_LITERAL("nonResource"));
    append_capitalised(&name, entry->subresource);
    entry->call.operation = arena_str(&entry->reading->arena, buf_str(&name));
}

/* ---- who ---- */

static void identify(struct entry *entry) {
    struct json_value user = json_get(entry->event, "user");
    struct str name = sources_text(user, "username"), id = sources_text(user, "uid");
    bool is_anonymous = name.size == 0 || str_is(name, "system:anonymous");
    entry->call.identity =
        (struct call_identity){.type = is_anonymous ? STR_LITERAL("Unknown") : STR_LITERAL("KubernetesUser"),
            .principal_id = id.size > 0 ? id : name,
            .account = entry->reading->entry->account,
            .user_name = name,
            .session_began_at = MOMENT_NONE};
}

/* All but the last address may be set by the client. */
static void find_address(struct entry *entry) {
    struct json_iterator iterator = json_iterate(json_get(entry->event, "sourceIPs"));
    struct str address = STR_EMPTY;
    while (!iterator.is_object && json_next(&iterator))
        address = json_text(iterator.value);
    entry->call.source_ip = address.size > 0 ? address : STR_LITERAL("kubernetes.io");
}

/* ---- what ---- */

/* A query's members, as they are said again in the parameters; `command` is one for each word. */
static const char *const query_members[] = {"labelSelector", "fieldSelector", "limit", "watch", "container",
    "command", "stdin", "tty", "dryRun", "fieldManager", "force", "gracePeriodSeconds", "propagationPolicy",
    "previous", "ports", NULL};

static struct str decoded(struct arena *arena, struct str text) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(BUF_UNBOUNDED);
    if (!percent_decode(text, true, &buf))
        return text;
    return arena_str(arena, str_slice(buf_str(&buf), 0, SOURCES_TEXT_SIZE_MAX));
}

/* The value of a member; all of its values, with blanks between, where it comes again. */
static struct str query_value(struct arena *arena, struct str query, const char *name) {
    SCOPED(buf_finish) struct buf all = BUF_INIT(SOURCES_TEXT_SIZE_MAX);
    while (query.size > 0) {
        struct str value = str_cut(&query, '&');
        if (!str_is(str_cut(&value, '='), name))
            continue;
        if (all.size > 0)
            buf_append_char(&all, ' ');
        buf_append_str(&all, decoded(arena, value));
    }
    return arena_str(arena, buf_str(&all));
}

static void write_query(struct json_writer *writer, struct arena *arena, struct str query) {
    for (size_t i = 0; query.size > 0 && query_members[i] != NULL; i++)
        sources_write_text(writer, query_members[i], query_value(arena, query, query_members[i]));
}

/* The name of a new object stands only in the object. */
static struct str find_name(const struct entry *entry) {
    static const char *const objects[] = {"requestObject", "responseObject"};
    struct str name = sources_text(entry->object, "name");
    for (size_t i = 0; name.size == 0 && i < 2; i++)
        name = sources_text(json_get(json_get(entry->event, objects[i]), "metadata"), "name");
    return name;
}

static struct str parameters_of(const struct entry *entry) {
    struct arena *arena = &entry->reading->arena;
    struct str query = json_text(json_get(entry->event, "requestURI"));
    struct str path = str_cut(&query, '?');
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    sources_write_text(&writer, "verb", entry->verb);
    sources_write_text(&writer, "namespace", sources_text(entry->object, "namespace"));
    sources_write_text(&writer, "resource", entry->resource);
    sources_write_text(&writer, "subresource", entry->subresource);
    sources_write_text(&writer, "name", entry->name);
    sources_write_text(&writer, "apiGroup", sources_text(entry->object, "apiGroup"));
    sources_write_text(&writer, "apiVersion", sources_text(entry->object, "apiVersion"));
    sources_write_text(&writer, "uri", str_slice(path, 0, SOURCES_TEXT_SIZE_MAX));
    write_query(&writer, arena, query);
    json_end_object(&writer);
    return arena_str(arena, buf_str(&text));
}

static void write_list(struct json_writer *writer, const char *name, struct json_value list) {
    struct json_iterator iterator = json_iterate(list);
    if (json_kind(list) != JSON_ARRAY)
        return;
    json_key(writer, str_from(name));
    json_begin_array(writer);
    for (size_t i = 0; i < SOURCES_GROUPS_MAX && json_next(&iterator); i++)
        json_write_string(writer, str_slice(json_text(iterator.value), 0, SOURCES_TEXT_SIZE_MAX));
    json_end_array(writer);
}

static void write_user(struct json_writer *writer, const char *name, struct json_value user) {
    if (json_kind(user) != JSON_OBJECT)
        return;
    json_key(writer, str_from(name));
    json_begin_object(writer);
    sources_write_text(writer, "username", sources_text(user, "username"));
    sources_write_text(writer, "uid", sources_text(user, "uid"));
    write_list(writer, "groups", json_get(user, "groups"));
    json_end_object(writer);
}

/* Others may hold what webhooks changed in an object. */
static void write_annotations(struct json_writer *writer, struct json_value annotations) {
    static const char *const prefixes[] = {
        "authorization.k8s.io/", "authentication.k8s.io/", "pod-security.kubernetes.io/", "k8s.io/"};
    struct json_iterator iterator = json_iterate(annotations);
    if (json_kind(annotations) != JSON_OBJECT)
        return;
    json_key(writer, STR_LITERAL("annotations"));
    json_begin_object(writer);
    while (json_next(&iterator)) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
            is_known = is_known || str_starts_with(iterator.key, str_from(prefixes[i]));
        if (!is_known || iterator.key.size > SOURCES_TEXT_SIZE_MAX)
            continue;
        json_key(writer, iterator.key);
        json_write_string(writer, str_slice(json_text(iterator.value), 0, SOURCES_TEXT_SIZE_MAX));
    }
    json_end_object(writer);
}

static struct str additional_of(const struct entry *entry) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    int64_t status = 0;
    json_begin_object(&writer);
    sources_write_text(&writer, "level", sources_text(entry->event, "level"));
    if (json_i64(json_get(json_get(entry->event, "responseStatus"), "code"), &status))
        json_member_i64(&writer, "statusCode", status);
    write_list(&writer, "groups", json_get(json_get(entry->event, "user"), "groups"));
    write_user(&writer, "impersonatedUser", json_get(entry->event, "impersonatedUser"));
    write_list(&writer, "sourceIPs", json_get(entry->event, "sourceIPs"));
    write_annotations(&writer, json_get(entry->event, "annotations"));
    json_end_object(&writer);
    return arena_str(&entry->reading->arena, buf_str(&text));
}

/* ---- how it ended ---- */

static void judge(struct entry *entry) {
    struct json_value answer = json_get(entry->event, "responseStatus");
    int64_t status = 0;
    if (str_is(sources_text(entry->event, "stage"), "Panic"))
        entry->call.error_code = STR_LITERAL("Panic");
    else if (json_i64(json_get(answer, "code"), &status) && status >= 400)
        entry->call.error_code = arena_format(&entry->reading->arena, "HTTP%lld", (long long)status);
    else
        return;
    struct str reason = sources_text(answer, "reason");
    if (reason.size > 0)
        entry->call.error_code = reason;
    entry->call.error_message = sources_text(answer, "message");
}

/* ---- events ---- */

static void add_event(struct entry *entry) {
    struct source_reading *reading = entry->reading;
    struct arena *arena = &reading->arena;
    struct str audit_id = sources_text(entry->event, "auditID"), id = STR_EMPTY;
    if (audit_id.size > 0)
        id = arena_format(arena, "%.*s %.*s", STR(audit_id), STR(sources_text(entry->event, "stage")));
    entry->object = json_get(entry->event, "objectRef");
    entry->verb = sources_text(entry->event, "verb");
    entry->resource = sources_text(entry->object, "resource");
    entry->subresource = sources_text(entry->object, "subresource");
    entry->name = find_name(entry);
    struct json_value time = json_get(entry->event, "stageTimestamp");
    entry->call = (struct call){.event_source = STR_LITERAL("kubernetes.io"),
        .time = sources_time(
            reading, json_exists(time) ? time : json_get(entry->event, "requestReceivedTimestamp")),
        .user_agent = sources_text(entry->event, "userAgent"),
        .request_id = audit_id,
        .event_id = sources_event_id(reading, id, entry->event, 0)};
    name_call(entry);
    identify(entry);
    find_address(entry);
    judge(entry);
    entry->call.request.json = parameters_of(entry);
    entry->call.additional.json = additional_of(entry);
    sources_add(reading, &entry->call);
}

static bool read_event(struct source_reading *reading, struct json_value event, struct error *error) {
    static const char *const last_stages[] = {"ResponseComplete", "Panic", NULL};
    struct str stage = sources_text(event, "stage");
    if (json_kind(event) != JSON_OBJECT || stage.size == 0)
        return error_set(error, ERROR_INVALID, "this is no event of audit.k8s.io: it has no stage");
    if (!sources_begin_event(reading, error))
        return false;
    if (is_among(stage, last_stages))
        add_event(&(struct entry){.reading = reading, .event = event});
    else
        reading->skipped_count++;
    return true;
}

static bool read_document(struct source_reading *reading, struct json_value document, struct error *error) {
    struct json_value items = json_get(document, "items");
    if (json_kind(items) != JSON_ARRAY)
        return read_event(reading, document, error);
    struct json_iterator iterator = json_iterate(items);
    for (size_t i = 0; !reading->was_stopped && json_next(&iterator); i++)
        if (!read_event(reading, iterator.value, error))
            return error_context(error, "items[%zu]", i);
    return true;
}

bool sources_read_kubernetes(struct source_reading *reading, struct str body, struct error *error) {
    return sources_read_documents(reading, body, read_document, error);
}
