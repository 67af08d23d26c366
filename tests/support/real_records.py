# SPDX-License-Identifier: Apache-2.0
"""Where real CloudTrail records are, on machines that have them."""
import os
import pathlib

import cairn_daemon

REAL_RECORDS = pathlib.Path(os.environ.get("CAIRN_REAL_RECORDS", cairn_daemon.ROOT.parent / "shared/data/real-cloudtrail"))
