/* SPDX-License-Identifier: Apache-2.0 */
/* log_files: the corpus as log files, named as CloudTrail names them. */
#pragma once

#include "bench.h"
#include "corpus.h"

struct disk;

enum { LOG_FILE_EVENTS = 5000, LOG_FILE_NAME_SIZE = 96 };

/* Of the file that begins with event `first`. */
void log_file_name(uint64_t first, uint64_t count, struct moment end, char ret_name[LOG_FILE_NAME_SIZE]);

/* All events of the settings, into the root of `disk`; returns their bytes before they were packed. */
uint64_t log_files_write(
    const struct bench_settings *settings, const struct corpus *corpus, struct moment end, struct disk *disk);
