"""From a stored notebook to a page: nbconvert reads it, our templates write it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbconvert import HTMLExporter

from dialogue.course import anatomy, catalogue, faults, sources
from dialogue.course.files import FileFault, reason
from dialogue.page import text, words
from dialogue.site import bundles, code, live, wording
from dialogue.site.code import Python
from dialogue.site.lab import needs
from dialogue.widgets import supplements

_TEMPLATES = Path(__file__).parent / "templates"
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LETTER = re.compile(r"[^\W\d_]")
_EMBEDDED = re.compile(r"^data:image/[a-z+]+;base64,")
_SIZE = re.compile(r'\b(width|height)="(\d+)(?:\.\d+)?"')


@dataclass
class Page:
    """A lesson as a page: its text, what its live places need, and pictures beside it."""

    stem: str
    title: str
    main: Markup
    places: dict[str, live.Data]
    pictures: dict[str, bytes] = field(default_factory=dict)
    charts: dict[str, Any] = field(default_factory=dict)
    sections: list[tuple[str, str, str]] = field(default_factory=list)
    code: dict[str, str] = field(default_factory=dict)  # of every cell, where some can be run


@lru_cache(maxsize=1)
def _exporter() -> HTMLExporter:
    exporter = HTMLExporter(template_name="cells", extra_template_basedirs=[str(_TEMPLATES)])
    exporter.exclude_anchor_links = True
    return exporter


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _shown(outputs: list[Any], name: str, charts: dict[str, Any]) -> str:
    """What a page without a kernel shows of the stored outputs; what draws a chart goes to
    *charts*."""
    parts = []
    for output in outputs:
        data = output.get("data", {})
        if "text/html" in data:
            parts.append(_text(data["text/html"]))
        elif "image/svg+xml" in data:
            drawing = _text(data["image/svg+xml"])
            if text.VEGA in data:
                charts[name] = data[text.VEGA]
                begins = Markup('<figure tabindex="0" data-chart="{}">').format(name)
                parts.append(f"{begins}{drawing}</figure>")
            else:
                parts.append(f'<figure tabindex="0">{drawing}</figure>')
        elif "text/plain" in data or "text" in output:
            said = _text(data.get("text/plain", output.get("text", "")))
            parts.append(str(Markup("<pre>{}</pre>").format(said)))
    return "\n".join(parts)


def _about(source: str) -> str:
    first = source.lstrip().split("\n", 1)[0]
    return first.lstrip("# ").strip() if first.startswith("#") else words.SITE["code"]


def _weight(sources: Collection[str], python: Python) -> int:
    """Bytes of Python that come before these cells have run."""
    return python.pictures if code.draws(sources) else python.tables


def _lane(source: str, every: list[str], python: Python) -> dict[str, Any]:
    """What makes a cell one that can be run in the page: *every* cell that runs with it."""
    weight = _weight(every, python)
    said = words.SITE["python_needs"].format(total=code.megabytes(weight))
    rows = source.count("\n") + 1
    return {"bytes": weight, "weight": said, "run": words.SITE["python_run"], "rows": rows}


def page(path: Path, *, moving_too: Collection[str] = (), python: Python | None = None) -> Page:
    """The page of the notebook at *path*; the pictures that *moving_too* does not name stand
    still, and code runs where there is *python*."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError) as error:
        remedy = "take the file back from where it came; nothing was written"
        raise FileFault(
            faults.shown(path), f"this is no notebook ({reason(error)})", remedy
        ) from None
    notebook.cells = [one for cell in notebook.cells for one in _opened(cell)]
    places: dict[str, live.Data] = {}
    charts: dict[str, Any] = {}
    code_of = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    before = needs.before(code_of) if python else {}
    weight = code.megabytes(_weight(code_of.values(), python)) if python else 0
    runs = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = wording.text(path.stem, cell.id, cell.source, weight)
            continue
        data = live.place(cell.source)
        if data and "job" in data and data["job"][0] not in moving_too:
            data = None
        shown = _shown(cell.outputs, f"chart-{path.stem}-{cell.id}", charts)
        shown = wording.output(shown, python=python is not None)
        if not data and not shown:  # it only prepares what others show
            cell.metadata.pop("site", None)
            continue
        site: dict[str, Any] = {"shown": shown, "from": path.stem, "data": ""}
        if data:
            site["place"] = True
            if data["view"] == "quiz" and not any(d["view"] == "quiz" for d in places.values()):
                # The first question waits for no second file.
                site["data"] = _inline(data)
            if python and "job" in data:
                settings = data.pop("settings")
                data["python"] = {
                    "picture": data["job"][0],
                    "settings": settings,
                    "bytes": python.pictures,
                }
                runs = True
            data.pop("settings", None)
            places[cell.id] = data
        else:
            hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
            quiet = anatomy.called(cell.source) is not None
            site |= {"code": not quiet, "open": not hidden, "about": _about(cell.source)}
            if python and not quiet:
                every = [code_of[one] for one in [*before[cell.id], cell.id]]
                site |= _lane(cell.source, every, python)
                runs = True
        cell.metadata["site"] = site
    body, _ = _exporter().from_notebook_node(notebook)
    soup = BeautifulSoup(body, "html.parser")
    pictures = _pictures(soup, path.stem)
    _tidy(soup)
    heading = soup.find("h1")
    title = heading.get_text(strip=True) if heading else path.stem
    return Page(
        path.stem,
        title,
        Markup(soup.decode(formatter="minimal")),
        places,
        pictures,
        charts,
        _sections(soup),
        code_of if runs else {},
    )


