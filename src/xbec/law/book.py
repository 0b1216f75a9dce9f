"""The law book: files under ``data/law`` read on first use, turned into frozen values, asked by day.

>>> from datetime import date
>>> law = Law.default()
>>> str(law["DE"].tax_rate("vat", "standard", date(2026, 8, 3)).value)
'19 %'
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs

from xbec.errors import DataFileError, NoLaw
from xbec.kernel import dated
from xbec.kernel.citation import Citation
from xbec.kernel.timeline import Period, Timeline
from xbec.law.check import check_names
from xbec.law.component import Component, Procedure, build_component, build_procedure
from xbec.law.day import LawOfDay
from xbec.law.figure import Figure, known_currency, read_figure

_DEEPEST_CHAIN: Final = 3
_OWN: Final = Path(__file__).resolve().parents[1] / "data" / "law"


@attrs.frozen(slots=True)
class Classification:
    """HS prefixes that belong to a class of a tax while the period runs."""

    tax: str
    tax_class: str
    hs: tuple[str, ...]
    period: Period[str]


@attrs.frozen(slots=True)
class ProductList:
    """A list of HS prefixes; an incomplete one cannot say that a code is absent."""

    id: str
    hs: frozenset[str]
    complete: bool
    period: Period[str]
    ordered: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "ordered", tuple(sorted(self.hs)))

    def holds(self, code: str) -> bool | None:
        """Is the code on the list?

        ``None``: unknown, because the code is too short, the list incomplete, or what it holds unconfirmed.
        """
        if any(code[:n] in self.hs for n in range(2, len(code) + 1)):
            return None if self.period.confidence == "unconfirmed" else True
        after = bisect_left(self.ordered, code)
        if not self.complete or (after < len(self.ordered) and self.ordered[after].startswith(code)):
            return None
        return False


class Rows(Mapping[str, Timeline[Figure]]):
    """The rows of a table by key; a timeline is made when its key is first asked for.

    A table of duties by country holds hundreds of timelines, of which a quote asks one.
    """

    __slots__ = ("_build", "_built", "_raw")

    def __init__(self, raw: Mapping[str, Any], build: Callable[[Any, str], Timeline[Figure]]) -> None:
        self._raw = raw
        self._build = build
        self._built: dict[str, Timeline[Figure]] = {}

    def __getitem__(self, key: str) -> Timeline[Figure]:
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(self._raw[key], key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


@attrs.frozen(slots=True)
class Table:
    """Figures by a key, such as a tax by province; ``"*"`` stands for every other key."""

    key: str
    rows: Mapping[str, Timeline[Figure]]


@attrs.frozen(slots=True)
class Setting:
    """What the law leaves to the declarant: its choices, the default, and why it is open."""

    id: str
    choices: tuple[str, ...]
    default: str
    why: str
    citation: Citation


@attrs.frozen(slots=True)
class Exchange:
    """Which exchange-rate rule a role uses, and the event whose day it looks at."""

    rule: str
    event: str


@attrs.frozen(slots=True, eq=False)
class Jurisdiction:
    """The import law of one destination, for every day since :attr:`begins`; amounts are in :attr:`currency`."""

    code: str
    name: str
    currency: str
    begins: date
    customs_territory: str
    tax_territory: str
    tariff: str | None
    price_tax: str | None
    exchange: Mapping[str, Exchange]
    sources: dated.Sources
    values: Mapping[str, Timeline[Figure]]
    taxes: Mapping[str, Mapping[str, Timeline[Figure]]]
    classifications: tuple[Classification, ...]
    tables: Mapping[str, Table]
    lists: Mapping[str, ProductList]
    settings: Mapping[str, Setting]
    procedures: tuple[Procedure, ...]
    components: tuple[Component, ...]

    def value(self, name: str, on: date, *, known_on: date | None = None) -> Period[Figure]:
        """The named figure on a day; :class:`NoLaw` where the file has none."""
        rows = self.values.get(name)
        if rows is None:
            raise NoLaw(f"{self.code} defines no value", field="value", value=name, allowed=", ".join(self.values))
        return self._on(rows, on, known_on, f"value.{name}")

    def tax_rate(self, tax: str, tax_class: str, on: date, *, known_on: date | None = None) -> Period[Figure]:
        """The rate of a class of a tax on a day."""
        classes = self.taxes.get(tax, {})
        rows = classes.get(tax_class)
        if rows is None:
            raise NoLaw(
                f"{self.code} has no rate of {tax} for that class",
                field="tax_class",
                value=tax_class,
                allowed=", ".join(classes),
            )
        return self._on(rows, on, known_on, f"tax.{tax}.{tax_class}")

    def table_rows(self, table: str, key: str | None) -> Timeline[Figure] | None:
        """The rows of a table for a key, else those of ``"*"``, else ``None``."""
        rows = self.tables[table].rows
        return rows.get(key or "", rows.get("*"))

    def class_of(self, tax: str, hs: str, on: date) -> Classification | None:
        """The class the longest HS prefix gives; ``None`` where no prefix speaks."""
        best: tuple[int, Classification] | None = None
        for entry in self.classifications:
            if entry.tax != tax or on < entry.period.start or (entry.period.end and on >= entry.period.end):
                continue
            length = max((len(prefix) for prefix in entry.hs if hs.startswith(prefix)), default=0)
            if length and (best is None or length > best[0]):
                best = (length, entry)
        return best[1] if best else None

    def changes(self, before: date, after: date) -> list[tuple[str, str | None, str | None]]:
        """What differs between the law of two days: ``(what, then, now)``, ``None`` where a day has none.

        >>> Law.default()["CH"].changes(date(2023, 12, 31), date(2024, 1, 1))[0]
        ('tax vat standard', '7.7 %', '8.1 %')
        """
        old, new = self._state(before), self._state(after)
        return [(what, old.get(what), new.get(what)) for what in old | new if old.get(what) != new.get(what)]

    def _state(self, on: date) -> dict[str, str]:
        """Everything in force on a day, by name, as text."""
        found: dict[str, str] = {}
        named = [(f"value {key}", rows) for key, rows in self.values.items()]
        named += [(f"tax {tax} {cls}", rows) for tax, classes in self.taxes.items() for cls, rows in classes.items()]
        named += [(f"{name} {key}", rows) for name, table in self.tables.items() for key, rows in table.rows.items()]
        for what, rows in named:
            try:
                found[what] = str(rows.on(on).value)
            except LookupError:
                continue
        for procedure in self.procedures:
            if procedure.force.holds(on, None):
                found[f"procedure {procedure.id}"] = procedure.when.text if procedure.when else "always"
        for component in self.components:
            if component.force.holds(on, None):
                rate = component.rate.text if component.rate else ""
                when = f" if {component.when.text}" if component.when else ""
                found[f"{component.kind or 'working'} {component.id}"] = f"{rate}{when}".strip()
        return found

    def _on(self, rows: Timeline[Figure], on: date, known_on: date | None, key: str) -> Period[Figure]:
        try:
            return rows.on(on, known_on=known_on)
        except LookupError as gap:
            raise NoLaw(f"{self.code} {key} has no figure on {on}: {gap}", field=key, value=on.isoformat()) from gap


class Law:
    """All jurisdictions, read lazily; frozen once read. ``law["DE"]`` is a :class:`Jurisdiction`."""

    __slots__ = ("_folders", "_read", "_texts")

    def __init__(self, folders: Iterable[Path], *, texts: Iterable[tuple[str, str]] = ()) -> None:
        self._folders = tuple(folders)
        self._texts = tuple(texts)
        self._read: dict[str, Jurisdiction] = {}

    @classmethod
    def default(cls) -> Law:
        """The law that comes with xbec; the same object each time."""
        global _default
        if _default is None:
            _default = cls([_OWN])
        return _default

    def overlay(self, path: str | Path) -> Law:
        """A new law book with a file, or a folder of files, of your own laid over this one.

        A file has the name of its jurisdiction (``DE.toml``) and holds only what it adds or corrects.
        """
        place = Path(path)
        if not place.exists():
            raise DataFileError("no such file or folder", field="overlay", value=str(place))
        if place.is_dir():
            return Law([*self._folders, place], texts=self._texts)
        return Law(self._folders, texts=[*self._texts, (place.stem, place.read_text(encoding="utf-8"))])

    def on(self, day: date, *, known_on: date | None = None) -> LawOfDay:
        """The law of a day: ``law.on(day)["DE"].value("duty_relief")``."""
        return LawOfDay(self, day, known_on)

    @property
    def edition(self) -> str:
        """Day of the edition of the data that came with xbec; an overlay is told beside it."""
        text = (_OWN.parent / "edition.txt").read_text(encoding="utf-8").strip()
        return text if self._folders == (_OWN,) and not self._texts else f"{text} with overlay"

    @property
    def codes(self) -> tuple[str, ...]:
        """The jurisdictions there are files for; common files that only others extend are included."""
        found = {p.stem for folder in self._folders for p in folder.glob("*.toml")}
        return tuple(sorted(found | {code for code, _ in self._texts}))

    def __iter__(self) -> Iterator[Jurisdiction]:
        return (self[code] for code in self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __getitem__(self, code: str) -> Jurisdiction:
        found = self._read.get(code)
        if found is None:
            found = self._read[code] = self._build(code)
        return found

    def _build(self, code: str) -> Jurisdiction:
        content = self._content(code, depth=1)
        if self._folders != (_OWN,) or self._texts:
            check_file(content, name=f"{code}.toml")
            return _whole(freeze(content, name=f"{code}.toml"))
        return freeze(content, name=f"{code}.toml")

    def check(self, code: str) -> Jurisdiction:
        """The jurisdiction, its file checked word by word: what ``xbec law check`` does for every file."""
        check_file(self._content(code, depth=1), name=f"{code}.toml")
        return _whole(self[code])

    def _content(self, code: str, *, depth: int) -> dict[str, Any]:
        if not re.fullmatch("[A-Z]{2}", str(code)[:3]) or code not in self:
            raise NoLaw(
                "no law of that jurisdiction is in the law book",
                field="destination",
                value=code,
                allowed=", ".join(self.codes),
                cure="add it with Law.overlay(path); see docs/law-language.md",
            )
        if depth > _DEEPEST_CHAIN:
            raise DataFileError("a chain of extends is too long", field=f"{code}.toml: extends")
        content: dict[str, Any] = {}
        for folder in self._folders:
            for path in (folder / f"{code}.toml", folder / "lists" / f"{code}.toml"):
                if path.exists():
                    content = dated.overlay(content, dated.read_toml(path))
        for stem, text in self._texts:
            if stem == code:
                content = dated.overlay(content, dated.parse_toml(text, name=f"{code}.toml"))
        parent = content.get("extends")
        if parent is None:
            return content
        return extend(self._content(parent, depth=depth + 1), content, name=f"{code}.toml")


_default: Law | None = None


def _whole(law: Jurisdiction) -> Jurisdiction:
    """The jurisdiction with every row of every table made, so that a gap or overlap in one is told now."""
    for table in law.tables.values():
        for _ in table.rows.values():
            pass
    return law


def check_file(content: Mapping[str, Any], *, name: str) -> None:
    """Refuse what a law file may not hold, naming file and key."""
    from xbec.kernel.dated_file import validate
    from xbec.law.file import LawFile

    validate(LawFile, content, name=name)


def extend(parent: Mapping[str, Any], child: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """The child laid over the file it extends: it fills slots and sets tables, and never edits a component."""
    known = {c["id"] for c in parent.get("component", []) if "id" in c}
    merged = dated.overlay(
        {k: v for k, v in parent.items() if k != "component"}, {k: v for k, v in child.items() if k != "component"}
    )
    merged["classify"] = [*parent.get("classify", []), *child.get("classify", [])]
    components: list[Any] = []
    filling = list(child.get("component", []))
    for own in filling:
        if own.get("id") in known:
            raise DataFileError(
                "a child edits a component of its parent", field=f"{name}: component", value=own.get("id")
            )
    for entry in parent.get("component", []):
        if "id" in entry:
            components.append(entry)
            continue
        components.extend(own for own in filling if own.get("slot") == entry.get("slot"))
        components.append(entry)
        filling = [own for own in filling if own.get("slot") != entry.get("slot")]
    for own in filling:
        if own.get("slot") is not None:
            raise DataFileError("no such slot in the parent", field=f"{name}: component.slot", value=own["slot"])
    merged["component"] = [*components, *filling]
    return merged


def codes(hs: str | list[str]) -> list[str]:
    """The codes of a list, written as a list or as one text with spaces between."""
    return hs.split() if isinstance(hs, str) else hs


def freeze(file: Mapping[str, Any], *, name: str) -> Jurisdiction:
    """The content of a file as frozen values; sources, overlaps and names are checked on the way."""
    sources = dated.Sources(file["source"], name=name)

    def figures(rows: Iterable[Mapping[str, Any]], key: str) -> Timeline[Figure]:
        where = f"{name}: {key}"
        periods = [dated.period(row, read_figure(row, where=where), sources, key=key) for row in rows]
        return dated.timeline(periods, name=name, key=key)

    def row_of_table(table: str, rows: Any, key: str) -> Timeline[Figure]:
        return figures(rows, f"table.{table}.{key}")

    taxes = {
        tax: {cls: figures(rows, f"tax.{tax}.{cls}") for cls, rows in classes.items()}
        for tax, classes in file.get("tax", {}).items()
    }
    classified = file.get("classify", [])
    for row in classified:
        if row["tax"] not in taxes or row["class"] not in taxes[row["tax"]]:
            raise DataFileError(
                "classify names a tax class the file does not define",
                field=f"{name}: classify",
                value=f"{row['tax']}.{row['class']}",
            )
    known_currency(file["currency"], f"{name}: currency")
    exchange = file["exchange"]
    if "customs" not in exchange:
        raise DataFileError("the rule of the customs exchange rate is missing", field=f"{name}: exchange.customs")
    jurisdiction = Jurisdiction(
        code=file["jurisdiction"],
        name=file["name"],
        currency=file["currency"],
        begins=file["begins"],
        customs_territory=file["territory"]["customs"],
        tax_territory=file["territory"]["tax"],
        tariff=file.get("tariff"),
        price_tax=file.get("price_tax"),
        exchange={role: Exchange(x["rule"], x.get("event", "declared")) for role, x in exchange.items()},
        sources=sources,
        values={key: figures(rows, f"value.{key}") for key, rows in file.get("value", {}).items()},
        taxes=taxes,
        classifications=tuple(
            Classification(
                x["tax"],
                x["class"],
                tuple(x["hs"]),
                dated.period(x, x["class"], sources, key=f"classify.{x['class']}"),
            )
            for x in classified
        ),
        tables={
            key: Table(t["key"], Rows(t["rows"], partial(row_of_table, key)))
            for key, t in file.get("table", {}).items()
        },
        lists={
            key: ProductList(
                key, frozenset(codes(x["hs"])), x["complete"], dated.period(x, key, sources, key=f"list.{key}")
            )
            for key, x in file.get("list", {}).items()
        },
        settings={
            key: Setting(
                key, tuple(x["choices"]), x["default"], x["why"], sources.cite(x["source"], key=f"setting.{key}")
            )
            for key, x in file.get("setting", {}).items()
        },
        procedures=tuple(build_procedure(p, sources, name=name) for p in file.get("procedure", [])),
        components=tuple(build_component(c, sources, name=name) for c in file.get("component", []) if "id" in c),
    )
    check_names(jurisdiction, name=name)
    return jurisdiction
