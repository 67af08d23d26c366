/* SPDX-License-Identifier: Apache-2.0 */
/* gap: tell of events that will not be delivered. The same gap always gives the same event. */
#include "base/own.h"
#include "call/call.h"

#include "state.h"

static const struct uuid GAP_SPACE = {
    {0x6b, 0x2f, 0x1e, 0x0a, 0x54, 0x3d, 0x4c, 0x11, 0x9a, 0x37, 0xd1, 0x70, 0x0c, 0xa1, 0x41, 0x27}};

bool delivery_report_gap(
    struct delivery *delivery, struct str name, const struct call_gap *gap, struct error *error) {
    if (delivery->options.on_gap == NULL)
        return true;
    struct uuid cairn_id = catalog_cairn_id(delivery->stores.catalog);
    SCOPED(buf_finish) struct buf id_name = BUF_INIT(BUF_UNBOUNDED);
    buf_append_bytes(&id_name, BYTES_OF(cairn_id.bytes));
    buf_append_str(&id_name, name);
    struct call_gap named = *gap;
    named.event_id = uuid_named(GAP_SPACE, buf_bytes(&id_name));
    SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
    call_append_gap(&record, &named);
    if (!delivery->options.on_gap(buf_str(&record), delivery->options.gap_context, error))
        return error_context(error, "report a gap");
    return true;
}
