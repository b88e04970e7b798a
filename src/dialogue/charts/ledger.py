"""How the article's forecasts fared: all of them by outcome, and a ledger to open row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue import bank
from dialogue.charts.handling import (
    Control,
    Scene,
    Steps,
    how_many,
    in_short,
    tick,
)
from dialogue.charts.look import (
    SERIES,
    Picture,
    caption,
    in_words,
    tips,
)
from dialogue.course import cited
from dialogue.course.tables import load, rows_of
from dialogue.learner import progress
from dialogue.questions import Forecast, NotANumber, brier, chance

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = ("yes", "mixed", "no", "unresolved", "not-scorable")


def forecasts() -> Picture:
    """The article's forecasts by what became of them."""
    import altair as alt
    import pandas as pd

    table = load("forecasts")
    shown = pd.DataFrame(
        {
            "id": table["forecast_id"],
            "paragraph": table["paragraph"],
            "outcome": table["outcome"],
            "statement": table["statement"],
        }
    )
    shown["place"] = shown.groupby("outcome").cumcount() + 1
    marks = ["circle", "diamond", "square", "triangle-up", "cross"]
    figure = (
        alt.Chart(shown)
        .mark_point(filled=True, size=190, opacity=1)
        .encode(
            x=alt.X("place:Q", title="Number of forecasts", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("outcome:N", title=None, sort=list(OUTCOMES)),
            color=alt.Color(
                "outcome:N",
                legend=None,
                scale=alt.Scale(domain=list(OUTCOMES), range=list(SERIES[:5])),
            ),
            shape=alt.Shape(
                "outcome:N", legend=None, scale=alt.Scale(domain=list(OUTCOMES), range=marks)
            ),
            tooltip=tips("id", "paragraph", "statement", "outcome"),
        )
        .properties(width=460, height=220)
    )
    counts = shown["outcome"].value_counts()
    told = ", ".join(f"{o.replace('-', ' ')} {counts.get(o, 0)}" for o in OUTCOMES)
    return Picture(
        figure,
        f"{len(shown)} forecasts of the article in five rows by what became of them, last checked "
        f"in {in_words(table['as_of'].max())}: {told}. One mark is one forecast; marks differ in shape as well "
        "as in colour.",
        shown[["id", "paragraph", "outcome", "statement"]].rename(
            columns={
                "id": "No.",
                "paragraph": "From",
                "outcome": "Outcome",
                "statement": "Forecast, in our words",
            }
        ),
        caption(table, note="Resolved by rules written down for each."),
        "The article's forecasts and what became of them",
    )


# --- the ledger -------------------------------------------------------------------------------
# What each row is about, in a few words, for the axis of the picture.
NAMES = {
    "F1": "Acting against armed groups is hard",
    "F2": "Round two comes in July",
    "F3": "It meets in Washington, with a visit",
    "F4": "Washington is satisfied for now",
    "F5": "Round two is productive",
    "F6": "Round two is chiefly about forces",
    "F7": "Washington asks for more security",
    "F8": "Washington wants benchmarks",
    "F9": "Baghdad presses for economic help",
    "F10": "More aid may come, but no large cash",
    "F11": "More leniency over sanctions",
    "F12": "Help with the election, by the UN",
    "F13": "An election within two years",
    "F14": "Politicians near the PMF support talks",
    "F15": "The armed groups' restraint ends",
    "F16": "A bloc behind the prime minister grows",
    "F17": "The prime minister is strong at home",
    "F18": "Iran and its allies lose influence",
    "F19": "An opportunity to reshape politics",
    "F20": "Full backing would steady Iraq",
}
ROWS = tuple(NAMES)
CLOSED = "not opened"
# Advice is no forecast, so it is never scored, even where its rule gives yes or no.
UNSCORED_KINDS = ("advice", "conditional")


def ledger_rows() -> pd.DataFrame:
    """The statements of the forecasts F1 to F20, in that order; a row may have several.

    The table ``forecasts`` with one more column, ``score``: 1 for yes, 0 for no, missing where
    the outcome is mixed, unresolved or cannot be scored, or where the statement is advice.
    """
    import pandas as pd

    table = load("forecasts")
    table = table[table["ledger"].isin(ROWS)]
    place = table["ledger"].map({row: number for number, row in enumerate(ROWS)})
    table = table.assign(place=place).sort_values(["place", "forecast_id"], kind="stable")
    score = table["outcome"].map({"yes": 1, "no": 0})
    return table.assign(score=score.mask(table["kind"].isin(UNSCORED_KINDS), pd.NA)).drop(
        columns="place"
    )


def ledger(opened: int = 0) -> Picture:
    """The forecasts F1 to F20 with the first *opened* of them resolved and the rest closed.

    Raises ``ValueError`` when *opened* is not from 0 to 20.
    """
    import altair as alt
    import pandas as pd

    if not 0 <= opened <= len(ROWS):
        raise ValueError(f"{opened} rows cannot be open: choose 0 to {len(ROWS)}.")
    table = ledger_rows()
    open_rows = set(ROWS[:opened])
    is_open = table["ledger"].isin(open_rows)
    shown = pd.DataFrame(
        {
            "row": [f"{row} {NAMES[row]}" for row in table["ledger"]],
            "id": table["forecast_id"],
            "outcome": table["outcome"].where(is_open, CLOSED).str.replace("-", " "),
        }
    )
    places = [CLOSED, "yes", "mixed", "no", "unresolved", "not scorable"]
    shapes = ["triangle-right", "circle", "diamond", "square", "triangle-up", "cross"]
    # Statements of one row with one outcome would cover each other.
    shown["shift"] = shown.groupby(["row", "outcome"]).cumcount() * 12
    base = alt.Chart(shown).encode(
        y=alt.Y(
            "row:N",
            title=None,
            sort=[f"{row} {name}" for row, name in NAMES.items()],
            axis=alt.Axis(grid=True, labelLimit=300),
        ),
        x=alt.X(
            "outcome:N",
            title=None,
            sort=places,
            scale=alt.Scale(domain=places),
            axis=alt.Axis(
                orient="top", labelAngle=0, labelExpr="split(datum.label, ' ')", labelPadding=22
            ),
        ),
        tooltip=tips("row", "id", "outcome"),
    )
    points = base.mark_point(filled=True, size=130, opacity=1).encode(
        color=alt.Color(
            "outcome:N",
            legend=None,
            scale=alt.Scale(domain=places, range=[SERIES[4], *SERIES[:4], SERIES[5]]),
        ),
        shape=alt.Shape("outcome:N", legend=None, scale=alt.Scale(domain=places, range=shapes)),
        xOffset=alt.XOffset("shift:Q", scale=alt.Scale(domain=[-36, 60], range=[0, 96])),
    )
    counts = shown["outcome"].value_counts()
    told = ", ".join(f"{place} {counts.get(place, 0)}" for place in places[1:])
    read = pd.DataFrame(
        {
            "Row": table["ledger"],
            "From": table["paragraph"],
            "Forecast, in our words": table["statement"],
            "Article's hedge": table["hedge"],
            "Rule": table["resolution_rule"],
            "Outcome": shown["outcome"].to_numpy(),
        }
    )
    return Picture(
        points.properties(width=440, height=440),
        f"A ledger of {len(ROWS)} rows, F1 to F{len(ROWS)}, with {len(table)} statements of the "
        f"article, one mark each. {how_many(opened, 'row')} {'is' if opened == 1 else 'are'} open. "
        + (
            f"Of their {int(is_open.sum())} statements: {told}. "
            if opened
            else "Marks move from the first column into the one of their outcome when a row opens. "
        )
        + "Marks differ in shape as well as in colour.",
        read,
        caption(
            table,
            note="The rules were written by the course with the outcomes known. They are no record "
            "of 2020.",
        ),
        "The forecasts F1 to F20, with the rule of each",
    )


# --- handled ----------------------------------------------------------------------------------
# Forecasts of earlier lessons that belong beside a row, though their wording differs.  A forecast
# with a row's number in its id, such as 09-f16-iraqiyyun, needs no entry.
BESIDE = {
    "01-round-two-place": "F3",
    "03-early-election": "F13",
    "04-forecast-conviction": "F1",
    "06-embassy-forecast": "F4",
    "06-trial-forecast": "F1",
}
_IN_ID = re.compile(r"-f([1-9]|1[0-9]|20)(?=-|$)")


class Logged(NamedTuple):
    """A chance (per cent) that the learner logged first for a forecast of the course.

    *row* is the ledger's row beside which it belongs, or "".  *happened* is None while nobody
    knows.
    """

    item: str
    ask: str
    row: str
    chance: float
    happened: bool | None


def settled_forecasts(lesson: str) -> pd.DataFrame:
    """What became of the forecasts that wait for a lesson, such as ``settled_forecasts("11")``.

    One row a question of the course, by its id: the question, whether it happened (``yes``,
    ``no`` or ``unknown``), what came, and the sources.
    """
    import pandas as pd

    said = {True: "yes", False: "no", None: "unknown"}
    rows = []
    for name, question in bank.course_bank().questions.items():
        if isinstance(question, Forecast) and question.opens == lesson:
            cited.use(question.sources)
            rows.append(
                {
                    "forecast": name,
                    "question": question.ask,
                    "happened": said[question.happened],
                    "what came": question.explain,
                    "sources": ", ".join(question.sources),
                }
            )
    columns = ["forecast", "question", "happened", "what came", "sources"]
    return pd.DataFrame(rows, columns=columns).set_index("forecast")


def own_forecasts() -> list[Logged]:
    """The learner's logged forecasts by id; empty where there is no record or none that can be
    read.  The first chance counts, because later ones may know the outcome."""

    asked = {
        name: question
        for name, question in bank.course_bank().questions.items()
        if isinstance(question, Forecast) and question.status != "draft"
    }
    was = {name: question.was for name, question in asked.items() if question.was}
    found = []
    for name, tries in sorted(progress.latest(set(asked), was).items()):
        question = asked[name]
        for one in tries:
            if one.event != "check" or one.version not in question.versions:
                continue
            if one.verdict != "logged":
                continue
            try:
                value = chance(one.response)
            except NotANumber:  # a line that somebody edited
                continue
            number = _IN_ID.search(name)
            row = f"F{number[1]}" if number else BESIDE.get(name, "")
            found.append(Logged(name, question.ask, row, value, question.happened))
            break
    return found


# The letters in which verdicts are kept: one string holds all that were given, row by row.
ANSWERS = {"y": "yes", "m": "mixed", "n": "no", "c": "cannot be told"}
_FITS = {"yes": "y", "mixed": "m", "no": "n", "unresolved": "c", "not-scorable": "c"}


def _verdicts(wish: Any) -> Control:
    """The buttons for the next row.  Pressing one opens the row and moves on to the one after."""
    given = str(wish)
    if len(given) > len(ROWS) or set(given) - set(ANSWERS):
        given = ""
    if len(given) == len(ROWS):
        return Control("verdicts", "Your verdicts", "buttons", (("all given", given),), "")
    options = (("not yet", given), *((said, given + key) for key, said in ANSWERS.items()))
    return Control("verdicts", f"Your verdict on {ROWS[len(given)]}", "buttons", options, "")


def explore_ledger(wishes: Mapping[str, Any]) -> Steps:
    """Commit to a verdict on one forecast after another; each opens its row, and is counted."""
    given = yield _verdicts(wishes.get("verdicts", ""))
    everything = yield tick("all", "Open all rows, without verdicts of mine", False)
    # Only a hand on the controls of a live picture sets all of them.  A picture begins without
    # the record, whatever a notebook asks for, so that its saved copy never holds anybody's own.
    live = {"verdicts", "all", "mine"} <= set(wishes)
    own_tick = tick("mine", "Show the chances that I logged", False)
    if not live:
        own_tick = Control(own_tick.key, own_tick.label, "tick", (("no", False),), False)
    mine = yield own_tick

    table = ledger_rows()
    opened = len(ROWS) if everything else len(given)
    seen = table[table["ledger"].isin(ROWS[:opened])]
    words = f"{opened} of {len(ROWS)} rows {'is' if opened == 1 else 'are'} open."
    if given and not everything:
        last = ROWS[len(given) - 1]
        words += f"\nYour verdict on {last} was “{ANSWERS[given[-1]]}”."
        words += _row_told(table[table["ledger"] == last], last)
    if given:
        words += _fit(given, table)
    if opened:
        words += _total(seen)
    if opened < len(ROWS):
        following = ROWS[opened]
        asked = table[table["ledger"] == following]
        rules = [f"{row.statement} Rule: {row.resolution_rule}" for row in rows_of(asked)]
        words += f"\nNext is {following}: {' And: '.join(rules)} Choose your verdict."
    else:
        words += " The ledger is open to its end."
    tables: tuple[tuple[str, Any], ...] = (("What the open rows show", _outcomes(seen)),)
    if mine:
        logged = own_forecasts()
        told, own = _own(logged, opened)
        words += told
        if len(own):
            tables = (*tables, ("The chances that you logged", own))
    return Scene(ledger(opened=opened), words.strip(), tables)


def _fit(given: str, table: Any) -> str:
    """How many statements the verdicts fit.  A verdict is on a row; a row may hold several."""
    hits = [
        _FITS[row.outcome] == letter
        for name, letter in zip(ROWS, given, strict=False)
        for row in rows_of(table[table["ledger"] == name])
    ]
    return (
        f"\nSo far your {how_many(len(given), 'verdict')} "
        f"{'fits' if len(given) == 1 else 'fit'} the rule in {sum(hits)} of "
        f"{how_many(len(hits), 'statement')}."
    )


_VERDICTS = {
    "yes": "yes",
    "no": "no",
    "mixed": "mixed, so contested: neither 0 nor 1 fits and it is not scored",
    "unresolved": "unresolved, because no public evidence was found",
    "not-scorable": "cannot be scored",
}


def _verdict(row: Any) -> str:
    """An outcome with what limits it."""
    said = _VERDICTS[row.outcome]
    limits = []
    if row.outcome in {"yes", "no"}:
        if row.kind in {"advice", "conditional"}:
            limits.append(f"{row.kind}, so not scored")
        if row.scorable == "partly":
            limits.append("by a stand-in or a judgement, which may be disputed")
    return f"{said} ({'; '.join(limits)})" if limits else said


def _row_told(rows: Any, name: str) -> str:
    parts = []
    for row in rows_of(rows):
        parts.append(
            f"“{row.statement}” ({row.paragraph}; the article's hedge: {row.hedge}) "
            f"Outcome, last checked in {in_words(row.as_of)}: {_verdict(row)}. {row.evidence}"
        )
    return f" {name} says: {' '.join(parts)}"


def _total(seen: Any) -> str:
    """How many of the open statements can be scored, and how many of those came true."""
    scored = seen["score"].dropna()
    left = len(seen) - len(scored)
    if not len(scored):
        return f" None of the {how_many(len(seen), 'statement')} opened can be scored."
    verb = "is" if len(scored) == 1 else "are"
    return (
        f" Of the {how_many(len(seen), 'statement')} opened {len(scored)} {verb} scored, "
        f"{int(scored.sum())} of them yes" + (f"; {left} cannot be." if left else ".")
    )


def _outcomes(seen: Any) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "Row": seen["ledger"],
            "Forecast, in our words": seen["statement"],
            "Outcome": [_verdict(row) for row in rows_of(seen)],
            "Settled": ["" if pd.isna(day) else in_words(day) for day in seen["outcome_date"]],
            "Counted as": ["not scored" if pd.isna(s) else int(s) for s in seen["score"]],
            "How sure": seen["confidence"],
            "Evidence": seen["evidence"],
            "Source": seen["source_id"].map(in_short),
            "Note": seen["note"].fillna(""),
        }
    )


