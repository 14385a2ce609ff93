"""The checker of the page's scripts and styles must fail on what it is there to catch."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKER = Path(__file__).parents[2] / "tools" / "check_page.py"
SCRIPT = """// A script.

/** @param {string} name */
function greet(name) {
  return `hello ${name}`;
}
greet("you");
"""
STYLE = "/* A style sheet. */\np { color: var(--ink); }\n"


def check(folder, script, style):
    (folder / "a.js").write_text(script, encoding="utf-8")
    (folder / "a.css").write_text(style, encoding="utf-8")
    return subprocess.run([sys.executable, str(CHECKER), str(folder)], capture_output=True, text=True)


def test_a_good_folder_passes(tmp_path):
    found = check(tmp_path, SCRIPT, STYLE)
    assert found.returncode == 0, found.stderr


def test_the_pages_own_files_pass():
    found = subprocess.run([sys.executable, str(CHECKER)], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("document.body.innerHTML = name;", "text is text nodes"),
        ("eval(name);", "no text may become script"),
        ('element.setAttribute("style", name); element.style.top = 0;', "no inline styles"),
        ("fetch(name);", "the page loads nothing"),
        ("if (name == 1) greet(name);", "=== and !=="),
        ("var x = 1;", "const or let"),
        ("console.log(name);", "left over"),
        ("function lost() {}", "lost is never used"),
        ("function other(x) {}\nother(1);", "has no JSDoc types"),
        ("greet();  ", "space at the end"),
    ],
)
def test_a_bad_script_is_caught(tmp_path, line, says):
    found = check(tmp_path, SCRIPT + line + "\n", STYLE)
    assert found.returncode == 1
    assert says in found.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("p { color: #ff0000; }", "colours come by role"),
        ('@import "other.css";', "loads nothing"),
        ("p { color: red !important; }", "say it more exactly"),
        ("p {", "braces"),
    ],
)
def test_a_bad_style_sheet_is_caught(tmp_path, line, says):
    found = check(tmp_path, SCRIPT, STYLE + line + "\n")
    assert found.returncode == 1
    assert says in found.stderr
