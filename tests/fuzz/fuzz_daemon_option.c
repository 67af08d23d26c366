/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file: whatever it holds is taken or refused, and what is taken is within limits. */
#include "base/check.h"
#include "daemon/option.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct options options;
    struct arena arena = ARENA_INIT;
    struct error error = {0};
    daemon_option_set_defaults(&options);
    if (daemon_option_parse_file(&arena, str_of((const char *)data, size), &options, &error)) {
        ASSERT(options.delivery_interval >= 1000 && options.account_id.size == 12);
        for (size_t i = 0; i < options.bucket_rule_count; i++)
            ASSERT(options.bucket_rules[i].endpoint.size > 0);
        for (size_t i = 0; i < options.gateway_count; i++)
            ASSERT(options.gateways[i].upstream.size > 0 && options.gateways[i].name.size > 0);
        for (size_t i = 0; i < options.source_count; i++)
            ASSERT(options.sources[i].kind.size > 0);
    } else {
        ASSERT(error.message[0] != '\0');
    }
    arena_finish(&arena);
    return 0;
}
