/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of JSON calls: those that touch items, batches and others. */
#include "support/exchange_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const heads[] = {"POST /\nX-Amz-Target: DynamoDB_20120810.PutItem\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.GetItem\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.BatchWriteItem\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.BatchGetItem\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.TransactWriteItems\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.ExecuteStatement\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.DescribeTable\n",
        "POST /\nX-Amz-Target: DynamoDB_20120810.CreateTable\n",
        "POST /\nX-Amz-Target: AmazonSQS.SendMessageBatch\n",
        "POST /\nX-Amz-Target: Kinesis_20131202.PutRecords\n", "POST /\nX-Amz-Target: AWSEvents.PutEvents\n",
        "POST /\nX-Amz-Target: AmazonSSM.PutParameter\n",
        "POST /\nX-Amz-Target: AWSSecurityTokenServiceV20110615.AssumeRole\n"};
    struct exchange_input input = exchange_input(data, size, sizeof heads / sizeof *heads);
    struct protocol_keys *keys = protocol_keys_create();
    exchange_try(str_from(heads[input.head]), &input, keys);
    protocol_keys_destroy(keys);
    return 0;
}
