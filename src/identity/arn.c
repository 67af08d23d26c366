/* SPDX-License-Identifier: Apache-2.0 */
/* arn.c: principals' ARNs, as IAM and STS write them. Stores other than AWS leave the account empty.
 */
#include "aws/arn.h"

#include "file.h"

/* "alice" of "path/to/alice". */
static struct str last_component(struct str path) {
    struct str last = path;
    while (path.size > 0)
        last = str_cut(&path, '/');
    return last;
}

static const struct kind {
    const char *service, *prefix, *type;
} kinds[] = {
    {"iam", "user/", "IAMUser"},
    {"iam", "role/", "Role"},
    {"sts", "assumed-role/", "AssumedRole"},
    {"sts", "federated-user/", "FederatedUser"},
};

struct identity_arn identity_arn_read(struct arena *arena, struct str text) {
    struct identity_arn read = {0};
    struct aws_arn arn;
    if (!aws_arn_parse(text, &arn) || (arn.account.size > 0 && !aws_is_account_id(arn.account)))
        return read;
    if (str_is(arn.service, "iam") && str_is(arn.resource, "root"))
        return (struct identity_arn){.type = STR_LITERAL("Root"), .account = arn.account};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct str prefix = str_from(kinds[i].prefix);
        if (!str_is(arn.service, kinds[i].service) || !str_starts_with(arn.resource, prefix))
            continue;
        struct str name = str_slice(arn.resource, prefix.size, SIZE_MAX);
        if (last_component(name).size == 0)
            return read;
        read.type = str_from(kinds[i].type);
        read.account = arn.account;
        if (str_is(read.type, "IAMUser") || str_is(read.type, "Role"))
            read.user_name = last_component(name);
        if (str_is(read.type, "AssumedRole")) {
            /* The ARN names the role without its path. */
            read.issuer_user_name = str_cut(&name, '/');
            read.issuer_arn = arena_format(arena, "arn:%.*s:iam::%.*s:role/%.*s", STR(arn.partition),
                STR(arn.account), STR(read.issuer_user_name));
        }
        return read;
    }
    return read;
}
