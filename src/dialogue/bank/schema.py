"""The JSON Schema by which editors complete a bank, made from the fields of each kind.

``python -m dialogue.bank.schema`` writes ``exercises/question-bank.schema.json`` anew.
"""

from __future__ import annotations

import json

from dialogue.bank.files import FILE
from dialogue.bank.items import COMMON
from dialogue.course import catalogue, files
from dialogue.questions import KINDS, Question
from dialogue.questions import shape as s

NAME = "question-bank.schema.json"
_SURE = "Ask how sure the learner is: marks 1, 2, 3 if right, 0, -2, -6 if wrong."
_CERTAINTY = {"ask": _SURE, "probability": "A forecast is a probability already."}


def of_kind(name: str, kind: type[Question]) -> s.Shape:
    """The schema of an item of one kind."""
    own = {
        "type": {"const": name},
        "confidence": s.one_of((kind.certainty,), _CERTAINTY[kind.certainty]),
    }
    one = {"anyOf": [{"required": [field]} for field in kind.either]} if kind.either else {}
    return {
        "title": name,
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "type", "ask", *kind.needed],
        "properties": {**COMMON, **own, **kind.schema},
        **one,
    }


def schema() -> s.Shape:
    """The whole schema: what a file has, and one definition a kind."""
    chosen = [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in KINDS
    ]
    item = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": s.one_of(KINDS)},
        "allOf": chosen,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from the kinds of question: run 'python -m dialogue.bank.schema'.",
        "title": "Question bank of the US–Iraq Dialogue course",
        "description": "One file a lesson. Editors use this for completion; "
        "`dialogue check` is the judge.",
        "type": "object",
        "additionalProperties": False,
        "required": ["quiz", "items"],
        "properties": {**FILE, "items": s.entries(1, item)},
        "$defs": {name: of_kind(name, kind) for name, kind in KINDS.items()},
    }


def text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    files.write(catalogue.root() / "exercises" / NAME, text(), force=True)
