# SPDX-License-Identifier: Apache-2.0
"""Every page of the console: barriers, widths, modes (journeys in tests/console)."""
import pytest

import console_browser
from cairn_daemon import daemons
from console_browser import journeys
from console_data import Known


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    console_browser.packages()
    with daemons(tmp_path_factory.mktemp("console")) as start:
        known = Known(start(*Known.OPTIONS))
        with console_browser.browser(known.daemon, tmp_path_factory.mktemp("browser"), known.answers()) as one:
            yield one


@pytest.mark.parametrize("journey", journeys("pages"))
def test_every_page(browser, journey):
    browser.walk("pages", journey)