def _opened(cell: Any) -> list[Any]:
    """A cell; the one that shows what an overlay adds, as a cell for each part of it."""
    call = anatomy.called(cell.source) if cell.cell_type == "code" else None
    parts = supplements.parts() if call and call[0] == "supplement" else []
    found = []
    for number, part in enumerate(parts, 1):
        ids = [json.dumps(one["id"]) for one in getattr(part, "content", {}).get("items", ())]
        title = json.dumps(part.content["title"]) if ids else ""
        source = f"ask({', '.join(ids)}, title={title})" if ids else cell.source
        html = {} if ids else {"text/html": part._repr_html_()}
        shown = nbformat.v4.new_output("display_data", data=html)
        found.append(nbformat.v4.new_code_cell(source, id=f"{cell.id}-{number}", outputs=[shown]))
    return found or [cell]


def _inline(data: live.Data) -> str:
    said = bundles.compact(data).replace("<", "\\u003c")
    return f'<script type="application/json">{said}</script>'


def _sections(soup: BeautifulSoup) -> list[tuple[str, str, str]]:
    """The text of the page by its headings: the anchor, the heading, the words below it."""
    found: list[tuple[str, str, list[str]]] = []
    for cell in soup.select("section.text"):
        for node in cell.find_all(recursive=False):
            if node.name in ("h1", "h2", "h3"):
                found.append((str(node.get("id", "")), node.get_text(" ", strip=True), []))
            elif found:
                found[-1][2].append(node.get_text(" ", strip=True))
    return [(anchor, title, " ".join(words)) for anchor, title, words in found]


def _pictures(soup: BeautifulSoup, stem: str) -> dict[str, bytes]:
    """Pictures that stand in the page as text become files, which come when they are near."""
    found: dict[str, bytes] = {}
    for image in soup.find_all("img", src=_EMBEDDED):
        kind, _, data = str(image["src"]).removeprefix("data:image/").partition(";base64,")
        drawn = base64.b64decode(data)
        section = image.find_parent("section")
        own = str(section["id"]).removeprefix("cell-") if section else "picture"
        name = f"pictures/{stem}-{own}-{len(found) + 1}.{kind.partition('+')[0]}"
        found[name] = drawn
        image["src"] = name
        image["loading"] = "lazy"
        # Its room is kept free, so that nothing moves when it comes.
        for side, size in _SIZE.findall(drawn[:600].decode("utf-8", "replace")):
            image[side] = size
    return found


def _tidy(soup: BeautifulSoup) -> None:
    """What the page's own rules ask of a stored output: no style of its own, tables that
    scroll inside their box, links that lead to pages."""
    taken = {str(node["id"]) for node in soup.find_all(id=True)}
    for heading in soup.find_all(["h1", "h2", "h3", "h4"]):
        # As in JupyterLab, so that a lesson's links to its own parts lead somewhere.
        anchor = heading.get_text(strip=True).replace(" ", "-")
        if not heading.get("id") and anchor not in taken:
            heading["id"] = anchor
            taken.add(anchor)
    for style in soup.find_all("style"):
        style.decompose()
    for node in soup.find_all(style=True):
        del node["style"]
    for table in soup.find_all("table"):
        for old in ("border", "class"):
            table.attrs.pop(old, None)
        box = soup.new_tag("div", attrs={"class": "scroll", "role": "group", "tabindex": "0"})
        caption = table.find("caption")
        box["aria-label"] = caption.get_text(strip=True) if caption else words.SITE["table"]
        table.wrap(box)
    for head in soup.find_all("th"):
        if not head.get_text(strip=True):
            head.name = "td"  # the corner of a table heads nothing
    for block in soup.find_all("pre"):
        block["tabindex"] = "0"  # it scrolls, and arrow keys shall reach it
    for node in soup.find_all(["p", "li", "td", "th", "blockquote", "h2", "h3"]):
        words_of = node.get_text()
        if _ARABIC.search(words_of) and not node.get("dir"):
            node["dir"] = "auto"  # Arabic reads from the right, and English around it does not
            if first := _LETTER.search(words_of):
                node["lang"] = "ar" if _ARABIC.match(first[0]) else "en"
    stems = {one.stem for one in catalogue.lessons() if one.written}
    for word in soup.find_all("code"):
        if (stem := word.get_text(strip=True)) in stems:
            word.wrap(soup.new_tag("a", href=f"{stem}.html"))
    known = sources.paragraphs()
    for link in soup.find_all("a", href=True):
        _link(link)
        digest = known.get(link.get_text(strip=True), {}).get("digest")
        if digest and link.get("title"):
            link["title"] = f"{link['title']}: {digest}"


def _link(link: Tag) -> None:
    address = str(link["href"])
    if address.startswith(("http:", "https:")):
        link["rel"] = "noopener noreferrer"
    elif ".ipynb" in address:
        link["href"] = address.replace(".ipynb", ".html")
