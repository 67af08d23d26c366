# SPDX-License-Identifier: Apache-2.0
"""A small file system of its own, to fill; the fixtures small_disk and start_on are in conftest.py."""
import os

MIB = 1 << 20


class SmallDisk:
    def __init__(self, folder):
        self.folder, self.filler = folder, folder / "filler"

    def free(self):
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize

    def fill(self, leave):
        """Take all space but `leave` bytes, as far as a daemon does not take it first."""
        try:
            with open(self.filler, "ab", buffering=0) as filler:
                while self.free() > leave:
                    filler.write(bytes(min(MIB, self.free() - leave)))
        except OSError:
            pass

    def empty(self):
        self.filler.unlink(missing_ok=True)
