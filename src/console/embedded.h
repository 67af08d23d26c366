/* SPDX-License-Identifier: Apache-2.0 */
/* embedded: the pack that was built into the program, empty where none was. */
#pragma once

#include "base/str.h"

struct bytes console_embedded(void);
