# SPDX-License-Identifier: Apache-2.0
"""The console, as somebody with a browser meets it: signing in and Event history (journeys in tests/console)."""
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
            one.known = known
            yield one


@pytest.mark.parametrize("journey", journeys("sign-in"))
def test_signing_in(browser, journey):
    browser.walk("sign-in", journey)


@pytest.mark.parametrize("journey", journeys("event-history"))
def test_event_history(browser, journey):
    browser.walk("event-history", journey)


@pytest.mark.parametrize("journey", journeys("long-list"))
def test_a_long_list(browser, journey):
    browser.known.fill(600)
    browser.walk("long-list", journey)


@pytest.mark.parametrize("journey", journeys("hostile-records"))
def test_hostile_records(browser, journey):
    browser.walk("hostile-records", journey)
