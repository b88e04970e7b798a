"""The negotiation of lesson 12 in a notebook: ``negotiate("iraq")``.

The game is in ``course/bargaining.py``; here one learner plays it against the computer's lead.
The view (``negotiation.js``) shows a table and buttons and asks; every move is judged here, and
what the learner may not know before the end (the other side's points) is not sent before it.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import traitlets

from dialogue.course import bargaining, negotiation, voice
from dialogue.course.bargaining import Game, Move
from dialogue.course.negotiation import OTHER, TableError
from dialogue.learner import games
from dialogue.learner.games import SEEDS
from dialogue.page.html import Html, as_twin, element, joined, row
from dialogue.page.words import NEGOTIATION as WORDS
from dialogue.page.words import TALKS
from dialogue.widgets import debrief, negotiation_data, scripts
from dialogue.widgets.base import Notice, View
from dialogue.widgets.negotiation_data import content, rules


def worth(game: Game, text: str) -> dict[str, Any]:
    """What a text is worth to the learner's own lead, and what both homes say of it."""
    them = OTHER[game.side]
    return {
        "text": text,
        "points": game.me.worth(text),
        "own": debrief.home_words(text, game.side),
        "theirs": debrief.home_words(text, them),
        "passes": [negotiation.home_test(text, side).passes for side in (game.side, them)],
    }


def shown(game: Game, draft: str = "") -> dict[str, Any]:
    """All that the view shows of a game, but for what is kept of earlier ones."""
    me, over = game.me, game.outcome != "open"
    packages = [told.text for told in game.told if told.text]
    return {
        "seed": game.seed,
        "used": game.used,
        "over": over,
        "lead": {
            "title": me.title,
            "brief": me.own_brief,
            "walk": me.walk_away,
            "historical": me.historical,
            "points": [dict(own) for own in me.points],
            "their_brief": game.them.public_brief,
        },
        "offer": worth(game, game.offer),
        "package": packages[-1] if packages else "",
        "reply": voice.reply(game),
        "told": voice.learnt(game),
        "log": debrief.log(game),
        "draft": worth(game, draft or (game.offers[-1] if game.offers else game.opening)),
        "note": "",
        "restored": False,
        "debrief": debrief.shown(game) if over else {},
        "picture": debrief.picture(game) if over else {},
    }


