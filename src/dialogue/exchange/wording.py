"""A text from another program as the course's small markup, and what that could not carry.

Moodle keeps several languages in one text: as neighbouring spans of the class ``multilang``
(docs.moodle.org, "Multi-language content filter") or between ``{mlang en}`` and ``{mlang}``
(the plugin filter_multilang2).  One of them is chosen here, and which is said.
"""

from __future__ import annotations

import re

from dialogue.bank import writing
from dialogue.bank.nodes import MOST_TEXT
from dialogue.page import text

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
_DOLLARS = re.compile(r"(?<![\\\w$])\$(?=[^\s$])[^$\n]{0,300}?(?<=[^\s$])\$(?![\w$])")
_BRACKETS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"))
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


def has_formula(words: str) -> bool:
    """Does something in *words* look like a formula in the marks of TeX?"""
    for opens, closes in _BRACKETS:
        at = words.find(opens)
        if at >= 0 and words.find(closes, at + 3) >= 0:
            return True
    found = _DOLLARS.search(words)
    return found is not None and not _MONEY.match(found[0])


class Wording:
    """Reads the texts of one question; what they lose goes to *lost*."""

    def __init__(self, lost: list[str], language: str = "en") -> None:
        self.lost, self.language = lost, language

    def __call__(self, words: str, form: str = "auto") -> str:
        """The small markup of *words*, which are "html", "plain", "markdown" or either of the first ("auto")."""
        words = self.one_language(words.strip()).strip()
        if form == "markdown":
            words = self._markdown(words)
        if form == "html" or (form == "auto" and looks_like_html(words)):
            shown, lost = writing.from_html(words)
            if not shown and form == "auto":  # nothing but <br>: it is what is spoken of
                return words
            self.lost += [f"left out of the text: {', '.join(lost)}"] if lost else []
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
        if has_formula(shown):
            self.lost.append("a formula is shown as it was typed, between its signs")
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
