# SPDX-License-Identifier: Apache-2.0
"""Every page of the console, its trails, insights and Lake (journeys in tests/console)."""
import pytest

import lake
from console_browser import journeys


@pytest.mark.parametrize("file, journey", journeys("pages", "trails", "insights"))
def test_pages_trails_and_insights(browser, file, journey):
    browser.walk(file, journey)


@pytest.mark.parametrize("file, journey", journeys("lake"))
def test_lake(browser, file, journey):
    lake.needs_engine()
    browser.walk(file, journey)
