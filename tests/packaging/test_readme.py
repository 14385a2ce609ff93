import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "command"),
    [("demo", 'pip install ".[draw]" && autograd-cnn demo'), ("test", 'pip install ".[test]" && pytest')],
)
def test_first_screen_shows_the_command(name, command):
    script = ROOT / ".ci" / "readme_commands.py"
    found = subprocess.run(
        [sys.executable, str(script), str(ROOT / "README.md"), name],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == command


def test_example_runs_and_prints_what_the_readme_says(tmp_path, monkeypatch):
    code, printed = re.search(r"```python\n(.*?)```\n+```text\n(.*?)```", README, flags=re.DOTALL).groups()
    assert len(code.splitlines()) <= 15
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert out.getvalue() == printed
    assert (tmp_path / "routing.svg").stat().st_size > 1000


def test_the_second_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.endswith("True\n")
    assert (tmp_path / "ladder.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []
