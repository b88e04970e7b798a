"""The whole site, written to a folder: pages, scripts, data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from dialogue.course import catalogue, files, tables
from dialogue.page import templates, words
from dialogue.site import bundles, code, index, lessons, live, moving, search, teach
from dialogue.widgets import negotiation_data, scripts, supplements

Files = dict[str, str | bytes]
# What a page may load: only from the site itself, and no script or style in the page.  A page
# on a disk has no origin of its own, so that its files are named by their scheme.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' file:",
        "style-src 'self' file:",
        "img-src 'self' file: data:",
        "font-src 'self' file:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_FONTS = Path(templates.__file__).parent / "typeface"
# Notebooks that are no lessons, in the order of the menu; the form for authors needs a kernel.
OTHERS = ("pre-test", "post-test", "review", "what-now", "glossary", "supplements")
MENU = (
    ("index.html", "Lessons"),
    ("glossary.html", "Glossary"),
    ("review.html", "Review"),
    ("answers.html", words.SITE["answers"]),
    ("search.html", words.SITE["search"]),
)
# The scripts of a view that go by another name, or stand in the script of every page.
_SCRIPTS = {
    "warm-up": "quiz",
    "review": "quiz",
    "panel": "quiz",
    "explorer-page": "explorer",
    "desk": "",
}
# What every page needs is kept on the device first; what only a teacher opens is not kept.
_FIRST = frozenset(
    {
        *("index.html", "answers.html", "not-kept.html"),
        *(f"assets/{n}" for n in ("site.css", "theme.js", "course.js", "words.js", "quiz.js")),
    }
)
_NOT_KEPT = ("manifest", "teach/", "files.txt", f"{code.FOLDER}/")
_LIST = "files.txt"
_STAMP = "{edition}"  # until all is made
_MANIFEST = {
    "name": words.SITE["title"],
    "short_name": "US–Iraq 2020",
    "start_url": "index.html",
    "scope": "./",
    "display": "minimal-ui",
    "background_color": "#ffffff",
    "theme_color": "#0b57a4",
    "icons": [{"src": "assets/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
}


def page(template: str, file: str, title: str, **values: Any) -> str:
    """One page from a template of this room; *values* take the place of what is usual."""
    usual = {
        "policy": POLICY,
        "up": "../" * file.count("/"),
        "menu": MENU,
        "here": file,
        "stamp": _STAMP,
        "lesson": "",
        "scripts": ["course", "words"],
        "before": None,
        "after": None,
        "title": title if title == words.SITE["title"] else f"{title} · {words.SITE['title']}",
        "heading": title,
    }
    return str(templates.render(f"site/{template}.html", **usual | values))


# --- scripts and styles ----------------------------------------------------------------------


def _faces() -> str:
    rules = []
    for file, family, weight, characters in templates.FACES:
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
            f"font-display: optional; unicode-range: {characters}; "
            f'src: url("{file}.woff2") format("woff2"); }}'
        )
    return "\n".join(rules)


def _style() -> str:
    parts = [
        _faces(),
        *(scripts.style(name) for name in ("quiz", "explorer")),
        scripts.style("glossary").removeprefix(scripts.style("quiz")),
        scripts.style("negotiation"),
        (bundles.STATIC / "site.css").read_text("utf-8"),
    ]
    return "\n".join(parts)


def _assets() -> Files:
    views = ("quiz", "glossary", "explorer", "assessment", "negotiation-page")
    made: Files = {
        "assets/site.css": _style(),
        "assets/theme.js": (bundles.STATIC / "theme.js").read_text("utf-8"),
        "assets/icon.svg": (bundles.STATIC / "icon.svg").read_text("utf-8"),
        "assets/course.js": bundles.course(),
        "assets/search.js": bundles.finder(),
        "assets/words.js": bundles.table(),
        "assets/vega.js": bundles.vega(),
        **{f"assets/{name}.js": bundles.view(name) for name in views},
    }
    if "negotiation_payoffs" in tables.resources():  # another course may have no negotiation
        made["assets/data/negotiation.js"] = bundles.data("negotiation", negotiation_data.data())
    for file in sorted({face[0] for face in templates.FACES}):
        made[f"assets/{file}.woff2"] = (_FONTS / f"{file}.woff2").read_bytes()
    made["assets/TYPEFACE-LICENSE"] = (_FONTS / "LICENSE").read_bytes()
    made["assets/minisearch-LICENSE.txt"] = bundles.MINISEARCH.with_name("LICENSE.txt").read_bytes()
    return made


# --- pages -------------------------------------------------------------------------------------


def _lesson(one: lessons.Page, names: dict[str, str]) -> Files:
    """A lesson or another notebook: its page, its data, its pictures."""
    near: dict[str, tuple[str, str]] = {}
    order = list(names)
    if one.stem in names:
        at = order.index(one.stem)
        for side, n in (("before", at - 1), ("after", at + 1)):
            if 0 <= n < len(order):
                near[side] = (f"{order[n]}.html", names[order[n]])
    views = {str(_SCRIPTS.get(data["view"], data["view"])) for data in one.places.values()}
    more = {" more": {"items": live.others(one.stem, one.places)}}
    return {
        f"{one.stem}.html": page(
            "page",
            f"{one.stem}.html",
            names.get(one.stem, one.title),
            main=one.main,
            lesson=one.stem,
            scripts=["course", "words", *sorted(views - {""}), *(["lanes"] if one.code else ())],
            **near,
        ),
        **one.pictures,
        **({f"assets/data/code-{one.stem}.js": _cells(one)} if one.code else {}),
        **{
            f"assets/data/{name}.js": bundles.data(name, chart)
            for name, chart in one.charts.items()
        },
        **(
            {f"assets/data/{one.stem}.js": bundles.data(one.stem, one.places | more)}
            if one.places
            else {}
        ),
    }


def _cells(one: lessons.Page) -> str:
    """The code of a page, cell by cell in their order: `compact` would sort them."""
    name = f"code-{one.stem}"
    return f"Dialogue.put({json.dumps(name)},{json.dumps({'cells': one.code})});\n"


def _tables(every: list[search.Table]) -> Files:
    made: Files = {"tables.html": page("tables", "tables.html", "Tables", tables=every)}
    for table in every:
        file = f"table-{table.name}.html"
        made[file] = page("table", file, table.title, table=table)
        made[f"data/{table.name}.csv"] = table.csv
    return made


def _teachers(known: list[catalogue.Lesson]) -> Files:
    """The door of whoever teaches, and what lies behind it."""
    made: Files = {}
    rows = []
    for lesson in known:
        links = []
        if plan := teach.plan(lesson):
            file = f"teach/{lesson.stem}-plan.html"
            made[file] = page("page", file, f"{lesson.number} · Teaching notes", main=plan)
            links.append((f"{lesson.stem}-plan.html", "Plan"))
        links += teach.pages(lesson, made)
        rows.append((lesson, links))
    teach.cards(made)
    made["teach/index.html"] = page("teach", "teach/index.html", words.SITE["teach"], rows=rows)
    return made


def site(
    say: Callable[[str], None] = lambda _: None,
    moving_too: Collection[str] = tuple(moving.MOVING),
    lab: Path | None = None,
) -> Files:
    """Every file of the site by its path.  *say* is told what is being made.

    The pictures that *moving_too* does not name stand still, which saves most of the work.  With
    *lab*, a lab edition, that lies in ``lab/``, and code runs in the pages with its Python.
    """
    python = code.python(lab) if lab else None
    known = [one for one in catalogue.lessons() if one.written]
    names = {one.stem: f"{one.number} · {one.title}" for one in known}
    made = _assets()
    pages = []
    beside = [catalogue.root() / "notebooks" / f"{stem}.ipynb" for stem in OTHERS]
    others = [page for page in beside if page.is_file()]  # another course may have fewer
    for path in [*(one.path for one in known), *others]:
        say(path.stem)
        pages.append(lessons.page(path, moving_too=moving_too, python=python))
    jobs = [data.pop("job") for one in pages for data in one.places.values() if "job" in data]
    drawing = moving.Drawing(jobs)
    for one in pages:
        made |= _lesson(one, names)
    say("tables and search")
    every = search.data()
    made |= _tables(every)
    made["assets/data/search.js"] = bundles.data("search", search.documents(pages, every))
    made["assets/data/questions.js"] = bundles.data("questions", index.questions())
    made["assets/data/answers.js"] = bundles.data("answers", {"desk": {"view": "desk"}})
    say("pages for teachers")
    made |= _teachers([one for one in known if one.number != "00"])
    made["search.html"] = page(
        "search", "search.html", words.SITE["search"], scripts=["course", "words", "search"]
    )
    made["answers.html"] = page("answers", "answers.html", words.SITE["answers"])
    made["not-kept.html"] = page("not-kept", "not-kept.html", "Not on this device", here="")
    # That page is always there, and named where somebody has added something.
    listed = {*OTHERS} if supplements.parts() else {*OTHERS} - {"supplements"}
    made["index.html"] = page(
        "index",
        "index.html",
        words.SITE["title"],
        lessons=known,
        others=[
            *((one.stem, one.title) for one in pages if one.stem in listed),
            ("tables", "Tables"),
        ],
    )
    say("pictures that move")
    for name, scenes in drawing.files().items():
        made[f"assets/data/{name}.js"] = bundles.data(name, scenes)
    digests = _python(python, made) if python else {}
    made["manifest.webmanifest"] = bundles.compact(_MANIFEST)
    first = [name for name in made if name in _FIRST]
    rest = [name for name in made if name not in _FIRST and not name.startswith(_NOT_KEPT)]
    stamp = _stamped(made)
    made["sw.js"] = bundles.worker(stamp, first, rest, digests)
    made[_LIST] = "\n".join([f"edition {stamp}", *sorted([*made, _LIST]), ""])
    return made


def _python(python: code.Python, made: Files) -> dict[str, str]:
    """The lab edition beside the pages, and the worker; returns the digests of Python's files."""
    made |= {name: path.read_bytes() for name, path in python.files.items()}
    digests = {name: _digest(made[name]) for name in python.loaded}
    lock = digests[f"{code.PYODIDE}/{code.LOCK}"]
    made["assets/lanes.js"] = bundles.lanes()
    made["assets/python-worker.js"] = bundles.python_worker(f"../{code.PYODIDE}/", lock, code.START)
    return digests


