"""The whole site, written to a folder: pages, scripts, data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from dialogue.course import catalogue, files
from dialogue.page import templates, words
from dialogue.site import bundles, index, lessons, live
from dialogue.widgets import negotiation_data, scripts

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
OTHERS = ("pre-test", "post-test", "review", "what-now", "glossary")
MENU = (
    ("index.html", "Lessons"),
    ("glossary.html", "Glossary"),
    ("review.html", "Review"),
    ("answers.html", words.SITE["answers"]),
)
# Views that stand in the script of every page.
BUILT_IN = ("desk",)
# What stands in the script of the quiz.
_IN_QUIZ = {"warm-up": "quiz", "review": "quiz", "panel": "quiz"}


_FIRST = frozenset(
    {
        *("index.html", "answers.html", "not-kept.html"),
        *(f"assets/{n}" for n in ("site.css", "theme.js", "course.js", "words.js", "quiz.js")),
    }
)
_STAMP = "{edition}"  # until all is made
_NOT_KEPT = ("manifest", "teach/")
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


def _faces() -> str:
    rules = []
    for file, family, weight, characters in templates.FACES:
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
            f"font-display: optional; unicode-range: {characters}; "
            f'src: url("{file}.woff2") format("woff2"); }}'
        )
    return "\n".join(rules)


def _assets() -> dict[str, str | bytes]:
    static = bundles.STATIC
    views = ("quiz", "glossary", "explorer", "assessment", "negotiation-page")
    style = "\n".join(
        [
            _faces(),
            *dict.fromkeys(scripts.style(name) for name in ("quiz", "explorer")),
            scripts.style("glossary").removeprefix(scripts.style("quiz")),
            scripts.style("negotiation"),
            (static / "site.css").read_text("utf-8"),
        ]
    )
    made: dict[str, str | bytes] = {
        "assets/site.css": style,
        "assets/theme.js": (static / "theme.js").read_text("utf-8"),
        "assets/icon.svg": (static / "icon.svg").read_text("utf-8"),
        "assets/course.js": bundles.course(),
        "assets/words.js": bundles.table(),
        "assets/data/negotiation.js": bundles.data("negotiation", negotiation_data.data()),
        **{f"assets/{name}.js": bundles.view(name) for name in views},
    }
    for file in sorted({face[0] for face in templates.FACES}):
        made[f"assets/{file}.woff2"] = (_FONTS / f"{file}.woff2").read_bytes()
    made["assets/TYPEFACE-LICENSE"] = (_FONTS / "LICENSE").read_bytes()
    return made


def site(say: Callable[[str], None] = lambda _: None) -> dict[str, str | bytes]:
    """Every file of the site by its path.  *say* is told what is being made."""
    made = _assets()
    known = [one for one in catalogue.lessons() if one.written]
    stems = [*(one.stem for one in known), *OTHERS]
    pages = []
    for stem in stems:
        say(stem)
        pages.append(lessons.page(catalogue.root() / "notebooks" / f"{stem}.ipynb"))
    common = {"policy": POLICY, "up": "", "menu": MENU, "stamp": _STAMP, "lesson": ""}
    numbered = {one.stem: f"{one.number} · {one.title}" for one in known}
    order = list(numbered)
    for page in pages:
        near: dict[str, tuple[str, str] | None] = {"before": None, "after": None}
        if page.stem in numbered:
            at = order.index(page.stem)
            for name, n in (("before", at - 1), ("after", at + 1)):
                if 0 <= n < len(order):
                    near[name] = (f"{order[n]}.html", numbered[order[n]])
        views = {str(_IN_QUIZ.get(d["view"], d["view"])) for d in page.places.values()}
        made[f"{page.stem}.html"] = templates.render(
            "site/page.html",
            title=f"{numbered.get(page.stem, page.title)} · {words.SITE['title']}",
            main=page.main,
            here=f"{page.stem}.html",
            scripts=["course", "words", *sorted(views - {*BUILT_IN})],
            **common | {"lesson": page.stem},
            **near,
        )
        made |= page.pictures
        if page.places:
            more = {" more": {"items": live.others(page.stem, page.places)}}
            made[f"assets/data/{page.stem}.js"] = bundles.data(page.stem, page.places | more)
    made["assets/data/questions.js"] = bundles.data("questions", index.questions())
    made["assets/data/answers.js"] = bundles.data("answers", {"desk": {"view": "desk"}})
    made["answers.html"] = templates.render(
        "site/answers.html",
        title=f"{words.SITE['answers']} · {words.SITE['title']}",
        here="answers.html",
        scripts=["course", "words"],
        before=None,
        after=None,
        **common,
    )
    made["not-kept.html"] = templates.render(
        "site/not-kept.html",
        title=words.SITE["title"],
        here="",
        scripts=["course", "words"],
        before=None,
        after=None,
        **common,
    )
    made["index.html"] = templates.render(
        "site/index.html",
        title=words.SITE["title"],
        lessons=known,
        others=[(page.stem, page.title) for page in pages if page.stem in OTHERS],
        here="index.html",
        scripts=["course", "words"],
        before=None,
        after=None,
        **common,
    )
    made["manifest.webmanifest"] = bundles.compact(_MANIFEST)
    # What every page needs first; what only a teacher opens is not carried about.
    first = [name for name in made if name in _FIRST]
    rest = [name for name in made if name not in _FIRST and not name.startswith(_NOT_KEPT)]
    made["sw.js"] = bundles.worker(_stamped(made), first, rest)
    return made


def _stamped(made: dict[str, str | bytes]) -> str:
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


def build(
    folder: str | Path, *, force: bool = False, say: Callable[[str], None] = lambda _: None
) -> int:
    """Write the site to *folder* and return how many files it has.

    Raises :class:`~dialogue.course.files.FileFault` when something is missing or in the way.
    """
    made = site(say)
    with files.folder(folder, force=force) as place:
        for name, content in made.items():
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            files.write(target, content)
    return len(made)
