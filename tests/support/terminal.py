# SPDX-License-Identifier: Apache-2.0
"""terminal: a terminal for programs that look whether they have one."""
import pty

import pytest


def open_terminal():
    """(our end, the program's end); skips where none can be made, as in a chroot without /dev/pts."""
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be made here: {error}")
