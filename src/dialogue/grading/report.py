"""The class as a page, as a notebook and as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from dialogue.course import catalogue
from dialogue.course.files import csv_text
from dialogue.grading import analysis, tomorrow
from dialogue.grading.merge import ClassResults
from dialogue.learner import handin
from dialogue.page import templates, text
from dialogue.questions import Choice, Forecast, Question
from dialogue.questions.typed import brier

TOO_FEW = "too few answers"
# The thresholds that flag an item. Source: curriculum, need D10 (upper-lower 27 per cent index
# and point-biserial, distractors under 5 per cent).
HARD, EASY, WEAK, UNUSED = 0.3, 0.9, 0.2, 0.05
CLUSTER = 0.1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report: ``name`` is its file, ``caption`` its heading."""

    name: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""

    def csv(self) -> str:
        """The table as CSV text, each cell safe for a spreadsheet."""
        return csv_text(self.header, self.rows)


def _number(value: float, digits: int = 2) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), digits)


def _asked(question: Question) -> str:
    """What a question asks, on one line that a table has room for."""
    words = text.plain(question.ask)
    return words if len(words) <= 120 else words[:119].rstrip() + "…"


def items(results: ClassResults) -> Table:
    """One row an item: answers, difficulty, discrimination, point-biserial, time, flags.

    Under 30 answers the three statistics are left empty and the flag says so.
    """
    counts = np.sum(~np.isnan(results.scores), axis=0)
    difficulty = analysis.difficulty(results.scores)
    discrimination = analysis.discrimination(results.scores)
    biserial = analysis.point_biserial(results.scores)
    rows = []
    for i, question in enumerate(results.questions):
        if not question.marked or not (counts[i] or results.other_version[i]):
            continue
        enough = counts[i] >= analysis.FEWEST
        values = [_number(v[i]) if enough else None for v in (difficulty, discrimination, biserial)]
        seconds = results.seconds[i]
        rows.append(
            [
                question.id,
                _asked(question),
                question.kind,
                question.objective,
                question.level,
                int(counts[i]),
                *values,
                round(median(seconds)) if len(seconds) >= 5 else None,
                "; ".join(_flags(results, i, int(counts[i]), *values)),
            ]
        )
    return Table(
        "items",
        "Items",
        (
            "item",
            "question",
            "kind",
            "objective",
            "level",
            "answers",
            "difficulty",
            "discrimination",
            "point-biserial",
            "median seconds",
            "look at",
        ),
        rows,
        "First checks only. Difficulty is the mean score, 0 to 1: a high number is an easy item. "
        "Discrimination is the mean of the best 27 per cent of learners minus that of the weakest; "
        "point-biserial is the correlation with the learner's other answers. Seconds run from the "
        f"event before, up to ten minutes. Under {analysis.FEWEST} answers nothing is computed.",
    )


def _flags(
    results: ClassResults,
    i: int,
    count: int,
    difficulty: float | None,
    discrimination: float | None,
    biserial: float | None,
) -> Iterable[str]:
    if count < analysis.FEWEST:
        yield f"{TOO_FEW} ({count})"
        if results.other_version[i]:
            yield f"{results.other_version[i]} answers to another version left out"
        return
    if difficulty is not None and difficulty < HARD:
        yield f"hard (under {HARD})"
    if difficulty is not None and difficulty > EASY:
        yield f"easy (over {EASY})"
    if discrimination is not None and discrimination < WEAK:
        yield f"does not tell learners apart (under {WEAK})"
    if biserial is not None and biserial < 0:
        yield "better learners do worse: check the key"
    question = results.questions[i]
    if isinstance(question, Choice):
        for option in question.options:
            if not option.right and results.choices[i][option.text] < UNUSED * count:
                yield f"hardly chosen: {text.plain(option.text)[:40]}"
    if results.other_version[i]:
        yield f"{results.other_version[i]} answers to another version left out"


def choices(results: ClassResults) -> Table:
    """What was chosen: one row an option, or a mistake, that at least two learners chose."""
    counts = np.sum(~np.isnan(results.scores), axis=0)
    rows = []
    for i, question in enumerate(results.questions):
        options = question.options if isinstance(question, Choice) else ()
        right = {option.text for option in options if option.right}
        known = [option.text for option in options]
        chosen = results.choices[i]
        if not counts[i]:
            continue
        # What learners typed themselves is shown only when two typed the same.
        others = [name for name, n in chosen.most_common(8) if n > 1 and name not in known]
        for name in (*known, *others):
            share = chosen[name] / counts[i]
            state = "key" if name in right else "distractor" if name in known else ""
            rows.append(
                [
                    *(question.id, _asked(question), text.plain(name)),
                    *(state, chosen[name], round(share, 3)),
                ]
            )
    return Table(
        "choices",
        "What was chosen",
        ("item", "question", "choice", "is", "learners", "share"),
        rows,
        "Of classify, match and order questions only mistakes are listed; of typed answers only "
        "those that two learners share.",
    )


