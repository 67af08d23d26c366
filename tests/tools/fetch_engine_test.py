# SPDX-License-Identifier: Apache-2.0
"""tools/fetch-engine: what it does with an npm that works, that fails, and without one. No network is used."""
import os
import pathlib
import platform
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = "node_modules/@duckdb/node-bindings-linux-x64"
pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the package is for x86-64")


@pytest.fixture(name="project")
def make_project(tmp_path):
    """A folder with the tool, and with a PATH that has what it needs but npm."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools/fetch-engine", tmp_path / "tools/fetch-engine")
    shutil.copytree(ROOT / "tools/engine", tmp_path / "tools/engine")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cmp", "uname", "mkdir", "flock", "cp", "mv", "rm", "timeout", "tail", "touch", "cat"):
        (programs / name).symlink_to(shutil.which(name))
    return tmp_path


def add_npm(project, script):
    npm = project / "bin/npm"
    npm.write_text("#!/bin/sh\n" + script)
    npm.chmod(0o755)


def fetch(project, *arguments):
    return subprocess.run([project / "tools/fetch-engine", *arguments], env={**os.environ, "PATH": str(project / "bin")},
                          capture_output=True, text=True, timeout=60, check=False)


def test_without_npm_it_says_so(project):
    done = fetch(project)
    assert done.returncode == 2
    assert "npm is not installed" in done.stderr
    assert not (project / "build-engine/libduckdb.so").exists()


def test_a_failing_npm_leaves_nothing_behind(project):
    add_npm(project, "echo 'no such host' >&2\nexit 7\n")
    done = fetch(project)
    assert done.returncode == 1
    assert "no such host" in done.stderr
    assert not (project / "build-engine/libduckdb.so").exists()
    assert not (project / "build-engine/package-lock.json").exists()


def test_a_package_without_the_library_is_a_failure(project):
    add_npm(project, f"mkdir -p {PACKAGE}\n")
    assert fetch(project).returncode == 1
    assert not (project / "build-engine/package-lock.json").exists()


def test_it_is_fetched_once_and_again_when_the_lock_file_changes(project):
    add_npm(project, f"echo run >>../npm-runs\nmkdir -p {PACKAGE}\necho library >{PACKAGE}/libduckdb.so\n")
    runs = project / "build-engine/npm-runs"
    for _ in range(2):
        done = fetch(project, "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (project / "build-engine/libduckdb.so").read_text() == "library\n"
    assert runs.read_text() == "run\n"
    lock = project / "tools/engine/package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    assert fetch(project).returncode == 0
    assert runs.read_text() == "run\nrun\n"