def _own(logged: list[Logged], opened: int) -> tuple[str, pd.DataFrame]:
    """The learner's own chances, each scored against its own question once its row is open.

    What belongs to no row is settled when the whole ledger is open.
    """
    import pandas as pd

    rows, scores = [], []
    for one in logged:
        is_open = one.row in ROWS[:opened] if one.row else opened == len(ROWS)
        if not is_open:
            outcome, score = "not opened", ""
        elif one.happened is None:
            outcome, score = "not known", ""
        else:
            scores.append(brier(one.chance / 100, one.happened))
            outcome, score = "yes" if one.happened else "no", f"{scores[-1]:.3f}"
        rows.append(
            {
                "Beside": one.row or "no row",
                "Question that you answered": one.ask,
                "Your chance": f"{one.chance:g} per cent",
                "Outcome of that question": outcome,
                "Brier score": score,
            }
        )
    if not logged:
        return " Your record holds no forecast yet.", pd.DataFrame()
    words = f" You logged {how_many(len(logged), 'chance')} in earlier lessons; "
    if scores:
        mean = sum(scores) / len(scores)
        words += (
            f"the one settled here has a Brier score of {mean:.3f}, by"
            if len(scores) == 1
            else f"the {len(scores)} settled here have a mean Brier score of {mean:.3f}, each by"
        )
        words += " the wording of its own question."
    else:
        words += "none of them is settled by the rows that are open."
    return words, pd.DataFrame(rows)
