"""Questions as an author would type them, and the YAML of a bank.

Every import ends here, and every table begins here: the one place that knows how a
question looks in the file it came from.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import yaml

from dialogue.bank.items import COMMON_FIELDS
from dialogue.bank.nodes import MOST_TEXT
from dialogue.page import formula, pictures, text
from dialogue.page.html import Html, element
from dialogue.page.numbers import exact
from dialogue.questions import Match, Question
from dialogue.questions import remarks as remarks
from dialogue.questions.kinds.classify import if_label as if_label
from dialogue.questions.model import full

# Words that need no quotation marks, such as ids.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Fields in which yes, no, a number or a date is no text; elsewhere an editor would take the text
# for one, so it stands in quotation marks.
_TYPED = frozenset(
    (
        *("right", "points", "tolerance", "answer", "value", "within", "contested", "core"),
        *("shuffle", "happened", "chance", "from", "to", "any_one", "opens", "resolves"),
        *("as_of", "date"),
    )
)
# The comment above an item: whence it came.
NOTE = "#"


def fields(question: Question) -> dict[str, Any]:
    """What an author would type for *question*: text, lists and mappings of text.

    Fields that say nothing are left out.  Three things are not the author's own any more: the
    language belongs to the file (see :func:`bank_text`), a key that was computed from a table
    is the number that is shown, and a question without its key (``keyless``) has none here.
    """
    common = {
        "id": question.id,
        "type": question.kind,
        "ask": question.ask,
        "para": list(question.para),
        "objective": question.objective,
        "level": question.level,
        "hint": question.hint,
        "explain": question.explain,
        "sources": list(question.sources),
        "points": exact(question.points) if question.points != 1 else "",
        "contested": "yes" if question.contested else "",
        "as_of": question.as_of,
        "status": question.status,
        "by": question.by,
        "confidence": type(question).certainty if question.confidence else "",
        "use": question.use if question.use != "learn" else "",
        "core": "yes" if question.core else "",
        "shuffle": "" if question.shuffle else "no",
        "was": list(question.was),
    }
    return full(**common, **question.own_fields())


def item_id(name: str, taken: Mapping[str, Any] | set[str], *, default: str = "item") -> str:
    """An id that a bank allows, still resembles *name*, and is not in *taken*."""
    plain = unicodedata.normalize("NFKD", name).lower()
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    stem = "-".join(words)[:60].rstrip("-") or default
    if stem not in taken:
        return stem
    # Of a thousand questions of one name the numbers are taken in their order: double, then halve.
    free, last = 2, 1
    while f"{stem}-{free}" in taken:
        free, last = 2 * free, free
    while free - last > 1:
        middle = (free + last) // 2
        free, last = (free, middle) if f"{stem}-{middle}" in taken else (middle, last)
    return f"{stem}-{free}"


# --- the small markup and HTML ---------------------------------------------------------

# What neither XML 1.0 nor a text file may hold (XML 1.0, section 2.2).
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIGNS = re.compile(r"[*_`-]")
_DROPPED = {"script", "style", "head", "title", "template", "noscript", "svg", "math"}
_SHOWN = {
    "img": "a picture",
    "audio": "a sound",
    "video": "a film",
    "iframe": "a page in the page",
    "object": "an object",
}
_SHIFTED = {"sup": True, "sub": False}  # up or down
# Figures and signs that Unicode has raised and lowered.
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "tt": "`", "kbd": "`"}
_BREAKS = {"p", "div", "ul", "ol", "table", "blockquote", "pre", "section", "hr"} | {
    f"h{level}" for level in range(1, 7)
}
_MOST_TAGS = 1_000
_DEEPEST = 20  # marks within marks: more is no writing
_HARMLESS = {
    *("span", "font", "html", "body", "bdi", "bdo", "label", "li", "br", "wbr", "small", "big"),
    *("center", "q", "cite", "abbr", "thead", "tbody", "tfoot", "colgroup", "col"),
}


def clean(words: str) -> str:
    """*words* without the control characters that no other program reads."""
    return _NOT_ALLOWED.sub("\ufffd", words)


def shifted(words: str, up: bool) -> str:
    """Raised or lowered *words* in plain signs: 10⁶, or 10^(x+y) where Unicode has none."""
    table, mark = (_RAISED, "^") if up else (_LOWERED, "_")
    inner = words.strip()
    if not inner or all(ord(sign) in table for sign in inner):
        return inner.translate(table)
    return f"{mark}{inner}" if len(inner) < 2 else f"{mark}({inner})"


_QUOTES = {"&#x27;": "'", "&quot;": '"'}


def html(words: str, *, block: bool = False, tex: text.Tex | None = formula.marked) -> str:
    """The small markup of *words* as HTML on one line; formulas stay TeX, which Moodle and
    Canvas draw themselves, unless *tex* is None, and pictures have their address for
    :func:`placed`: see :func:`dialogue.page.text.html`."""
    shown = str(text.html(clean(words), block=block, tex=tex, at="at"))
    shown = shown.replace(' class="dialogue-picture">', ">").replace(' dir="auto"', "")
    shown = shown.replace(' dir="ltr"', "")
    # Lines of code stay lines, by their number.
    shown = re.sub("<pre>.*?</pre>", lambda code: code[0].replace("\n", "&#10;"), shown, flags=re.S)
    return re.sub(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+", " ", _unreferred(shown))


def _unreferred(shown: str) -> str:
    """Between tags a quotation mark is plain text, and not every program reads the reference."""
    return re.sub("<[^>]*>|&#x27;|&quot;", lambda each: _QUOTES.get(each[0], each[0]), shown)


def paragraph(words: str) -> str:
    """*words* as they were typed, without markup, as a paragraph of HTML."""
    return _unreferred(str(element("p", clean(words))))


_ADDRESS = re.compile(rf'<img src="{pictures.FOLDER}/[^"#]+#([0-9a-f]{{16}})"')


def placed(shown: str, address: Callable[[pictures.Picture], str]) -> str:
    """HTML of :func:`html` with the *address* that each picture has in another program."""

    def one(mark: re.Match[str]) -> str:
        picture = pictures.known(mark[1])
        return str(Html('<img src="{}"').format(address(picture))) if picture else mark[0]

    return _ADDRESS.sub(one, shown)


def fenced(code: str) -> str:
    """Lines of a program as the small markup shows them."""
    ticks = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    return f"{'`' * (ticks + 1)}\n{code}\n{'`' * (ticks + 1)}"


@dataclass
class _Table:
    """A table that is being read: its rows, and where its open cell begins."""

    start: int
    rows: list[list[str]] = field(default_factory=list)
    cell: int | None = None
    headed: bool = False
    whole: bool = True

    def markdown(self) -> str:
        rows = [row for row in self.rows if row]
        wide = max((len(row) for row in rows), default=0)
        if not self.headed:
            rows.insert(0, [""] * wide)
        rows.insert(1, ["---"] * wide)
        return "\n".join(f"| {' | '.join(row + [''] * (wide - len(row)))} |" for row in rows)


Pictured = Callable[[str], pictures.Picture | str | None]


class _Words(HTMLParser):
    """HTML as the small markup, and what had to be dropped."""

    def __init__(self, pictured: Pictured | None) -> None:
        super().__init__(convert_charrefs=True)
        self.pictured = pictured
        self.out: list[str] = []
        self.lost: list[str] = []
        self.open: list[tuple[str, int]] = []  # open marks, and where each stands in `out`
        self.lists: list[int | None] = []  # the next number of each open list
        self.deaf = 0
        self.pre: int | None = None  # where an open block of code begins in `out`
        self.kept: list[str] = []  # blocks that keep their lines; a sign stands for each
        self.tables: list[_Table] = []
        self.math: list[str] | None = None  # the TeX of an open formula in MathML
        self.math_marks = "("
        self.noted = False  # is what is read now its TeX?
        self.signs = 0  # that mean something in the small markup

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._formula_starts(tag, dict(attrs)):
            pass
        elif tag in _DROPPED:
            self.deaf += 1
            self.lost.append(f"<{tag}>")
        elif self.deaf:
            pass
        elif self.pre is not None:
            self.out.append("\n" if tag == "br" else "")
        elif tag == "pre":
            self.pre = len(self.out)
        elif self._table_starts(tag):
            pass
        elif tag in _MARKS or tag in _SHIFTED:
            if len(self.open) >= _DEEPEST:
                return
            self.open.append((tag, len(self.out)))
            self.out.append("")  # the mark, as soon as there are words behind it
        elif tag in ("ul", "ol"):
            self.lists.append(1 if tag == "ol" else None)
            self.out.append("\n\n")
        elif tag == "li":
            count = self.lists[-1] if self.lists else None
            self.out.append("\n" + ("- " if count is None else f"{count}. "))
            if count is not None:
                self.lists[-1] = count + 1
        elif tag == "br":
            self.out.append("  \n")
        elif tag in _BREAKS:
            # A paragraph inside a list's entry begins it; it does not end the list.
            if not (self.lists and self.out and re.search(r"(- |\d\. )$", self.out[-1])):
                self.out.append("\n\n")
            if tag in ("table", "blockquote") or re.fullmatch(r"h\d", tag):
                self.lost.append(f"<{tag}>")
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag == "tr":
            self.out.append("\n\n")
        elif tag == "img" and self._picture(dict(attrs)):
            pass
        elif tag in _SHOWN:
            self.lost.append(_SHOWN[tag])
            described = dict(attrs).get("alt") or ""
            self.out.append(f"[{described}]" if described else "")
        elif tag == "a":
            if dict(attrs).get("href"):
                self.lost.append("a link")
        elif tag not in _HARMLESS:
            self.lost.append(f"<{tag}>")

    def _picture(self, own: dict[str, str | None]) -> bool:
        """Is it a picture of which the file came along?"""
        words = " ".join((own.get("alt") or "").split())
        found = self.pictured(own.get("src") or "") if self.pictured else None
        if found is None:
            return False
        if isinstance(found, str):
            self.lost.append(found)
            self.out.append(f"[{words}]" if words else "")
            return True
        self.out.append(pictures.marked(found, words))
        self.signs += len(_SIGNS.findall(words))
        return True

    def _formula_starts(self, tag: str, own: dict[str, str | None]) -> bool:
        """Is it a formula that brings its TeX, or a part of one?"""
        if self.math is not None:
            self.noted = tag == "annotation" and "tex" in (own.get("encoding") or "").lower()
        elif tag == "math" and not self.deaf:
            self.math, self.math_marks = [], "[" if own.get("display") == "block" else "("
        elif tag == "img" and not self.deaf and own.get("data-equation-content"):  # of Canvas
            self.out.append(formula.marked(own["data-equation-content"] or "", False))
        else:
            return False
        return True

    def _formula_ends(self, tag: str) -> None:
        self.noted = False
        if tag != "math":
            return
        tex = "".join(self.math or ()).strip()
        for opens, closes in formula.MARKS.values():
            tex = tex.removeprefix(opens).removesuffix(closes)
        if not tex:
            self.lost.append("<math>")
        else:
            self.out.append(formula.marked(tex, self.math_marks == "["))
            self.signs += len(_SIGNS.findall(tex))
        self.math = None

    def handle_endtag(self, tag: str) -> None:
        if self.math is not None:
            self._formula_ends(tag)
        elif tag in _DROPPED:
            self.deaf = max(0, self.deaf - 1)
        elif self.pre is not None:
            if tag == "pre":
                code = "".join(self.out[self.pre :]).strip("\r\n").rstrip()
                self.out[self.pre :] = [self._keep(fenced(code))] if code.strip() else []
                self.pre = None
        elif self._table_ends(tag):
            pass
        elif tag in _MARKS or tag in _SHIFTED:
            for place in range(len(self.open) - 1, -1, -1):
                if self.open[place][0] == tag:
                    start = self.open.pop(place)[1]
                    self._mark(tag, start)
                    break
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.out.append("\n\n")
        elif tag in _BREAKS and not self.lists:
            self.out.append("\n\n")

    def _mark(self, tag: str, start: int) -> None:
        words = "".join(self.out[start:])
        if tag in _SHIFTED:
            self.out[start:] = [shifted(words, _SHIFTED[tag])]
            return
        mark = _MARKS[tag]
        if mark == "`":
            ticks = max((len(run) for run in re.findall("`+", words)), default=0)
            mark = "`" * (1 if not ticks else ticks + 1)
            if words.startswith("`") or words.endswith("`"):
                words = f" {words} "
            self.out[start:] = [mark, words, mark] if words.strip() else []
            return
        inner = words.strip()
        before = words[: len(words) - len(words.lstrip())]
        after = words[len(words.rstrip()) :]
        self.out[start:] = [before, mark, inner, mark, after] if inner else [words]

    def _keep(self, block: str) -> str:
        """A block that stays as it is when spaces are put in order."""
        self.kept.append(block)
        return f"\n\n\ue100{len(self.kept) - 1}\ue101\n\n"

    def _table_starts(self, tag: str) -> bool:
        """Is it a part of a table that can be kept as one?"""
        if tag == "table" and not self.tables and not self.lists:
            self.tables.append(_Table(len(self.out)))
        elif not self.tables or tag not in ("tr", "td", "th"):
            return False
        elif tag == "tr":
            self.tables[-1].rows.append([])
        else:
            self.tables[-1].headed |= tag == "th" and len(self.tables[-1].rows) == 1
            self.tables[-1].cell = len(self.out)
        return True

    def _table_ends(self, tag: str) -> bool:
        if not self.tables or tag not in ("table", "tr", "td", "th"):
            return False
        table = self.tables[-1]
        if tag in ("td", "th") and table.cell is not None:
            words = "".join(self.out[table.cell :])
            del self.out[table.cell :]
            table.whole &= "\ue100" not in words
            (table.rows or [[]])[-1].append(" ".join(words.split()).replace("|", "\\|"))
            table.cell = None
        elif tag == "table":
            self.tables.pop()
            if table.whole and table.rows:
                self.out.append(self._keep(table.markdown()))
            else:
                self.lost.append("<table>")
                self.out += [f"\n\n{' '.join(row)}" for row in table.rows] + ["\n\n"]
        return True

    def handle_data(self, data: str) -> None:
        if self.math is not None:
            if self.noted:
                self.math.append(data)
        elif not self.deaf and self.pre is not None:
            self.out.append(data)
        elif not self.deaf:
            self.signs += len(_SIGNS.findall(data))
            self.out.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def from_html(words: str, pictured: Pictured | None = None) -> tuple[str, list[str]]:
    """HTML from elsewhere as the small markup, and what it could not carry.

    *pictured* finds a picture by its address, or says why it cannot be taken over; any other
    picture, and scripts, are dropped and named; the words in a heading stay.
    Of what is longer, or has more tags, than any question only the words stay.
    """
    if len(words) > MOST_TEXT or words.count("<") + words.count("&") > _MOST_TAGS:
        plain = " ".join(re.sub(r"<[^<>]*>", " ", clean(words)).split())
        return plain, [f"its markup, because it is too long or has over {_MOST_TAGS} tags"]
    parser = _Words(pictured)
    parser.feed(re.sub("[\ue100\ue101]", "\ufffd", clean(words)))
    parser.close()
    if parser.math is not None:
        parser.handle_endtag("math")
    while parser.tables or parser.pre is not None:  # whoever opened it has not closed it
        parser.handle_endtag("pre" if parser.pre is not None else "table")
    plain = "".join(parser.out)
    plain = re.sub(r"[ \t]*\n(?! *\n)", lambda m: "  \n" if m[0].startswith("  ") else "\n", plain)
    plain = re.sub(r"[ \t]*\n[ \t]*\n\s*", "\n\n", plain)
    plain = re.sub(r"(?<=\n) +", "", plain).strip()
    plain = re.sub("\ue100(\\d+)\ue101", lambda at: parser.kept[int(at[1])], plain)
    if parser.signs > len(_SIGNS.findall(text.plain(plain))):
        parser.lost.append("signs such as * or -, which mark emphasis and lists here")
    return plain, list(dict.fromkeys(parser.lost))


# --- what a format has no field for ------------------------------------------------------

LONGEST_TAG = 50  # Moodle cuts a longer one off
TAGS = ("objective", "level", "para", "source", "as-of", "contested", "use", "core")


def _labels(question: Question) -> list[str]:
    found = [("kind", question.kind), ("objective", question.objective), ("level", question.level)]
    found += [("para", name) for name in question.para]
    found += [("source", name) for name in question.sources]
    found += [("as-of", question.as_of), ("contested", "yes" if question.contested else "")]
    found += [("use", question.use if question.use != "learn" else "")]
    found += [("core", "yes" if question.core else "")]
    return [f"{name}:{value}" for name, value in found if value]


def tags(question: Question) -> list[str]:
    """Labels that other programs can search by, and that an import reads back."""
    return [label for label in _labels(question) if len(label) <= LONGEST_TAG]


def from_tags(labels: Iterable[str]) -> tuple[dict[str, Any], str, list[str]]:
    """The fields that *labels* stand for, the kind of question, and the labels unknown here."""
    found: dict[str, Any] = {}
    kind, unknown = "", []
    for label in labels:
        name, _, value = (part.strip() for part in label.partition(":"))
        if name == "kind" and value:
            kind = value
        elif name in ("para", "source") and value:
            value = value.upper() if name == "para" else value
            found.setdefault({"source": "sources"}.get(name, name), []).append(value)
        elif name in TAGS and value:
            found[name.replace("-", "_")] = value
        else:
            unknown.append(label)
    return found, kind, unknown


def feedback(question: Question, *, with_remarks: bool) -> str:
    """The explanation as HTML; *with_remarks* the comments on parts of an answer follow it."""
    shown = html(question.explain, block=True) if question.explain else ""
    return shown + told(remarks(question) if with_remarks else [])


def told(said: Iterable[tuple[str, str]]) -> str:
    """A list of what is said, each after what it is about."""
    rows = [f"<li><em>{html(about)}</em>: {html(say)}</li>" for about, say in said if say]
    return f"<ul>{''.join(rows)}</ul>" if rows else ""


def plain(words: str) -> str:
    """*words* on one line without marks, for fields that hold no markup."""
    return " ".join(clean(text.plain(words)).split())


def marked(words: str) -> bool:
    """Does *words* mean more than :func:`plain` shows?"""
    return html(words, block=True) != paragraph(plain(words))


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(each)


def unkept(question: Question, *kept: str) -> list[str]:
    """What no format but the course's own has a place for; *kept* are fields that this one has."""
    found = []
    if question.confidence and question.marked:
        found.append("certainty is not asked for (in Moodle, choose certainty-based marking)")
    if question.guess:
        found.append("that it is a guess: the program marks it like any other question")
    if question.hint and "hint" not in kept:
        found.append("the hint is left out")
    if question.points != 1 and "points" not in kept:
        found.append(f"the points ({exact(question.points)}) are left out")
    if not question.shuffle and "shuffle" not in kept:
        found.append("that the order of the answers is fixed is left out")
    if question.was:
        found.append("former ids are left out")
    if question.by:
        found.append("the author is left out")
    if _NOT_ALLOWED.search("".join(_strings(fields(question)))):
        found.append("control characters are shown as �")
    found += question.unkept()
    if tags(question) != _labels(question):
        found.append(f"a label of more than {LONGEST_TAG} signs is left out")
    return found


