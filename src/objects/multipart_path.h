/* SPDX-License-Identifier: Apache-2.0 */
/* multipart_path: where the parts of an upload lie. Threads: any. */
#pragma once

#include "multipart.h"

/* NoSuchUpload where the id is not one of ours, or belongs to another key. */
NODISCARD bool objects_multipart_check(
    struct objects *objects, const struct objects_multipart *multipart, struct error *error);

struct str objects_multipart_folder(struct arena *arena, const struct objects_multipart *multipart);
struct str objects_multipart_part_path(
    struct arena *arena, const struct objects_multipart *multipart, unsigned part_number);