def sure(results: ClassResults) -> Table:
    """Wrong answers given with the highest certainty, by what was chosen."""
    rows: list[list[Any]] = []
    for i, question in enumerate(results.questions):
        asked = results.asked_sure[i]
        for name, count in results.sure[i].most_common():
            if count >= max(2, CLUSTER * asked):
                shown = question.id, _asked(question), text.plain(name)
                rows.append([*shown, count, asked, round(count / asked, 3)])
    rows.sort(key=lambda row: -row[-1])
    return Table(
        "sure-and-wrong",
        "Sure and wrong",
        ("item", "question", "choice", "sure and wrong", "asked", "share"),
        rows,
        "A misreading that a class shares and is sure of: talk about these first. Listed from two "
        "learners and a tenth of those who were asked.",
    )


def objectives(results: ClassResults) -> Table:
    """Mean first score by objective."""
    grouped: dict[str, list[int]] = {}
    for i, question in enumerate(results.questions):
        if question.objective and question.marked:
            grouped.setdefault(question.objective, []).append(i)
    words = {k: said for lesson in catalogue.lessons() for k, said in lesson.objectives.items()}
    rows = []
    for name in sorted(grouped):
        part = results.scores[:, grouped[name]]
        count = int(np.sum(~np.isnan(part)))
        if count:
            learners = int(np.sum(~np.isnan(part).all(axis=1)))
            mean = round(float(np.nanmean(part)), 2)
            few = "" if learners >= analysis.FEWEST else f"{TOO_FEW} ({learners} learners)"
            counts = len(grouped[name]), learners, count
            said = text.plain(words.get(name, ""))
            rows.append([name, said, *counts, mean if learners >= tomorrow.FEWEST else None, few])
    return Table(
        "objectives",
        "Objectives",
        ("objective", "what it says", "items", "learners", "answers", "mean score", "look at"),
        rows,
        "Mean of first checks, 0 to 1.",
    )


def forecasts(results: ClassResults) -> Table:
    """The crowd: the class's mean forecast and its score, beside the mean of single scores.

    Scores are Brier scores, 0 (sure and right) to 1; they stand only where the outcome is known.
    """
    rows: list[list[Any]] = []
    for i, question in enumerate(results.questions):
        given = results.chances[i] if results.chances else []
        if not isinstance(question, Forecast) or not given:
            continue
        crowd = sum(given) / len(given)
        scores: list[float | None] = [None, None]
        known = question.happened
        if known is not None:
            single = [brier(one / 100, known) for one in given]
            scores = [_number(brier(crowd / 100, known), 3), _number(sum(single) / len(single), 3)]
        outcome = {True: "yes", False: "no", None: ""}[known]
        spread = round(min(given)), round(max(given))
        rows.append(
            [
                *(question.id, _asked(question), question.resolves, outcome),
                *(len(given), round(crowd), *spread, *scores),
            ]
        )
    return Table(
        "forecasts",
        "The crowd's forecasts",
        (
            *("item", "question", "settled on", "happened", "learners"),
            *("mean chance", "lowest", "highest", "score of the mean", "mean of the scores"),
        ),
        rows,
        "First forecasts, in per cent. The score is Brier's, 0 to 1: lower is better, and always "
        "saying 50 earns 0.25. The mean of a crowd never scores worse than its members do on "
        "average. Show this after lesson 11, not before: it tells the outcomes.",
    )


def learners(results: ClassResults) -> Table:
    """One row a learner: how much was answered, first and last mean, and what to look at."""
    rows = [
        [
            learner.class_code,
            learner.name,
            learner.answers,
            len(learner.first),
            _mean(learner.first.values()),
            _mean(learner.last.values()),
            learner.wrong_and_sure,
            "; ".join(dict.fromkeys([*learner.doubts, *learner.remarks])),
        ]
        for learner in sorted(results.learners, key=lambda x: (x.class_code, x.name.casefold()))
    ]
    return Table(
        "learners",
        "Learners",
        (
            "class",
            "learner",
            "checks",
            "items",
            "mean of first checks",
            "mean of last checks",
            "sure and wrong",
            "look at",
        ),
        rows,
        "Names are those that learners typed. A file that was changed, or whose answers another "
        f"file claims too, earns no mark until you have looked at it. {handin.NO_PROOF}",
    )


def doubts(results: ClassResults) -> Table:
    """Whose answers another file claims too: one row a learner and reason."""
    rows = [
        [learner.class_code, learner.name, why]
        for learner in results.learners
        for why in dict.fromkeys(learner.doubts)
    ]
    return Table(
        "doubts",
        "Whose answers are these?",
        ("class", "learner", "why there is no mark"),
        rows,
        "Two files claim the same answers or the same learner. Which of them is the first cannot "
        "be seen in a file, so nobody named here has a mark. Talk to them, keep one file of each, "
        "and make the report again.",
    )


