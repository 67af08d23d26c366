/* SPDX-License-Identifier: Apache-2.0 */
/* print_operations: the documentation's table of operations, for tools/make-docs. */
#include "api/api.h"
#include "base/buf.h"
#include "lakeapi/lakeapi.h"

#include <stdio.h>

int main(void) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    api_append_operations(&text, lakeapi_extension());
    printf("%.*s", STR(buf_str(&text)));
    buf_finish(&text);
    return 0;
}
