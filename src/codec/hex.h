/* SPDX-License-Identifier: Apache-2.0 */
/* hex: single hex digits, for the decoders of this folder. */
#pragma once

/* The value of a hex digit of either case; -1 where `c` is none. */
int hex_digit(char c);
