"""The negotiation of lesson 12 in a notebook: ``negotiate("iraq")``.

``negotiation.py`` is the game; here one learner plays it against the machine.  The view
(``simulation.js``) shows menus and buttons and asks; every move is judged here, and what the
learner may not know before the end (the other side's points) is not sent before the end.

Moves are kept beside the answers, in ``negotiations.jsonl``: one line a move, only ever
appended to, each in one write.  A game is worked out again from its moves, so a game goes on
where it was after the kernel was restarted.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import traitlets

from dialogue.course import files, negotiation
from dialogue.course.negotiation import (
    OTHER,
    ROUNDS,
    SIDES,
    Move,
    TableError,
    Transcript,
)
from dialogue.learner import progress
from dialogue.page.text import TWIN
from dialogue.page.words import NEGOTIATION as WORDS
from dialogue.widgets import scripts
from dialogue.widgets.base import Notice, View

FORMAT = 1
SEEDS = range(1, 1_000_000)


# --- the record ------------------------------------------------------------------------------


def record_path() -> Path:
    """The file of the learner's negotiations, beside the answers (it may not exist yet)."""
    return progress.folder() / "negotiations.jsonl"


def _append(entry: dict[str, Any]) -> str:
    """Write one line; returns "" or what to tell the learner."""
    target = record_path()
    data = json.dumps({"format": FORMAT, **entry}).encode() + b"\n"
    try:
        files.append(target, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return (
            f"This move could not be saved in {target} ({reason}). You can play on; "
            "it will be forgotten when the notebook is closed."
        )
    return ""


def _lines() -> Iterable[dict[str, Any]]:
    """The lines that can be read, in the order written; every other line is passed over."""
    try:
        with files.open_plain(record_path()) as file:
            while line := file.readline(progress.LONGEST_LINE):
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(entry, dict):
                    yield entry
    except OSError:  # not readable: every game starts fresh
        return


def _last_game(side: str, cell: int) -> tuple[str, Transcript] | None:
    """The game begun last in a cell for this side and seed, as far as it can be played again.

    *cell* is the seed that the cell names; the learner may have begun a game with another.

    A game that was recorded with other tables or another rule is left alone: the other side
    would answer differently now.
    """
    digest = negotiation.model().digest
    moves: dict[str, dict[int, Move]] = {}
    last: tuple[str, int] | None = None
    for entry in _lines():
        name, kind, number = entry.get("game"), entry.get("move"), entry.get("number")
        if not isinstance(name, str) or not isinstance(kind, str) or type(number) is not int:
            continue
        text = entry.get("text")
        if kind == "start":
            its_seed = entry.get("seed")
            mine = entry.get("side") == side and entry.get("model") == digest
            mine = mine and type(entry.get("cell")) is int and entry["cell"] == cell
            if mine and type(its_seed) is int and its_seed in SEEDS:
                last = (name, its_seed)
                moves.setdefault(name, {})
        elif name in moves:
            # A move that two pages made at once counts as the first of them.
            moves[name].setdefault(number, Move(kind, text if isinstance(text, str) else ""))
    if last is None:
        return None
    game = negotiation.start(side, last[1])
    for number in range(1, len(moves[last[0]]) + 1):
        try:
            game = negotiation.step(game, moves[last[0]][number])
        except (KeyError, ValueError):
            break
    return last[0], game


# --- words -----------------------------------------------------------------------------------


def _lead(side: str) -> str:
    return {"us": "the US lead", "iraq": "the Iraqi lead"}[side]


def _upper(line: str) -> str:
    return line[:1].upper() + line[1:]


def _issue(number: int) -> str:
    return f"issue {number} ({negotiation.model().issues[number - 1].title})"


def _interest(told: negotiation.Interest, side: str) -> str:
    issue = negotiation.model().issues[told.more - 1]
    return (
        f"For {_lead(side)}, {_issue(told.more)} matters more than {_issue(told.less)}. "
        f"First choice on issue {told.more}: {told.choice}, {issue.options[told.choice]}."
    )


def _changes(before: str, after: str) -> str:
    changed = [
        f"{n}{letter} {option}"
        for n, (old, (_, letter, option)) in enumerate(
            zip(before, negotiation.words(after), strict=True), 1
        )
        if old != letter
    ]
    return f"It changes to {'; '.join(changed)}." if changed else "It repeats its last offer."


def reply(game: Transcript) -> str:
    """What the other side said last, in words and without points."""
    who = _lead(OTHER[game.side])
    if not game.turns:
        return f"{_upper(who)} opens with an offer."
    # The number makes two equal answers two texts, so that the second is announced as well.
    round_ = f"Round {game.turns[-1].round}. "
    turn = game.turns[-1]
    before = game.turns[-2].offer if len(game.turns) > 1 else game.opening
    match turn.result:
        case "accepted":
            return f"{_upper(who)} accepts your text. It is agreed."
        case "signed":
            return f"You accepted the offer of {who}. It is agreed."
        case "left":
            return "You walked away. There is no deal."
        case "told" if turn.told:
            return round_ + _interest(turn.told, OTHER[game.side])
        case "unhomely":
            why = f"{_upper(who)} refuses: {_at_home(turn.move.text, OTHER[game.side])}."
        case _:
            why = f"{_upper(who)} refuses: not enough yet."
    last = " That was the last round." if game.used >= ROUNDS else ""
    return f"{round_}{why} {_changes(before, turn.offer)}{last}"


def _at_home(text: str, side: str) -> str:
    """Why a text fails at the home of *side*: the issues, or the greatest bloc that is missing."""
    home = negotiation.home_test(text, side)
    if side == "us":
        return f"it {home.words}"
    missing = max((s, name) for name, s, holds in home.support if not holds)
    return f"it would fail at home, where {missing[1]} is the largest bloc not for it"


_SHORT = {
    "accepted": "accepted it",
    "countered": "refused, offered {offer}",
    "unhomely": "refused (fails at their home), offered {offer}",
    "signed": "agreed",
    "left": "no deal",
}


def _log(game: Transcript) -> list[list[str]]:
    rows = [["0", "", f"opened with {game.opening}"]]
    for turn in game.turns:
        mine = {
            "offer": f"offered {turn.move.text}",
            "why": "asked why",
            "accept": f"accepted {turn.offer}",
            "walk": "walked away",
        }[turn.move.kind]
        if turn.told:
            theirs = f"issue {turn.told.more} matters more than issue {turn.told.less}"
        else:
            theirs = _SHORT[turn.result].format(offer=turn.offer)
        rows.append([str(turn.round), mine, theirs])
    return rows


def rules(side: str) -> list[str]:
    """The rules for the lead of *side*, one sentence or two each."""
    m = negotiation.model()
    home = m.us_rule if side == "us" else m.iraq_rule
    blocs = [f"{bloc.name} ({bloc.seats} seats): {bloc.rule}" for bloc in m.blocs]
    return [
        "Washington, August 2020. A text settles six issues, one option each: "
        f"{len(m.seats):,} texts are possible.",
        f"You lead for {_named(side)}. The other side is played by the computer, by a fixed rule: "
        "it is a game, and no government speaks here.",
        f"You have {ROUNDS} rounds. {WORDS['costs']} After the last round you may still accept "
        "the offer on the table or walk away.",
        f"Your walk-away is {m.walk_away[side]} points. Sign nothing below it: with no deal "
        "you have that much. The other side has a walk-away too.",
        f"A deal must also pass at home, on both sides. Your home test: {home} It is a device of "
        "the game: the real statement was not put to a vote.",
        "The other side gives ground when you give it something that it values, and waits when "
        "you repeat yourself. Asked why, it tells the truth about what matters more to it.",
        *(blocs if side == "iraq" else []),
    ]


def _named(side: str) -> str:
    return {"us": "the United States", "iraq": "Iraq"}[side]


def _home_words(text: str, side: str) -> str:
    return negotiation.home_test(text, side).words


def _blocs(text: str) -> str:
    home = negotiation.home_test(text, "iraq")
    yes = ", ".join(f"{name} {seats}" for name, seats, holds in home.support if holds)
    no = ", ".join(f"{name} {seats}" for name, seats, holds in home.support if not holds)
    return f"For it: {yes or 'nobody'}. Not for it: {no or 'nobody'}."


def debrief_words(game: Transcript) -> list[str]:
    """The debrief of a finished game in sentences, the result first."""
    seen, m = negotiation.debrief(game), negotiation.model()
    me, you = game.side, OTHER[game.side]
    lines = []
    if seen.points is None:
        lines.append(
            f"There is no deal: you have your walk-away of {m.walk_away[me]} points, the other "
            f"side its walk-away of {m.walk_away[you]}."
        )
        lines.append(
            f"{len(negotiation.passing())} texts would have been better for both leads than no "
            f"deal, or as good, and would have passed at both homes, such as {seen.better}: "
            f"{m.score[me][seen.better]} points for you, {m.score[you][seen.better]} for them."
        )
    else:
        lines.append(
            f"You signed {seen.text}: {seen.points[me]} points for you (walk-away "
            f"{m.walk_away[me]}), {seen.points[you]} for them (walk-away {m.walk_away[you]})."
        )
        if seen.points[me] < m.walk_away[me]:
            lines.append("That is below your walk-away: no deal would have been worth more.")
        for side in (me, you):
            lines.append(f"{SIDES[side]}: the text {seen.home[side].words}.")
        lines.append(f"In Iraq’s parliament of the game: {_blocs(seen.text)}")
        if seen.passes:
            lines.append("It reaches both walk-aways and passes at both homes.")
        else:
            lines.append(
                "So it does not stand: a deal that fails at home, or lies below a walk-away, is "
                "signed but not carried out."
            )
        if not seen.passes and seen.better:
            lines.append(f"A text that passes, and is worse for neither lead: {seen.better}.")
        elif not seen.passes:
            lines.append("No text that passes would give both leads as much as this one did.")
        elif seen.better:
            lines.append(
                f"Points were left on the table: you could have had up to {seen.left[me]} more at "
                f"no cost to them, or they up to {seen.left[you]} more at no cost to you. Better "
                f"for one and worse for neither: {seen.better}, with {m.score[me][seen.better]} "
                f"for you and {m.score[you][seen.better]} for them."
            )
        else:
            lines.append("It is efficient: nobody could have had more without the other losing.")
    if seen.passed_over:
        lines.append(
            f"Their offer {seen.passed_over}, with {m.score[me][seen.passed_over]} points for "
            "you, was on the table and would have passed everywhere. You let it go."
        )
    asked = {0: "You never asked why.", 1: "You asked why once."}.get(
        seen.asked, f"You asked why {seen.asked} times."
    )
    lines.append(f"{asked} One more question would have told: {_interest(seen.untold, you)}")
    give, take = seen.trade
    lines.append(
        f"A trade to look for: give on {_issue(give)}, which weighs more for them than for you, "
        f"and take on {_issue(take)}, which weighs more for you."
    )
    august = negotiation.AUGUST
    home = negotiation.home_test(august, "iraq")
    lines.append(
        f"August 2020, coded roughly as {august}, would bring {m.score['us'][august]} to the "
        f"United States and {m.score['iraq'][august]} to Iraq, with {home.seats} of {home.needed} "
        "seats. That is a question for the discussion, not a historical finding: what does the "
        "game leave out?"
    )
    lines.append(WORDS["invented"])
    return lines


def _picture(game: Transcript) -> dict[str, Any]:
    """The scatter of the debrief: every pair of points once, by the best text that has it."""
    m, best = negotiation.model(), set(negotiation.efficient())
    allowed = set(negotiation.passing())
    places: dict[tuple[int, int], int] = {}
    for text in m.seats:
        place = m.score["us"][text], m.score["iraq"][text]
        places[place] = max(places.get(place, 0), (text in allowed) + (text in best))

    def at(text: str) -> list[int]:
        return [m.score["us"][text], m.score["iraq"][text]]

    mine = [[t.round, *at(t.move.text)] for t in game.turns if t.move.kind == "offer"]
    theirs = [[0, *at(game.opening)]]
    theirs += [[t.round, *at(t.offer)] for t in game.turns if t.result in ("countered", "unhomely")]
    words = [
        f"{len(m.seats):,} texts; {len(allowed)} pass everything, {len(best)} of those are "
        "efficient and lie on the upper right edge, where more for one is less for the other.",
        f"Your offers: {_path(mine)}." if mine else "You made no offer.",
        f"Their offers: {_path(theirs)}.",
    ]
    if game.text:
        words.append("Signed: {} for the United States, {} for Iraq.".format(*at(game.text)))
    rows = [_row(f"Their opening (round {0})", game.opening)]
    for turn in game.turns:
        if turn.move.kind == "offer":
            rows.append(_row(f"Your offer, round {turn.round}", turn.move.text))
        if turn.result in ("countered", "unhomely"):
            rows.append(_row(f"Their offer, round {turn.round}", turn.offer))
    if game.text:
        rows.append(_row("Signed", game.text))
    rows += [_row("Efficient", text) for text in negotiation.efficient()]
    rows.append(_row("August 2020, coded roughly", negotiation.AUGUST))
    return {
        "dots": [[us, iraq, kind] for (us, iraq), kind in sorted(places.items())],
        "frontier": [at(text) for text in negotiation.efficient()],
        "mine": mine,
        "theirs": theirs,
        "deal": at(game.text) if game.text else None,
        "august": at(negotiation.AUGUST),
        "walk": [m.walk_away["us"], m.walk_away["iraq"]],
        "words": " ".join(words),
        "rows": rows,
    }


def _path(steps: list[list[int]]) -> str:
    return "; ".join(f"round {n}: {us} and {iraq}" for n, us, iraq in steps)


def _row(what: str, text: str) -> list[str]:
    m = negotiation.model()
    homes = "; ".join(f"{SIDES[side]} {_home_words(text, side)}" for side in SIDES)
    return [what, text, str(m.score["us"][text]), str(m.score["iraq"][text]), homes]


# --- the widget ------------------------------------------------------------------------------


class Negotiation(View):
    """One learner's game.  ``game`` is the :class:`negotiation.Transcript` so far."""

    _esm = scripts.script("simulation")
    _css = scripts.style("simulation")
    content = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    strings = traitlets.Dict(WORDS).tag(sync=True)

    def __init__(self, side: str, seed: int) -> None:
        self.side, self.cell = side, seed
        self.twin_html, self.twin_text = _twin_html(side, seed), _twin_text(side, seed)
        known = _last_game(side, seed)
        self.name, self.game = known or ("", negotiation.start(side, seed))
        m = negotiation.model()
        super().__init__(
            content={
                "title": WORDS["title"].format(side=_named(side)),
                "rules": rules(side),
                "rounds": ROUNDS,
                "issues": [
                    {
                        "title": issue.title,
                        "options": [
                            [letter, words, issue.points[side][letter]]
                            for letter, words in issue.options.items()
                        ],
                    }
                    for issue in m.issues
                ],
            }
        )
        self.state = {**self._shown(), "restored": bool(self.game.turns)}
        self.on_msg(self._received)

    def _worth(self, text: str) -> dict[str, Any]:
        """What a text is worth to the learner's own side: nothing about the other."""
        return {
            "text": text,
            "points": negotiation.points(text, self.side),
            "walk": negotiation.walk_away(self.side),
            "home": _home_words(text, self.side),
        }

    def _shown(self, draft: str = "") -> dict[str, Any]:
        game = self.game
        over = game.outcome != "open"
        offers = [move.text for move in game.moves if move.kind == "offer"]
        state: dict[str, Any] = {
            "seed": game.seed,
            "used": game.used,
            "over": over,
            "offer": {**self._worth(game.offer), "words": negotiation.words(game.offer)},
            "reply": reply(game),
            "told": [_interest(told, OTHER[game.side]) for told in game.told],
            "log": _log(game),
            "draft": self._worth(draft or (offers[-1] if offers else game.opening)),
            "note": "",
            "restored": False,
            "debrief": debrief_words(game) if over else [],
            "picture": _picture(game) if over else {},
        }
        if over:
            state["debrief"].append(f"Your moves are kept on this computer: {record_path()}")
        return state

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """A message from the view.  Whatever arrives, nothing is raised in the learner's face."""
        if not isinstance(message, dict):
            return
        event, seq = message.get("event"), message.get("seq")
        if not isinstance(seq, int | str | None):
            seq = None
        try:
            changed = self._done(event, message)
        except (ValueError, TableError) as error:
            changed = {"note": str(error)}
        if changed:
            self.state = {**self.state, "restored": False, **changed, "seq": seq}

    def _done(self, event: Any, message: dict[str, Any]) -> dict[str, Any]:
        if event == "look":
            return {"draft": self._worth(negotiation.as_text(message.get("text"))), "note": ""}
        if event == "again":
            seed = message.get("seed")
            if type(seed) is not int or seed not in SEEDS:
                return {"note": WORDS["again_bad"]}
            self.game, self.name = negotiation.start(self.side, seed), ""
            note = self._begin()
            return {**self._shown(), "note": note}
        if event not in ("offer", "why", "accept", "walk"):
            return {}
        text = negotiation.as_text(message.get("text")) if event == "offer" else ""
        self.game = negotiation.step(self.game, Move(event, text))
        draft = text or self.state["draft"]["text"]
        note = self._begin() if not self.name else ""
        number = len(self.game.turns)
        note = self._keep(move=event, text=text, number=number) or note
        return {**self._shown(draft), "note": note}

    def _begin(self) -> str:
        """A game gets its name when it is begun, so that looking leaves no trace."""
        self.name = uuid.uuid4().hex
        digest, seed = negotiation.model().digest, self.game.seed
        about = {"side": self.side, "seed": seed, "cell": self.cell, "model": digest}
        return self._keep(move="start", number=0, **about)

    def _keep(self, **entry: Any) -> str:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return _append({"game": self.name, "at": now, **entry})


# --- the readable twin -----------------------------------------------------------------------


def _twin_html(side: str, seed: int) -> str:
    m = negotiation.model()
    parts = [
        TWIN,
        f"<p><strong>{escape(WORDS['title'].format(side=_named(side)))}</strong></p>",
        f"<p><em>{escape(WORDS['live'])}</em></p>",
        f"<p><strong>{escape(WORDS['invented'])}</strong></p>",
        "<ul>",
        *(f"<li>{escape(rule)}</li>" for rule in rules(side)),
        "</ul>",
        f"<p>This game has the seed {seed}.</p>",
        f"<table><caption>The six issues and your points for {escape(_named(side))} "
        "(invented for teaching)</caption><thead><tr>",
        *(f'<th scope="col">{h}</th>' for h in ("Issue", "Option", "In words", "Your points")),
        "</tr></thead><tbody>",
    ]
    for issue in m.issues:
        for letter, words in issue.options.items():
            name = f"{issue.number}. {issue.title}"
            parts.append(
                f'<tr><th scope="row">{escape(name)}</th><td>{letter}</td>'
                f"<td>{escape(words)}</td><td>{issue.points[side][letter]}</td></tr>"
            )
    return "\n".join([*parts, "</tbody></table>", "</div>"])


def _twin_text(side: str, seed: int) -> str:
    lines = [WORDS["title"].format(side=_named(side)), WORDS["invented"], *rules(side)]
    for issue in negotiation.model().issues:
        options = "; ".join(
            f"{letter} {words} ({issue.points[side][letter]})"
            for letter, words in issue.options.items()
        )
        lines.append(f"{issue.number}. {issue.title}: {options}")
    digest = negotiation.model().digest
    return "\n".join([*lines, f"(seed {seed}, tables {digest})"])


# --- the ways in -----------------------------------------------------------------------------


def negotiate(side: str = "iraq", seed: int = 1) -> Negotiation | Notice:
    """Play round two against the computer: ``negotiate("iraq")`` or ``negotiate("us", seed=7)``.

    *side* is the side that you lead; *seed*, a whole number from 1 to 999999, chooses the other
    side's temper, so that a class can replay one game.  A game that was begun goes on where it
    was left.  Points and home tests are invented for teaching.  A side or a seed that does not
    exist, or a table that cannot be read, shows a message instead.
    """
    try:
        own = negotiation.as_side(side)
        if type(seed) is not int or seed not in SEEDS:
            shown = repr(seed)[:40]
            return Notice([f"The seed cannot be {shown}. {WORDS['again_bad']}"])
        return Negotiation(own, seed)
    except (ValueError, TableError) as error:
        return Notice([str(error)])


class Agreed(Notice):
    """A text that a class agreed, with both home tests, for the projector."""

    def __init__(self, text: str) -> None:
        m = negotiation.model()
        self.text = text
        home = {side: negotiation.home_test(text, side) for side in SIDES}
        verdict = {True: "✓ passes", False: "✗ fails"}
        self.results = [
            f"Points of {_named(side)}: {m.score[side][text]} (walk-away {m.walk_away[side]}): "
            f"{verdict[m.score[side][text] >= m.walk_away[side]]}"
            for side in SIDES
        ]
        self.results += [
            f"Home test of {_named(side)}: {verdict[home[side].passes]} ({home[side].words})"
            for side in SIDES
        ]
        self.roll: list[list[str]] = []
        total = 0
        for name, seats, holds in home["iraq"].support:
            total += seats if holds else 0
            mark = f"✓ +{seats}" if holds else f"✗ 0 of {seats}"
            self.roll.append([name, mark, str(total)])
        lines = [
            f"The text agreed: {text}",
            *(f"{n}{letter} {title}: {option}" for n, (title, letter, option) in enumerate(
                negotiation.words(text), 1)),
            *self.results,
            *(f"  {name}: {mark}; running total {total}" for name, mark, total in self.roll),
            WORDS["invented"],
        ]  # fmt: skip
        super().__init__(lines)

    def _repr_html_(self) -> str:
        start = 'style="text-align:start"'
        options = "".join(
            f'<tr><th scope="row" {start}>{n}. {escape(title)}</th>'
            f"<td {start}>{letter}: {escape(option)}</td></tr>"
            for n, (title, letter, option) in enumerate(negotiation.words(self.text), 1)
        )
        roll = "".join(
            f'<tr><th scope="row" {start}>{escape(name)}</th><td {start}>{escape(mark)}</td>'
            f"<td {start}>{total}</td></tr>"
            for name, mark, total in self.roll
        )
        needed = negotiation.model().majority
        heads = "".join(f'<th scope="col" {start}>{h}</th>' for h in ("Bloc", "Seats", "So far"))
        results = "".join(f"<li><strong>{escape(line)}</strong></li>" for line in self.results)
        return (
            f"<table><caption {start}>The text agreed: {self.text}</caption>"
            f"<tbody>{options}</tbody></table><ul>{results}</ul>"
            f"<table><caption {start}>Iraq’s parliament of the game; {needed} seats are needed"
            f"</caption><thead><tr>{heads}</tr></thead><tbody>{roll}</tbody></table>"
            f"<p><em>{escape(WORDS['invented'])}</em></p>"
        )


def projector(text: str) -> Notice:
    """Show the text that a class agreed, such as ``projector("CBCDCB")``, and run both home
    tests on it, bloc by bloc.  A text that does not exist shows a message instead."""
    try:
        return Agreed(negotiation.as_text(text))
    except (ValueError, TableError) as error:
        return Notice([str(error)])