def _digest(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:10]


def _stamped(made: Files) -> str:
    """Write into every page which edition it is: a digest of all that it is made of."""
    digest = hashlib.sha256()
    for name, content in sorted(made.items()):
        digest.update(name.encode())
        digest.update(content.encode() if isinstance(content, str) else content)
    stamp = digest.hexdigest()[:10]
    for name, content in made.items():
        if isinstance(content, str) and name.endswith(".html"):
            made[name] = content.replace(_STAMP, stamp)
    return stamp


def _forget(folder: Path, made: Files) -> None:
    """Take away what an earlier edition has written there and this one has not: it is nobody's
    work, and would stop the new one."""
    try:
        _, *names = files.read_text(folder / _LIST).splitlines()
    except files.FileFault:
        return
    for name in names:
        file = folder / name
        if name not in made and file.resolve().is_relative_to(folder.resolve()):
            file.unlink(missing_ok=True)


def build(
    folder: str | Path,
    *,
    force: bool = False,
    say: Callable[[str], None] = lambda _: None,
    moving_too: Collection[str] = tuple(moving.MOVING),
    lab: Path | None = None,
) -> int:
    """Write the site to *folder* and return how many files it has.

    Raises :class:`~dialogue.course.files.FileFault` when something is missing or in the way.
    """
    with files.folder(folder, force=force) as place:  # a folder in the way is told before the work
        made = site(say, moving_too, lab)
        if force:
            _forget(Path(folder), made)
        for name, content in made.items():
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            files.write(target, content)
    return len(made)
