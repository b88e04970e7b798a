"""Marks as the gradebooks of Canvas, Moodle and Blackboard import them.

Canvas wants ``Student``, ``ID``, ``SIS User ID``, ``SIS Login ID`` and ``Section``, then one column
an assignment, and a second row that begins with ``Points Possible``; a column it does not
know becomes a new assignment (its ``lib/gradebook_importer.rb``).  Moodle lets the teacher
map any column, and knows people by their number or address (docs.moodle.org, "Grade
import").  Blackboard knows people by ``Username`` and a column by the number at the end of its
heading; a heading without one becomes a new column, of text, which the teacher turns into a score
(help.blackboard.com, "Work offline with grade data").  These two are not told how many points can
be had, so a column of its own tells the teacher.  A heading that the roster already has for
a lesson is written as it stands there, so that marks come into that column and into no second one.

The roster is the teacher's own export from either of them and stays on this computer: only
there do the names that learners chose meet the names of people.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dialogue.course import files
from dialogue.course.files import FileFault, csv_text, from_cell
from dialogue.grading.merge import ClassResults, Learner
from dialogue.learner.handin import folded
from dialogue.questions import Question

BLACKBOARD = ("Last Name", "First Name", "Username", "Student ID")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_NAMES = {
    # What a learner may have typed as a name, by the headings of the exports.
    "canvas": ("SIS Login ID", "SIS User ID", "ID", "Student"),
    "moodle": ("ID number", "Username", "Email address"),
    "blackboard": ("Username", "Student ID"),
}
_WHOLE = ("First name", "Last name", "First Name", "Last Name")
_OTHERS = ("name", "nickname", "login", "id", "number")


@dataclass(slots=True)
class Roster:
    """The people of a class as rows of text, and each row by what a learner may have typed."""

    header: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)

    def of(self, learner: Learner) -> dict[str, str] | None:
        """The row of *learner*, or None when none, or more than one, has this name."""
        name = folded(learner.name)
        return None if name in self.ambiguous else self.by_name.get(name)


def read_roster(file: str | os.PathLike[str]) -> Roster:
    """Read a roster: the gradebook export of Canvas or Moodle, or any table with a name column.

    Raises :class:`~dialogue.course.files.FileFault` when it is no table or no column tells who is who.
    """
    text = files.read_text(file)
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise FileFault(file, f"this is not a table ({error})", "export it as CSV again") from None
    roster = Roster([cell.strip() for cell in rows[0]])
    lower = {name.casefold(): name for name in roster.header}
    wanted = [*(name for names in _NAMES.values() for name in names), *_OTHERS]
    keys = [lower[name.casefold()] for name in wanted if name.casefold() in lower]
    if not keys:
        remedy = "give it one of the headings 'SIS Login ID', 'ID number' or 'Name'"
        raise FileFault(file, "no column says who is who", remedy, 1)
    for cells in rows[1:]:
        row = {
            name: from_cell(cell.strip()) for name, cell in zip(roster.header, cells, strict=False)
        }
        # Canvas's second row is about points, and its last about a test student.
        if not any(row.values()) or row.get("Student", "").startswith("Points Possible"):
            continue
        roster.rows.append(row)
        for name in {folded(row.get(key, "")) for key in keys} - {""}:
            if roster.by_name.setdefault(name, row) is not row:
                roster.ambiguous.add(name)
    return roster


def fits(roster: Roster, system: str) -> bool:
    """Whether *roster* was exported by *system*, or could be anybody's."""
    header = set(roster.header)
    known = {
        "canvas": {"Student", "ID"} <= header,
        "blackboard": {"Last Name", "Username"} <= header,
    }
    known["moodle"] = bool(set(_NAMES["moodle"]) & header) and not known["blackboard"]
    return known[system] or not any(known.values())


@dataclass(frozen=True, slots=True)
class Column:
    """One assignment: its title and the items (indices) that make it up, with their points."""

    title: str
    points: Mapping[int, float]

    @property
    def possible(self) -> float:
        """The most points that can be had."""
        return round(sum(self.points.values()), 2)

    def of(self, learner: Learner, marks: str) -> float | None:
        """The points of *learner* by their first, last or best checks; None without any.

        An item that was not answered earns nothing.
        """
        scores = {"first": learner.first, "last": learner.last, "best": learner.best}[marks]
        if not any(item in scores for item in self.points):
            return None
        return round(sum(scores.get(i, 0.0) * points for i, points in self.points.items()), 2)


def columns(
    questions: Sequence[Question], places: Mapping[str, str], titles: Mapping[str, str]
) -> list[Column]:
    """One column a bank in *places* (question id to the bank's name); forecasts earn no points."""
    found: dict[str, dict[int, float]] = {}
    for i, question in enumerate(questions):
        if question.marked:
            found.setdefault(places.get(question.id, ""), {})[i] = question.points
    return [Column(titles.get(stem, stem or "Questions"), points) for stem, points in found.items()]


