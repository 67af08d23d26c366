/* SPDX-License-Identifier: Apache-2.0 */
#include "embedded.h"

#ifdef CONSOLE_PACK
__asm__(".section .rodata\n"
        ".global console_embedded_start\n.hidden console_embedded_start\n"
        ".global console_embedded_end\n.hidden console_embedded_end\n"
        ".balign 16\n"
        "console_embedded_start:\n.incbin \"" CONSOLE_PACK "\"\n"
        "console_embedded_end:\n.byte 0\n.previous\n");
extern const uint8_t console_embedded_start[], console_embedded_end[];

struct bytes console_embedded(void) {
    return (struct bytes){console_embedded_start, (size_t)(console_embedded_end - console_embedded_start)};
}
#else
struct bytes console_embedded(void) {
    return (struct bytes){NULL, 0};
}
#endif
