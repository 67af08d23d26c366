/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4_parse.c: what a request says about its signature, from the Authorization header or the query. */
#include "aws/sigv4.h"
#include "base/buf.h"
#include "codec/text.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

static struct str header_value(const struct aws_request *request, const char *name) {
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equals_ignoring_case(request->headers[i].name, str_from(name)))
            return str_trim(request->headers[i].value);
    return STR_EMPTY;
}

/* The raw value of a query parameter; false where there is none. */
static bool find_parameter(struct str query, const char *name, struct str *ret_value) {
    struct str rest = query;
    while (rest.size > 0) {
        struct str value = str_cut(&rest, '&');
        if (str_is(str_cut(&value, '='), name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

static bool decoded_parameter(
    struct arena *arena, struct str query, const char *name, struct str *ret_value) {
    struct str raw;
    if (!find_parameter(query, name, &raw))
        return false;
    struct buf decoded = BUF_INIT(raw.size);
    bool is_fine = percent_decode(raw, false, &decoded);
    if (is_fine)
        *ret_value = arena_str(arena, buf_str(&decoded));
    buf_finish(&decoded);
    return is_fine;
}

/* Cut off what is behind the last slash, and the slash; false where there is none. */
static bool cut_last(struct str *rest, struct str *ret_part) {
    size_t at = rest->size;
    while (at > 0 && rest->data[at - 1] != '/')
        at--;
    if (at == 0)
        return false;
    *ret_part = str_slice(*rest, at, SIZE_MAX);
    *rest = str_slice(*rest, 0, at - 1);
    return true;
}

/* The key id may itself hold slashes, so cut from the end. */
bool aws_credential_split(
    struct str credential, bool has_region, struct str *ret_access_key_id, struct aws_scope *ret_scope) {
    struct str terminator;
    struct aws_scope scope = {.region = STR_EMPTY};
    bool is_whole = cut_last(&credential, &terminator) && str_is(terminator, "aws4_request") &&
                    cut_last(&credential, &scope.service) &&
                    (!has_region || cut_last(&credential, &scope.region)) &&
                    cut_last(&credential, &scope.date) && credential.size > 0;
    if (!is_whole)
        return false;
    *ret_access_key_id = credential;
    *ret_scope = scope;
    return true;
}

static bool parse_credential(struct str credential, struct aws_authorization *authorization) {
    struct str access_key_id;
    struct aws_scope scope;
    uint64_t date;
    bool is_sound = aws_credential_split(credential, true, &access_key_id, &scope) &&
                    access_key_id.size <= 128 && scope.date.size == 8 && str_to_u64(scope.date, &date) &&
                    scope.region.size > 0 && scope.region.size <= 64 && scope.service.size > 0 &&
                    scope.service.size <= 64;
    if (!is_sound)
        return false;
    authorization->access_key_id = access_key_id;
    authorization->scope = scope;
    return true;
}

/* Lower-case names in order, none twice: anything else would make "signed" ambiguous. */
static bool are_signed_headers_sound(struct str signed_headers) {
    size_t count = 0;
    struct str before = STR_EMPTY, rest = signed_headers;
    while (rest.size > 0) {
        struct str name = str_cut(&rest, ';');
        if (name.size == 0 || str_compare(before, name) >= 0 || ++count > AWS_SIGNED_HEADERS_MAX)
            return false;
        for (size_t i = 0; i < name.size; i++)
            if (name.data[i] >= 'A' && name.data[i] <= 'Z')
                return false;
        before = name;
    }
    return count > 0;
}

static bool is_signature(struct str text) {
    uint8_t bytes[SHA256_SIZE];
    return text.size == AWS_SIGNATURE_SIZE && hex_decode(text, bytes);
}

/* The time of signing: X-Amz-Date, or a Date header as old clients send. */
static bool parse_header_time(struct arena *arena, const struct aws_request *request,
    struct aws_authorization *authorization, struct error *error) {
    struct str text = header_value(request, "x-amz-date");
    if (text.size > 0 && time_parse_basic(text, &authorization->time)) {
        authorization->time_text = text;
        return true;
    }
    struct str date = header_value(request, "date");
    if (text.size > 0)
        return error_set(error, ERROR_INVALID,
            "Date must be in ISO-8601 'basic format'. Got '%.*s'. See http://en.wikipedia.org/wiki/ISO_8601",
            STR(str_slice(text, 0, 64)));
    if (time_parse_basic(date, &authorization->time) || time_parse_http(date, &authorization->time)) {
        struct buf basic = BUF_INIT(64);
        time_append_basic(&basic, authorization->time);
        authorization->time_text = arena_str(arena, buf_str(&basic));
        buf_finish(&basic);
        return true;
    }
    return error_set(error, ERROR_INVALID,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
}

/* Credential, SignedHeaders and Signature, in any order. */
static bool collect_parameters(struct str list, struct str algorithm, struct aws_authorization *found,
    struct str *ret_credential, struct error *error) {
    struct str credential = STR_EMPTY;
    while (list.size > 0) {
        struct str value = str_trim(str_cut(&list, ','));
        struct str name = str_trim(str_cut(&value, '='));
        if (str_is(name, "Credential"))
            credential = value;
        else if (str_is(name, "SignedHeaders"))
            found->signed_headers = value;
        else if (str_is(name, "Signature"))
            found->signature = value;
    }
    *ret_credential = credential;
    if (credential.size > 0 && found->signed_headers.size > 0 && found->signature.size > 0)
        return true;
    return error_set(error, ERROR_INVALID, "%s%s%sAuthorization=%.*s",
        credential.size == 0 ? "Authorization header requires 'Credential' parameter. " : "",
        found->signature.size == 0 ? "Authorization header requires 'Signature' parameter. " : "",
        found->signed_headers.size == 0 ? "Authorization header requires 'SignedHeaders' parameter. " : "",
        STR(algorithm));
}

static bool parse_header(struct arena *arena, const struct aws_request *request, struct str header,
    struct aws_authorization *ret_authorization, struct error *error) {
    struct str list = header, algorithm = str_cut(&list, ' '), credential;
    struct aws_authorization found = {0};
    if (!str_is(algorithm, ALGORITHM))
        return error_set(
            error, ERROR_INVALID, "Unsupported AWS 'algorithm': '%.*s'.", STR(str_slice(algorithm, 0, 64)));
    if (!collect_parameters(list, algorithm, &found, &credential, error))
        return false;
    if (!parse_credential(credential, &found))
        return error_set(error, ERROR_INVALID,
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '%.*s'",
            STR(str_slice(credential, 0, 128)));
    if (!are_signed_headers_sound(found.signed_headers))
        return error_set(error, ERROR_INVALID, "'SignedHeaders' must be lower-case names in order.");
    if (!is_signature(found.signature))
        return error_set(error, ERROR_INVALID, "'Signature' must be 64 hexadecimal digits.");
    if (!parse_header_time(arena, request, &found, error))
        return false;
    found.session_token = header_value(request, "x-amz-security-token");
    *ret_authorization = found;
    return true;
}

static bool parse_expiry(struct str text, int64_t *ret_expires_s, struct error *error) {
    int64_t expires_s;
    if (!str_to_i64(text, &expires_s))
        return error_set(error, ERROR_INVALID, "X-Amz-Expires should be a number");
    if (expires_s < 0)
        return error_set(error, ERROR_INVALID, "X-Amz-Expires must be non-negative");
    if (expires_s > AWS_PRESIGN_S_MAX)
        return error_set(error, ERROR_INVALID,
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
            "less than 604800 seconds");
    *ret_expires_s = expires_s;
    return true;
}

static bool parse_query(struct arena *arena, const struct aws_request *request,
    struct aws_authorization *ret_authorization, struct error *error) {
    struct str query = request->query;
    struct aws_authorization found = {.is_presigned = true, .session_token = STR_EMPTY};
    struct str algorithm, credential, expires;
    bool is_whole = decoded_parameter(arena, query, "X-Amz-Algorithm", &algorithm) &&
                    decoded_parameter(arena, query, "X-Amz-Credential", &credential) &&
                    decoded_parameter(arena, query, "X-Amz-Signature", &found.signature) &&
                    decoded_parameter(arena, query, "X-Amz-Date", &found.time_text) &&
                    decoded_parameter(arena, query, "X-Amz-SignedHeaders", &found.signed_headers) &&
                    decoded_parameter(arena, query, "X-Amz-Expires", &expires);
    if (!is_whole)
        return error_set(error, ERROR_INVALID,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
            "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    if (!str_is(algorithm, ALGORITHM))
        return error_set(error, ERROR_INVALID, "X-Amz-Algorithm only supports \"" ALGORITHM "\"");
    if (!parse_credential(credential, &found))
        return error_set(error, ERROR_INVALID,
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
            "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    if (!time_parse_basic(found.time_text, &found.time))
        return error_set(
            error, ERROR_INVALID, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    if (!are_signed_headers_sound(found.signed_headers))
        return error_set(error, ERROR_INVALID, "X-Amz-SignedHeaders must be lower-case names in order.");
    if (!is_signature(found.signature))
        return error_set(error, ERROR_INVALID, "X-Amz-Signature must be 64 hexadecimal digits.");
    if (!parse_expiry(expires, &found.expires_s, error))
        return false;
    struct str token;
    if (decoded_parameter(arena, query, "X-Amz-Security-Token", &token))
        found.session_token = token;
    *ret_authorization = found;
    return true;
}

bool aws_authorization_parse(struct arena *arena, const struct aws_request *request,
    struct aws_authorization *ret_authorization, struct error *error) {
    struct str header = header_value(request, "authorization");
    struct str algorithm;
    bool is_presigned = find_parameter(request->query, "X-Amz-Algorithm", &algorithm) ||
                        find_parameter(request->query, "X-Amz-Signature", &algorithm);
    if (header.size > 0 && is_presigned)
        return error_set(error, ERROR_INVALID,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
            "string parameter or the Authorization header should be specified");
    struct aws_authorization found;
    if (header.size > 0) {
        if (!parse_header(arena, request, header, &found, error))
            return false;
    } else if (is_presigned) {
        if (!parse_query(arena, request, &found, error))
            return false;
    } else {
        return error_set(error, ERROR_NOT_FOUND, "Missing Authentication Token");
    }
    if (!str_equals(found.scope.date, str_slice(found.time_text, 0, 8)))
        return error_set(error, ERROR_INVALID,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            "'%.*s' != '%.*s', from '%.*s'.",
            STR(found.scope.date), STR(str_slice(found.time_text, 0, 8)), STR(found.time_text));
    *ret_authorization = found;
    return true;
}

struct str aws_claimed_service(const struct aws_request *request) {
    struct str header = header_value(request, "authorization");
    struct str credential = STR_EMPTY, unused;
    size_t at = str_find(header, STR_LITERAL("Credential="));
    if (at != SIZE_MAX) {
        struct str rest = str_slice(header, at + strlen("Credential="), SIZE_MAX);
        credential = str_trim(str_cut(&rest, ','));
    } else if (find_parameter(request->query, "X-Amz-Credential", &unused)) {
        credential = unused;
    }
    /* The service is the last but one part; a presigned credential has its slashes encoded. */
    struct str part = STR_EMPTY, before = STR_EMPTY;
    while (credential.size > 0) {
        size_t slash = str_find_char(credential, '/'), encoded = str_find(credential, STR_LITERAL("%2F"));
        size_t end = slash < encoded ? slash : encoded;
        before = part;
        part = str_slice(credential, 0, end);
        size_t skip = end == SIZE_MAX ? credential.size : end + (end == slash ? 1 : 3);
        credential = str_slice(credential, skip, SIZE_MAX);
    }
    return before;
}

static bool is_in_list(struct str list, struct str name) {
    while (list.size > 0)
        if (str_equals_ignoring_case(str_cut(&list, ';'), name))
            return true;
    return false;
}

struct str aws_unsigned_header(
    const struct aws_request *request, const struct aws_authorization *authorization) {
    if (!is_in_list(authorization->signed_headers, STR_LITERAL("host")))
        return STR_LITERAL("host");
    for (size_t i = 0; i < request->header_count; i++) {
        struct str name = request->headers[i].name;
        bool must_be_signed =
            name.size > 6 && str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("x-amz-"));
        if (must_be_signed && !is_in_list(authorization->signed_headers, name))
            return name;
    }
    return STR_EMPTY;
}
