"""One entry of a bank: the fields that every kind has, and then the kind's own."""

from __future__ import annotations

import re
from typing import Any

from dialogue.bank.fields import Reader
from dialogue.course.faults import nearest, one
from dialogue.questions import KINDS, Question
from dialogue.questions import shape as s
from dialogue.questions.reading import Node, meant
from dialogue.questions.typed import real_date

LEVELS = ("remember", "understand", "apply", "analyse", "evaluate", "create")
STATUSES = ("draft", "reviewed")
USES = ("learn", "lane", "guess", "vote", "graded")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# What every kind has; 'type' and 'confidence' are said more exactly by each.
COMMON: dict[str, s.Shape] = {
    "id": s.text(
        "Yours to choose, never reused: the learner's record is kept by it. "
        "Lesson number first, such as 05-permanent-bases.",
        pattern=f"^{_ID.pattern}$",
    ),
    "type": s.text(),
    "ask": s.text(
        "The question. Markdown: *emphasis*, **strong**, `code`, lists; formulas in TeX between "
        "\\( and \\); anything else is shown as typed.",
        need=True,
    ),
    "para": s.texts("Paragraphs of the article, such as [P6]."),
    "objective": s.text("An objective of a lesson, such as 05-1.", pattern=r"^\d\d-\d+$"),
    "level": s.one_of(LEVELS),
    "hint": s.text("One nudge, no answer."),
    "explain": s.text("Shown to everybody afterwards."),
    "sources": s.texts("Ids from seeds/sources.csv."),
    "points": s.number("Weight in the score of a set; 1 unless said."),
    "contested": s.yes(),
    "as_of": s.text('When the facts were last checked, such as "2026-01".', pattern=s.DATE),
    "status": s.one_of(STATUSES),
    "by": s.text("Who wrote it; not shown."),
    "confidence": s.one_of(("ask", "probability")),
    "use": s.one_of(
        USES,
        "learn unless said; lane: makes sense beside its cell or picture alone, so never in a "
        "warm-up or a review; guess: taken once before the reading, then told, never marked or "
        "reviewed; vote: with contested, nothing is right and the comments say what speaks for "
        "each answer and against it; the key of a graded item stays with the instructor.",
    ),
    "core": s.yes(
        "Comes back in reviews by itself and counts for 'done': for an item that makes sense "
        "alone and tests an objective, eight or nine a lesson."
    ),
    "shuffle": s.yes("no keeps the options in the order written."),
    "was": s.texts("Former ids of this question, such as [05-old-id]."),
}
COMMON_FIELDS = tuple(COMMON)


