/* SPDX-License-Identifier: Apache-2.0 */
#include "condition.h"

#include "codec/text.h"

struct str s3api_etag_strip(struct str text) {
    text = str_trim(text);
    if (str_starts_with(text, STR_LITERAL("W/")))
        text = str_slice(text, 2, SIZE_MAX);
    if (text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"')
        return str_slice(text, 1, text.size - 2);
    return text;
}

/* Does a list of entity tags, or "*", have this one? */
static bool etag_matches(struct str header, struct str etag) {
    while (header.size > 0) {
        struct str one = s3api_etag_strip(str_cut(&header, ','));
        if (str_is(one, "*") || str_equals(one, etag))
            return true;
    }
    return false;
}

/* Header times have whole seconds; a time that cannot be read is no condition. */
static bool was_modified_since(struct str header, const struct objects_info *info, bool otherwise) {
    struct moment since;
    if (!time_parse_http(str_trim(header), &since))
        return otherwise;
    return info->modified_at.ms / MS_PER_SECOND > since.ms / MS_PER_SECOND;
}

enum s3api_verdict s3api_conditions_check(
    const struct s3api_conditions *conditions, const struct objects_info *info) {
    if (conditions->if_match.size > 0) {
        if (!etag_matches(conditions->if_match, info->etag))
            return S3API_PRECONDITION_FAILED;
    } else if (conditions->if_unmodified_since.size > 0) {
        if (was_modified_since(conditions->if_unmodified_since, info, false))
            return S3API_PRECONDITION_FAILED;
    }
    if (conditions->if_none_match.size > 0)
        return etag_matches(conditions->if_none_match, info->etag) ? S3API_NOT_MODIFIED : S3API_PROCEED;
    if (conditions->if_modified_since.size > 0 &&
        !was_modified_since(conditions->if_modified_since, info, true))
        return S3API_NOT_MODIFIED;
    return S3API_PROCEED;
}

enum s3api_range s3api_range_parse(
    struct str header, uint64_t size, uint64_t *ret_offset, uint64_t *ret_size) {
    static const struct str UNIT = {"bytes=", 6};
    uint64_t first = 0, last = size - 1;
    if (!str_starts_with(header, UNIT))
        return S3API_RANGE_NONE;
    struct str end = str_trim(str_slice(header, UNIT.size, SIZE_MAX));
    if (str_find_char(end, '-') == SIZE_MAX)
        return S3API_RANGE_NONE;
    struct str start = str_trim(str_cut(&end, '-'));
    end = str_trim(end);
    if (start.size == 0) { /* the last bytes */
        if (!str_to_u64(end, &last))
            return S3API_RANGE_NONE;
        if (last == 0 || size == 0)
            return S3API_RANGE_NOT_SATISFIABLE;
        first = last < size ? size - last : 0;
        last = size - 1;
    } else {
        if (!str_to_u64(start, &first) || (end.size > 0 && (!str_to_u64(end, &last) || last < first)))
            return S3API_RANGE_NONE;
        if (first >= size)
            return S3API_RANGE_NOT_SATISFIABLE;
        last = last < size - 1 ? last : size - 1;
    }
    *ret_offset = first;
    *ret_size = last - first + 1;
    return S3API_RANGE_SATISFIABLE;
}
