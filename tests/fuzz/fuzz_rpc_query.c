/* SPDX-License-Identifier: Apache-2.0 */
/* Forms and XML replies of the query protocol and of EC2. */
#include "support/exchange_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const heads[] = {
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("iam"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("sts"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("sqs"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("sns"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("rds"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("ec2"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n" EXCHANGE_SIGNED("cloudformation"),
        "POST /\nContent-Type: application/x-www-form-urlencoded\n"};
    struct exchange_input input = exchange_input(data, size, sizeof heads / sizeof *heads);
    exchange_try(str_from(heads[input.head]), &input, NULL);
    return 0;
}
