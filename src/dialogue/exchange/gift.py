"""GIFT: Moodle's text format, which many other programs read.

As Moodle's own importer reads it (``question/format/gift/format.php``; docs.moodle.org,
"GIFT format"): questions are kept apart by empty lines, ids and tags stand in a comment in
front, and general feedback after four number signs.  All texts are written as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dialogue.bank import writing
from dialogue.course import files
from dialogue.exchange import Loss, embedded, held
from dialogue.exchange.incoming import (
    Answer,
    Gap,
    Parsed,
    enough,
    of_range,
    own_category,
    sealed,
    taken_over,
    unsealed,
)
from dialogue.exchange.wording import Wording
from dialogue.page.numbers import exact
from dialogue.questions import Choice, Match, Multiple, Numeric, Question, Short

# The comment that carries a question whole, for our own reader.
_WHOLE = "// dialogue "
_RESERVED = re.compile(r"[\\#=~{}:]")


# --- writing ---------------------------------------------------------------------------


def _escaped(words: str) -> str:
    return _RESERVED.sub(lambda sign: "\\" + sign[0], words)


def _html(words: str, *, block: bool = False) -> str:
    shown = writing.html(words, block=block)
    if shown.startswith(("[", "%")):  # would be read as a format, or as a weight
        shown = f"&#{ord(shown[0])};{shown[1:]}"
    # Matching splits at an arrow, short answers must not hold one.
    return _escaped(shown.replace("->", "-&gt;"))


def _plain(words: str, lost: list[str], *, arrow: bool = True) -> str:
    shown = " ".join(writing.clean(words).split())
    if arrow and "->" in shown:
        lost.append("-> is written as →, because it would make a matching question")
        shown = shown.replace("->", "→")
    if re.match(r"\[(html|moodle|plain|markdown)\]", shown):
        lost.append(f"{shown[: shown.index(']') + 1]} at the start of an answer is left out")
        shown = shown[shown.index("]") + 1 :]
    return _escaped(shown)


def _percent(share: float) -> str:
    # Moodle knows fractions by five decimals.
    return exact(round(100 * share, 5))


def _line(mark: str, words: str, say: str) -> str:
    return f"\t{mark}{words}#{_html(say)}" if say else f"\t{mark}{words}"


def write(questions: Sequence[Question], title: str) -> tuple[bytes, list[Loss]]:
    """The questions as GIFT in UTF-8, and what each lost on the way (table of CONTRIBUTING)."""
    losses: list[Loss] = []
    category = _escaped(writing.plain(title)).replace("/", "//")
    parts = [f"$CATEGORY: $course$/top/{category}\n"] if category else []
    for question in questions:
        lost: list[str] = []
        parts.append(_question(question, lost))
        losses += [Loss(question.id, what) for what in (*lost, *writing.unkept(question))]
    return "\n".join(parts).encode(), losses


def _question(question: Question, lost: list[str]) -> str:
    labels = writing.tags(question)
    ask = _html(question.ask, block=True)
    asked = held(question, _ANSWERS, lost)
    lines = _ANSWERS[asked.variety](asked, lost) if asked else []
    # Where an answer holds no comment, all of them stand together.
    moved = asked is None or asked.variety == "match"
    if lines and moved and writing.remarks(question):
        lost.append("the comments on single answers stand together in the general feedback")
    if note := question.note():
        ask += _escaped(writing.paragraph(note))
    if isinstance(question, Numeric) and question.unit:
        label = f"unit:{question.unit}"
        if len(label) <= 50 and not re.search(r"[]<>`\x00-\x1f\x7f]", label):
            labels.append(label)
        else:
            lost.append("the unit stands in the text of the question only")
    comment = " ".join([f"// [id:{question.id}]", *(f"[tag:{label}]" for label in labels)])
    explain = writing.feedback(question, with_remarks=moved)
    explain += writing.essay_key(question) if asked is None else ""
    if explain:
        lines.append("\t####" + _escaped(explain.replace("->", "-&gt;")))
    mark = "#" if question.variety == "numeric" else ""
    body = "\n".join(["{" + mark, *lines, "}"])
    visible = f"::{_escaped(question.id)}::[html]{ask}{body}"
    return f"{comment}\n{_WHOLE}{sealed(question, visible)}\n{visible}\n"


def _single(question: Choice, lost: list[str]) -> list[str]:
    return [_line("=" if o.right else "~", _html(o.text), o.say) for o in question.options]


def _multiple(question: Multiple, lost: list[str]) -> list[str]:
    share = 1 / len(question.right())
    return [
        _line(f"~%{_percent(share if o.right else -share)}%", _html(o.text), o.say)
        for o in question.options
    ]


def _numeric(question: Numeric, lost: list[str]) -> list[str]:
    answer = question.answer_text or exact(question.answer)
    rows = [f"\t=%100%{answer}:{exact(question.tolerance)}"]
    for near in question.near:
        reach = exact(question.reach(near))
        rows.append(_line("=%0%", f"{exact(near.value)}:{reach}", near.say))
    return rows


def _short(question: Short, lost: list[str]) -> list[str]:
    star = [(words.replace("*", "\\*"), "100", "") for words in question.accept]
    star += [(slip.text.replace("*", "\\*"), "0", slip.say) for slip in question.wrong]
    return [_line(f"=%{weight}%", _plain(words, lost), say) for words, weight, say in star]


def _match(question: Match, lost: list[str]) -> list[str]:
    lost += writing.matching_losses(question)
    rows = [(pair.left, pair.right) for pair in question.pairs]
    return [
        f"\t={_html(left)} -> {_plain(writing.plain(right), lost, arrow=False)}"
        for left, right in (*rows, *(("", extra.text) for extra in question.extra))
    ]


# What GIFT has a syntax for; for everything else something stands in, or an essay.
_ANSWERS: dict[str, Callable[[Any, list[str]], list[str]]] = {
    "single": _single,
    "multiple": _multiple,
    "numeric": _numeric,
    "short": _short,
    "match": _match,
}


# --- reading ---------------------------------------------------------------------------

# Escaped signs wait as characters that no text may hold (Unicode, "noncharacters").
_WAITING = {sign: chr(0xFDD0 + i) for i, sign in enumerate("\\:#={}~")}
_BACK = str.maketrans({waiting: sign for sign, waiting in _WAITING.items()})
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
# What a comment notes; a longer one is no id and no tag, and would be looked for at every [.
_NOTED = r"\[{}:((?:\\\]|[^]\x00-\x1f\x7f]){{1,200}})\]"
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")


class _Fault(ValueError):
    """What keeps one question from being read."""


class _Text:
    """Turns the texts of one question into the small markup, and keeps what was lost."""

    def __init__(self, lost: list[str], language: str) -> None:
        self.format, self.wording = "moodle", Wording(lost, language)

    def __call__(self, words: str, *, first: bool = False, plain: bool = False) -> str:
        words = words.strip()
        form = self.format
        if found := _FORMAT.match(words):
            form, words = found[1], words[found.end() :]
            if first:
                self.format = form
        words = words.translate(_BACK).replace("\ufdef", "\n").strip()
        if plain:
            return self.wording.literal(words)
        # Moodle's own format and Markdown may hold HTML.
        return self.wording(words, form if form in ("html", "plain") else "auto")


def _unescaped(words: str) -> str:
    return re.sub(r"\\([\\:#={}~])", r"\1", words)


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            start = start if block else number
            block.append(line)
        elif block:
            yield start, block
            block = []


def read(data: bytes, file: str, language: str = "en") -> tuple[list[dict], list[Loss]]:
    """The questions of a GIFT file; a question that cannot be read is named and left out.

    Raises :class:`~dialogue.course.files.FileFault` when the file is no text, or holds no question.
    """
    text = files.decode(data, file)
    text = re.sub("[\ufdd0-\ufdef]", "\ufffd", text)
    losses: list[Loss] = []
    found: list[Parsed] = []
    category = ""
    for line, block in _blocks(text):
        if enough(found, losses):
            break
        try:
            one, category = _read(block, category, language)
        except _Fault as fault:
            losses.append(Loss(f"line {line}", f"not taken over: {fault}"))
            continue
        if one:
            found.append(one)
    remedy = "check that it is a GIFT file"
    return taken_over(found, losses, file, language=language, remedy=remedy), losses


def _read(block: Sequence[str], category: str, language: str) -> tuple[Parsed | None, str]:
    """The question of a block, if there is one, and the category that holds from here on."""
    comments = [line.strip() for line in block if line.strip().startswith("//")]
    text = "\n".join(line for line in block if not line.strip().startswith("//")).strip()
    named = [line for line in text.split("\n") if line.startswith("$CATEGORY:")]
    if named:
        category = own_category(_unescaped(named[-1].removeprefix("$CATEGORY:").strip()))
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if not line.startswith("$CATEGORY:")), None)
    # Under a category a question may stand at once, as Moodle does not read it.
    text = "\n".join(lines[first:]).strip() if first is not None else ""
    if not text:
        return None, category
    one = Parsed(name="", kind="", category=category)
    for line in comments:
        if line.startswith(_WHOLE):
            one.whole = unsealed(line.removeprefix(_WHOLE), text, one.lost)
    _fill(one, text, [line for line in comments if not line.startswith(_WHOLE)], language)
    return one, category


def _fill(one: Parsed, text: str, comments: Sequence[str], language: str) -> None:
    text = re.sub(r"\\([\\:#={}~])", lambda sign: _WAITING[sign[1]], text)
    text = text.replace("\\n", "\ufdef")
    note = "\n".join(comments)
    tags = [tag.strip() for tag in re.findall(_NOTED.format("tag"), note)]
    idents = re.findall(_NOTED.format("id"), note)
    one.labels, one.ident = tags, idents[0].strip() if idents else ""
    words = _Text(one.lost, language)
    if text.startswith("::") and "::" in text[2:]:
        name, _, text = text[2:].partition("::")
        one.name = name.translate(_BACK).strip()
        text = text.strip()
    if embedded.has(text) or _inline(text):
        _fill_gaps(one, text, words)
        return
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        one.ask = words(text, first=True)
        one.name = one.name or one.ask[:60]
        one.kind = "a description"
        return
    if start < 0 or end < start:
        raise _Fault("a brace is missing, or an empty line stands inside the question")
    answers = text[start + 1 : end].strip()
    after = text[end + 1 :].strip()
    if "{" in after or "}" in after or "{" in answers:
        raise _Fault(
            "it has more than one answer part in braces; "
            "if these are several questions, leave an empty line between them"
        )
    stem = text[:start].strip() + (f" _____ {after}" if after else "")
    one.ask = words(stem, first=True)
    one.name = one.name or one.ask[:60]
    if "####" in answers:
        answers, _, explain = answers.rpartition("####")
        one.explain, answers = words(explain), answers.strip()
    _read_answers(one, answers, words)


def _inline(text: str) -> bool:
    """Do several answer parts stand in one text, each but the last with words behind it?"""
    pieces = re.split(r"\{[^{}]*\}", text)
    inside = pieces[1:-1]
    return bool(inside) and all(
        piece.split("\n")[0].strip() and "::" not in piece for piece in inside
    ) and not re.search("[{}]", "".join(pieces))  # fmt: skip


def _fill_gaps(one: Parsed, text: str, words: _Text) -> None:
    """Blanks in a text: Moodle's embedded answers, or several answer parts."""
    one.kind = "cloze"

    def told(words_of: str) -> str:
        return words(words_of)

    words(text, first=True)  # finds the format that stands in front
    words.wording.lost.clear()
    try:
        if embedded.has(text):
            text, one.gaps = embedded.read(text, told, one.lost)
        else:
            parts = re.findall(r"\{([^{}]*)\}", text)
            if len(parts) > embedded.MOST:
                raise _Fault(f"it has more than {embedded.MOST} blanks")
            for number, part in enumerate(parts, 1):
                inner = Parsed(name="", kind="")
                _read_answers(inner, part.strip(), words)
                kinds = {"short": "words", "numeric": "number", "single": "menu"}
                if inner.kind not in kinds:
                    raise _Fault(f"blank {number} is no word, number or choice")
                one.gaps.append(Gap(kinds[inner.kind], inner.answers))
                text = text.replace("{" + part + "}", f"[[{number}]]", 1)
    except ValueError as error:
        raise _Fault(str(error)) from None
    one.ask = words(text, first=True)
    one.name = one.name or one.ask[:60]


