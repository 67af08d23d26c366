# SPDX-License-Identifier: Apache-2.0
"""The checks of the house style notice breaches; each is tried on a small project of its own."""
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"


@pytest.fixture
def project(tmp_path):
    """A project with the real tools and layers and one clean file."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "src").mkdir()
    shutil.copy(ROOT / "src/LAYERS", tmp_path / "src/LAYERS")
    write(tmp_path, "src/base/error.h", "int error;\n")
    write(tmp_path, "src/journal/journal.h", "int journal;\n")
    write(tmp_path, "src/journal/frame.h", "int frame;\n")
    return tmp_path


def write(project, name, text):
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SPDX + text)


def check(project, tool, *arguments):
    done = subprocess.run([project / "tools" / tool, *map(str, arguments)], capture_output=True, text=True, cwd=project, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_clean_project_passes(project):
    write(project, "src/journal/journal.c", '#include "journal/journal.h"\n#include "base/error.h"\n#include "frame.h"\n')
    assert check(project, "check-layers", project)[0] == 0
    assert check(project, "check-banned")[0] == 0


@pytest.mark.parametrize("folder, line, words", [
    ("base", '#include "journal/journal.h"', "base may not use journal"),
    ("history", '#include "journal/frame.h"', "journal/frame.h is private to journal"),
    ("journal", '#include <sqlite3.h>', "belongs to catalog"),
    ("journal", '#include <pthread.h>', "belongs to sys"),
    ("journal", '#include "nothing.h"', "nothing.h is not in journal/"),
    ("stray", '#include "base/error.h"', "stray is not in src/LAYERS"),
])
def test_an_include_across_the_layers_is_noticed(project, folder, line, words):
    write(project, f"src/{folder}/part.c", line + "\n")
    status, text = check(project, "check-layers", project)
    assert status == 1
    assert words in text


@pytest.mark.parametrize("text, words", [
    ("void f(char *a, char *b) { strcpy(a, b); }\n", "strcpy() is allowed in: nowhere"),
    ("void *f(void) { return malloc(1); }\n", "malloc() is allowed in: base"),
    ("int f(void) { return fsync (3); }\n", "fsync() is allowed in: sys"),
    ("void f(void) { pthread_mutex_lock(0); }\n", "pthread_mutex_lock() is allowed in: sys"),
    ("void f(void) { printf(\"\"); }\n", "printf() is allowed in: ctl daemon"),
    ("/* TO" "DO: later */\n", "open an issue"),
    ("int a; \n", "blanks at the end"),
    ("int a;", "no newline at the end"),
])
def test_a_banned_call_or_habit_is_noticed(project, text, words):
    write(project, "src/journal/part.c", text)
    status, said = check(project, "check-banned")
    assert status == 1
    assert words in said


def test_a_missing_licence_line_is_noticed(project):
    (project / "src/journal/part.c").write_text("int a;\n")
    assert "SPDX" in check(project, "check-banned")[1]


@pytest.mark.parametrize("text", [
    "/* strcpy(a, b) would be wrong here */\n",
    'const char *a = "malloc(1)";\n',
    "int f(struct a *a) { return a->read(1) + a->b.write(2); }\n",
    "static int accept(int a) { return a; }\nint f(void) { return accept(1); }\n",
    "struct a { int (*open)(int); };\n",
])
def test_what_only_looks_like_a_banned_call_is_left_alone(project, text):
    write(project, "src/journal/part.c", text)
    assert check(project, "check-banned") == (0, check(project, "check-banned")[1])


@pytest.mark.parametrize("name, status", [("journal_open", 0), ("open_journal", 1), ("helper", 1)])
def test_an_export_without_its_folders_name_is_noticed(project, name, status):
    write(project, "src/journal/part.c", f"int {name}(void);\nint {name}(void) {{ return 1; }}\nstatic int own(void) {{ return 2; }}\n"
          f"int journal_use(void);\nint journal_use(void) {{ return own(); }}\n")
    (project / "build/src/journal").mkdir(parents=True)
    subprocess.run(["gcc", "-c", "src/journal/part.c", "-o", "part.o"], cwd=project, check=True)
    subprocess.run(["ar", "crT", "build/src/journal/libjournal.a", "part.o"], cwd=project, check=True)
    assert check(project, "check-symbols", project / "build")[0] == status


def test_stale_documents_and_broken_links_are_noticed(project):
    for name in ("ARCHITECTURE.md", "docs", "src"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, project / name, dirs_exist_ok=True)
        else:
            shutil.copy(ROOT / name, project / name)
    build = pathlib.Path(os.environ.get("CAIRN_BINARY", ROOT / "build-asan/cairn")).parent
    check(project, "make-docs", build)
    (project / "STRAY.md").write_text("[nowhere](docs/nothing.md)\n")
    (project / "ARCHITECTURE.md").write_text((project / "ARCHITECTURE.md").read_text().replace("| `base` |", "| `bass` |"))
    status, text = check(project, "make-docs", "--check", build)
    assert status == 1
    assert "ARCHITECTURE.md is stale" in text and "docs/nothing.md" in text
