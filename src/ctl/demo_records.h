/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo_records: the sample day that `cairn demo` loads, one CloudTrail record per line, oldest first.
 * Written by tools/make-demo-records, embedded by tools/embed. Every time in it has the form
 * "2026-03-02T16:45:20Z", so that a shift needs no parsing of records.
 */
#pragma once

#include <stddef.h>

extern const unsigned char ctl_demo_records[];
extern const size_t ctl_demo_records_size;
