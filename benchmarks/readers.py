"""Time and memory of every reader against the size of what it is given, the worst we know.

Run: python benchmarks/readers.py [NAME …]
Each input is one that some reader was, or could be, slow at: many opened and unclosed marks,
many things of one name, deep nesting, one long line.  1 MB is read or refused within 5 s of
processor time and 500 MB; ten times the size may take ten times as long.  Each run is a
process of its own, stopped after 60 s of processor time.
"""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
MOST_SECONDS, MOST_MEGABYTES = 5.0, 500

HEAD = "quiz: x\nitems:\n"


def gift(text: str, rest: str = "") -> Callable[[int], bytes]:
    """A question with *text* over and over."""
    return lambda size: f"Who {text * (size // len(text))}{rest}? {{=a ~b}}\n".encode()


def over(text: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """*text* over and over."""
    return lambda size: (before + text * (size // len(text)) + after).encode()


def numbered(text: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """*text* over and over, with a number of its own each time."""

    def made(size: int) -> bytes:
        return (
            before + "".join(text.format(n=n) for n in range(size // len(text))) + after
        ).encode()

    return made


def moodle(text: str) -> Callable[[int], bytes]:
    """A question of Moodle XML with *text* over and over, as HTML."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return over(
        safe,
        '<quiz><question type="shortanswer"><name><text>x</text></name>'
        '<questiontext format="html"><text>',
        '</text></questiontext><answer fraction="100"><text>a</text></answer></question></quiz>',
    )


def order(text: str) -> Callable[[int], bytes]:
    """A bank with an order question whose mistake is *text* over and over."""
    events = "".join(f"  - text: {name}\n" for name in "ABC")
    head = f"{HEAD}- id: a\n  type: order\n  ask: q\n  order:\n{events}  mistakes:\n  - if: "
    return over(text, head + '"', 'y"\n    say: s\n')


def single(field: str) -> str:
    return f"{HEAD}- id: a\n  type: short\n  ask: {field}\n  accept: [x]\n"


def labels(size: int) -> bytes:
    """As many labels as statements, none of which fits."""
    count = size // 40
    names = ", ".join(f"l{n}" for n in range(count))
    rows = "".join(f"  - text: t{n}\n    label: zz{n}\n" for n in range(count))
    return (
        f"{HEAD}- id: a\n  type: classify\n  ask: q\n  labels: [{names}]\n  statements:\n{rows}"
    ).encode()


def slips(size: int) -> bytes:
    """A forgiving short answer, and slips as many as accepted answers."""
    count = size // 60
    accept = ", ".join(f"accepted{n:05d}word" for n in range(count))
    wrong = "".join(f'  - text: "wrong{n:05d}words"\n    say: s\n' for n in range(count))
    return (
        f"{HEAD}- id: a\n  type: short\n  ask: q\n  spelling: forgiving\n"
        f"  accept: [{accept}]\n  wrong:\n{wrong}"
    ).encode()


def workbook(part: str, text: str) -> Callable[[int], bytes]:
    """A workbook in whose *part* *text* stands over and over: *size* is that of the zip file."""

    def made(size: int) -> bytes:
        import openpyxl

        book = openpyxl.Workbook()
        page = book.active
        page.title = "Items"
        page.append(["kind", "ask", "key", "option 1", "comment 1"])
        page.append(["single", "q", "1", "a", "b"])
        out = io.BytesIO()
        book.save(out)
        with zipfile.ZipFile(out) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        # As many as the growth of a member allows, with noise so that it is not refused.
        noise = os.urandom(size // 4).hex()
        body = (text * (size * 60 // len(text))).encode()
        end = members[part].rfind(b"</")
        members[part] = (
            members[part][:end] + b"<!--" + noise.encode() + b"-->" + body + members[part][end:]
        )
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return made.getvalue()

    return made


SHEET = "xl/worksheets/sheet1.xml"
CELL = '<row><c t="inlineStr"><is><t>x</t></is></c></row>'
QUESTION = (
    '<question type="shortanswer"><name><text>x</text></name><questiontext><text>q</text>'
    '</questiontext><answer fraction="100"><text>a</text></answer></question>'
)

CASES: dict[str, Callable[[int], bytes]] = {
    # name, whose ending says the reader, and what it is given
    "tags.gift": over("[tag:", "// ", "\nWho? {=a ~b}\n"),
    "ids.gift": over("[id:", "// ", "\nWho? {=a ~b}\n"),
    "less-than.gift": gift("<a"),
    "cells.gift": over("<td>", "[html]Who ", "? {=a ~b}\n"),
    "breaks.gift": over("<br>", "[html]Who ", "? {=a ~b}\n"),
    "cdata.gift": over("<![CDATA[", "[html]Who ", "? {=a ~b}\n"),
    "comments.gift": over("<!--", "[html]Who ", "? {=a ~b}\n"),
    "instructions.gift": over("<?", "[html]Who ", "? {=a ~b}\n"),
    "attributes.gift": over('a="', "[html]Who <a ", "? {=a ~b}\n"),
    "end-tags.gift": over("</a", "[html]Who ", "? {=a ~b}\n"),
    "references.gift": over("&#", "[html]Who ", "? {=a ~b}\n"),
    "bold.gift": over("<b>x", "[html]Who ", "? {=a ~b}\n"),
    "lists.gift": over("<ul><li>", "[html]Who ", "? {=a ~b}\n"),
    "stars.gift": gift("*a"),
    "ticks.gift": gift("` `` ```"),
    "braces.gift": over("{", "", "\n"),
    "backslashes.gift": over("\\", "", " {=a}\n"),
    "options.gift": over("~a#b\n", "Who? {", "=b}\n"),
    "pairs.gift": over("=a -> b\n", "Who? {", "}\n"),
    "questions.gift": over("Who? {=a ~b}\n\n"),
    "one-name.gift": over("::x::Who? {=a ~b}\n\n"),
    "less-than.xml": moodle("<a"),
    "cells.xml": moodle("<td>"),
    "divisions.xml": moodle("<div>"),
    "one-name.xml": over(QUESTION, "<quiz>", "</quiz>"),
    "deep.xml": over("<a>", "<quiz>"),
    "no-id.csv": over("single,a,1,b,c\n", "kind,ask,key,option 1,option 2\n"),
    "kinds.csv": over("sinngle,a,1,b,c\n", "kind,ask,key,option 1,option 2\n"),
    "long-kind.csv": over("s", "kind,ask,key,option 1,option 2\n", ",a,1,b,c\n"),
    "commas.csv": over(",", "kind,ask,key,option 1\n"),
    "columns.csv": over("x,", "kind,ask,key,option 1,", "\nsingle,a,1,b\n"),
    "open-quote.csv": over("a", 'kind,ask,key,option 1\nsingle,"'),
    "digits.csv": over("1,234", 'kind,ask,key\nnumeric,a,"', '"\n'),
    "deep.json": over("["),
    "less-than.json": over(
        "<a", '[{"question":"', '","type":"string","answers":[{"answer":"a","correct":true}]}]'
    ),
    "cells.json": over(
        "<td>", '[{"question":"', '","type":"string","answers":[{"answer":"a","correct":true}]}]'
    ),
    "before.yaml": order("x before "),
    "fields.yaml": numbered("  field{n}: x\n", f"{HEAD}- id: a\n  type: single\n"),
    "long-field.yaml": over("a", f"{HEAD}- id: a\n  type: single\n  ", ": x\n"),
    "labels.yaml": labels,
    "slips.yaml": slips,
    "stars.yaml": over("*a_", f'{HEAD}- id: a\n  type: short\n  ask: "', '"\n  accept: [x]\n'),
    "ticks.yaml": over("` `` ```", f'{HEAD}- id: a\n  type: short\n  ask: "', '"\n'),
    "long-id.yaml": over("a-", f'{HEAD}- id: "', '!"\n  type: short\n'),
    "language.yaml": over("-aaaaaaaa", 'quiz: x\nlanguage: "aa', '!"\nitems: []\n'),
    "deep.yaml": over("["),
    "keys.yaml": over("? "),
    "items.yaml": numbered(
        "- id: a{n}\n  type: short\n  ask: q\n  accept: [x]\n  wrong:\n  - text: y\n    say: z\n",
        HEAD,
    ),
    "rows.xlsx": workbook(SHEET, CELL),
    "rich.xlsx": workbook(SHEET, "<r><t>x</t></r>"),
    "styles.xlsx": workbook("xl/styles.xml", "<xf/>"),
    "record.jsonl": over("[" * 50 + "\n"),
    "one-line.jsonl": over("x"),
    "hand-in.json": over("["),
}


def command(name: str, file: Path, out: Path) -> list[str]:
    """The command that reads *file*."""
    if name.endswith(".yaml"):
        return ["check", str(file)]
    if name.endswith(".jsonl"):
        return ["progress", "import", str(file)]
    if name == "hand-in.json":
        return ["results", str(file.parent), "--output", str(out / "report")]
    return ["import", str(file), "--output", str(out / "bank.yaml")]


def one(name: str, size: int) -> None:
    """Read one input and print the seconds, the megabytes and what was said."""
    from dialogue.cli import main

    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder, "in"), Path(folder, "out")
        place.mkdir()
        out.mkdir()
        os.environ["DIALOGUE_RECORD_DIR"] = str(out)
        file = place / name
        file.write_bytes(CASES[name](size))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        status = main(command(name, file, out))
        used = resource.getrusage(resource.RUSAGE_SELF)
        print("measured", used.ru_utime - before, used.ru_maxrss / 1024, status, file=sys.stderr)


def measured(name: str, size: int) -> tuple[float, float]:
    """Seconds of processor time and megabytes; the limit where it was stopped."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(size)], capture_output=True, encoding="utf-8"
    )
    line = next((x for x in done.stderr.splitlines() if x.startswith("measured")), "")
    if not line or "Traceback" in done.stderr:
        return float("inf"), float("inf")
    return float(line.split()[1]), float(line.split()[2])


def main() -> int:
    """Run every case in every size; returns how many are beyond the limits at 1 MB."""
    slow = 0
    print(f"{'':20}" + "".join(f"{size // 1000:>8} kB" for size in SIZES) + "       MB")
    for name in sys.argv[1:] or CASES:
        row, megabytes = "", 0.0
        seconds = 0.0
        for size in SIZES:
            seconds, megabytes = measured(name, size)
            row += f"{seconds:9.2f} s"
        bad = seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES
        slow += bad
        print(f"{name:20}{row}{megabytes:9.0f}{'  <-- too much' * bad}", flush=True)
    return slow


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(min(main(), 99))
