/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c: STS GetCallerIdentity, the first question of every AWS tool. */
#include "private.h"

struct api_caller_identity {
    struct str arn, user_id, account;
};

static const struct aws_member response_members[] = {
    API_MEMBER(api_caller_identity, arn, "Arn", aws_string),
    API_MEMBER(api_caller_identity, user_id, "UserId", aws_string),
    API_MEMBER(api_caller_identity, account, "Account", aws_string),
};
const struct aws_shape api_get_caller_identity_request = {.kind = AWS_STRUCTURE};
const struct aws_shape api_get_caller_identity_response =
    AWS_SHAPE_OF(struct api_caller_identity, response_members);

bool api_get_caller_identity(struct api_call *call) {
    const struct auth_principal *principal = &call->principal;
    *(struct api_caller_identity *)call->response =
        (struct api_caller_identity){principal->arn, principal->principal_id, principal->account};
    return true;
}
