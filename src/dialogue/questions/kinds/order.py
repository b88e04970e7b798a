"""Things to put in order, of which some may share a date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

from dialogue.course.faults import nearest
from dialogue.page import text
from dialogue.questions import named, shape
from dialogue.questions.kinds.match import Match, Pair
from dialogue.questions.model import (
    Comment,
    Form,
    Group,
    Instead,
    Outcome,
    Part,
    Question,
    as_another,
    drawn_order,
    full,
    letter,
    listed,
    menu_order,
    placed,
    share,
)
from dialogue.questions.reading import Reader, Values
from dialogue.questions.shape import Shape
from dialogue.questions.typed import index, real_date, same

# More often than that nobody's sentence says it.
_MOST_BEFORES = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to put in order.  Two with the same ``date`` may stand either way round."""

    text: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong order that people really make: *first* before *then* (indices of events)."""

    first: int
    then: int
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Question):
    """Events in their right order.  Response: their indices, in the learner's order."""

    events: tuple[Event, ...]
    mistakes: tuple[Mistake, ...] = ()

    rank: ClassVar[int] = 4
    about: ClassVar[str] = "put in order"
    schema: ClassVar[Shape] = {
        "order": shape.entries(
            3,
            shape.entry(
                "text",
                text=shape.text("The event.", need=True),
                date=shape.text(
                    'Such as "2020-06-11", "2020-06" or "2020". '
                    "Two with one date may stand either way round.",
                    pattern=shape.DATE,
                ),
            ),
            "The events, earliest first.",
        ),
        "mistakes": shape.entries(
            1,
            shape.entry(
                "if say",
                if_=shape.text(
                    "Two texts of the list: X before Y.",
                    need=True,
                    pattern=r".[ \t]+[Bb][Ee][Ff][Oo][Rr][Ee][ \t]+.",
                ),
                say=shape.text("Why people think so, and what to re-read.", need=True),
            ),
            "Wrong orders that people really make.",
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("order",)
    secret: ClassVar[tuple[str, ...]] = ("mistakes",)
    how: ClassVar[str] = 'All letters, the earliest first, such as: answer = ["B", "A", "C"]'
    form: ClassVar[Form] = Form(
        6,
        "order",
        {"text": "event|earliest first", "date": "date|such as 2020-06-11"},
        {"if": "wrong order|TEXT before TEXT", "if_say": "comment|on that order"},
    )
    skeleton: ClassVar[str] = """\
    order:   # earliest first; the learner gets them mixed
      - text: ""
        date: ""   # such as "2020-06-11"; shown with the answer
      - text: ""
        date: ""
      - text: ""
        date: ""
    mistakes:   # wrong orders that people really make
      - if: ""   # TEXT before TEXT, with the texts as above
        say: ""
"""

    # --- grading

    def graded(self, response: Any) -> Outcome:
        events = self.events
        if not listed(response):
            return Outcome("unanswered")
        order = [p for p in (index(r, len(events)) for r in response) if p is not None]
        if len(response) != len(events) or sorted(order) != list(range(len(events))):
            return Outcome("unanswered")

        def same_day(one: int, other: int) -> bool:
            return events[one].date != "" and events[one].date == events[other].date

        pairs = list(combinations(order, 2))
        hits = sum(one < other or same_day(one, other) for one, other in pairs)
        comments = [
            Comment("", event, place == event or same_day(place, event))
            for place, event in enumerate(order)
        ]
        comments += [
            Comment(mistake.say, None, False)
            for mistake in self.mistakes
            if order.index(mistake.first) < order.index(mistake.then)
        ]
        missing = len(pairs) - hits
        return Outcome(share(hits, len(pairs)), hits / len(pairs), tuple(comments), missing)

    def response(self, value: Any) -> Any:
        texts = [event.text for event in self.events]
        return [named.place(name, texts) for name in named.several(value)]

    def chosen(self, response: Any) -> list[str]:
        return [f"first: {self.events[int(response[0])].text}"]

    def responses(self) -> tuple[list[Any], list[Any]]:
        size, events = len(self.events), self.events
        turned = [
            [*range(i), i + 1, i, *range(i + 2, size)]
            for i in range(size - 1)
            if not events[i].date or events[i].date != events[i + 1].date
        ]
        return [list(range(size))], turned

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        before = len(reader.faults)
        events = cls._read_events(reader, values, line)
        sound = len(reader.faults) == before
        mistakes: list[Mistake] = []
        said: dict[tuple[int, int], int] = {}
        for node, fields in reader.some(
            values, "mistakes", line, cls.schema["mistakes"], "a mistake"
        ):
            rule = reader.text(fields, "if", need="a mistake", line=node.line)
            say = reader.text(fields, "say", need="a mistake", line=node.line)
            found = _mistake(reader, rule, fields["if"].line, events) if rule and sound else None
            if found is None:
                continue
            if found in said:
                message = f"the mistake {rule!r} stands twice (first in line {said[found]})"
                reader.fault(node.line, message, "take one of the two out")
            said.setdefault(found, node.line)
            mistakes.append(Mistake(*found, say))
        return cls(**common, events=tuple(events), mistakes=tuple(mistakes))

    @classmethod
    def _read_events(cls, reader: Reader, values: Values, line: int) -> list[Event]:
        events: list[Event] = []
        seen: dict[str, int] = {}
        # The latest date so far, by its earliest day: 2020-03 may be before or after 2020-03-05.
        latest: str | None = ""
        for node, fields in reader.entries(values, "order", line, cls.schema["order"], "an event"):
            event = Event(
                reader.text(fields, "text", need="an event", line=node.line),
                reader.text(fields, "date"),
            )
            reader.once(seen, event.text, node.line, "the event")
            if event.date and not real_date(event.date):
                remedy = 'write it as "2020", "2020-06" or "2020-06-11"'
                reader.fault(fields["date"].line, f"'date' is {event.date!r}", remedy)
            elif event.date and latest is not None:
                if latest and event.date[: len(latest)] < latest[: len(event.date)]:
                    reader.fault(
                        fields["date"].line,
                        f"{event.date} stands after {latest}",
                        "list the events in their right order, earliest first",
                    )
                    latest = None  # the others would only repeat it
                else:
                    latest = max(latest, event.date)
            events.append(event)
        return events

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        found = reader.bare(values, "order", line, "text")
        return cls(**common, events=tuple(Event(words) for (words,) in found))

    def own_fields(self) -> dict[str, Any]:
        texts = [event.text for event in self.events]
        return {
            "order": [full(text=event.text, date=event.date) for event in self.events],
            "mistakes": [
                {"if": f"{texts[m.first]} before {texts[m.then]}", "say": m.say}
                for m in self.mistakes
            ],
        }

    def bare_fields(self) -> dict[str, Any]:
        return {"order": [{"text": event.text} for event in self.events]}

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        mistakes = [{"if": typed["if"], "say": typed["if_say"]}] if typed["if"] else []
        return {"order": rows} | full(mistakes=mistakes)

    # --- what is shown

    def start_order(self) -> list[int]:
        """The order in which it is shown first; it is never a right one."""
        order = menu_order(self, len(self.events))
        for _ in order:
            if self.keyless or self.graded(order).verdict != "right":
                break
            order = order[1:] + order[:1]
        return order

    def parts(self) -> Iterator[Part]:
        for event in self.events:
            yield Part("event", event.text)
            if event.date:
                yield Part("date", event.date)
        for mistake in self.mistakes:
            first, then = self.events[mistake.first].text, self.events[mistake.then].text
            yield Part("mistake", f"{first} → {then}", mistake.say, False)

    def shown(self, *, mixed: bool = True) -> list[Group]:
        order = self.start_order() if mixed else range(len(self.events))
        return [Group("event", [self.events[i].text for i in order])]

    def key(self) -> list[str]:
        return [f"{e.text} ({e.date})" if e.date else e.text for e in self.events]

    def content(self) -> dict[str, Any]:
        return {
            "events": [
                {"text": text.inline(e.text), "name": text.plain(e.text), "date": e.date}
                for e in self.events
            ],
            "start": self.start_order(),
            "mistakes": [
                {"first": m.first, "then": m.then, "say": text.inline(m.say)} for m in self.mistakes
            ],
        }

    def unkept(self) -> list[str]:
        dates = [event.date for event in self.events if event.date]
        found = ["the dates of the events are left out"] if dates else []
        if len(set(dates)) < len(dates):
            found.append("events of one date count only in the order given")
        return found

    def instead(self) -> Instead:
        pairs = tuple(Pair(event.text, str(n)) for n, event in enumerate(self.events, 1))
        loss = "asked as matching: each event with its place, 1 for the first"
        return Instead(as_another(Match, self, pairs=pairs), loss)

    # --- the learner's copy

    def copy_order(self) -> list[int]:
        # The author's order is the key, whatever 'shuffle' says.
        return drawn_order(self.id, [event.text for event in self.events])

    def bare(self) -> dict[str, Any]:
        events = tuple(Event(self.events[i].text) for i in self.copy_order())
        return {"events": events, "mistakes": ()}

    def authored(self, response: Any) -> Any:
        order = self.copy_order()
        return [placed(each, order) for each in response] if listed(response) else None

    def letters(self) -> range:
        return range(len(self.events))

    def typed_answer(self) -> Any:
        order = self.copy_order()
        return [letter(order.index(i)) for i in range(len(order))]


def _mistake(reader: Reader, rule: str, line: int, events: list[Event]) -> tuple[int, int] | None:
    """What 'X before Y' means: the indices of the two events."""
    places = {same(event.text): i for i, event in enumerate(events)}
    words = same(rule)
    if words.count(" before ") > _MOST_BEFORES:
        reader.fault(line, f"'if' has more than {_MOST_BEFORES} times 'before'", "shorten it")
        return None
    splits = [
        (words[: match.start()], words[match.end() :])
        for match in re.finditer(r" before (?=(.))", words)
    ]
    if not splits:
        remedy = "write 'if: \"one event before another\"'"
        reader.fault(line, f"'if' is {rule!r}, without ' before '", remedy)
        return None
    found = [(places[x], places[y]) for x, y in splits if x in places and y in places]
    if not found:
        x, y = max(splits, key=lambda split: (split[0] in places) + (split[1] in places))
        unknown = [text for text in (x, y) if text not in places]
        names = " and ".join(map(repr, unknown))
        near = [
            events[places[name]].text for text in unknown for name in nearest(text, places, 1, 0.4)
        ]
        meant = " and ".join(map(repr, near))
        remedy = f"did you mean {meant}?" if near else "copy the texts from 'order'"
        reader.fault(line, f"'if' names {names}, which is not in 'order'", remedy)
        return None
    if len(set(found)) > 1:
        message = f"'if' can be read in {len(found)} ways"
        reader.fault(line, message, "change the wording of an event")
        return None
    first, then = found[0]
    if first == then:
        reader.fault(line, "'if' compares an event with itself", "name two different events")
    elif first < then:
        message = "this order is right, so it is no mistake"
        reader.fault(line, message, "swap the two, or take the rule out")
    elif events[first].date and events[first].date == events[then].date:
        message = f"both events have the date {events[first].date}, so it is no mistake"
        reader.fault(line, message, "take the rule out")
    else:
        return first, then
    return None
