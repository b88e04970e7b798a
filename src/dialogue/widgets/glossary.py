"""The glossary: ``glossary()`` shows every term, ``glossary("PMF")`` one.

The terms are the rows of ``seeds/glossary.csv``.  The live panel has a search field that
forgives accents, capitals, articles and the variants of Arabic letters (``questions.fold``);
the readable twin has the same terms as disclosures, so that both open by click and by key.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import traitlets

from dialogue.course import catalogue, sources, tables
from dialogue.course.faults import nearest
from dialogue.page.html import Html, as_twin, details, element, joined, listed
from dialogue.page.words import GLOSSARY as WORDS
from dialogue.questions import fold
from dialogue.widgets import scripts
from dialogue.widgets.base import Notice, View


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


# Letters that Latin spellings of one Arabic name exchange; vowels come and go. In this order,
# and in glossary.js as well.
_ALIKE = (
    (r"dh|z", "d"),
    (r"th", "t"),
    (r"kh|q|c", "k"),
    (r"gh", "g"),
    (r"sh", "s"),
    (r"ph", "f"),
    (r"[aeiouwy]|\Bh", ""),
    (r"(.)\1+", r"\1"),
)


def sounds(text: str) -> list[str]:
    """The Latin words of *text* by their consonants, so that ``kadimi`` is ``Kadhimi``.

    Short words and those with fewer than three consonants say too little to be told apart.
    """
    found = []
    for word in map(fold, re.split(r"[\s/-]+", text)):
        if len(word) > 3 and re.fullmatch(r"[a-z]+", word):
            for letters, letter in _ALIKE:
                word = re.sub(letters, letter, word)
            found.append(word)
    return [word for word in found if len(word) > 2]


# How well a term fits what is looked for, best first.
EXACT, START, INSIDE, SOUND, MEANING = range(5)


def rank(entry: dict[str, Any], wish: str) -> int | None:
    """How well *entry* fits *wish*, or None: its own name before a word in another's meaning."""
    key, heard = fold(wish), sounds(wish)
    if not key:
        return None
    if key in entry["keys"]:
        return EXACT
    if any(one.startswith(key) for one in entry["keys"]):
        return START
    if any(key in one for one in entry["keys"]):
        return INSIDE
    if heard and set(heard) <= set(entry["sounds"]):
        return SOUND
    return MEANING if len(key) > 2 and key in entry["meaning"] else None


def entries() -> list[dict[str, Any]]:
    """Every term as the panel and the twin show it, in the order of the alphabet.

    ``keys`` are the folded names (term, abbreviation, Arabic, transliteration, variants),
    ``sounds`` their Latin words by sound and ``meaning`` is the folded explanation: what a
    search is compared with.
    """
    lessons = {lesson.number: lesson for lesson in catalogue.lessons()}
    found = []
    for term_id, row in tables.by_key("glossary", "term_id").items():
        variants = _list(row["variants"])
        abbreviation = row["abbreviation"]
        arabic = row["arabic"].split("، ")
        names = [row["term"], abbreviation, *arabic, row["transliteration"], *variants]
        ids = [i for i in (row["source_id"], row["second_source_id"]) if i]
        found.append(
            {
                "id": term_id,
                "name": f"{row['term']} ({abbreviation})" if abbreviation else row["term"],
                "kind": row["kind"],
                "plain": row["plain"],
                "arabic": row["arabic"],
                "transliteration": row["transliteration"],
                "variants": variants,
                "paragraphs": row["paragraphs"].split(),
                "lessons": [
                    {
                        "number": number,
                        "title": lessons[number].title,
                        "file": lessons[number].path.name if lessons[number].written else "",
                    }
                    for number in row["lessons"].split()
                    if number in lessons
                ],
                "sources": [
                    {
                        "text": sources.reference(i),
                        "address": sources.web(
                            sources.bibliography().get(i, {}).get("address", "")
                        ),
                    }
                    for i in ids
                ],
                "note": row["note"],
                "keys": list(dict.fromkeys(fold(name) for name in names if name)),
                "sounds": list(dict.fromkeys(word for name in names for word in sounds(name))),
                "meaning": fold(row["plain"]),
            }
        )
    return sorted(found, key=lambda entry: fold(entry["name"]))


# --- the readable twin -----------------------------------------------------------------


# An element "bdi" has a direction of its own, so that its neighbours keep theirs.
_AS_ARABIC = {"dir": "rtl", "lang": "ar"}
# Arabic inside an English sentence: its words, and the spaces between them.
_ARABIC = re.compile(r"[\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*")