def essay_key(question: Question) -> str:
    """The key as HTML, for whoever reads an essay that stands in for *question*."""
    key = question.key() if question.scored else []
    return paragraph("; ".join(key)) if key else ""


def matching_losses(question: Match) -> list[str]:
    """What menus of right-hand sides, which hold plain words only, lose in Moodle."""
    rights = question.rights
    found = ["emphasis in the right-hand sides is left out"] if any(map(marked, rights)) else []
    if any("<" in right for right in rights):
        found.append("Moodle may leave out what stands between < and > in right-hand sides")
    return found


# --- YAML ------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes what the bank reads: every value is text, and nothing is referred to twice."""

    # The bank reads yes, 3 and 2020-06-11 as text, so they need no quotation marks.
    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _scalar(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # Half of a surrogate pair, which JSON can smuggle in, has no place in UTF-8.
    no_text = isinstance(value, _Bare)
    value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    bare = _WORD.fullmatch(value) and (no_text or not _taken(value))
    return dumper.represent_scalar(_TEXT, value, style=None if bare else '"')


_TEXT = "tag:yaml.org,2002:str"
_CORE = re.compile(  # YAML 1.2, section 10.3.2, and the words of YAML 1.1 that editors know
    r"(?i:true|false|yes|no|on|off|y|n|null)|[-+]?(\d[\d_.]*|\.\d+)(e[-+]?\d+)?|0[xob][\da-f]+",
)


class _Bare(str):
    """The text of a field that holds no text: it needs no quotation marks."""

    __slots__ = ()


def _taken(value: str) -> bool:
    """Would a reader of YAML take *value* for something other than text?"""
    return _CORE.fullmatch(value) is not None or re.match(r"\d{4}-\d", value) is not None


def _list(dumper: yaml.SafeDumper, value: Sequence[Any]) -> yaml.Node:
    short = all(isinstance(each, str) and _WORD.fullmatch(each) for each in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
    value = {
        name: _Bare(each) if name in _TYPED and type(each) is str else each
        for name, each in value.items()
    }
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


def _finite(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that a bank holds")
    return _scalar(dumper, exact(float(value)))


_Dumper.add_representer(str, _scalar)
_Dumper.add_representer(_Bare, _scalar)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(bool, lambda dumper, value: _scalar(dumper, "yes" if value else "no"))
_Dumper.add_representer(int, _finite)
_Dumper.add_representer(float, _finite)


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)


def bank_text(
    items: Sequence[Mapping[str, Any]], title: str, quiz: str, *, language: str = "en"
) -> str:
    """A bank as YAML text, for ``bank.read``.

    *items* are mappings as :func:`fields` gives them (numbers, yes and no may be Python's own),
    with a comment to stand above them under the name :data:`NOTE`;
    all questions of a file share its *language*.  Raises ValueError for a number that is not
    finite.
    """
    order = {name: place for place, name in enumerate(COMMON_FIELDS)}
    head = {"quiz": quiz, "title": title, "language": language}
    parts = [_yaml({name: value for name, value in head.items() if value}), "items:\n"]
    for item in items:
        known = sorted((n for n in item if n in order), key=order.__getitem__)
        # The key stands before the explanation of it, as in the course's own banks.
        after = ("explain", "sources")
        names = [n for n in known if n not in after]
        names += [n for n in item if n not in order] + [n for n in known if n in after]
        said = re.sub(
            r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+", "\n", clean(item.get(NOTE, ""))
        )
        notes = [f"# {line}\n" for line in said.split("\n") if line.strip()]
        names = [name for name in names if name != NOTE]
        parts += ["\n", *notes, _yaml([{name: item[name] for name in names}])]
    return "".join(parts)
