"""The tables checked: as Data Packages by frictionless, and by rules that no schema can state.

Like the bank, all faults come at once, each with file, line, field, cause and remedy.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dialogue.course import cache, catalogue, files, tables
from dialogue.course.faults import Advice, Fault, nearest, shown
from dialogue.course.files import closed, fault_of

PACKAGES = ("seeds", "data")
# A course may quote nobody; every other table that it describes is there to be read.
MAY_BE_EMPTY = {"quotations"}
Rows = Sequence[tables.Row]


class NotInstalled(Exception):
    """frictionless is not part of the learner's installation."""


def check() -> list[Fault]:
    """Every fault of every table; looked for again only when a table or a rule has changed.

    Raises :class:`NotInstalled` without frictionless, which comes with the extra
    ``instructor`` and with the test tools.
    """
    if importlib.util.find_spec("frictionless") is None:
        raise NotInstalled
    root = catalogue.root()
    if shut := [fault for name in PACKAGES for fault in closed(root / name)]:
        return shut
    found = [path for name in PACKAGES for path in sorted((root / name).glob("*.*"))]
    if strange := [path for path in found if not path.is_file()]:  # a FIFO would be waited for
        fault = "this is not a plain file, so no table was checked"
        return [Fault(shown(path), 1, "", fault, "take it away") for path in strange]
    digest = _digest()
    try:
        known = cache.recall("tables", digest)
        return [Fault(shown(root / file), *rest) for file, *rest in known]
    except (TypeError, ValueError):  # not kept, or damaged
        faults = _check()
    plain = [[os.path.relpath(f.file, root), f.line, f.item, f.message, f.remedy] for f in faults]
    cache.keep("tables", digest, plain)
    return faults


def _digest() -> str:
    """Twelve bytes, in hexadecimal, of all that a check depends on: tables, rules, tools."""
    digest = hashlib.sha256(f"{version('frictionless')} {sys.version}".encode())
    rules = [Path(__file__), Path(tables.__file__)]
    described = [catalogue.root() / name for name in PACKAGES]
    content = [file for name in described for file in (*name.glob("*.csv"), *name.glob("*.json"))]
    for file in (*rules, *sorted(content)):
        try:
            data = file.read_bytes()
        except OSError as error:
            data = str(error).encode()
        digest.update(f"{file.parent.name}/{file.name} {len(data)}\n".encode() + data)
    return digest.hexdigest()[:24]


def _check() -> list[Fault]:
    faults: list[Fault] = []
    sound: dict[str, Rows] = {}
    resources: list[tuple[Path, dict[str, Any]]] = []
    for name in PACKAGES:
        folder = catalogue.root() / name
        descriptor = _descriptor(folder / "datapackage.json", faults)
        if descriptor is None:
            for file in sorted(folder.glob("*.csv")):
                faults += _unreadable(file)
            continue
        before = len(faults)
        resources += [(folder / one["path"], one) for one in descriptor["resources"]]
        faults += _undescribed(folder, descriptor)
        faults += _validate(folder, descriptor)
        broken = {fault.file for fault in faults[before:]}
        for resource in descriptor["resources"]:
            file = folder / resource["path"]
            own = list(_unreadable(file))
            if shown(file) not in broken:
                faults += own
            elif any(fault.message == files.MERGED for fault in own):  # each row says it again
                faults[:] = [*(fault for fault in faults if fault.file != shown(file)), *own]
        if len(faults) == before:
            for resource in descriptor["resources"]:
                sound[resource["name"]] = tables.sheet(folder / resource["path"]).rows
    # Keys and rules make sense only on tables that are sound in themselves.
    faults += _references(resources, sound)
    faults += _rules(resources, sound)
    return sorted(faults, key=lambda fault: (fault.file, fault.line))


def _unreadable(file: Path) -> Iterator[Fault]:
    """What frictionless lets pass, and the course's own reader does not."""
    try:
        if not tables.sheet(file).rows and file.stem not in MAY_BE_EMPTY:
            remedy = "take the rows back from the course, or take out its description"
            yield Fault(shown(file), 1, "", "the table has no row", remedy)
    except OSError as error:
        yield Fault(shown(file), 1, "", f"cannot be read ({error.strerror})", "restore it")
    except tables.TableFault as error:
        yield fault_of(error)


