"""XML from anybody: measured before it is parsed, without entities, and nothing is fetched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from html import escape  # for XML of other programs: page/html.py is for pages
from xml.etree import ElementTree

from dialogue.course import files
from dialogue.course.files import FileFault

MOST_TAGS = 1_000_000  # of one file: some 20,000 questions
MOST_UNPACKED = 200 * 1024 * 1024
_DEEPEST = 200  # elements within elements
_KEPT = ("src", "alt", "class", "lang", "href", "encoding", "display", "data-equation-content")
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})

Element = ElementTree.Element


def parsed(data: bytes, file: str, remedy: str, *, doctype: bool = False) -> Element:
    """The root of an XML file.  With *doctype* it may name one, which is not read.

    Raises :class:`~dialogue.course.files.FileFault` when the file is no XML, has more tags than any
    bank, or declares what its kind never declares.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if data.count(b"<") > MOST_TAGS:
        fault = f"it has more than {MOST_TAGS} tags"
        raise FileFault(file, fault, "export fewer questions at a time")
    try:
        return fromstring(data, forbid_dtd=not doctype)
    except DefusedXmlException:
        fault = "it declares a document type or entities, which no such program writes"
        raise FileFault(file, fault, "do not use this file; ask who sent it") from None
    except ElementTree.ParseError as error:
        line = error.position[0] if error.position else 0
        raise FileFault(file, "this is not whole XML", remedy, line) from None
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise FileFault(
            file, f"this cannot be read as XML ({error})", "save it as 'UTF-8'"
        ) from None


def unpacked(data: bytes, file: str) -> dict[str, bytes]:
    """The members of a zip file by name."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as copy:
        copy.write(data)
        copy.flush()
        try:
            return files.read_zip(copy.name, most=MOST_UNPACKED)
        except FileFault as found:  # it is the sender's file that is meant, not our copy
            raise FileFault(file, found.message, found.remedy) from None


def name(element: Element) -> str:
    """Its name without a namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def every(element: Element, wanted: str) -> Iterator[Element]:
    """Each element of this name in *element*, itself included."""
    return (each for each in element.iter() if name(each) == wanted)


def children(element: Element, *wanted: str) -> Iterator[Element]:
    """The elements of these names right inside *element*."""
    return (each for each in element if name(each) in wanted)


def first(element: Element, *path: str) -> Element | None:
    """The first element at the end of *path* in *element*."""
    for wanted in path:
        found = next(children(element, wanted), None)
        if found is None:
            return None
        element = found
    return element


def words(element: Element | None) -> str:
    """All text in *element* on one line, markup left away."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def visible(element: Element, hidden: Element | None = None) -> str:
    """All that *element* says, on one line; *hidden* left away."""
    parts = []
    left_away = set() if hidden is None else set(hidden.iter())
    for part in element.iter():
        if part not in left_away:
            parts += [name(part), *part.attrib.values(), (part.text or "").strip()]
    return " ".join(filter(None, parts))


def html(element: Element, replaced: dict[Element, str] | None = None, depth: int = 0) -> str:
    """What stands in *element* as HTML; for some elements it is said what takes their place.

    Raises ValueError where elements are nested deeper than any text.
    """
    if depth > _DEEPEST:
        raise ValueError("its elements are nested too deep")
    out = [escape(element.text or "", quote=False)]
    for child in element:
        tag = name(child)
        if replaced and child in replaced:
            out.append(replaced[child])
        elif tag:
            kept = "".join(
                f' {key.rpartition("}")[2]}="{escape(value)}"'
                for key, value in child.attrib.items()
                if key.rpartition("}")[2] in _KEPT
            )
            inner = html(child, replaced, depth + 1)
            out.append(f"<{tag}{kept}>" + ("" if tag in _VOID else f"{inner}</{tag}>"))
        out.append(escape(child.tail or "", quote=False))
    return "".join(out)
