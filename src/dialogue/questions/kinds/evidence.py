"""The paragraph of the article that supports a claim best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dialogue.course import sources
from dialogue.page import text
from dialogue.questions import shape
from dialogue.questions.choice import Choice, options
from dialogue.questions.kinds.single import Single
from dialogue.questions.model import Form, Group, Instead, Outcome, Question, as_another
from dialogue.questions.reading import Node, Reader, Values
from dialogue.questions.shape import Shape

# The course's article among the sources: its address is the link beside the question.
_ARTICLE = "ACW-2020-07"


def digest(paragraph: str) -> str:
    """What a paragraph says, in a sentence."""
    return sources.paragraphs().get(paragraph, {}).get("digest", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Choice):
    """The paragraph that supports a claim best.  The text of an option is a paragraph's
    number.  Response: the index of an option."""

    rank: ClassVar[int] = 8
    about: ClassVar[str] = "which paragraph shows it"
    field: ClassVar[str] = "para"
    role: ClassVar[str] = "paragraph"
    thing: ClassVar[str] = "the paragraph"
    schema: ClassVar[Shape] = options(
        "Exactly one with 'right: yes'.",
        para=shape.text("A paragraph of the article, such as P16.", pattern=r"^P\d+$"),
    )
    shuffled: ClassVar[tuple[str, str] | None] = ("options", "para")
    one_letter: ClassVar[bool] = True
    how: ClassVar[str] = Single.how
    form: ClassVar[Form] = Form(
        5, "options", {"para": "paragraph|such as P6", "say": "comment", "right": "right"}
    )
    skeleton: ClassVar[str] = """\
    options:   # paragraphs of the article, with P; exactly one with 'right: yes'
      - para:    # such as P6
        say: ""   # why somebody picks it
      - para:
        right: yes
      - para:
        say: ""
"""

    @classmethod
    def read(cls, reader: Reader, values: Values, common: dict[str, Any], line: int) -> Question:
        found, right = cls.read_options(reader, values, line)
        node = values.get("options")
        for entry in node.value if node and isinstance(node.value, list) else []:
            named = entry.value.get("para") if isinstance(entry.value, dict) else None
            if isinstance(named, Node) and isinstance(named.value, str) and named.value.strip():
                ids = reader.known.paragraphs
                reader.exists(named.value.strip(), named.line, ids, "paragraph")
        cls.one_right(reader, right, line)
        return cls(**common, options=found)

    def graded(self, response: Any) -> Outcome:
        return self.of_one(response)

    def described(self) -> list[str]:
        """The options' texts, each with the digest of its paragraph."""
        return [f"{option.text}: {digest(option.text)}" for option in self.options]

    def shown(self, *, mixed: bool = True) -> list[Group]:
        return [Group("paragraph", self.described())]

    def solution(self) -> list[str]:
        return self.key()  # a paragraph has a name already

    def paragraphs(self) -> list[str]:
        return []

    def content(self) -> dict[str, Any]:
        row = sources.bibliography().get(_ARTICLE, {})
        return {
            "article": sources.web(row.get("address", "")),
            "options": [
                {
                    "text": [o.text],
                    "digest": digest(o.text),
                    "say": text.inline(o.say),
                    "right": o.right,
                }
                for o in self.options
            ],
        }

    def instead(self) -> Instead:
        texts = zip(self.options, self.described(), strict=True)
        told = tuple(replace(option, text=words) for option, words in texts)
        single = replace(as_another(Single, self, options=told), para=())  # they tell the key
        return Instead(single, "asked as a single choice between paragraphs")

    def bare(self) -> dict[str, Any]:
        return {**Choice.bare(self), "para": ()}  # the paragraph is the answer
