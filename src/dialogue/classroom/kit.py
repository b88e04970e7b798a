"""The class version of lesson 12 on paper: cards, sheets, events, ballots, run sheets.

Texts are in ``notebooks/teaching-notes/class-kit``; points and home tests come from the model
(:mod:`dialogue.course.negotiation`) and stand nowhere else.  What one side must not see is in another
folder than what it may: an envelope each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from dialogue.course import catalogue, files, negotiation
from dialogue.course.files import FileFault

HOME = "notebooks/teaching-notes/class-kit"
INVENTED = (
    "Points and home tests are invented for teaching. They are no estimate of what either "
    "government wanted."
)
FEWEST, MOST = 6, 60
# At a larger table too many would wait for their turn to speak.
AT_A_TABLE = 16
_ENVELOPES = {
    "us": "Envelope of the United States",
    "iraq": "Envelope of Iraq",
    "none": "Envelope without a side",
}

STYLE = """
@page { size: auto; margin: 16mm; }
:root { color-scheme: light; }
body { font: 12pt/1.45 Georgia, "Noto Naskh Arabic", "Times New Roman", serif; color: #000;
  background: #fff; max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 17pt; margin: 0 0 .4rem; } h2 { font-size: 13.5pt; margin: 1.1rem 0 .3rem; }
h3 { font-size: 12pt; margin: .9rem 0 .2rem; }
p, ul, ol { margin: .35rem 0; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border: 1px solid #000; padding: .25rem .45rem; text-align: start; vertical-align: top; }
td.points { text-align: end; white-space: nowrap; }
.note { border: 1.5px solid #000; padding: .35rem .6rem; margin: .6rem 0; }
.card { border: 2px solid #000; padding: .8rem 1rem; margin: 0 0 1rem; break-inside: avoid; }
.sheet { break-before: page; } .sheet:first-child { break-before: auto; }
.secret { border-top: 2px dashed #000; margin-top: .6rem; padding-top: .4rem; }
.line { border-bottom: 1px solid #000; display: block; height: 1.7rem; }
.cut { border-top: 1px dashed #000; margin: 1rem 0; }
.box { display: inline-block; width: 1.1em; height: 1.1em; border: 1.5px solid #000;
  vertical-align: -.2em; margin-inline-end: .35rem; }
code { font: 11pt/1.3 monospace; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""


@dataclass(frozen=True, slots=True)
class Role:
    """One role: an office, what it says, what it wants, and what it alone knows.

    *side* is ``us``, ``iraq`` or ``none``; a *lead* signs and holds the points sheet; an
    *outside* role sends notes only and is dealt to nobody.
    """

    id: str
    side: str
    title: str
    public: str
    interest: str
    secret: str
    lead: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One card of the event deck."""

    title: str
    text: str
    ask: str


def _yaml(name: str) -> list[dict[str, str]]:
    path = catalogue.root() / HOME / name
    try:
        content = yaml.safe_load(files.read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise FileFault(path, "this is not YAML", "mend the line", line) from None
    rows = content if isinstance(content, list) else []
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise FileFault(path, "this is no list of entries", "restore the file from the course")
    return rows


def _entry(kind: Callable[..., Any], name: str, row: dict[str, str], flags: Sequence[str]) -> Any:
    plain = {key: value for key, value in row.items() if key not in flags}
    try:
        if not all(isinstance(value, str) and value.strip() for value in plain.values()):
            raise TypeError("an entry is empty")
        return kind(**plain, **{flag: row.get(flag) == "yes" for flag in flags})
    except TypeError as error:
        raise FileFault(
            catalogue.root() / HOME / name,
            f"an entry cannot be used ({error})",
            "compare the others",
        ) from None


def roles() -> list[Role]:
    """The roles, in the order in which they are dealt.  Raises :class:`FileFault`."""
    found = [_entry(Role, "roles.yaml", row, ("lead", "outside")) for row in _yaml("roles.yaml")]
    for role in found:
        if role.side not in _ENVELOPES:
            where = catalogue.root() / HOME / "roles.yaml"
            raise FileFault(where, f"{role.id} has the side {role.side!r}", "use us, iraq or none")
    return found


def events() -> list[Event]:
    """The event deck.  Raises :class:`FileFault`."""
    return [_entry(Event, "events.yaml", row, ()) for row in _yaml("events.yaml")]


def deal(learners: int) -> list[dict[str, int]]:
    """How many people get each role, a table each: ``[{"us-state": 2, …}, …]``.

    Up to 16 sit at one table, larger classes at as few tables of nearly one size as do.  At a
    table the roles are given out in their order, then a second person to each (leads first).
    Raises ``ValueError`` outside 6 to 60.
    """
    if not FEWEST <= learners <= MOST:
        raise ValueError(f"The game is for {FEWEST} to {MOST} learners, not for {learners}.")
    tables = -(-learners // AT_A_TABLE)
    dealt = [role for role in roles() if not role.outside]
    # With few people both leads and Baghdad's home come first, and nobody plays alone against two.
    found = []
    for table in range(tables):
        size = learners // tables + (table < learners % tables)
        count = dict.fromkeys((role.id for role in dealt), 0)
        for n in range(size):
            count[dealt[n % len(dealt)].id] += 1
        found.append({name: number for name, number in count.items() if number})
    return found


# --- pages -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _text(name: str) -> str:
    return _markdown().render(files.read_text(catalogue.root() / HOME / f"{name}.md"))


def _rich(words: str) -> str:
    return _markdown().renderInline(words)


def page(title: str, body: str) -> str:
    """One whole HTML page that needs nothing from outside."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _note() -> str:
    return f'<p class="note"><strong>{escape(INVENTED)}</strong></p>'


def role_card(role: Role) -> str:
    """The card of one role: the public line, the interest, and below a fold the secret."""
    return (
        f'<section class="card"><h1>{escape(role.title)}</h1>'
        f"<p><strong>You may say to anybody:</strong> {_rich(role.public)}</p>"
        f"<p><strong>What guides you:</strong> {_rich(role.interest)}</p>"
        f'<p class="secret"><strong>For you alone</strong> (fold here): {_rich(role.secret)}</p>'
        "<p>An office, no person. This card is part of a game; it says nothing about what anybody "
        "thought in 2020.</p></section>"
    )


def points_sheet(side: str) -> str:
    """What each option is worth to the lead of *side*, with the walk-away; nothing else."""
    m = negotiation.model()
    rows = "".join(
        f'<tr><th scope="row">{issue.number}{option}</th><td>{escape(issue.title)}</td>'
        f'<td>{escape(words)}</td><td class="points">{issue.points[side][option]}</td></tr>'
        for issue in m.issues
        for option, words in issue.options.items()
    )
    return (
        f"<h1>Points of {escape(_named(side))}</h1>{_note()}"
        f"<p>For the lead. Add the points of your six options. Below "
        f"<strong>{m.walk_away[side]}</strong> you sign nothing.</p>"
        '<table><thead><tr><th scope="col">Letter</th><th scope="col">Issue</th>'
        f'<th scope="col">Option</th><th scope="col">Points</th></tr></thead><tbody>{rows}'
        "</tbody></table>"
    )


def _named(side: str) -> str:
    return "the United States" if side == "us" else "Iraq"


def home_sheet(side: str) -> str:
    """The home test of *side*, for its delegation."""
    m = negotiation.model()
    body = f"<h1>Who must agree at home: {escape(_named(side))}</h1>{_note()}"
    if side == "us":
        return f"{body}<p>{escape(m.us_rule)}</p>"
    rows = "".join(
        f'<tr><th scope="row">{escape(bloc.name)}</th><td class="points">{bloc.seats}</td>'
        f"<td>{escape(bloc.rule)}</td></tr>"
        for bloc in m.blocs
    )
    return (
        f"{body}<p>{escape(m.iraq_rule)} The seats of the larger lists are those of 2018; each "
        "rule is invented, and the real statement was not put to a vote.</p>"
        '<table><thead><tr><th scope="col">Bloc</th><th scope="col">Seats</th>'
        f'<th scope="col">Rule</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _issues() -> str:
    rows = []
    for issue in negotiation.model().issues:
        choices = "".join(
            f'<li><span class="box" aria-hidden="true"></span><strong>{issue.number}{option}'
            f"</strong> {escape(words)}</li>"
            for option, words in issue.options.items()
        )
        rows.append(
            f"<h2>{issue.number}. {escape(issue.title)}</h2>"
            f'<ul style="list-style:none;padding:0">{choices}</ul>'
        )
    return "".join(rows)


def agreed_text() -> str:
    """The form on which a table writes the text that it agreed."""
    signatures = "".join(
        f"<p>For {escape(name)}: <span class='line'></span></p>"
        for name in ("the United States", "Iraq")
    )
    return (
        "<h1>The text</h1><p>One box for each issue. Both leads sign, or nobody does.</p>"
        f"{_issues()}<p><strong>Six letters, in order:</strong> <span class='line'></span></p>"
        "<p>One sentence that can be checked, by whom and by when: "
        f"<span class='line'></span><span class='line'></span></p>{signatures}"
        "<p><span class='box' aria-hidden='true'></span> No text. What was missing: "
        "<span class='line'></span></p>"
    )


def ballot() -> str:
    """Six ballots to cut."""
    one = (
        "<div class='card'><p><strong>Ballot.</strong> From my chair I can carry this text at "
        "home:</p><p><span class='box' aria-hidden='true'></span> yes &#160;&#160; "
        "<span class='box' aria-hidden='true'></span> no</p><p>Because of issue "
        "<span class='line'></span></p></div>"
    )
    return f"<h1>Ballots</h1><p>Cut along the frames; one a person.</p>{one * 6}"


def event_deck() -> str:
    """The event cards, to cut."""
    cards = "".join(
        f'<section class="card"><h2>{escape(event.title)}</h2><p>{_rich(event.text)}</p>'
        f"<p><strong>Then:</strong> {_rich(event.ask)}</p></section>"
        for event in events()
    )
    return f"<h1>Event cards</h1><p>Invented. Draw one, or choose; read it soberly.</p>{cards}"


def index(learners: int) -> str:
    """The teacher's first page: what to print how often, and who gets what."""
    tables, known = deal(learners), {role.id: role for role in roles()}
    seats = ""
    for number, table in enumerate(tables, 1):
        rows = "".join(
            f'<tr><th scope="row">{escape(known[name].title)}</th>'
            f"<td>{escape({'us': 'United States', 'iraq': 'Iraq', 'none': 'none'}[known[name].side])}"
            f'</td><td class="points">{count}</td></tr>'
            for name, count in table.items()
        )
        seats += (
            f"<h3>Table {number}: {sum(table.values())} people</h3><table><thead><tr>"
            '<th scope="col">Role</th><th scope="col">Side</th><th scope="col">People</th></tr>'
            f"</thead><tbody>{rows}</tbody></table>"
        )
    many = len(tables)
    copies = (
        ("everybody/setting.html", learners, "one a person"),
        ("us and iraq: role cards", sum(_on(t, "us") + _on(t, "iraq") for t in tables), "by role"),
        ("none: role cards", sum(_on(t, "none") for t in tables), "by role"),
        ("us/points.html, iraq/points.html", many, "of each, for the leads"),
        ("us/home.html, iraq/home.html", many, "of each, for the delegation"),
        ("everybody/text.html", many, "one a table"),
        ("everybody/ballots.html", -(-learners // 6), "six ballots a sheet"),
        ("teacher/events.html", 1, "to cut"),
    )
    printed = "".join(
        f'<tr><th scope="row">{escape(what)}</th><td class="points">{count}</td>'
        f"<td>{escape(how)}</td></tr>"
        for what, count, how in copies
    )
    return (
        f"<h1>Negotiate round two: the class kit for {learners}</h1>{_note()}"
        "<p>Read <em>teacher/notes.html</em> first: it has the care rules. Then choose a run sheet. "
        "A side must not see the other side's folder, and a card's last line is its holder's "
        "alone.</p>"
        '<h2>Print</h2><table><thead><tr><th scope="col">Sheet</th><th scope="col">Copies</th>'
        f'<th scope="col">How</th></tr></thead><tbody>{printed}</tbody></table>'
        f"<h2>Deal</h2>{seats}<p>Envoy and embassy are outside the room and send notes: play them "
        "yourself, or let somebody do so who asks for it.</p>"
    )


def _on(table: dict[str, int], side: str) -> int:
    of = {role.id: role.side for role in roles()}
    return sum(count for name, count in table.items() if of[name] == side)


def build(folder: str | Path, learners: int = 24, *, force: bool = False) -> list[str]:
    """Write the kit to *folder* and return the names of its files.

    Every page is HTML that prints as it stands; where a browser is found that can print, each
    envelope is a PDF too.  Raises :class:`~dialogue.course.files.FileFault`, and
    ``ValueError`` for a class that is too small or too large.
    """
    from dialogue.classroom import printing

    deal(learners)  # before anything is written
    sheets: dict[str, list[tuple[str, str, str]]] = {
        "teacher": [
            ("notes", "Notes", _text("instructor")),
            ("run-110", "Run sheet: 110 minutes", _text("run-110")),
            ("run-2x55", "Run sheet: two meetings", _text("run-2x55")),
            ("events", "Event cards", event_deck()),
            ("debrief", "Debrief", _text("debrief")),
        ],
        "everybody": [
            ("setting", "Setting and rules", _text("setting")),
            ("text", "The text", agreed_text()),
            ("ballots", "Ballots", ballot()),
        ],
        **{side: [] for side in _ENVELOPES},
    }
    for role in roles():
        sheets[role.side].append((f"role-{role.id}", role.title, role_card(role)))
    for side in negotiation.SIDES:
        sheets[side].append(("points", f"Points of {_named(side)}", points_sheet(side)))
        sheets[side].append(("home", f"Home of {_named(side)}", home_sheet(side)))
    written = []
    with files.folder(folder, force=force) as place:
        (place / "index.html").write_text(page("The class kit", index(learners)), "utf-8")
        written.append("index.html")
        for envelope, own in sheets.items():
            (place / envelope).mkdir()
            for name, title, body in own:
                (place / envelope / f"{name}.html").write_text(page(title, body), "utf-8")
                written.append(f"{envelope}/{name}.html")
            if printing.browser():
                whole = "".join(f'<div class="sheet">{body}</div>' for _, _, body in own)
                file = place / envelope / "all.html"
                file.write_text(page(_ENVELOPES.get(envelope, envelope), whole), "utf-8")
                printing.pdf(file, place / f"{envelope}.pdf")
                file.unlink()
                written.append(f"{envelope}.pdf")
    return written
