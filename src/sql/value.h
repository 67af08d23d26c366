/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: values as the Lake's answers write them, all texts. Lists, maps and rows are their caller's:
 * "[a, b]", "{k=v, k2=v2}", "{name=v, name2=v2}" (field0, field1 where fields have no names), with "null"
 * inside for NULL and texts without quotes. See docs/lake-sql.md.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"

void sql_append_double(struct buf *buf, double number); /* 0.1, 1.0E10, NaN, -Infinity */
void sql_append_float(struct buf *buf, float number);
void sql_append_date(struct buf *buf, int32_t days); /* since 1970-01-01; 2026-01-31 */
/* 2026-01-31 00:00:00.000, with a zone 2026-01-31 00:00:00.000 UTC; since 1970, cut to milliseconds */
void sql_append_timestamp(struct buf *buf, int64_t micros, bool has_zone);
void sql_append_time(struct buf *buf, int64_t micros); /* 23:59:59.000 */
/* 2 03:04:05.000; with months 1-2 */
void sql_append_interval(struct buf *buf, int32_t months, int32_t days, int64_t micros);
void sql_append_binary(struct buf *buf, struct bytes bytes); /* 68 65 6c 6c 6f */