def item(reader: Reader, node: Node) -> Question | None:
    """The question that one entry describes; None, with faults, where it is not sound."""
    before = len(reader.faults)
    values = node.value if isinstance(node.value, dict) else {}
    named = values.get("id")
    reader.item = named.value.strip() if named and isinstance(named.value, str) else ""
    if reader.mapping(node, "an item") is None:
        return None
    reader.text(values, "id", need="an item", line=node.line)
    if reader.item and not _ID.fullmatch(reader.item):
        remedy = "use small letters, digits and hyphens, such as 05-permanent-bases"
        reader.fault(values["id"].line, f"the id {reader.item!r} cannot be used", remedy)
    kind = _kind(reader, node, values)
    if kind is None:
        return None
    reader.unknown(node, values, COMMON_FIELDS + tuple(kind.schema), f"{one(reader.kind)} item")
    common: dict[str, Any] = {
        "id": reader.item,
        "ask": reader.text(values, "ask", need="the item", line=node.line),
        "para": _ids(reader, values, "para", reader.known.paragraphs, "paragraph"),
        "objective": _objective(reader, values),
        "level": reader.choice(values, "level", LEVELS),
        "hint": reader.text(values, "hint"),
        "explain": reader.text(values, "explain"),
        "sources": _ids(reader, values, "sources", reader.known.sources, "source"),
        "points": reader.number(values, "points", 1.0, "the item") or 0.0,
        "contested": bool(reader.yes(values, "contested")),
        "as_of": reader.text(values, "as_of"),
        "status": reader.choice(values, "status", STATUSES),
        "by": reader.text(values, "by"),
        "language": reader.language,
        "confidence": reader.choice(values, "confidence", (kind.certainty,)) == "ask",
        "use": reader.choice(values, "use", USES) or "learn",
        "core": bool(reader.yes(values, "core")),
        "shuffle": reader.yes(values, "shuffle", default=True) is not False,
        "was": _was(reader, values),
    }
    if "points" in values and len(reader.faults) == before and common["points"] <= 0:
        reader.fault(values["points"].line, "'points' is not above zero", "write 1 or more")
    if common["core"] and (common["use"] != "learn" or not kind.scored):
        message = (
            f"'core' does not go with {'use: ' + common['use'] if kind.scored else reader.kind}"
        )
        remedy = "take 'core' out: core items come back in reviews, and this one never does"
        reader.fault(values["core"].line, message, remedy)
    if common["as_of"] and not real_date(common["as_of"]):
        message = f"'as_of' is {common['as_of']!r}"
        reader.fault(values["as_of"].line, message, 'write it as "2026-01"')
    if common["contested"] and common["use"] == "vote" and not kind.votable:
        message = f"{one(reader.kind)} item cannot be a contested vote"
        reader.fault(values["use"].line, message, "write 'type: single', with options")
    if reader.released and common["use"] == "graded":
        reader.given_away(values, "hint", "explain", "sources", *kind.secret)
        question = kind.read_bare(reader, values, {**common, "keyless": True}, node.line)
    else:
        question = kind.read(reader, values, common, node.line)
    return question if len(reader.faults) == before else None


def _kind(reader: Reader, node: Node, values: dict[str, Node]) -> type[Question] | None:
    if "type" not in values:
        for name in nearest("type", values, 1, 0.7):
            if name not in COMMON_FIELDS:
                values["type"] = values[name]
                message = f"unknown field {name!r} in an item"
                reader.fault(node.keys[name], message, "did you mean 'type'?")
                del values[name]
    reader.kind = reader.text(values, "type", need="the item", line=node.line)
    if reader.kind and reader.kind not in KINDS:
        remedy = meant(reader.kind, KINDS, f"known types: {', '.join(KINDS)}")
        reader.fault(values["type"].line, f"unknown type {reader.kind!r}", remedy)
    kind = KINDS.get(reader.kind)
    if kind is None:  # without a type nobody can say which fields belong; a slip in 'type' shows
        own = tuple(name for each in KINDS.values() for name in each.schema)
        reader.unknown(node, values, COMMON_FIELDS + own, "an item")
    return kind


def _ids(
    reader: Reader, values: dict[str, Node], name: str, ids: frozenset[str], what: str
) -> tuple[str, ...]:
    found = reader.texts(values, name)
    if name in values and values[name].value == "":
        reader.fault(values[name].line, f"{name!r} is empty", f"name a {what}, or take it out")
        return ()
    for value, line in found:
        reader.exists(value, line, ids, what)
    return tuple(value for value, _ in found)


def _objective(reader: Reader, values: dict[str, Node]) -> str:
    value = reader.text(values, "objective")
    planned = value[:2] in reader.known.planned and re.fullmatch(r"\d\d-\d+", value)
    if value and value not in reader.known.objectives and not planned:
        same = sorted(o for o in reader.known.objectives if o[:2] == value[:2])
        near = same or nearest(value, sorted(reader.known.objectives), 3, 0)
        remedy = f"choose one of {', '.join(near)}" if near else "no lesson has objectives yet"
        reader.fault(values["objective"].line, f"unknown objective {value!r}", remedy)
    return value


def _was(reader: Reader, values: dict[str, Node]) -> tuple[str, ...]:
    found: dict[str, int] = {}
    for value, line in reader.texts(values, "was"):
        if not _ID.fullmatch(value):
            reader.fault(line, f"the former id {value!r} cannot be used", "write [05-old-id]")
        elif value == reader.item:
            reader.fault(line, f"{value!r} is the present id", "name only former ids")
        else:
            reader.once(found, value, line, "the former id")
    return tuple(found)