def _undescribed(folder: Path, descriptor: dict[str, Any]) -> Iterator[Fault]:
    described = {resource["path"] for resource in descriptor["resources"]}
    for file in sorted(folder.glob("*.csv")):
        if file.name not in described:
            remedy = f"describe it in {folder.name}/datapackage.json"
            yield Fault(shown(file), 1, "", "the table is not described", remedy)


def _rules(resources: list[tuple[Path, dict[str, Any]]], sound: dict[str, Rows]) -> Iterator[Fault]:
    for name, rules in RULES.items():
        if name in sound:
            file = next(path for path, resource in resources if resource["name"] == name)
            for rule in rules:
                for line, field, message, remedy in rule(sound[name]):
                    yield Fault(shown(file), line, field, message, remedy)
    for name, line, field, message, remedy in (*_unregistered(sound), *_overconfident(sound)):
        file = next(path for path, resource in resources if resource["name"] == name)
        yield Fault(shown(file), line, field, message, remedy)


def _descriptor(file: Path, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return tables.described(file)
    except OSError as error:
        faults.append(Fault(shown(file), 1, "", f"cannot be read ({error.strerror})", "restore it"))
    except tables.TableFault as error:
        faults.append(fault_of(error))
    return None


# What frictionless calls an error, in words for the person who has to mend it.
_WORDS: dict[str, tuple[str, str]] = {
    "type-error": ("{cell!r} is not of the type {type}", "write {example}, or leave it empty"),
    "missing-cell": (
        "the row has too few cells",
        "count the commas; text with commas needs quotes",
    ),
    "extra-cell": (
        "the row has more cells than the header",
        "count the commas; text with commas needs quotes",
    ),
    "incorrect-label": ("the column {cell!r} does not belong here", "{columns}"),
    "extra-label": ("the column {cell!r} is not described", "{columns}"),
    "missing-label": ("the column {field!r} is missing", "{columns}"),
    "duplicate-label": ("a column stands twice", "{columns}"),
    "primary-key": ("the key stands twice", "give one of the two rows another id"),
    "unique-error": ("{cell!r} stands twice", "give one of the two rows another value"),
    "foreign-key": ("{note}", "use a key that exists, or add the row it names"),
    "blank-row": ("the row is empty", "take the line out"),
    "encoding-error": ("the file is not UTF-8 text", "save it as CSV UTF-8"),
    "scheme-error": ("the table is missing", "restore the file, or take out its description"),
    "source-error": ("the table cannot be read ({note})", "save it as CSV UTF-8 with commas"),
}
_EXAMPLES = {
    "integer": "a whole number such as 5200",
    "number": "a number such as 12.5",
    "date": "a date such as 2020-06-11",
    "boolean": "true or false",
    "year": "a year such as 2020",
}


def _validate(folder: Path, descriptor: dict[str, Any]) -> Iterator[Fault]:
    from frictionless import FrictionlessException, Package

    try:
        report = Package(str(folder / "datapackage.json")).validate()
    except FrictionlessException as broken:
        file = shown(folder / "datapackage.json")
        yield Fault(file, 1, "", broken.error.note, "mend the description")
        return
    for error in report.errors:
        yield Fault(shown(folder / "datapackage.json"), 1, "", error.note, "mend the description")
    schemas = {
        resource["path"]: {field["name"]: field for field in resource["schema"]["fields"]}
        for resource in descriptor["resources"]
    }
    for task in report.tasks:
        short = {e.row_number for e in task.errors if e.type == "missing-cell"}
        told: set[int | None] = set()
        for error in task.errors:
            row = getattr(error, "row_number", None)
            if (
                row is not None and row in short
            ):  # what is not there breaks every other rule too: say it once
                if row in told:
                    continue
                told.add(row)
                error_type = "missing-cell"
            else:
                error_type = error.type
            yield _fault(folder / task.place, error, error_type, schemas.get(task.place, {}))


def _fault(file: Path, error: Any, kind: str, fields: dict[str, Any]) -> Fault:
    field = getattr(error, "field_name", "") or ""
    cell = getattr(error, "cell", None)
    label = getattr(error, "label", None)
    line = getattr(error, "row_number", None) or 1
    schema = fields.get(field, {})
    if kind == "constraint-error":
        message, remedy = _constraint(cell, schema)
    else:
        message, remedy = _WORDS.get(kind, ("{note}", "see datapackage.json for this column"))
        values = {
            "cell": label if label is not None else cell,
            "field": field,
            "type": schema.get("type", ""),
            "example": _EXAMPLES.get(schema.get("type", ""), "a value of that type"),
            "note": error.note,
            "columns": f"the columns are {', '.join(fields)}",
        }
        message, remedy = message.format(**values), remedy.format(**values)
    return Fault(shown(file), line, "" if kind == "missing-cell" else field, message, remedy)


def _constraint(cell: Any, schema: dict[str, Any]) -> tuple[str, str]:
    rules = schema.get("constraints", {})
    if cell in (None, ""):
        return "the cell is empty", "this column needs a value in every row"
    if "enum" in rules and cell not in rules["enum"]:
        near = nearest(str(cell), rules["enum"], cutoff=0.5)
        known = f"choose one of {', '.join(map(str, rules['enum']))}"
        return f"{cell!r} is not in the vocabulary", f"did you mean {near[0]!r}?" if near else known
    if "pattern" in rules:
        return f"{cell!r} does not fit the pattern {rules['pattern']}", schema.get(
            "description", ""
        )
    limits = ", ".join(f"{name} {value}" for name, value in rules.items() if name != "required")
    return f"{cell!r} is out of bounds ({limits})", "correct the cell"


def _references(
    resources: list[tuple[Path, dict[str, Any]]], sound: dict[str, Rows]
) -> Iterator[Fault]:
    """Keys into the other package: the standard has none, so a field says ``references``."""
    for file, resource in resources:
        rows = sound.get(resource["name"])
        for field in resource["schema"]["fields"]:
            target = field.get("references")
            if not target or rows is None or target["resource"] not in sound:
                continue
            known = {row[target["field"]] for row in sound[target["resource"]]}
            for line, row in enumerate(rows, 2):
                # Some columns hold several keys, separated by spaces.
                keys = row[field["name"]].split() if target.get("many") else [row[field["name"]]]
                for key in keys:
                    if key and key not in known:
                        near = nearest(key, known, 2, cutoff=0.5)
                        where = f"{target['package']}/{target['resource']}.csv"
                        remedy = (
                            f"did you mean {' or '.join(near)}?" if near else f"add it to {where}"
                        )
                        message = f"{key!r} is not in {where}"
                        yield Fault(shown(file), line, field["name"], message, remedy)


# --- rules that a schema cannot state: (line, field, message, remedy) --------------------

Finding = tuple[int, str, str, str]


def ordered(start: str, end: str) -> Callable[[Rows], Iterator[Finding]]:
    """The first date of a row is not after its second."""

    def rule(rows: Rows) -> Iterator[Finding]:
        for line, row in enumerate(rows, 2):
            first, last = row[start], row[end]
            shortest = min(len(first), len(last))
            if first and last and first[:shortest] > last[:shortest]:
                yield line, end, f"{last} is before {start} {first}", "swap or correct the dates"

    return rule


def ascending(column: str) -> Callable[[Rows], Iterator[Finding]]:
    """The rows stand in the order of a date."""

    def rule(rows: Rows) -> Iterator[Finding]:
        before = ""
        for line, row in enumerate(rows, 2):
            date = row[column]
            shortest = min(len(before), len(date))
            if date[:shortest] < before[:shortest]:
                yield line, column, f"{date} stands after {before}", "put the rows in date order"
            before = date or before

    return rule


def sums_to(total: int, column: str, *groups: str) -> Callable[[Rows], Iterator[Finding]]:
    """Within each group of rows, a column adds up to a total."""

    def rule(rows: Rows) -> Iterator[Finding]:
        sums: dict[tuple[str, ...], list[int]] = {}
        for line, row in enumerate(rows, 2):
            group = sums.setdefault(tuple(row[name] for name in groups), [line, 0])
            group[1] += int(row[column] or 0)
        for names, (line, found) in sums.items():
            if found != total:
                message = f"{' '.join(names)} adds up to {found}, not {total}"
                yield line, column, message, "find the row that is missing or wrong"

    return rule


def _expiries(rows: Rows) -> Iterator[Finding]:
    """A waiver that is computed to expire does so on its first day plus its length."""
    for line, row in enumerate(rows, 2):
        first, length, end = row["runs_from"] or row["granted"], row["length_days"], row["expires"]
        if not length or len(first) != 10 or len(end) != 10 or row["expires_basis"] != "computed":
            continue
        due = date.fromisoformat(first) + timedelta(days=int(length))
        if due.isoformat() != end:
            message = f"{first} plus {length} days is {due}, not {end}"
            yield (
                line,
                "expires",
                message,
                "correct the date, or say in expires_basis who states it",
            )


def _products(rows: Rows) -> Iterator[Finding]:
    """Revenue is volume times price within 2 per cent, or a note says why not."""
    names = ("exports_million_barrels", "price_usd_per_barrel", "revenue_usd_billion")
    for line, row in enumerate(rows, 2):
        if not all(row[name] for name in names) or row["note"]:
            continue
        volume, price, revenue = (float(row[name]) for name in names)
        product = volume * price / 1000
        if abs(product - revenue) > 0.02 * revenue:
            message = f"{volume:g} million barrels at {price:g} dollars make {product:.3g} billion"
            yield line, names[2], f"{message}, not {revenue:g}", "correct it, or add a note"


def _ribbon(rows: Rows) -> Iterator[Finding]:
    """The legal basis of the forces leaves no day out and counts none twice."""
    before = ""
    for line, row in enumerate(rows, 2):
        if row["lane"] != "forces":
            continue
        if before:
            expected = (date.fromisoformat(before) + timedelta(days=1)).isoformat()
            if row["start"] != expected:
                message = f"{row['start']} does not follow {before}"
                yield line, "start", message, f"the next day is {expected}"
        before = row["end"]


# --- quotations: docs/quotations.md says what counts as one ------------------------------

MOST_WORDS = 12  # of one quotation
MOST_QUOTED = 500  # words of the whole collection
# Up to here a phrase in quotation marks is a word named as a word, or a term.
NAMED = 3
# The columns that hold quotations, by table.
QUOTED = {
    "decision_2020": ("original",),
    "june_statement": ("verb_english", "verb_arabic"),
    "voices": ("original",),
}
_MARKED = re.compile(r"“([^”]+)”|«([^»]+)»")
# Not prose: code, the title and the address of a link.
_APART = re.compile(r"`[^`]*`|<[^<>]*>|\]\([^)]{0,500}\)|^\[[^\]]+\]:.*$", re.MULTILINE)


def marked(text: str) -> list[str]:
    """The quotations that stand in curly marks in a text of Markdown."""
    found = (one or other for one, other in _MARKED.findall(_APART.sub("", text)))
    return [phrase for phrase in found if len(phrase.split()) > NAMED]


def plain(phrase: str) -> str:
    """A phrase as the register compares it: without case, edges and doubled spaces."""
    return " ".join(phrase.split()).strip(" .,;:!?…").casefold()


def _counted(rows: Rows) -> Iterator[Finding]:
    """Words are counted as they stand, and the collection keeps its bound."""
    total = 0
    for line, row in enumerate(rows, 2):
        words = len(row["original"].split())
        if int(row["words"]) != words:
            message = f"the phrase has {words} words, not {row['words']}"
            yield line, "words", message, "count the words of the original"
        total += words
        if total - words <= MOST_QUOTED < total:
            message = f"with this row the course quotes {total} words, more than {MOST_QUOTED}"
            yield line, "words", message, "take a quotation out, or say it in your own words"


def _verbs_seen(rows: Rows) -> Iterator[Finding]:
    """A line whose verb was only retold, or not seen, has none."""
    for line, row in enumerate(rows, 2):
        for phrase, how in (("verb_english", "english_read"), ("verb_arabic", "arabic_read")):
            seen = row[how] not in ("paraphrase", "not seen")
            if bool(row[phrase]) != seen:
                message = f"the phrase and the way in which it was read ({row[how]}) do not agree"
                yield line, phrase, message, "leave the phrase empty, or say how it was read"


def _unregistered(
    sound: dict[str, Rows],
) -> Iterator[tuple[str, int, str, str, str]]:
    """Every phrase of the tables stands in the register, with the row that uses it."""
    if "quotations" not in sound:
        return
    used = {row["original"]: row["used"].split() for row in sound["quotations"]}
    for name, columns in QUOTED.items():
        for line, row in enumerate(sound.get(name, []), 2):
            place = f"data/{name}.csv:{next(iter(row.values()))}"
            for column in columns:
                if row[column] and place not in used.get(row[column], []):
                    message = f"seeds/quotations.csv does not have {row[column]!r} for {place}"
                    remedy = "add the phrase there, with its words counted and this place"
                    yield name, line, column, message, remedy


# --- how sure: what 'high' rests on ------------------------------------------------------

# The wording of a document, or a public body on its own act or count.
_OFFICIAL = frozenset({"primary", "official"})
# Seen in somebody else's page, or not at all: it bears no 'high' by itself.
_GLIMPSED = frozenset({"excerpt", "unknown"})
# The document that a table is about bears what the table says of it.
_ABOUT = {"claims": "ACW-2020-07"}
# One house under several names.
_HOUSES = {
    "A24 News Agency": "A24",
    "AFP": "Agence France-Presse",
    "Al Arabiya English": "Al Arabiya",
    "Al Jazeera Net": "Al Jazeera",
    "Al-Alam in Persian": "Al-Alam",
    "Al-Sharqiya": "Al Sharqiya",
    "Alsumaria TV": "Alsumaria",
    "Anadolu": "Anadolu Agency",
    "AP": "Associated Press",
    "Basnews": "BasNews",
    "Enabling Peace in Iraq Center": "EPIC",
    "EPIC (Enabling Peace in Iraq Center)": "EPIC",
    "Esta Media": "Esta",
    "INA": "Iraqi News Agency",
    "Iranian Labour News Agency": "ILNA",
    "MEMRI": "Middle East Media Research Institute",
    "Mehr": "Mehr News Agency",
    "PBS": "PBS NewsHour",
    "RT Arabic": "RT",
    "Rudaw in Sorani": "Rudaw",
    "Sputnik Arabic": "Sputnik",
    "The Washington Institute": "The Washington Institute for Near East Policy",
    "Wikipedia": "Wikipedia contributors",
}
_PARTNERS = re.compile(r", with |, quoting |, from | and ")


def newsrooms(source: tables.Row) -> frozenset[str]:
    """The houses whose report a source is: of a copy, those that first published it.

    Whoever is not named may be any of the others.
    """
    names = _PARTNERS.split(source["publisher"])
    return frozenset(_HOUSES.get(name, name) for name in names if not name.startswith("unnamed"))


def _overconfident(sound: dict[str, Rows]) -> Iterator[tuple[str, int, str, str, str]]:
    """A row is 'high' by an official text, or by two sources that share no newsroom."""
    if "sources" not in sound:  # told by itself; that no row can be weighed is no fault of the rows
        return
    sources = {row["source_id"]: row for row in sound["sources"]}
    for name, rows in sound.items():
        for line, row in enumerate(rows, 2):
            if row.get("confidence") != "high":
                continue
            keys = f"{row.get('source_id', '')} {row.get('second_source_id', '')}".split()
            if _ABOUT.get(name) in keys:
                continue
            cited = [sources[key] for key in keys if key in sources]
            if any(one["kind"] in _OFFICIAL and one["read"] not in _GLIMPSED for one in cited):
                continue
            houses = [house for one in cited if (house := newsrooms(one))]
            if any(one.isdisjoint(other) for one in houses for other in houses):
                continue
            resting = f"{' and '.join(keys)}: one newsroom" if keys else "no source"
            message = f"'high' rests on {resting}"
            remedy = "name a second source of another newsroom, or an official text; or say medium"
            yield name, line, "confidence", message, remedy


# --- advice: what is no fault and could be better ----------------------------------------

# Hosts that repeat what others wrote, for people who bet on the dinar, or without care.
_SPECULATION = re.compile(r"dinar|bondlady|myfxbuddies")
_STAGING = re.compile(r"^(?:staging|beta|dev|backup|manage|mail|api|test|digital-\w+|core-cms)\.")
_FORUM = re.compile(r"forum|/vb/|showthread")
_FOR_TELEPHONES = re.compile(r"/amp(?:/|$)|-amp$|[?&]amp\b")


# Tables whose rows report a claim as a claim: whoever speaks there may be partisan.
CLAIMS = frozenset({"decision_2020", "raid_accounts", "voices"})


def weakness(source: dict[str, str]) -> str:
    """Why a reader should look for a better copy of this source, or nothing."""
    parts = urlsplit(source["address"])
    host = parts.hostname or ""
    if host.endswith("googleweblight.com"):
        return "a cached copy"
    if _SPECULATION.search(host):
        return "a site for speculation on the dinar"
    if _STAGING.search(host):
        return "a staging or editing host"
    if _FORUM.search(host + parts.path):
        return "a forum"
    # A blog of its author's own is an original.
    if source["via"] and host.endswith((".wordpress.com", ".blogspot.com")):
        return "a blog that repeats others"
    if _FOR_TELEPHONES.search(parts.path + ("?" + parts.query if parts.query else "")):
        return "the page for telephones"
    return ""


def advise() -> list[Advice]:
    """Weak addresses that rows rest on, and rows that rest on one partisan source."""
    root = catalogue.root()
    found: list[Advice] = []
    resting: dict[str, int] = {}
    sources = {}
    for name in PACKAGES:
        for file in sorted((root / name).glob("*.csv")):
            try:
                rows = tables.sheet(file).rows
                _ = [row["source_id"] for row in rows] if file.stem == "sources" else []
            except tables.TableFault:  # told as a fault
                continue
            if name == "seeds" and file.stem == "sources":
                sources = {row["source_id"]: (line, row) for line, row in enumerate(rows, 2)}
                continue
            for line, row in enumerate(rows, 2):
                cited = [row[key] for key in ("source_id", "second_source_id") if row.get(key)]
                for source_id in cited:
                    resting[source_id] = resting.get(source_id, 0) + 1
                _, source = sources.get(cited[0], (0, {})) if len(cited) == 1 else (0, {})
                if source.get("kind") == "partisan" and file.stem not in CLAIMS:
                    message = f"the row rests on {cited[0]} alone, a partisan source"
                    remedy = "add a source of another side, or say in the text whose claim it is"
                    item = next(iter(row.values()))
                    found.append(Advice(shown(file), line, item, "one-partisan", message, remedy))
    file = root / "seeds" / "sources.csv"
    for source_id, (line, source) in sources.items():
        if source_id in resting and (weak := weakness(source)):
            count = resting[source_id]
            message = f"{count} rows cite {weak}" if count > 1 else f"one row cites {weak}"
            remedy = "look for the publisher's own page, or add a second source"
            found.append(Advice(shown(file), line, source_id, "weak-address", message, remedy))
    return sorted(found, key=lambda one: (one.file, one.line))


RULES: dict[str, tuple[Callable[[Rows], Iterator[Finding]], ...]] = {
    "events": (ascending("date"), ordered("date", "date_end"), ordered("date", "known_on")),
    "force_events": (ascending("date"), ordered("date", "date_end")),
    "government_formation": (ascending("date"),),
    "june_statement": (_verbs_seen,),
    "legal_basis": (ordered("start", "end"), _ribbon),
    "oil_revenue": (ordered("date", "date_end"), _products),
    "parliament": (sums_to(329, "seats", "election", "count"),),
    "quotations": (_counted,),
    "polls": (ordered("fieldwork_start", "fieldwork_end"),),
    "rounds": (ascending("date"), ordered("date", "date_end")),
    "troop_levels": (ascending("date"),),
    "waivers": (ascending("granted"), ordered("granted", "expires"), _expiries),
}