def canvas(
    results: ClassResults, cols: Sequence[Column], marks: str, roster: Roster | None
) -> tuple[str, list[str]]:
    """The gradebook for Canvas as CSV text, and the learners who are not in the roster."""
    header = [*CANVAS, *_headings(roster, cols)]
    rows: list[list[object]] = [
        ["    Points Possible", "", "", "", "", *(col.possible for col in cols)]
    ]
    missing = []
    for learner, person in _people(results, roster, "Student"):
        if person is None:
            missing.append(learner.name)
            continue
        rows.append([*(person.get(name, "") for name in CANVAS), *_marks(learner, cols, marks)])
    return csv_text(header, rows), missing


def moodle(
    results: ClassResults, cols: Sequence[Column], marks: str, roster: Roster | None
) -> tuple[str, list[str]]:
    """The gradebook for Moodle as CSV text, and the learners who are not in the roster."""
    known = [n for n in _NAMES["moodle"] if roster and n in roster.header] or ["ID number"]
    return _told_apart(results, cols, marks, roster, known, "ID number")


def blackboard(
    results: ClassResults, cols: Sequence[Column], marks: str, roster: Roster | None
) -> tuple[str, list[str]]:
    """The gradebook for Blackboard as CSV text, and the learners who are not in the roster."""
    known = [n for n in BLACKBOARD if roster and n in roster.header] or ["Username"]
    if "Username" not in known:
        known = ["Username", *known]
    return _told_apart(results, cols, marks, roster, known, "Username")


def _told_apart(
    results: ClassResults,
    cols: Sequence[Column],
    marks: str,
    roster: Roster | None,
    known: Sequence[str],
    heading: str,
) -> tuple[str, list[str]]:
    """A table whose first columns, *known*, tell who is who.

    Beside the marks of a column that the gradebook has not yet stands the most that can be had:
    unlike Canvas, such a system is not told it, and takes 100 or nothing.
    """
    headings = _headings(roster, cols)
    fresh = [col for col, name in zip(cols, headings, strict=True) if name == col.title]
    header = [*known, *headings, *(f"{col.title}: maximum" for col in fresh)]
    most = [col.possible for col in fresh]
    rows: list[list[object]] = []
    missing = []
    for learner, person in _people(results, roster, heading):
        if person is None:
            missing.append(learner.name)
            continue
        own = (person.get(name, "") for name in known)
        rows.append([*own, *_marks(learner, cols, marks), *most])
    return csv_text(header, rows), missing


SYSTEMS = {"canvas": canvas, "moodle": moodle, "blackboard": blackboard}


# What systems write behind the name of a column: "(77)", "(Real)", "[Total Pts: 10 Score] |123".
_BEHIND = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]\s*\|\S*)$")


def _headings(roster: Roster | None, cols: Sequence[Column]) -> list[str]:
    """The heading of each column: the one that the roster has for it, or else its title."""
    there = {_BEHIND.sub("", name): name for name in (roster.header if roster else ())}
    return [there.get(col.title, col.title) for col in cols]


def _marks(learner: Learner, cols: Sequence[Column], marks: str) -> list[object]:
    # A file that was changed or disputed earns no mark unseen: the teacher types it after looking.
    return [col.of(learner, marks) if learner.credited else None for col in cols]


def absent(results: ClassResults, roster: Roster) -> list[str]:
    """Who is in *roster* and handed in nothing, by the name that the roster has for them."""
    there = {id(roster.of(learner)) for learner in results.learners}
    names = ("Student", *(name for group in _NAMES.values() for name in group))
    lower = {name.casefold(): name for name in roster.header}
    own = [lower[name] for name in _OTHERS if name in lower]
    found = []
    for row in roster.rows:
        if id(row) in there:
            continue
        whole = [row[name] for name in _WHOLE if row.get(name)]
        single = next((row[name] for name in (*names, *own) if row.get(name)), "")
        found.append(" ".join(whole) if len(whole) == 2 else single)
    return found


def same_person(results: ClassResults, roster: Roster) -> None:
    """Where two learners of *results* are one person of *roster*, neither is credited unseen."""
    people: dict[int, list[Learner]] = {}
    for learner in results.learners:
        if person := roster.of(learner):
            people.setdefault(id(person), []).append(learner)
    for group in people.values():
        for learner in group[1:]:
            for mine, other in ((learner, group[0]), (group[0], learner)):
                mine.doubts.append(
                    f"{mine.file} and {other.file} are of one person of the roster "
                    f"({mine.class_code}: {mine.name}; {other.class_code}: {other.name})"
                )


def _people(
    results: ClassResults, roster: Roster | None, heading: str
) -> Iterator[tuple[Learner, dict[str, str] | None]]:
    """Each learner with the row of the roster, and each person once."""
    seen: set[int] = set()
    for learner in results.learners:
        person = roster.of(learner) if roster else {heading: learner.name}
        if roster and person and id(person) in seen:
            continue
        seen.add(id(person) if roster else 0)
        yield learner, person
