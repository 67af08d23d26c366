/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "base/buf.h"
#include "codec/text.h"
#include "sys/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096 };

#define LOG_ROW(id, level, meaning) {#id, LOG_##level},
static const struct {
    const char *name;
    enum log_level level;
} rows[] = {LOG_EVENT_TABLE(LOG_ROW)};

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static atomic_int level_min = LOG_INFO;

bool daemon_log_set_level(const char *name) {
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(name, level_names[level]) == 0) {
            atomic_store(&level_min, level);
            return true;
        }
    }
    return false;
}

/* Control characters and quotes of a hostile text must not forge a line or a field. */
static void append_quoted(struct buf *line, struct str text) {
    buf_append_char(line, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            buf_append_format(line, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buf_append_format(line, "\\x%02x", c);
        else
            buf_append_char(line, (char)c);
    }
    buf_append_char(line, '"');
}

void daemon_log(enum log_event event, const char *format, ...) {
    if ((int)rows[event].level < atomic_load(&level_min))
        return;
    struct buf message = BUF_INIT(LINE_BYTES_MAX / 2);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&message, format, args);
    va_end(args);
    struct buf line = BUF_INIT(LINE_BYTES_MAX);
    buf_append_text(&line, "time=");
    time_append_iso(&line, clock_now(clock_real()));
    buf_append_format(&line, " level=%s event=%s message=", level_names[rows[event].level], rows[event].name);
    append_quoted(&line, buf_str(&message));
    buf_append_char(&line, '\n');
    (void)fwrite(line.data, 1, line.size, stderr);
    buf_finish(&message);
    buf_finish(&line);
}
