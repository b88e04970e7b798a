"""The class version of lesson 12 on paper: cards, sheets, events, ballots, run sheets.

Texts are in ``notebooks/teaching-notes/class-kit``; points and home tests come from the model
(:mod:`dialogue.course.negotiation`) and stand nowhere else.  What one side must not see is in another
folder than what it may: an envelope each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from dialogue.classroom import printing, standalone
from dialogue.course import bargaining, catalogue, files, leads, negotiation, voice
from dialogue.course.files import FileFault
from dialogue.course.leads import Lead
from dialogue.learner.games import SEEDS
from dialogue.page import templates, text
from dialogue.page.words import TALKS
from dialogue.widgets import negotiation_data, scripts

HOME = "notebooks/teaching-notes/class-kit"
FEWEST, MOST = 6, 60
# At a larger table too many would wait for their turn to speak.
AT_A_TABLE = 16
_ENVELOPES = {
    "us": "Envelope of the United States",
    "iraq": "Envelope of Iraq",
    "none": "Envelope without a side",
}

_SIDES = {**negotiation.SIDES, "none": "none"}


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
    except RecursionError:
        raise FileFault(path, "it is nested too deep", "restore the file from the course") from None
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


_parts = partial(templates.parts, "classroom/sheets.html")


def _text(name: str) -> Markup:
    return Markup(text.prose(files.read_text(catalogue.root() / HOME / f"{name}.md")))


def page(title: str, *sheets: Markup) -> Markup:
    """One whole HTML page that needs nothing from outside; each sheet begins on a new page."""
    return templates.render("classroom/kit.html", title=title, sheets=sheets)


def role_card(role: Role) -> Markup:
    """The card of one role: the public line, the interest, and below a fold the secret."""
    return _parts().role_card(role)


def table(seed: int | None = None) -> dict[str, Lead]:
    """Who sits at the table, by side: the leads of the historical setting, or of a seed."""
    if seed is None:
        return {side: leads.historical(side) for side in negotiation.SIDES}
    return bargaining.for_two(seed)[0]


def points_sheet(lead: Lead, other: Lead) -> Markup:
    """For one lead alone: its brief, its walk-away, what each option is worth to it, and what it
    tells when it is asked why.  Of the *other* it has only what that one says in public."""
    told = [
        voice.say(
            f"answer_{one.kind}", issue=voice.ISSUES[one.issue - 1],
            other=voice.ISSUES[one.other - 1],
            option=voice.option(one.issue, one.option) if one.option else "",
        )
        for one in bargaining.truths(lead)
    ]  # fmt: skip
    told.append(voice.say("answer_home"))
    return _parts().points(_named(lead.side), lead, other, negotiation.model().issues, told)


def play_page(seed: int | None = None) -> Markup:
    """The game on the wall: a class leads one side and votes, the computer leads the other."""
    return templates.render(
        "classroom/play.html",
        title=TALKS["wall_title"],
        sides={side: voice.named(side) for side in negotiation.SIDES},
        words=TALKS,
        data=standalone.embedded(negotiation_data.data() | {"wall_seed": seed or 1}),
        game_style=Markup(scripts.style("negotiation")),
        script=standalone.embedded(scripts.script("negotiation-wall")),
    )


def _named(side: str) -> str:
    return "the United States" if side == "us" else "Iraq"


def home_sheet(side: str) -> Markup:
    """The home test of *side*, for its delegation."""
    m = negotiation.model()
    if side == "us":
        return _parts().home(_named(side), m.us_rule, ())
    return _parts().home(_named(side), m.iraq_rule, m.blocs)


def agreed_text() -> Markup:
    """The form on which a table writes the text that it agreed."""
    return _parts().agreed(negotiation.model().issues, [_named(s) for s in negotiation.SIDES])


def ballot() -> Markup:
    """Six ballots to cut."""
    return _parts().ballots(6)


def event_deck() -> Markup:
    """The event cards, to cut."""
    return _parts().event_deck(events())


def index(learners: int, seed: int | None = None) -> Markup:
    """The teacher's first page: what to print how often, and who gets what."""
    tables, known = deal(learners), {role.id: role for role in roles()}
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
    dealt = [
        [(known[name].title, _SIDES[known[name].side], count) for name, count in table.items()]
        for table in tables
    ]
    seated = [(_named(side), lead.title) for side, lead in table(seed).items()]
    return _parts().index(learners, copies, dealt, seed, seated)


def _on(table: dict[str, int], side: str) -> int:
    of = {role.id: role.side for role in roles()}
    return sum(count for name, count in table.items() if of[name] == side)


def build(
    folder: str | Path, learners: int = 24, seed: int | None = None, *, force: bool = False
) -> list[str]:
    """Write the kit to *folder* and return the names of its files.

    Both leads have the points of the historical setting, or those that *seed* draws.

    Every page is HTML that prints as it stands; where a browser is found that can print, each
    envelope is a PDF too.  Raises :class:`~dialogue.course.files.FileFault`, and
    ``ValueError`` for a class that is too small or too large.
    """
    deal(learners)  # before anything is written
    if seed is not None and seed not in SEEDS:
        raise ValueError(f"The seed is a whole number from 1 to 999999, not {seed}.")
    at_table = table(seed)
    sheets: dict[str, list[tuple[str, str, Markup]]] = {
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
    for side, lead in at_table.items():
        other = at_table[negotiation.OTHER[side]]
        sheets[side].append(("points", f"Points of {_named(side)}", points_sheet(lead, other)))
        sheets[side].append(("home", f"Home of {_named(side)}", home_sheet(side)))
    written = []
    with files.folder(folder, force=force, ours=[f"{name}.pdf" for name in sheets]) as place:
        files.write(place / "index.html", page("The class kit", index(learners, seed)))
        files.write(place / "play.html", play_page(seed))
        written += ["index.html", "play.html"]
        for envelope, own in sheets.items():
            (place / envelope).mkdir()
            for name, title, body in own:
                files.write(place / envelope / f"{name}.html", page(title, body))
                written.append(f"{envelope}/{name}.html")
            if printing.browser():
                sheet = page(_ENVELOPES.get(envelope, envelope), *(body for _, _, body in own))
                file = place / envelope / "all.html"
                files.write(file, sheet)
                printing.pdf(file, place / f"{envelope}.pdf")
                file.unlink()
                written.append(f"{envelope}.pdf")
    return written
