# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium in front of the console of a daemon, walking the journeys of tests/console/journeys.

A journey is an exported function of a file there; it may ask back, and `answers` has a function for each question.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import servers
from cairn_daemon import REGION, ROOT

SOURCES = ROOT / "tests/console"
PACK = ROOT / "build-console/console.pack"
WALK_MAX_S = 120


def chromium():
    return os.environ.get("CAIRN_CHROMIUM") or shutil.which("chromium")


def packages():
    """Where Playwright and axe are; skips where one of the things a journey needs is not to be had."""
    if not PACK.exists():
        pytest.skip("the console is not built: make console")
    if not chromium():
        pytest.skip("chromium is not installed; script/bootstrap --test installs it")
    try:
        return servers.install_browser()
    except servers.Missing as missing:
        pytest.skip(str(missing))


def journeys(*files):
    """A test parameter for each journey of the files, in their order: the file's name and the journey's."""
    every = []
    for file in files:
        found = re.findall(r"^export async function (\w+)", (SOURCES / "journeys" / f"{file}.mjs").read_text(), re.MULTILINE)
        assert found, f"{file}.mjs has no journeys"  # no parameters would be a skipped test
        every += [pytest.param(file, journey, id=f"{file}-{journey}") for journey in found]
    return every


class Browser:
    def __init__(self, process, answers):
        self.process, self.answers = process, answers

    def say(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, "the browser's driver ended"
        return json.loads(line)

    def answer(self, message):
        try:
            return {"answer": self.answers[message["ask"]](message.get("argument"))}
        except Exception as problem:  # the journey fails with it
            return {"problem": f"{type(problem).__name__}: {problem}"}

    def walk(self, file, journey):
        self.say({"file": file, "journey": journey})
        message = self.hear()
        while "ask" in message:
            self.say(self.answer(message))
            message = self.hear()
        assert message == {"done": True}, message.get("failed", message)


@contextlib.contextmanager
def browser(daemon, folder, answers):
    """A browser for this daemon's console, for as long as the context lasts."""
    settings = {"origin": daemon.url, "key": daemon.key, "region": REGION, "program": chromium(),
                "packages": str(packages()), "artifacts": str(folder)}
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with open(folder / "driver.log", "w", encoding="utf-8") as log, subprocess.Popen(
            ["node", SOURCES / "driver.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        one = Browser(process, answers)
        one.say(settings)
        try:
            yield one
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    assert process.returncode == 0, (folder / "driver.log").read_text()
