"""The glossary: ``glossary()`` shows every term, ``glossary("PMF")`` one.

The terms are the rows of ``seeds/glossary.csv``.  The live panel has a search field that
forgives accents, capitals, articles and the variants of Arabic letters (``questions.fold``);
the readable twin has the same terms as disclosures, so that both open by click and by key.
"""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dialogue.course import catalogue, sources
from dialogue.course.faults import nearest
from dialogue.page.text import TWIN
from dialogue.questions import fold
from dialogue.widgets.quiz import Notice

_HERE = Path(__file__).parent / "static"

STRINGS = {
    "title": "Glossary",
    "live": "This is the reading copy: open a term by click, or by Tab and Enter. For a search field, run the cells: menu Run, then Run All Cells.",
    "find": "Find a term",
    "how": "In Latin or Arabic letters, in any usual spelling. Enter opens the first that fits.",
    "count": "{n} of {total} terms",
    "none": "No term fits. Try fewer letters, or another spelling.",
    "arabic": "In Arabic",
    "no_arabic": "Unknown: no settled Arabic term was found in the sources read.",
    "variants": "Also written",
    "paragraphs": "In the article",
    "no_paragraph": "Not named in it",
    "lessons": "In lessons",
    "sources": "Sources",
}


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def entries() -> list[dict[str, Any]]:
    """Every term as the panel and the twin show it, in the order of the alphabet.

    ``keys`` are the folded names (term, abbreviation, Arabic, transliteration, variants) and
    ``meaning`` is the folded explanation: what a search is compared with.
    """
    lessons = {lesson.number: lesson for lesson in catalogue.lessons()}
    found = []
    for term_id, row in sources._table("glossary", "term_id").items():
        variants = _list(row["variants"])
        abbreviation = row["abbreviation"]
        names = [row["term"], abbreviation, row["arabic"], row["transliteration"], *variants]
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
                "meaning": fold(row["plain"]),
            }
        )
    return sorted(found, key=lambda entry: fold(entry["name"]))


# --- the readable twin -----------------------------------------------------------------


def _bdi(words: str, arabic: bool = False) -> str:
    """*words* with a direction of their own, so that their neighbours keep theirs."""
    more = ' dir="rtl" lang="ar"' if arabic else ""
    return f"<bdi{more}>{escape(words)}</bdi>"


# Arabic inside an English sentence: its words, and the spaces between them.
_ARABIC = re.compile(r"[\u0600-\u06ff]+(?: +[\u0600-\u06ff]+)*")


def _prose(words: str) -> str:
    """*words* with every Arabic run in an element that says its language and direction."""
    parts, end = [], 0
    for run in _ARABIC.finditer(words):
        parts += [escape(words[end : run.start()]), _bdi(run[0], arabic=True)]
        end = run.end()
    return "".join([*parts, escape(words[end:])])


def _link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}">{escape(words)}</a>' if address else _bdi(words)


def _entry_html(entry: dict[str, Any]) -> str:
    arabic = _bdi(entry["arabic"], arabic=True) if entry["arabic"] else ""
    said = escape(STRINGS["no_arabic"])
    if arabic:
        latin = entry["transliteration"]
        said = arabic + (f" <em>{_bdi(latin)}</em>" if latin else "")
    rows = [(STRINGS["arabic"], said)]
    if entry["variants"]:
        rows.append((STRINGS["variants"], " · ".join(map(_bdi, entry["variants"]))))
    paragraphs = ", ".join(entry["paragraphs"]) or STRINGS["no_paragraph"]
    rows.append((STRINGS["paragraphs"], escape(paragraphs)))
    if entry["lessons"]:
        links = (f"{one['number']} {_link(one['file'], one['title'])}" for one in entry["lessons"])
        rows.append((STRINGS["lessons"], "; ".join(links)))
    references = (_link(one["address"], one["text"]) for one in entry["sources"])
    rows.append((STRINGS["sources"], "; ".join(references)))
    listed = "".join(f"<li>{escape(name)}: {value}</li>" for name, value in rows)
    note = f'<p dir="auto"><em>{_prose(entry["note"])}</em></p>' if entry["note"] else ""
    return (
        f'<details><summary><strong dir="auto">{escape(entry["name"])}</strong> {arabic}</summary>'
        f'<p dir="auto">{_prose(entry["plain"])}</p><ul>{listed}</ul>{note}</details>'
    )


def _title(shown: list[dict[str, Any]]) -> str:
    """What the panel is called: two of them on a page must not be called alike."""
    if len(shown) == len(entries()):
        return STRINGS["title"]
    return f"{STRINGS['title']}: {', '.join(entry['name'] for entry in shown)}"


def _as_html(shown: list[dict[str, Any]]) -> str:
    parts = [TWIN, f"<p><strong>{escape(_title(shown))}</strong></p>"]
    if len(shown) > 1:
        parts.append(f"<p><em>{escape(STRINGS['live'])}</em></p>")
    return "\n".join([*parts, *map(_entry_html, shown), "</div>"])


def _as_text(shown: list[dict[str, Any]]) -> str:
    lines = [f"{_title(shown)} ({len(shown)} term{'s' if len(shown) != 1 else ''})"]
    lines += [f"{entry['name']}: {entry['plain']}" for entry in shown]
    # What the lines leave out still changes the text.
    content = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return "\n".join([*lines, f"(terms {digest})"])


# --- the live panel ----------------------------------------------------------------------


class Glossary(anywidget.AnyWidget):
    """The terms with a search field.  All of them are in the page: no kernel is asked."""

    _esm = _HERE / "glossary.js"
    _css = "\n".join((_HERE / n).read_text(encoding="utf-8") for n in ("quiz.css", "glossary.css"))
    terms = traitlets.List().tag(sync=True)
    strings = traitlets.Dict(STRINGS).tag(sync=True)

    def __init__(self, shown: list[dict[str, Any]]) -> None:
        self.twin_html, self.twin_text = _as_html(shown), _as_text(shown)
        super().__init__(terms=shown, strings={**STRINGS, "title": _title(shown)})

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self.twin_html, "text/plain": self.twin_text}, metadata


def glossary(*terms: str) -> Glossary | Notice:
    """Show the glossary: ``glossary()`` all of it, ``glossary("PMF", "waiver")`` some terms.

    A term may be named in any spelling that the glossary has, in Latin or Arabic letters.
    One that is not there shows a message with the nearest that are.
    """
    every = entries()
    if not terms:
        return Glossary(every)
    shown, problems = [], []
    for wish in terms:
        folded = fold(str(wish))
        hits = [entry for entry in every if folded and folded in entry["keys"]]
        if hits:
            shown += [hit for hit in hits if hit not in shown]
            continue
        keys = {key: entry["name"] for entry in every for key in entry["keys"]}
        near = dict.fromkeys(keys[k] for k in nearest(folded, keys, 3, cutoff=0.5))
        hint = f" The nearest: {', '.join(near)}." if near else " glossary() shows all terms."
        problems.append(f"The glossary has no term {str(wish)!r}.{hint}")
    return Notice(problems) if problems else Glossary(shown)
