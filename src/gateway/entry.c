/* SPDX-License-Identifier: Apache-2.0 */
/* entry: what a [gateway] section may say. Each message names the entry and what its key takes. */
#include "aws/arn.h"
#include "http/origin.h"

#include "private.h"

static bool refuse(const struct gateway_entry *entry, struct error *error) {
    return error_context(error, "[gateway \"%.*s\"]", STR(entry->name));
}

static bool has_only(struct str text, bool (*is_fine)(char)) {
    for (size_t i = 0; i < text.size; i++)
        if (!is_fine(text.data[i]))
            return false;
    return text.size > 0;
}

static bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_of_host(char c) {
    return is_of_name(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_';
}

static bool check_name(const struct gateway_entry *entry, struct error *error) {
    bool is_good = entry->name.size <= GATEWAY_NAME_SIZE_MAX && has_only(entry->name, is_of_name);
    return is_good || error_set(error, ERROR_INVALID, "a name has 1 to %d characters a-z, 0-9 and '-'",
                          GATEWAY_NAME_SIZE_MAX);
}

static bool check_listen(
    const struct gateway_entry *entry, struct http_listen *ret_listen, struct error *error) {
    if (entry->listen.size == 0)
        return error_set(error, ERROR_INVALID, "it needs listen = HOST:PORT");
    if (!http_listen_parse(entry->listen, ret_listen, error))
        return false;
    if ((entry->tls_cert.size == 0) != (entry->tls_key.size == 0))
        return error_set(error, ERROR_INVALID, "tls-cert and tls-key go together: give both or neither");
    if (!http_listen_is_loopback(ret_listen->host) && entry->tls_cert.size == 0 && !entry->insecure_http)
        return error_set(error, ERROR_INVALID,
            "%.*s is not loopback: give tls-cert and tls-key, or insecure-http = true if the network is "
            "trusted",
            STR(ret_listen->host));
    return true;
}

static bool check_upstream(const struct gateway_entry *entry, struct str *ret_host, struct error *error) {
    struct http_origin origin;
    if (!http_origin_parse(entry->upstream, &origin, error))
        return error_context(error, "upstream");
    if (!origin.is_tls && (entry->upstream_ca.size > 0 || entry->upstream_insecure))
        return error_set(
            error, ERROR_INVALID, "upstream-ca and upstream-insecure are for an upstream of https://");
    *ret_host = origin.authority;
    return true;
}

/* What would be passed over in silence, and every call read as something else. */
static bool check_reading(const struct gateway_entry *entry, struct error *error) {
    struct str hosts = entry->virtual_hosts;
    if (entry->service.size > 0 && !has_only(entry->service, is_of_name))
        return error_set(
            error, ERROR_INVALID, "service takes a name as signatures have it: s3, dynamodb, ...");
    while (hosts.size > 0) {
        struct str host = str_trim(str_cut(&hosts, ','));
        if (host.size > 0 && !has_only(host, is_of_host))
            return error_set(error, ERROR_INVALID,
                "virtual-hosts takes host names like s3.example.com, with commas; '%.*s' is none",
                STR(str_slice(host, 0, 128)));
    }
    return true;
}

static bool check_signing(const struct gateway_entry *entry, struct error *error) {
    bool has_id = entry->sign_access_key_id.size > 0, has_secret = entry->sign_secret_access_key.size > 0;
    if (has_id != has_secret)
        return error_set(error, ERROR_INVALID,
            "sign-access-key-id and sign-secret-access-key go together: give both or neither");
    if (!has_id && entry->sign_session_token.size + entry->sign_region.size + entry->allow.size > 0)
        return error_set(error, ERROR_INVALID,
            "sign-session-token, sign-region and allow are for an entry with sign-access-key-id");
    if (has_id && entry->allow.size == 0)
        return error_set(error, ERROR_INVALID,
            "an entry that signs calls anew needs allow = ARN,...: whose calls it passes on");
    if (has_id && !entry->verify)
        return error_set(error, ERROR_INVALID,
            "an entry that signs calls anew passes on verified ones only: verify = false does not go with "
            "it");
    if (entry->sign_region.size > 0 && !aws_is_region(entry->sign_region))
        return error_set(error, ERROR_INVALID, "sign-region takes a region like us-east-1");
    return true;
}

static bool check_home(const struct gateway_entry *entry, struct error *error) {
    if (entry->account.size > 0 && !aws_is_account_id(entry->account))
        return error_set(error, ERROR_INVALID, "account takes 12 digits");
    if (entry->region.size > 0 && !aws_is_region(entry->region))
        return error_set(error, ERROR_INVALID, "region takes a region like us-east-1");
    if (entry->wait_ms < 0 || entry->wait_ms > MS_PER_MINUTE)
        return error_set(error, ERROR_INVALID, "wait takes a time up to 1m");
    return true;
}

static bool is_name_of_aws(struct str host) {
    struct str name = str_cut(&host, ':');
    return str_ends_with(name, STR_LITERAL(".amazonaws.com")) ||
           str_ends_with(name, STR_LITERAL(".amazonaws.com.cn"));
}

/* Names and addresses must differ from those of the gates before it. */
static bool check_others(
    const struct gateway *gateway, const struct gateway_gate *gate, struct error *error) {
    const struct gateway_entry *entry = gate->entry;
    for (const struct gateway_gate *other = gateway->gates; other < gate; other++) {
        if (str_equals(other->entry->name, entry->name))
            return error_set(error, ERROR_INVALID, "the name is there twice");
        if (other->listen.port != 0 && other->listen.port == gate->listen.port &&
            str_equals(other->listen.host, gate->listen.host))
            return error_set(error, ERROR_INVALID, "[gateway \"%.*s\"] listens on %.*s too",
                STR(other->entry->name), STR(entry->listen));
    }
    return true;
}

static bool check(struct gateway *gateway, struct gateway_gate *gate, struct error *error) {
    const struct gateway_entry *entry = gate->entry;
    return check_name(entry, error) && check_listen(entry, &gate->listen, error) &&
           check_upstream(entry, &gate->upstream_host, error) && check_reading(entry, error) &&
           check_signing(entry, error) && check_home(entry, error) &&
           call_hide_parse(&gateway->arena, entry->hide, &gate->hides, &gate->hide_count, error) &&
           check_others(gateway, gate, error);
}

static void fill_gate(struct gateway *gateway, struct gateway_gate *gate) {
    const struct gateway_entry *entry = gate->entry;
    struct arena *arena = &gateway->arena;
    gate->gateway = gateway;
    gate->name = arena_text(arena, entry->name);
    gate->title = arena_format(arena, "[gateway \"%s\"]", gate->name).data;
    gate->principal = arena_format(arena, "gateway/%.*s", STR(entry->name));
    gate->account = entry->account.size > 0 ? entry->account : gateway->options.account;
    gate->region = entry->region.size > 0 ? entry->region : gateway->options.region;
    gate->wait_ms = entry->wait_ms > 0 ? entry->wait_ms : GATEWAY_WAIT_MS;
    gate->signs = entry->sign_access_key_id.size > 0;
    gate->is_aws = !gate->signs && is_name_of_aws(gate->upstream_host);
    gate->sender = (struct admission_sender){
        .door = EVENT_DOOR_GATEWAY, .principal = gate->principal, .is_witnessed = true};
}

bool gateway_entry_check_all(struct gateway *gateway, struct error *error) {
    const struct gateway_options *options = &gateway->options;
    if (options->entry_count > GATEWAY_ENTRIES_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d gateway entries", GATEWAY_ENTRIES_MAX);
    for (size_t i = 0; i < options->entry_count; i++) {
        gateway->gates[i].entry = &options->entries[i];
        if (!check(gateway, &gateway->gates[i], error))
            return refuse(&options->entries[i], error);
        fill_gate(gateway, &gateway->gates[i]);
    }
    return true;
}