def _prose(words: str) -> Html:
    """*words* with every Arabic run in an element that says its language and direction."""
    parts, end = [], 0
    for run in _ARABIC.finditer(words):
        parts += [words[end : run.start()], element("bdi", run[0], **_AS_ARABIC)]
        end = run.end()
    return joined(*parts, words[end:])


def _link(address: str, words: str) -> Html:
    return element("a", words, href=address) if address else element("bdi", words)


def _entry_html(entry: dict[str, Any]) -> Html:
    arabic = element("bdi", entry["arabic"], **_AS_ARABIC) if entry["arabic"] else ""
    said = arabic or WORDS["no_arabic"]
    if arabic and (latin := entry["transliteration"]):
        said = joined(arabic, " ", element("em", element("bdi", latin)))
    rows = [("arabic", said)]
    if entry["variants"]:
        rows.append(
            ("variants", joined(*(element("bdi", name) for name in entry["variants"]), apart=" · "))
        )
    rows.append(("paragraphs", ", ".join(entry["paragraphs"]) or WORDS["no_paragraph"]))
    if entry["lessons"]:
        links = (joined(x["number"], " ", _link(x["file"], x["title"])) for x in entry["lessons"])
        rows.append(("lessons", joined(*links, apart="; ")))
    references = (_link(one["address"], one["text"]) for one in entry["sources"])
    rows.append(("sources", joined(*references, apart="; ")))
    note = entry["note"] and element("p", element("em", _prose(entry["note"])), dir="auto")
    return details(
        joined(element("strong", entry["name"], dir="auto"), " ", arabic),
        element("p", _prose(entry["plain"]), dir="auto"),
        listed(*(joined(WORDS[name], ": ", value) for name, value in rows)),
        note,
    )


def _title(shown: list[dict[str, Any]]) -> str:
    """What the panel is called: two of them on a page must not be called alike."""
    if len(shown) == len(entries()):
        return WORDS["title"]
    return f"{WORDS['title']}: {', '.join(entry['name'] for entry in shown)}"


def _as_html(shown: list[dict[str, Any]]) -> str:
    parts = [element("p", element("strong", _title(shown)))]
    if len(shown) > 1:
        parts.append(element("p", element("em", WORDS["live"])))
    return as_twin(*parts, *map(_entry_html, shown), apart="\n")


def _as_text(shown: list[dict[str, Any]]) -> str:
    lines = [f"{_title(shown)} ({len(shown)} term{'s' if len(shown) != 1 else ''})"]
    lines += [f"{entry['name']}: {entry['plain']}" for entry in shown]
    # What the lines leave out still changes the text.
    content = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return "\n".join([*lines, f"(terms {digest})"])


# --- the live panel ----------------------------------------------------------------------


class Glossary(View):
    """The terms with a search field.  All of them are in the page: no kernel is asked."""

    _esm = scripts.script("glossary")
    _css = scripts.style("glossary")
    terms = traitlets.List(traitlets.Dict()).tag(sync=True)
    strings = traitlets.Dict(WORDS).tag(sync=True)

    def __init__(self, shown: list[dict[str, Any]]) -> None:
        self.twin_html, self.twin_text = _as_html(shown), _as_text(shown)
        super().__init__(terms=shown, strings={**WORDS, "title": _title(shown)})


def glossary(*terms: str) -> Glossary | Notice:
    """Show the glossary: ``glossary()`` all of it, ``glossary("PMF", "waiver")`` some terms.

    A term may be named in any spelling that the glossary has, in Latin or Arabic letters, or
    in one that sounds alike.  One that is not there shows a message with the nearest that are.
    """
    every = entries()
    if not terms:
        return Glossary(every)
    shown, problems = [], []
    for wish in terms:
        folded = fold(str(wish))
        ranks = {entry["id"]: rank(entry, str(wish)) for entry in every}
        best = EXACT if EXACT in ranks.values() else SOUND
        hits = [entry for entry in every if ranks[entry["id"]] == best]
        if hits:
            shown += [hit for hit in hits if hit not in shown]
            continue
        keys = {key: entry["name"] for entry in every for key in entry["keys"]}
        near = dict.fromkeys(keys[k] for k in nearest(folded, keys, 3, cutoff=0.5))
        hint = f" The nearest: {', '.join(near)}." if near else " glossary() shows all terms."
        problems.append(f"The glossary has no term {str(wish)!r}.{hint}")
    return Notice(problems) if problems else Glossary(shown)
