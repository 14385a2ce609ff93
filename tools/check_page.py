"""Check the page's scripts and styles: ``python tools/check_page.py [folder]``.

A small checker of our own: it needs nothing but Python, and looks for what would break the page's promises
(no script from data, no inline styles, colours by role only) and for what the house asks of every file.
Where `node` is at hand, each script is parsed as well; the browser tests parse them in any case.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "viz" / "page" / "assets"
MOST_COLUMNS = 180

FORBIDDEN_JS = {
    r"\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|DOMParser": "text is text nodes",
    r"\beval\b|\bnew Function\b|setTimeout\(\s*[\"'`]": "no text may become script",
    r"\.style\b|\bcssText\b|[\"'{ ]style:": "no inline styles: use a class",
    r"\bfetch\(|XMLHttp|WebSocket|\bimport\(|importScripts|new Worker|sendBeacon": "the page loads nothing",
    r"localStorage|sessionStorage|document\.cookie": "state lives in the address only",
    r"\bvar\b": "const or let",
    r"[^=!<>]==[^=]|!=[^=]": "=== and !==",
    r"console\.|\bdebugger\b|\balert\(": "left over from debugging",
    r"</script": "would end the page's script",
    r"\son[a-z]+=": "handlers are added by addEventListener",
}
FORBIDDEN_CSS = {
    r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)": "colours come by role: var(--...)",
    r"@import|url\((?!\"#)": "the page loads nothing",
    r"!important": "say it more exactly instead",
    r"</style": "would end the page's styles",
}
FUNCTION = re.compile(r"^(?:async )?function (\w+)\(([^)]*)\)", re.MULTILINE)
NAME = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def script_faults(texts: dict[str, str]) -> Iterator[str]:
    """What is wrong with scripts, by file name; names must be told once and used somewhere."""
    told: dict[str, str] = {}
    everything = "\n".join(_without_comments(text) for text in texts.values())
    for name, text in texts.items():
        code = _without_comments(text)
        yield from _forbidden(name, code, FORBIDDEN_JS)
        yield from _common_faults(name, text)
        for match in FUNCTION.finditer(text):
            before = text[: match.start()].rstrip()
            if match[2] and not before.endswith("*/"):
                yield f"{name}: {match[1]} takes arguments and has no JSDoc types"
        for match in NAME.finditer(code):
            if match[1] in told:
                yield f"{name}: {match[1]} is defined in {told[match[1]]} too; the files share one scope"
            told[match[1]] = name
            if len(re.findall(rf"\b{match[1]}\b", everything)) < 2:
                yield f"{name}: {match[1]} is never used"


def style_faults(texts: dict[str, str]) -> Iterator[str]:
    """What is wrong with style sheets, by file name."""
    for name, text in texts.items():
        yield from _forbidden(name, re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), FORBIDDEN_CSS)
        yield from _common_faults(name, text)
        if text.count("{") != text.count("}"):
            yield f"{name}: braces don't match"


def _forbidden(name: str, code: str, patterns: dict[str, str]) -> Iterator[str]:
    for number, line in enumerate(code.splitlines(), 1):
        for pattern, reason in patterns.items():
            if re.search(pattern, line):
                yield f"{name}:{number}: {reason}: {line.strip()[:80]}"


def _common_faults(name: str, text: str) -> Iterator[str]:
    if not text.startswith(("//", "/*")):
        yield f"{name}: a first line must say what the file is for"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield f"{name}: a file ends with one newline"
    for number, line in enumerate(text.splitlines(), 1):
        if "TODO" in line or "FIXME" in line:
            yield f"{name}:{number}: left to do"
        if len(line) > MOST_COLUMNS or line != line.rstrip() or "\t" in line:
            yield f"{name}:{number}: too long, or a tab, or space at the end"


def _without_comments(text: str) -> str:
    """The code, its line numbers kept."""
    blank = re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|\s)//.*$", r"\1", blank)


def parse_faults(scripts: list[Path]) -> Iterator[str]:
    """What `node` says to each script, if there is a `node`."""
    node = shutil.which("node")
    for script in scripts if node else ():
        run = subprocess.run([str(node), "--check", str(script)], capture_output=True, text=True)
        if run.returncode:
            yield run.stderr.strip()


def main(folder: Path) -> int:
    scripts, styles = sorted(folder.glob("*.js")), sorted(folder.glob("*.css"))
    faults = [
        *script_faults({path.name: path.read_text(encoding="utf-8") for path in scripts}),
        *style_faults({path.name: path.read_text(encoding="utf-8") for path in styles}),
        *parse_faults(scripts),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(scripts)} scripts, {len(styles)} style sheets, {len(faults)} faults")
    return 1 if faults or not scripts or not styles else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS))