def _answer(part: str, words: _Text, weight: float, *, plain: bool = False) -> Answer:
    if found := _WEIGHT.match(part):
        weight, part = float(found[1]) / 100, part[found.end() :]
    text, _, say = part.partition("#")
    return Answer(words(text, plain=plain), weight, words(say))


def _split(answers: str, sign: str) -> list[str]:
    return [part.strip() for part in answers.split(sign) if part.strip()]


def _read_answers(one: Parsed, answers: str, words: _Text) -> None:
    truth = answers.partition("#")[0].strip().upper()
    if not answers:
        one.kind = "essay"
    elif answers.startswith("#"):
        one.kind = "numeric"
        _read_numbers(one, answers[1:], words)
    elif "~" in answers:
        one.kind = "single" if "=" in answers else "multiple"
        for part in _split(answers.replace("=", "~="), "~"):
            weight = float(part.startswith("="))
            one.answers.append(_answer(part.removeprefix("="), words, weight))
    elif "=" in answers and "->" in answers:
        one.kind = "match"
        for part in _split(answers, "="):
            left, arrow, right = part.partition("->")
            if not arrow:
                raise _Fault(f"the pair {part[:40]!r} has no ->")
            one.pairs.append((words(left), words(right, plain=True)))
    elif truth in ("T", "TRUE", "F", "FALSE"):
        one.kind = "single"
        parts = [*answers.split("#", 2), "", ""]
        wrong, right = words(parts[1]), words(parts[2])
        true = truth.startswith("T")
        one.answers = [
            Answer("True", float(true), right if true else wrong),
            Answer("False", float(not true), wrong if true else right),
        ]
    else:
        one.kind = "short"
        one.answers = [_answer(part, words, 1.0, plain=True) for part in _split(answers, "=")]


def _read_numbers(one: Parsed, answers: str, words: _Text) -> None:
    answers, _, other = answers.partition("~")
    for part in _split(answers, "="):
        answer = _answer(part, words, 1.0, plain=True)
        text = answer.text
        if ".." in text:
            try:
                text, answer.tolerance = of_range(*text.split("..", 1))
            except ValueError as error:
                raise _Fault(f"{error} is none of numbers") from None
        elif ":" in text:
            text, _, answer.tolerance = (each.strip() for each in text.partition(":"))
        answer.text = text
        one.answers.append(answer)
    if other:
        one.answers.append(Answer("*", 0.0, words(other.partition("#")[2])))
