/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint.h"

#include "base/buf.h"
#include "digest/digest.h"
#include "sys/clock.h"
#include "sys/disk.h"

enum { FILE_BYTES_MAX = 64 << 20 };
static const char file_name[] = "checkpoint.json";

bool daemon_checkpoint_check(const struct checkpoint *checkpoint, struct error *error) {
    struct buf text = BUF_INIT(FILE_BYTES_MAX);
    bool exists = disk_read_file(checkpoint->disk, file_name, &text, error);
    bool done = exists ? digest_checkpoint_verify(checkpoint->catalog, buf_str(&text), error)
                       : error->kind == ERROR_NOT_FOUND;
    buf_finish(&text);
    return done || error_context(error, "%s", file_name);
}

bool daemon_checkpoint_update(struct checkpoint *checkpoint, uint64_t digests_put, struct error *error) {
    if (digests_put == checkpoint->digests_put)
        return true;
    struct buf text = BUF_INIT(FILE_BYTES_MAX);
    bool done = digest_checkpoint_append(checkpoint->catalog, clock_now(clock_real()),
                    checkpoint->key_rotation_ms, checkpoint->region, &text, error) &&
                disk_write_file(checkpoint->disk, file_name, buf_bytes(&text), error);
    buf_finish(&text);
    if (done)
        checkpoint->digests_put = digests_put;
    return done || error_context(error, "%s", file_name);
}
