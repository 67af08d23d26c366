# SPDX-License-Identifier: Apache-2.0
"""Every row of the operation table is called by a contract test; an operation without one fails here."""
import pathlib
import re

import pytest

from cairn_daemon import ROOT

TABLE = "\n".join((ROOT / "src" / folder / "operation_table.h").read_text() for folder in ("api", "lakeapi"))
OPERATIONS = re.findall(r"^(?:OPERATION|PREPARED)\(\w+,\s*(\w+)", TABLE, re.MULTILINE)
TESTS = "\n".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("*_test.py") if path.name != "coverage_test.py")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_operation_is_called_by_a_contract_test(operation):
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()
    assert f".{method}(" in TESTS or f'"{method}"' in TESTS or f'"{operation}"' in TESTS


def test_the_table_knows_every_operation_of_the_sdk(shared_daemon):
    known = set(shared_daemon.client("cloudtrail").meta.service_model.operation_names)
    assert known <= set(OPERATIONS)