def gains(results: ClassResults) -> Table:
    """Pre-test and post-test of those who took both, and the normalised gain.

    An item without an answer earns nothing.  The last row is the class: the gain of its means.
    """
    from dialogue.widgets.assessment import gain

    tests = {
        test: [i for i, q in enumerate(results.questions) if q.id.startswith(f"{test}-")]
        for test in ("pre", "post")
    }
    rows: list[list[Any]] = []
    for learner in results.learners:
        shares = []
        for items in tests.values():
            scores = [learner.first[i] for i in items if i in learner.first]
            if scores and learner.credited:
                shares.append(sum(scores) / len(items))
        if len(shares) == 2:
            rows.append([learner.name, *shares])
    both = len(rows)
    if both > 1:
        means = [sum(row[n] for row in rows) / both for n in (1, 2)]
        rows.append([f"the {both} learners together", *means])
    for row in rows:
        row.append(round(gain(row[1], row[2]), 2) if row[1] < 1 else None)
        row[1:3] = [round(share, 2) for share in row[1:3]]
    return Table(
        "gains",
        "Before and after",
        ("learner", "pre-test", "post-test", "normalised gain"),
        rows,
        "Shares of all points, of learners who took both tests. The gain is the part of what was "
        "missing before that was learnt: (post - pre) / (1 - pre), after Hake (1998); empty when "
        "nothing was missing.",
    )


def _mean(scores: Iterable[float]) -> float | None:
    scores = list(scores)
    return round(sum(scores) / len(scores), 2) if scores else None


# Tables that a report has only if the class gives them something to say.
AT_TIMES = ("doubts", "forecasts")


def tables(results: ClassResults) -> list[Table]:
    """All tables of the report, in the order in which a teacher needs them."""
    return [
        *([doubts(results)] if any(learner.doubts for learner in results.learners) else []),
        sure(results),
        gains(results),
        objectives(results),
        items(results),
        choices(results),
        *([forecasts(results)] if any(results.chances) else []),
        learners(results),
    ]


def summary(results: ClassResults) -> list[str]:
    """The class in a few sentences."""
    count = len(results.learners)
    sound = results.scores.shape[0]
    said = [
        f"{count} learner{'s' if count != 1 else ''} handed in; the statistics rest on {sound}."
    ]
    if sound < analysis.FEWEST:
        said.append(
            f"Under {analysis.FEWEST} learners there are {TOO_FEW} for item statistics; read what "
            "was chosen instead."
        )
    if len(results.banks) > 1:
        said.append(f"The class answered {len(results.banks)} different versions of the course.")
    elif results.banks and results.own_bank not in results.banks:
        said.append("The class answered another version of the course than yours.")
    if other := sum(results.other_version):
        said.append(f"{other} answers to another version of a question are left out.")
    if results.unknown_items:
        said.append(f"{results.unknown_items} answers are to questions that are not yours.")
    if odd := sum(bool(x.remarks or x.doubts) for x in results.learners):
        said.append(f"Look at {odd} learner{'s' if odd != 1 else ''}: the last table says why.")
    if disputed := sum(bool(learner.doubts) for learner in results.learners):
        said.append(
            f"{disputed} learner{'s have' if disputed != 1 else ' has'} no mark, because another "
            "file claims the same answers or the same learner: the first table names the files."
        )
    if results.absent:
        said.append(f"Handed in nothing: {', '.join(results.absent)}.")
    if results.left_out:
        files = len(results.left_out)
        was = "1 file was" if files == 1 else f"{files} files were"
        said.append(f"{was} left out; named below.")
    said.append(handin.NO_PROOF)
    return said


def html(results: ClassResults, title: str) -> str:
    """The report as one page that needs nothing from outside."""
    return templates.render(
        "grading/report.html",
        title=title,
        tomorrow=tomorrow.sentences(results),
        absent=results.absent if results.roster else None,
        pictures=tomorrow.pictures(results),
        texts=tomorrow.texts(results),
        summary=summary(results),
        tables=tables(results),
        left_out=results.left_out,
    )


def notebook(results: ClassResults, title: str) -> str:
    """The report as a notebook that reads the tables beside it, for going further."""
    cells: list[dict[str, Any]] = [
        _markdown(
            "title",
            f"# {title}\n\n" + "\n\n".join([*tomorrow.sentences(results), *summary(results)]),
        )
    ]
    cells.append(_code("setup", "import pandas as pd"))
    for table in tables(results):
        cells.append(_markdown(f"about-{table.name}", f"## {table.caption}\n\n{table.note}"))
        variable = table.name.replace("-", "_")
        cells.append(_code(table.name, f'{variable} = pd.read_csv("{table.name}.csv")\n{variable}'))
    return (
        json.dumps(
            {
                "cells": cells,
                "metadata": {
                    "kernelspec": {
                        "display_name": "Python 3",
                        "language": "python",
                        "name": "python3",
                    }
                },
                "nbformat": 4,
                "nbformat_minor": 5,
            },
            indent=1,
        )
        + "\n"
    )


def _markdown(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(name: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
