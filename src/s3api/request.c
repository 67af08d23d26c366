/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include "aws/host.h"
#include "base/own.h"
#include "codec/text.h"
#include "objects/objects.h"

static bool refuse_uri(struct error *error) {
    return error_set(error, ERROR_INVALID, "InvalidURI: Couldn't parse the specified URI.");
}

static bool decode(struct arena *arena, struct str text, bool plus_is_space, struct str *ret_text) {
    SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    if (!percent_decode(text, plus_is_space, &decoded) || !str_is_utf8(buf_str(&decoded)))
        return false;
    *ret_text = arena_str(arena, buf_str(&decoded));
    return true;
}

static bool parse_query(struct arena *arena, struct str query, struct s3api_request *request) {
    struct s3api_pair *parameters = ARENA_ARRAY(arena, S3API_PARAMETERS_MAX, struct s3api_pair);
    size_t count = 0;
    while (query.size > 0) {
        struct str value = str_cut(&query, '&'), name = str_cut(&value, '=');
        if (name.size == 0)
            continue;
        if (count == S3API_PARAMETERS_MAX || !decode(arena, name, true, &parameters[count].name) ||
            !decode(arena, value, true, &parameters[count].value))
            return false;
        count++;
    }
    request->parameters = parameters;
    request->parameter_count = count;
    return true;
}

static bool set_names(struct arena *arena, const struct s3api_request_line *line,
    struct s3api_request *request, struct error *error) {
    struct str path = line->path, bucket = aws_bucket_of_host(line->host, line->virtual_host),
               key = STR_EMPTY;
    if (path.size == 0 || path.data[0] != '/')
        return refuse_uri(error);
    path = str_slice(path, 1, SIZE_MAX);
    request->is_virtual_host = bucket.size > 0;
    if (!request->is_virtual_host)
        bucket = str_cut(&path, '/');
    if (!decode(arena, bucket, false, &bucket) || !decode(arena, path, false, &key) ||
        (bucket.size == 0 && key.size > 0))
        return refuse_uri(error);
    if (key.size > OBJECTS_KEY_SIZE_MAX)
        return error_set(error, ERROR_INVALID, "KeyTooLongError: Your key is too long");
    request->bucket = bucket;
    request->key = key;
    request->level = bucket.size == 0 ? S3API_SERVICE : key.size == 0 ? S3API_BUCKET : S3API_OBJECT;
    return true;
}

bool s3api_request_parse(struct arena *arena, const struct s3api_request_line *line,
    struct s3api_request *ret_request, struct error *error) {
    struct s3api_request request = {.method = line->method, .host = line->host};
    if (!set_names(arena, line, &request, error))
        return false;
    if (!parse_query(arena, line->query, &request))
        return refuse_uri(error);
    *ret_request = request;
    return true;
}

static const struct s3api_pair *find(const struct s3api_request *request, const char *name) {
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (str_is(request->parameters[i].name, name))
            return &request->parameters[i];
    }
    return NULL;
}

bool s3api_has_parameter(const struct s3api_request *request, const char *name) {
    return find(request, name) != NULL;
}

struct str s3api_parameter(const struct s3api_request *request, const char *name) {
    const struct s3api_pair *parameter = find(request, name);
    return parameter == NULL ? STR_EMPTY : parameter->value;
}

bool s3api_parameter_number(const struct s3api_request *request, const char *name, uint64_t max,
    uint64_t *number, struct error *error) {
    const struct s3api_pair *parameter = find(request, name);
    uint64_t parsed = 0;
    if (parameter == NULL || parameter->value.size == 0)
        return true;
    if (!str_to_u64(parameter->value, &parsed) || parsed > INT32_MAX)
        return error_set(error, ERROR_INVALID,
            "InvalidArgument: Provided %s not an integer or within integer range", name);
    *number = parsed < max ? parsed : max;
    return true;
}

bool s3api_source_parse(
    struct arena *arena, struct str text, struct s3api_source *ret_source, struct error *error) {
    struct s3api_source source;
    struct str version = text, path = str_cut(&version, '?');
    if (version.size > 0 && !str_is(version, "versionId=null"))
        return error_set(error, ERROR_INVALID, "InvalidArgument: Invalid version id specified");
    if (path.size > 0 && path.data[0] == '/')
        path = str_slice(path, 1, SIZE_MAX);
    /* Some clients encode the '/' after the bucket as well. */
    if (!decode(arena, path, false, &path))
        return refuse_uri(error);
    struct str bucket = str_cut(&path, '/');
    source = (struct s3api_source){bucket, path};
    if (source.bucket.size == 0 || source.key.size == 0 || source.key.size > OBJECTS_KEY_SIZE_MAX)
        return error_set(error, ERROR_INVALID,
            "InvalidArgument: Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    *ret_source = source;
    return true;
}
