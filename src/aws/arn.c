/* SPDX-License-Identifier: Apache-2.0 */
/* arn.c: parsing of ARNs and of the parts that appear in them. */
#include "aws/arn.h"

bool aws_arn_parse(struct str text, struct aws_arn *ret_arn) {
    struct str rest = text;
    struct str parts[5];
    for (size_t i = 0; i < 5; i++) {
        if (str_find_char(rest, ':') == SIZE_MAX)
            return false;
        parts[i] = str_cut(&rest, ':');
    }
    if (!str_is(parts[0], "arn") || parts[1].size == 0 || parts[2].size == 0 || rest.size == 0)
        return false;
    *ret_arn = (struct aws_arn){parts[1], parts[2], parts[3], parts[4], rest};
    return true;
}

bool aws_is_account_id(struct str text) {
    if (text.size != 12)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

bool aws_is_region(struct str text) {
    if (text.size == 0 || text.size > 32 || text.data[0] == '-')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

struct str aws_partition_of(struct str region) {
    if (str_starts_with(region, STR_LITERAL("cn-")))
        return STR_LITERAL("aws-cn");
    if (str_starts_with(region, STR_LITERAL("us-gov-")))
        return STR_LITERAL("aws-us-gov");
    return STR_LITERAL("aws");
}