class Negotiation(View):
    """One learner's game.  ``game`` is the :class:`bargaining.Game` so far."""

    _esm = scripts.script("negotiation")
    _css = scripts.style("negotiation")
    content = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    strings = traitlets.Dict({**WORDS, **TALKS}).tag(sync=True)
    # For two learners, whose game the page's script plays.  It has both columns, so it is sent
    # only when two play.
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, side: str, seed: int) -> None:
        self.cell = side, seed
        self.twin_html, self.twin_text = _twin_html(side, seed), _twin_text(side, seed)
        known = games.last_game(side, seed)
        self.name, self.game = known or ("", bargaining.start(side, seed))
        self._unsaved: list[dict[str, Any]] = []
        begun = games.together(side, seed)
        if begun and begun["version"] != negotiation.model().digest:
            begun = None
        super().__init__(
            content=content(self.game.side), data=negotiation_data.data() if begun else {}
        )
        restored = bool(self.game.turns)
        self.state = {**self._shown(), "restored": restored, "together": begun}
        self.on_msg(self._received)

    def _shown(self, draft: str = "") -> dict[str, Any]:
        over = self.game.outcome != "open"
        return {
            **shown(self.game, draft),
            "history": [debrief.line(one) for one in games.finished()] if over else [],
            "kept": f"Your moves are kept on this computer: {games.record_path()}" if over else "",
        }

    def _received(self, _widget: Any, message: Any, _buffers: Any) -> None:
        """A message from the view.  Whatever arrives, nothing is raised in the learner's face."""
        if not isinstance(message, dict):
            return
        event, seq = message.get("event"), message.get("seq")
        if not isinstance(seq, int | str | None):
            seq = None
        # One message to the page, so that no table is shown with the other chair's points.
        with self.hold_sync():
            try:
                changed = self._done(event, message)
            except (ValueError, TableError) as error:
                changed = {"note": str(error)}
            if changed:
                self.state = {**self.state, "restored": False, **changed, "seq": seq}

    def _done(self, event: Any, message: dict[str, Any]) -> dict[str, Any]:
        if event == "look":
            return {"draft": worth(self.game, negotiation.as_text(message.get("text"))), "note": ""}
        if event == "data":
            self.data = negotiation_data.data()
            return {}
        if event == "together":
            return {"note": games.keep_together(*self.cell, message.get("entry"))}
        if event == "again":
            seed, side = message.get("seed"), message.get("side", self.game.side)
            if type(seed) is not int or seed not in SEEDS:
                return {"note": WORDS["again_bad"]}
            self.game, self.name = bargaining.start(negotiation.as_side(side), seed), ""
            note = self._begin()
            self.content = content(self.game.side)
            return {**self._shown(), "note": note}
        if event not in ("offer", "why", "accept", "walk"):
            return {}
        text = negotiation.as_text(message.get("text")) if event == "offer" else ""
        self.game = bargaining.step(self.game, Move(event, text))
        draft = text or self.state["draft"]["text"]
        note = self._begin() if not self.name else ""
        number = len(self.game.turns)
        note = self._keep(move=event, text=text, number=number) or note
        return {**self._shown(draft), "note": note}

    def _begin(self) -> str:
        """A game gets its name when it is begun, so that looking leaves no trace."""
        self.name = uuid.uuid4().hex
        digest, seed = negotiation.model().digest, self.game.seed
        chair, cell = self.cell
        about = {
            "side": self.game.side,
            "chair": chair,
            "cell": cell,
            "seed": seed,
            "model": digest,
        }
        return self._keep(move="start", number=0, **about)

    def _keep(self, **entry: Any) -> str:
        """Write a line, and before it what could not be written: a game is whole or not kept."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._unsaved.append({"game": self.name, "at": now, **entry})
        while self._unsaved:
            if note := games.append(self._unsaved[0]):
                return note
            del self._unsaved[0]
        return ""


# --- the readable twin -----------------------------------------------------------------------


def _about(game: Game) -> list[str]:
    me = game.me
    return [
        f"{WORDS['brief'].format(title=me.title)} {me.own_brief}",
        WORDS["walk_away"].format(walk=me.walk_away),
        f"{WORDS['their_brief']} {game.them.public_brief}",
        *([WORDS["historical"]] if me.historical else []),
    ]


def _twin_html(side: str, seed: int) -> str:
    game = bargaining.start(side, seed)
    named = voice.named(side)
    caption = f"The six issues and your points for {named} (invented for teaching)"
    rows = [
        row(issue.title, words, own[letter])
        for issue, own in zip(negotiation.model().issues, game.me.points, strict=True)
        for letter, words in issue.options.items()
    ]
    return as_twin(
        element("p", element("strong", WORDS["title"].format(side=named))),
        element("p", element("em", WORDS["live"])),
        element("p", element("strong", WORDS["invented"])),
        *(element("p", line) for line in _about(game)),
        Html("<ul>"),
        *(element("li", rule) for rule in rules(side)),
        Html("</ul>"),
        element("p", f"This game has the seed {seed}."),
        joined(Html("<table>"), element("caption", caption), Html("<thead><tr>")),
        *(element("th", h, scope="col") for h in ("Issue", "Option", "Your points")),
        Html("</tr></thead><tbody>"),
        *rows,
        Html("</tbody></table>"),
        apart="\n",
    )


def _twin_text(side: str, seed: int) -> str:
    game = bargaining.start(side, seed)
    title = WORDS["title"].format(side=voice.named(side))
    lines = [title, WORDS["invented"], *_about(game), *rules(side)]
    for issue, own in zip(negotiation.model().issues, game.me.points, strict=True):
        options = "; ".join(f"{words} ({own[o]})" for o, words in issue.options.items())
        lines.append(f"{issue.title}: {options}")
    return "\n".join([*lines, f"(seed {seed})"])


# --- the way in ------------------------------------------------------------------------------


def negotiate(side: str = "iraq", seed: int = 1) -> Negotiation | Notice:
    """Play round two against the computer: ``negotiate("iraq")`` or ``negotiate("us", seed=7)``.

    *side* is the side that you lead; *seed*, a whole number from 1 to 999999, chooses both leads
    and the other side's temper, so that a class can replay one game.  A game that was begun goes
    on where it was left.  Points and home tests are invented for teaching.  A side or a seed that
    does not exist, or a table that cannot be read, shows a message instead.
    """
    try:
        own = negotiation.as_side(side)
        if type(seed) is not int or seed not in SEEDS:
            shown = repr(seed)[:40]
            return Notice([f"The seed cannot be {shown}. {WORDS['again_bad']}"])
        return Negotiation(own, seed)
    except (ValueError, TableError) as error:
        return Notice([str(error)])
