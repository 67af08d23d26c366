# SPDX-License-Identifier: Apache-2.0
"""A daemon whose clock the test moves: hours of traffic in seconds.

The SDKs of this process sign with the same clock; programs do not, so let it end at the real time (`come_back()`).
"""
import datetime
import pathlib
import shutil
import struct
import subprocess
import time
import types

import botocore.auth
import pytest

try:
    import botocore.crt.auth
    SIGNERS = [botocore.auth, botocore.crt.auth]
except ImportError:
    SIGNERS = [botocore.auth]

SOURCE = pathlib.Path(__file__).with_name("moved_clock.c")


class MovedClock:
    def __init__(self, folder, monkeypatch):
        compiler = shutil.which("cc")
        if not compiler:
            pytest.skip("no C compiler")
        self.library, self.file = folder / "moved_clock.so", folder / "moved_clock.offset"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.library, SOURCE], check=True)
        self.file.write_bytes(bytes(8))
        self.offset_s = 0.0
        clock = self

        class Moved(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return clock.now().replace(tzinfo=None)

            @classmethod
            def now(cls, tz=None):
                return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)

        names = {name: getattr(datetime, name) for name in dir(datetime) if not name.startswith("_")}
        for signer in SIGNERS:  # older versions ask the class, newer ones a function
            if hasattr(signer, "datetime"):
                monkeypatch.setattr(signer, "datetime", types.SimpleNamespace(**{**names, "datetime": Moved}))
            if hasattr(signer, "get_current_datetime"):
                monkeypatch.setattr(signer, "get_current_datetime", lambda remove_tzinfo=True: Moved.utcnow())

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "MOVED_CLOCK": str(self.file),
                "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=0:verify_asan_link_order=0"}

    def now(self):
        return datetime.datetime.fromtimestamp(time.time() + self.offset_s, datetime.timezone.utc)

    def set(self, moment):
        """It is `moment` now, and time goes on from there."""
        self.offset_s = moment.timestamp() - time.time()
        with open(self.file, "r+b") as file:
            file.write(struct.pack("=q", int(self.offset_s * 1e9)))

    def come_back(self):
        self.set(datetime.datetime.now(datetime.timezone.utc))
