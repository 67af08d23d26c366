/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of CBOR calls of both kinds, and errors in CBOR. */
#include "support/exchange_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const heads[] = {
        "POST /\nX-Amz-Target: Kinesis_20131202.PutRecords\nContent-Type: application/x-amz-cbor-1.1\n",
        "POST /service/AmazonSQS/operation/CreateQueue\nSmithy-Protocol: rpc-v2-cbor\n",
        "POST /\nX-Amz-Target: Kinesis_20131202.CreateStream\nContent-Type: application/x-amz-cbor-1.1\n"};
    struct exchange_input input = exchange_input(data, size, sizeof heads / sizeof *heads);
    exchange_try(str_from(heads[input.head]), &input, NULL);
    return 0;
}
