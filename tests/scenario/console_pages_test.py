# SPDX-License-Identifier: Apache-2.0
"""Every page of the console, its trails, insights and Lake (journeys in tests/console)."""
import pytest

import console_browser
import lake
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


@pytest.mark.parametrize("journey", journeys("trails"))
def test_trails(browser, journey):
    browser.walk("trails", journey)


@pytest.mark.parametrize("journey", journeys("insights"))
def test_insights(browser, journey):
    browser.walk("insights", journey)


@pytest.mark.parametrize("journey", journeys("lake"))
def test_lake(browser, journey):
    lake.needs_engine()
    browser.walk("lake", journey)
