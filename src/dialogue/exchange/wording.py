"""A text from another program as the course's small markup, and what that could not carry.

Moodle keeps several languages in one text: as neighbouring spans of the class ``multilang``
(docs.moodle.org, "Multi-language content filter") or between ``{mlang en}`` and ``{mlang}``
(the plugin filter_multilang2).  One of them is chosen here, and which is said.
"""

from __future__ import annotations

import re
from html import unescape

from dialogue.bank import writing
from dialogue.bank.nodes import MOST_TEXT
from dialogue.page import formula, pictures, text

# What no plain text holds: an element with its end, a line break, a character by its name.
_TAG = re.compile(
    r"</([a-z][a-z0-9]*)\s*>|<(?:br|hr|img)\b[^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]{2,8});",
    re.IGNORECASE,
)
_SPAN = re.compile(r"<span\b([^<>]{1,200})>", re.IGNORECASE)
_LANGUAGE = re.compile(r"""\blang\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_MLANG = re.compile(r"\{mlang\s*([\w,-]*)\s*\}", re.IGNORECASE)
_MOST_SPANS = 500  # in one text: more is no translation
# Pictures and links of Markdown, which are words here.
_PICTURE = re.compile(
    r"!\[([^][\n]{0,300})\]\([^()\s]{1,500}[^()\n]{0,100}\)(?:\{[^{}\n]{0,100}\})?"
)
_LINK = re.compile(r"(?<!!)\[([^][\n]{1,300})\]\([^()\s]{1,500}[^()\n]{0,100}\)")
_DOLLARS = re.compile(r"(?<![\\\w$])\$(?=[^\s$])([^$\n]{0,300}?)(?<=[^\s$])\$(?![\w$])")
_TWO_DOLLARS = re.compile(r"\$\$([^$]{1,600}?)\$\$")
_MONEY = re.compile(r"\$\d[\d.,]*\s")
_SIGNS = re.compile(r"[*_`]")


def looks_like_html(words: str) -> bool:
    """Is *words* HTML?  One that only speaks of <p> and <b> is not."""
    for found in _TAG.finditer(words):
        ended = found[1]
        if not ended or re.search(rf"<{ended}\b[^<>]*>", words[: found.start()], re.IGNORECASE):
            return True
        break
    return False


def _in_our_marks(words: str, lost: list[str], *, dollars: bool) -> str:
    """*words* with the formulas of other marks in ours: $$x$$, and with *dollars*, where the
    program means it so, $x$."""

    def block(found: re.Match[str]) -> str:
        return _ours(found, True)

    def line(found: re.Match[str]) -> str:
        made = found[0] if _MONEY.match(found[0]) else _ours(found, False)
        if made != found[0]:
            lost.append("what stood between dollar signs is a formula here: check it")
        return made

    if "$" not in words or "`" in words or "<pre" in words or "<code" in words:
        return words  # in a program a dollar is something else
    words = _TWO_DOLLARS.sub(block, words)
    return _DOLLARS.sub(line, words) if dollars else words


def _ours(found: re.Match[str], display: bool) -> str:
    tex = unescape(found[1]).strip()
    try:
        formula.tree(tex, display)
    except formula.NoFormula:
        return found[0]
    return formula.marked(found[1].strip(), display)


def _no_formula(words: str) -> str:
    """What looks like a formula in *words* and cannot be shown as one, and why."""
    if len(words) > MOST_TEXT:
        return ""
    for what, why in text.no_formulas(words):
        return f"{what}: {why}"
    found = _TWO_DOLLARS.search(words) or _DOLLARS.search(words)
    return found[0] if found and not _MONEY.match(found[0]) else ""


class Wording:
    """Reads the texts of one question; what they lose goes to *lost*.

    *dollars*: this program sets what stands between two dollar signs as a formula.  *pictured*
    finds the pictures that came along.
    """

    def __init__(
        self,
        lost: list[str],
        language: str = "en",
        *,
        dollars: bool = False,
        pictured: writing.Pictured | None = None,
    ) -> None:
        self.lost, self.language, self.dollars, self.pictured = lost, language, dollars, pictured

    def __call__(self, words: str, form: str = "auto") -> str:
        """The small markup of *words*, which are "html", "plain", "markdown" or either of the first ("auto")."""
        words = self.one_language(words.strip()).strip()
        dollars = self.dollars or form == "markdown"
        words = _in_our_marks(words, self.lost, dollars=dollars)
        if form == "markdown":
            words = self._markdown(words)
        if form == "html" or (form == "auto" and looks_like_html(words)):
            shown, lost = writing.from_html(words, self.pictured)
            if not shown and form == "auto":  # nothing but <br>: it is what is spoken of
                return words
            self.lost += [f"left out of the text: {', '.join(lost)}"] if lost else []
            self.lost += [
                f"a picture without a description: say in ![…] what {name} shows"
                for name in pictures.undescribed(shown)
            ]
        else:
            shown = words
            signs = len(_SIGNS.findall(words)) if form != "markdown" else 0
            # Without a sign, or in a text that no question may have, there is nothing to look for.
            if (
                signs > 0
                and len(words) <= MOST_TEXT
                and signs > len(_SIGNS.findall(text.plain(words)))
            ):
                self.lost.append("signs such as * are marks of emphasis here: check the text")
        if what := _no_formula(shown):
            self.lost.append(f"a formula is shown as it was typed: {what}")
        return shown

    def _markdown(self, words: str) -> str:
        pictures, links = _PICTURE.findall(words), _LINK.findall(words)
        if pictures:
            self.lost.append("left out of the text: a picture")
            words = _PICTURE.sub(lambda found: f"[{found[1]}]" if found[1] else "", words)
        if links:
            self.lost.append("left out of the text: a link")
            words = _LINK.sub(lambda found: found[1], words)
        return words

    def literal(self, words: str) -> str:
        """What somebody has to type: no markup, one language."""
        return self.one_language(words.strip()).strip()

    def one_language(self, words: str) -> str:
        """*words* in the language wanted, where they hold several."""
        if "mlang" in words.lower():
            words = self._blocks(words)
        if "multilang" in words.lower():
            words = self._spans(words)
        return words

    def _chosen(self, found: dict[str, str]) -> str:
        wanted = self.language if self.language in found else ""
        near = [name for name in found if name.split("_")[0].split("-")[0] == self.language]
        chosen = wanted or (near or list(found))[0]
        others = ", ".join(name for name in found if name != chosen)
        if others:
            self.lost.append(f"the language {chosen!r} is taken over, and not {others}")
        return found[chosen]

    def _blocks(self, words: str) -> str:
        """``{mlang en}one{mlang}{mlang ar}two{mlang}``."""
        pieces = _MLANG.split(words)  # text, language, text, language …
        out = [pieces[0]]
        group: dict[str, str] = {}
        for name, between in zip(pieces[1::2], pieces[2::2], strict=True):
            if name:
                for each in name.lower().split(","):
                    group[each] = group.get(each, "") + between
                continue
            if between.strip() and group:
                out.append(self._chosen(group))
                group = {}
            if between.strip():
                out.append(between)
        if group:
            out.append(self._chosen(group))
        return "".join(out)

    def _spans(self, words: str) -> str:
        """Neighbouring spans of the class ``multilang``."""
        starts = [
            (found, language[1].lower())
            for found in _SPAN.finditer(words)
            if "multilang" in found[1].lower() and (language := _LANGUAGE.search(found[1]))
        ]
        if len(starts) > _MOST_SPANS:
            self.lost.append("its many languages stand one after another")
            return words
        out: list[str] = []
        group: dict[str, str] = {}
        at = 0
        for found, name in starts:
            end = words.lower().find("</span>", found.end())
            if end < 0 or found.start() < at:
                continue
            between = words[at : found.start()]
            if between.strip() or (group and name in group):
                out += [self._chosen(group)] if group else []
                group = {}
            out += [between] if between.strip() or not group else []
            group[name] = words[found.end() : end]
            at = end + len("</span>")
        out += [self._chosen(group)] if group else []
        return "".join([*out, words[at:]])

    def code(self, words: str, *, inline: bool = False) -> str:
        """A piece of a program as the small markup shows it."""
        plain = writing.clean(words).strip("\r\n").rstrip()
        if not plain.strip():
            return ""
        if not inline or "\n" in plain:
            return writing.fenced(plain)
        ticks = max((len(run) for run in re.findall("`+", plain)), default=0)
        mark = "`" * (ticks + 1)
        gap = " " if plain.startswith("`") or plain.endswith("`") else ""
        return f"{mark}{gap}{plain}{gap}{mark}"
