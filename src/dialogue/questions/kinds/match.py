"""Things that belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dialogue.course.faults import nearest
from dialogue.page import text
from dialogue.questions import named, shape
from dialogue.questions.model import (
    Comment,
    Form,
    Group,
    Outcome,
    Part,
    Question,
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
from dialogue.questions.typed import index, same


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that belong together.  ``wrong`` comments on known confusions of *right*."""

    left: str
    right: str
    say: str = ""
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Extra:
    """A right-hand side that is left over, and the comment on choosing it."""

    text: str
    say: str = ""


_CONFUSIONS = shape.entries(
    1,
    shape.entry(
        "right say",
        right=shape.text("A right-hand side of another pair, or one left over.", need=True),
        say=shape.text("The comment for this very confusion.", need=True),
    ),
    "Comments on particular confusions.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Question):
    """Pairs to put together.  Response: for each left an index into ``rights``, or None."""

    pairs: tuple[Pair, ...]
    extra: tuple[Extra, ...] = ()

    rank: ClassVar[int] = 5
    about: ClassVar[str] = "what belongs together"
    schema: ClassVar[Shape] = {
        "pairs": shape.entries(
            2,
            shape.entry(
                "left right say",
                left=shape.text("The left-hand side.", need=True),
                right=shape.text("What belongs to it.", need=True),
                say=shape.text("The comment for choosing something else.", need=True),
                wrong=_CONFUSIONS,
            ),
        ),
        "extra_right": shape.entries(
            1,
            shape.entry(
                "text say",
                text=shape.text("A right-hand side that is left over.", need=True),
                say=shape.text("The comment for choosing it.", need=True),
            ),
        ),
    }
    needed: ClassVar[tuple[str, ...]] = ("pairs",)
    shuffled: ClassVar[tuple[str, str] | None] = ("pairs", "left")
    how: ClassVar[str] = 'A letter for each number, in turn, such as: answer = ["B", "A", "C"]'
    form: ClassVar[Form] = Form(
        6,
        "pairs",
        {"left": "left", "right": "right", "say": "comment|for those who choose another"},
        {"extra": "extra right|one that fits nothing", "extra_say": "comment|on choosing it"},
    )
    skeleton: ClassVar[str] = """\
    pairs:
      - left: ""
        right: ""
        say: ""   # shown when something else was chosen
      - left: ""
        right: ""
        say: ""
      - left: ""
        right: ""
        say: ""
    extra_right:   # left over, so that the last pair is no gift
      - text: ""
        say: ""
"""

    @property
    def rights(self) -> tuple[str, ...]:
        """Every right-hand side once: those of the pairs, then those left over."""
        # Without a key no pair has a right-hand side, and all of them are left over.
        texts = [pair.right for pair in self.pairs if pair.right]
        return tuple(dict.fromkeys([*texts, *(extra.text for extra in self.extra)]))

    # --- grading

    def graded(self, response: Any) -> Outcome:
        if not listed(response):
            return Outcome("unanswered")
        rights = self.rights
        chosen = [index(r, len(rights)) for r in response]
        chosen = (chosen + [None] * len(self.pairs))[: len(self.pairs)]
        if all(c is None for c in chosen):
            return Outcome("unanswered")
        extra = {e.text: e.say for e in self.extra}
        comments, hits = [], 0
        for i, (pair, choice) in enumerate(zip(self.pairs, chosen, strict=True)):
            if choice is None:
                continue
            words = rights[choice]
            if words == pair.right:
                hits += 1
                comments.append(Comment("", i, True))
            else:
                say = dict(pair.wrong).get(words) or extra.get(words) or pair.say
                comments.append(Comment(say, i, False))
        size = len(self.pairs)
        return Outcome(share(hits, size), hits / size, tuple(comments), chosen.count(None))

    def response(self, value: Any) -> Any:
        given = named.by_name(value, [pair.left for pair in self.pairs])
        return [each if each is None else named.place(each, self.rights) for each in given]

    def chosen(self, response: Any) -> list[str]:
        rights = self.rights
        return [
            f"{pair.left} → {rights[int(given)]}"
            for pair, given in zip(self.pairs, response, strict=False)
            if given is not None and rights[int(given)] != pair.right
        ]

    def responses(self) -> tuple[list[Any], list[Any]]:
        key = [self.rights.index(pair.right) for pair in self.pairs]
        others = range(len(self.rights))
        return [key], [
            [*key[:i], j, *key[i + 1 :]] for i in range(len(key)) for j in others if j != key[i]
        ]

    # --- a bank

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        before = len(reader.faults)
        lefts: dict[str, int] = {}
        rights: dict[str, str] = {}  # as compared, as written
        pairs: list[Pair] = []
        wrong: list[list[tuple[str, str, int]]] = []
        for node, fields in reader.entries(values, "pairs", line, cls.schema["pairs"], "a pair"):
            pair = Pair(
                reader.text(fields, "left", need="a pair", line=node.line),
                reader.text(fields, "right", need="a pair", line=node.line),
                reader.text(fields, "say"),
            )
            if not pair.say:
                reader.fault(
                    node.line,
                    f"the pair of {pair.left!r} has no comment",
                    "add 'say:' for those who choose something else",
                )
            reader.once(lefts, pair.left, node.line, "the left-hand side")
            written = rights.setdefault(same(pair.right), pair.right)
            if pair.right and written != pair.right:
                message = f"{pair.right!r} and {written!r} differ only in capitals or spaces"
                reader.fault(fields["right"].line, message, "write both in the same way")
            confused = []
            for other, its in reader.some(fields, "wrong", node.line, _CONFUSIONS, "a confusion"):
                right = reader.text(its, "right", need="a confusion", line=other.line)
                say = reader.text(its, "say", need="a confusion", line=other.line)
                confused.append((right, say, other.line))
            pairs.append(pair)
            wrong.append(confused)
        sound = len(reader.faults) == before
        extra = cls._read_extra(reader, values, line, rights)
        if sound and len(reader.faults) == before:
            rights |= {same(one.text): one.text for one in extra}
            if len(rights) < 2:
                remedy = "give the pairs different ones, or add 'extra_right:'"
                reader.fault(line, "every pair has the same right-hand side", remedy)
            else:
                pairs = [
                    _confusions(reader, pair, confused, rights)
                    for pair, confused in zip(pairs, wrong, strict=True)
                ]
        return cls(**common, pairs=tuple(pairs), extra=tuple(extra))

    @classmethod
    def _read_extra(
        cls, reader: Reader, values: Values, line: int, rights: dict[str, str]
    ) -> list[Extra]:
        seen: dict[str, int] = {}
        extra = []
        for node, fields in reader.some(
            values, "extra_right", line, cls.schema["extra_right"], "a side left over"
        ):
            words = reader.text(fields, "text", need="a side left over", line=node.line)
            say = reader.text(fields, "say", need="a side left over", line=node.line)
            if words and same(words) in rights:
                message = f"{words!r} is left over, but it is also the right-hand side of a pair"
                reader.fault(node.line, message, "change one of the two")
            else:
                reader.once(seen, words, node.line, "the side left over")
            extra.append(Extra(words, say))
        return extra

    @classmethod
    def read_bare(
        cls, reader: Reader, values: Values, common: dict[str, Any], line: int
    ) -> Question:
        pairs = tuple(Pair(left, "") for (left,) in reader.bare(values, "pairs", line, "left"))
        extra = tuple(Extra(text) for (text,) in reader.bare(values, "extra_right", line, "text"))
        return cls(**common, pairs=pairs, extra=extra)

    def own_fields(self) -> dict[str, Any]:
        return {
            "pairs": [
                full(
                    left=pair.left,
                    right=pair.right,
                    say=pair.say,
                    wrong=[{"right": right, "say": say} for right, say in pair.wrong],
                )
                for pair in self.pairs
            ],
            "extra_right": [full(text=extra.text, say=extra.say) for extra in self.extra],
        }

    def bare_fields(self) -> dict[str, Any]:
        return {
            "pairs": [{"left": pair.left} for pair in self.pairs],
            "extra_right": [{"text": extra.text} for extra in self.extra],
        }

    @classmethod
    def from_form(cls, typed: Mapping[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
        extra = [{"text": typed["extra"], "say": typed["extra_say"]}] if typed["extra"] else []
        return {"pairs": rows} | full(extra_right=extra)

    # --- what is shown

    def menu(self) -> list[str]:
        """The right-hand sides in the order in which a learner sees them."""
        rights = self.rights
        return [rights[i] for i in menu_order(self, len(rights))]

    def parts(self) -> Iterator[Part]:
        for pair in self.pairs:
            yield Part("left", pair.left, pair.say, key=pair.right, wrong=pair.wrong)
        for extra in self.extra:
            yield Part("extra", extra.text, extra.say, False)

    def shown(self, *, mixed: bool = True) -> list[Group]:
        menu = self.menu() if mixed else list(self.rights)
        return [Group("left", [pair.left for pair in self.pairs]), Group("right", menu)]

    def key(self) -> list[str]:
        return [f"{pair.left}: {pair.right}" for pair in self.pairs]

    def solution(self) -> list[str]:
        menu = self.menu()
        return [f"{letter(menu.index(p.right))} {p.left}: {p.right}" for p in self.pairs]

    def content(self) -> dict[str, Any]:
        place = {right: i for i, right in enumerate(self.rights)}
        return {
            "rights": [text.plain(right) for right in self.rights],
            "shown": menu_order(self, len(place)),
            "pairs": [
                {
                    "left": text.inline(pair.left),
                    "right": place.get(pair.right, -1),  # -1: no key is here
                    "say": text.inline(pair.say),
                    "wrong": [
                        {"right": place[right], "say": text.inline(say)}
                        for right, say in pair.wrong
                        if right in place
                    ],
                }
                for pair in self.pairs
            ],
            "extra": [
                {"right": place[extra.text], "say": text.inline(extra.say)} for extra in self.extra
            ],
        }

    # --- the learner's copy

    def movable(self) -> list[str]:
        return []  # the pairs keep their order; what they are matched to does not

    def _drawn(self) -> list[int]:
        return drawn_order(self.id, self.rights)

    def bare(self) -> dict[str, Any]:
        return {
            "pairs": tuple(Pair(pair.left, "") for pair in self.pairs),
            "extra": tuple(Extra(self.rights[i]) for i in self._drawn()),
        }

    def authored(self, response: Any) -> Any:
        places = self._drawn()
        return [placed(each, places) for each in response] if listed(response) else None

    def letters(self) -> range:
        return range(len(self.rights))

    def typed_answer(self) -> Any:
        shown = [self.rights[i] for i in self._drawn()]
        return [letter(shown.index(pair.right)) for pair in self.pairs]


def _confusions(
    reader: Reader, pair: Pair, confused: list[tuple[str, str, int]], rights: dict[str, str]
) -> Pair:
    seen: dict[str, int] = {}
    found = []
    for right, say, line in confused:
        plain = same(right)
        if plain not in rights:
            near = nearest(plain, rights, 1, 0.4)
            known = "copy a right-hand side of another pair"
            remedy = f"did you mean {rights[near[0]]!r}?" if near else known
            reader.fault(line, f"{right!r} is no right-hand side of this item", remedy)
        elif plain == same(pair.right):
            message = f"{right!r} is what belongs to {pair.left!r}, so it is not wrong"
            reader.fault(line, message, "name the right-hand side of another pair")
        else:
            reader.once(seen, right, line, "the confusion")
            found.append((rights[plain], say))
    return replace(pair, wrong=tuple(found))
