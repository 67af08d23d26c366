/* SPDX-License-Identifier: Apache-2.0 */
/* Errors in XML, JSON and CBOR, in the body and in headers, of calls of any kind. */
#include "support/exchange_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const heads[] = {"POST /\nX-Amz-Target: AmazonSQS.A\n",
    "POST /?Action=A\n" EXCHANGE_SIGNED("iam"), "POST /?Action=A\n" EXCHANGE_SIGNED("ec2"),
    "POST /service/A/operation/B\nSmithy-Protocol: rpc-v2-cbor\n"};

/* The reply is the whole input behind the head's number. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct exchange_input input = exchange_input(data, size, sizeof heads / sizeof *heads);
    struct bytes body;
    struct protocol_request request = exchange_request(&arena, str_from(heads[input.head]), &body);
    struct str reply = str_slice(str_of((const char *)data, size), 1, SIZE_MAX);
    struct protocol_call call = exchange_read(&arena, &request, body, reply);
    uint64_t status = 0;
    bool has_failed = str_to_u64(str_cut(&reply, '\n'), &status) && status >= 400 && status < 1000;
    ASSERT(!has_failed || call.error_code.size != 0);
    return 0;
}
