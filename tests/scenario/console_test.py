# SPDX-License-Identifier: Apache-2.0
"""The console, as somebody with a browser meets it: signing in and Event history (journeys in tests/console)."""
import pytest

from console_browser import journeys


@pytest.mark.parametrize("file, journey", journeys("sign-in", "event-history", "hostile-records"))
def test_signing_in_and_event_history(browser, file, journey):
    browser.walk(file, journey)


@pytest.mark.parametrize("file, journey", journeys("long-list"))
def test_a_long_list(browser, file, journey):
    browser.known.fill(600)
    browser.walk(file, journey)
