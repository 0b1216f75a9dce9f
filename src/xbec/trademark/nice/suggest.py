"""Nice classes for what a seller calls a thing, offline, from a vocabulary of our own and from HS headings.

A title is read in thoughts ("stainless steel water bottle | with straw | for kids"): terms of the first one weigh most,
the last thing named in a thought is the thing itself, and a longer term hides what it contains, so that a dog collar is
no dog. Words that are in no term are corrected with rapidfuzz (extra ``trademark``), and only where nothing else was
found. Equal input gives equal output, in order.

>>> from datetime import date
>>> best = suggest_classes("silicone phone case", on=date(2026, 2, 1))[0]
>>> best.number, best.term, best.match
(9, 'phone case', 'together')
>>> print(suggest_classes("polarized sunglasses", on=date(2026, 2, 1), limit=1)[0])
class 10, score 100: 'polarized sunglasses'; class 9 for applications filed before 2026-01-01 [Nice Agreement, \
thirteenth edition, version 2026: class headings and explanatory notes (USPTO, read in a copy) class 10 heading, \
class 9 exclusions, checked 2026-11-25]
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Final, Literal, cast

import attrs

from xbec.errors import DataFileError, InputError, MissingExtra
from xbec.goods import HsCode
from xbec.kernel.citation import Citation
from xbec.kernel.dated import read_toml
from xbec.kernel.timeline import CONFIDENCES, Confidence
from xbec.trademark.nice.classes import NICE, HsClasses, Kind, edition, hs_classes, nice_class, nice_sources
from xbec.trademark.notice import NOT_LEGAL_ADVICE

Match = Literal["whole", "together", "near", "turned", "apart", "spelling", "hs"]
LONGEST_TITLE: Final = 500
_MOST_WORDS: Final = 80
_TOKEN: Final = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")
_PARTING: Final = ",;|/()[]:+"
_COLUMNS: Final = ["term", "class", "rank", "from", "to", "source", "confidence"]

# Points of our own scale, 0 to 100; no law stands behind them. A title is judged by the order they give.
_POINTS: Final[Mapping[str, int]] = {"whole": 100, "together": 90, "near": 78, "turned": 78, "apart": 62}
_ONE_WORD: Final = 80
_PER_FURTHER_WORD: Final = 3
_NOT_LAST: Final = 10
_LATER_THOUGHT: Final = 14
_PER_RANK: Final = 7
_SPELLING: Final = 12
_SUPPORT: Final = 2
_MOST_SUPPORT: Final = 6
_HS_ALONE: Final[Mapping[str, int]] = {"high": 70, "medium": 50, "low": 30}
_HS_BESIDE: Final[Mapping[str, int]] = {"high": 24, "medium": 8, "low": 2}
_CLOSE: Final = 84
_SHORTEST_CORRECTED: Final = 4


@attrs.frozen(slots=True, kw_only=True)
class Suggestion:
    """A class for a title, with its evidence.

    ``score`` is 0 to 100 on a scale of our own, good for order and nothing else. ``term`` is the term of our vocabulary
    that matched and ``match`` how: the ``whole`` title, its words ``together``, ``near`` in one thought, ``turned``
    round ("case for a phone"), ``apart``, with a corrected ``spelling``; ``hs`` where only the code spoke. ``hs`` is
    the heading or chapter that points here, ``moved`` the other class the goods have on other filing days, ``edition``
    the version of the day.
    """

    number: int
    kind: Kind
    scope: str
    score: int
    term: str | None
    match: Match
    hs: str | None
    moved: str | None
    edition: str
    source: Citation
    confidence: Confidence

    def __str__(self) -> str:
        seen = [text for text in (self.term and repr(self.term), self.hs and f"HS {self.hs}", self.moved) if text]
        return f"class {self.number}, score {self.score}: {'; '.join(seen)} [{self.source}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON, with the sentence that this is no legal advice."""
        return {**attrs.asdict(self, recurse=False), "source": str(self.source), "notice": NOT_LEGAL_ADVICE}


def suggest_classes(title: str, *, on: date, hs: HsCode | str | None = None, limit: int = 5) -> tuple[Suggestion, ...]:
    """Classes for goods or services in a seller's own words, likeliest first, for an application filed on a day.

    ``hs`` adds what the customs code of the goods says. No suggestion means that our vocabulary does not know the
    words: ask for the thing in plainer ones, and check every answer against the alphabetical list of the office.

    Raises :class:`InputError` for an empty title, one over 500 characters or 80 words, a bad code or limit;
    :class:`NoPeriod` for a day before the 12th edition or of a year without a version; :class:`MissingExtra` where
    nothing matches as written and rapidfuzz is not there to correct the spelling.
    """
    words = _words(title)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError("not a number of suggestions", field="limit", value=limit, allowed="1 or more")
    label = edition(on).label
    nice_class(1, on=on)
    code = None if hs is None else hs_classes(hs, on=on)
    book = _vocabulary()
    hits = _hits(_compounds(words, book.tokens), on)
    if words and not hits:
        hits = _hits(_corrected(words, book, needed=code is None), on)
    best = _by_class(hits)
    found = []
    for number in best.keys() | {c.number for c in (code.candidates if code else ())}:
        found.append(_suggestion(number, best.get(number, []), code, on, label))
    found.sort(key=lambda each: (-each[0], each[1].number))
    return tuple(suggestion for _, suggestion in found[:limit])


@attrs.frozen(slots=True)
class _Word:
    text: str
    thought: int
    corrected: bool = False


@attrs.frozen(slots=True, eq=False)
class _Term:
    text: str
    words: tuple[str, ...]
    number: int
    rank: int
    start: date
    end: date | None
    source: str
    confidence: Confidence

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@attrs.frozen(slots=True)
class _Vocabulary:
    by_last: Mapping[str, tuple[_Term, ...]]
    by_words: Mapping[tuple[str, ...], tuple[_Term, ...]]
    tokens: frozenset[str]
    spellings: tuple[str, ...]


@attrs.frozen(slots=True)
class _Hit:
    term: _Term
    places: frozenset[int]
    last: int
    thought: int
    match: Match
    points: int


def _hits(words: list[_Word], on: date) -> list[_Hit]:
    """Terms found in the title on a day, without those that a longer one contains, with their points."""
    where: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        where.setdefault(word.text, []).append(place)
    found = [
        hit
        for text in where
        for term in _vocabulary().by_last.get(text, ())
        if term.covers(on) and (hit := _hit(term, words, where)) is not None
    ]
    wide = [hit for hit in found if hit.term.rank == 1 and hit.match != "apart"]
    kept = [hit for hit in found if not any(hit.places < other.places for other in wide)]
    thoughts = sorted({hit.thought for hit in kept})
    last = {thought: max(hit.last for hit in kept if hit.thought == thought) for thought in thoughts}
    return [attrs.evolve(hit, points=hit.points - _lost(hit, thoughts, last)) for hit in kept]


def _hit(term: _Term, words: list[_Word], where: Mapping[str, list[int]]) -> _Hit | None:
    """The best place of a term in the title; ``None`` where a word of it is missing."""
    if any(text not in where for text in term.words):
        return None
    found = (_hit_at(end, term, words, where) for end in where[term.words[-1]])
    return max(found, key=lambda hit: (hit.points, -hit.thought, hit.last))


def _hit_at(end: int, term: _Term, words: list[_Word], where: Mapping[str, list[int]]) -> _Hit:
    """The term with its last word at ``end``."""
    thought, length = words[end].thought, len(term.words)
    run = range(max(end - length + 1, 0), end + 1)
    in_a_row = tuple(words[p].text for p in run) == term.words
    before = [[p for p in where[text] if p < end and words[p].thought == thought] for text in term.words[:-1]]
    after = [[p for p in where[text] if words[p].thought == thought + 1] for text in term.words[:-1]]
    match: Match
    if in_a_row and length == len(words):
        match, spots = "whole", [[p] for p in run]
    elif in_a_row and words[run[0]].thought == thought:
        match, spots = "together", [[p] for p in run]
    elif all(before):
        match, spots = "near", before
    elif all(after):
        match, spots = "turned", after
    else:
        match, spots = "apart", [where[text] for text in term.words[:-1]]
    places = frozenset((end, *(min(spot, key=lambda p: abs(end - p)) for spot in spots)))
    points = _ONE_WORD if match == "together" and length == 1 else _POINTS[match] + _PER_FURTHER_WORD * (length - 1)
    if any(words[p].corrected for p in places):
        match, points = "spelling", points - _SPELLING
    return _Hit(term, places, end, thought, match, min(points, _POINTS["whole"]) - _PER_RANK * (term.rank - 1))


def _lost(hit: _Hit, thoughts: list[int], last: Mapping[int, int]) -> int:
    later = min(thoughts.index(hit.thought), 2) * _LATER_THOUGHT
    return later + (_NOT_LAST if hit.last < last[hit.thought] else 0)


def _by_class(hits: Iterable[_Hit]) -> dict[int, list[_Hit]]:
    best: dict[int, list[_Hit]] = {}
    for hit in sorted(hits, key=lambda h: (-h.points, h.thought, -h.last, h.term.text)):
        best.setdefault(hit.term.number, []).append(hit)
    return best


def _suggestion(number: int, hits: list[_Hit], code: HsClasses | None, on: date, label: str) -> tuple[int, Suggestion]:
    """A class with its points, which order also those that the scale of 100 cuts off."""
    likelihood = next((c.likelihood for c in code.candidates if c.number == number), None) if code else None
    known = nice_class(number, on=on)
    if hits:
        first = hits[0]
        things = len({hit.last for hit in hits})
        points = first.points + min(_SUPPORT * (things - 1), _MOST_SUPPORT)
        points += _HS_BESIDE[likelihood] if likelihood else 0
        term, match, source = first.term, first.match, nice_sources().cite(first.term.source, key=first.term.text)
        text, confidence, moved = term.text, term.confidence, _moved(term, on)
    else:
        assert code is not None
        assert likelihood is not None
        points, match, source, confidence = _HS_ALONE[likelihood], "hs", code.source, code.confidence
        text, moved = None, None
    suggestion = Suggestion(
        number=number,
        kind=known.kind,
        scope=known.scope,
        score=max(1, min(points, 100)),
        term=text,
        match=match,
        hs=code.code if code and likelihood else None,
        moved=moved,
        edition=label,
        source=source,
        confidence=confidence,
    )
    return points, suggestion


def _moved(term: _Term, on: date) -> str | None:
    """The class that the same goods have on other filing days, in words."""
    texts = []
    for other in _vocabulary().by_words[term.words]:
        if other.rank == 1 and other.number != term.number and not other.covers(on):
            if other.end is not None and other.end <= on:
                texts.append(f"class {other.number} for applications filed before {other.end}")
            else:
                texts.append(f"class {other.number} for applications filed from {other.start}")
    return "; ".join(texts) or None


def _words(title: object) -> list[_Word]:
    if not isinstance(title, str) or not title.strip():
        raise InputError("not a title", field="title", value=title, allowed="words")
    if len(title) > LONGEST_TITLE:
        raise InputError("a title too long", field="title", value=title, allowed=f"{LONGEST_TITLE} characters")
    reading = _reading()
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    found, thought = [], 0
    for word in _TOKEN.findall(plain.replace("'s ", " ").replace("'", "")):
        if word in reading.breaks or word in _PARTING:
            thought += 1
        elif word[0].isalnum() and word not in reading.stop:
            text = singular(word)
            if not text.isdigit():
                found.append(_Word(text, thought))
    if len(found) > _MOST_WORDS:
        raise InputError("a title of too many words", field="title", value=title, allowed=f"{_MOST_WORDS} words")
    return found


def _compounds(words: list[_Word], tokens: frozenset[str]) -> list[_Word]:
    """Two words that our vocabulary writes as one become one: "back pack", "t-shirt"."""
    found: list[_Word] = []
    for word in words:
        if found and found[-1].thought == word.thought and found[-1].text + word.text in tokens:
            found[-1] = _Word(found[-1].text + word.text, word.thought)
        else:
            found.append(word)
    return found


def _corrected(words: list[_Word], book: _Vocabulary, *, needed: bool) -> list[_Word]:
    """Words that no term holds, replaced by the closest that one does."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError as missing:
        if not needed:
            return words
        raise MissingExtra(
            "no term matches as written, and rapidfuzz is not installed to correct the spelling",
            field="title",
            cure="pip install 'xbec[trademark]', or say it in plainer words",
        ) from missing
    found = []
    for word in words:
        close = None
        if word.text not in book.tokens and len(word.text) >= _SHORTEST_CORRECTED:
            close = process.extractOne(word.text, book.spellings, scorer=fuzz.ratio, score_cutoff=_CLOSE)
        found.append(word if close is None else _Word(close[0], word.thought, corrected=True))
    return found


@lru_cache(maxsize=16_384)
def singular(token: str) -> str:
    """A word as the vocabulary holds it: one spelling, no plural.

    >>> singular("knives"), singular("batteries"), singular("glasses"), singular("jewellery")
    ('knife', 'battery', 'glass', 'jewelry')
    """
    reading = _reading()
    if token in reading.plural:
        token = reading.plural[token]
    elif token not in reading.alias and len(token) > 3 and not token.endswith(("ss", "us", "is")):
        if token.endswith("ies"):
            token = token[:-3] + "y"
        elif token.endswith(("sses", "shes", "ches", "xes", "zes")):
            token = token[:-2]
        elif token.endswith("s"):
            token = token[:-1]
    return reading.alias.get(token, token)


@attrs.frozen(slots=True)
class _Reading:
    breaks: frozenset[str]
    stop: frozenset[str]
    plural: Mapping[str, str]
    alias: Mapping[str, str]


@cache
def _reading() -> _Reading:
    content = read_toml(NICE / "words.toml")
    return _Reading(frozenset(content["breaks"]), frozenset(content["stop"]), content["plural"], content["alias"])


@cache
def _vocabulary() -> _Vocabulary:
    by_last: dict[str, list[_Term]] = {}
    by_words: dict[tuple[str, ...], list[_Term]] = {}
    terms = list(_read_terms())
    tokens = frozenset(word for term in terms for word in term.words)
    for term in terms:
        words = _joined(term.words, tokens)
        if words is not term.words:
            term = attrs.evolve(term, words=words)
        by_last.setdefault(term.words[-1], []).append(term)
        by_words.setdefault(term.words, []).append(term)
    return _Vocabulary(
        {last: tuple(group) for last, group in by_last.items()},
        {words: tuple(group) for words, group in by_words.items()},
        tokens,
        tuple(sorted(tokens)),
    )


def _joined(words: tuple[str, ...], tokens: frozenset[str]) -> tuple[str, ...]:
    """The words of a term, joined where a title's would be."""
    if not any(a + b in tokens for a, b in pairwise(words)):
        return words
    return tuple(word.text for word in _compounds([_Word(text, 0) for text in words], tokens))


def _read_terms() -> Iterator[_Term]:
    path = NICE / "vocabulary.csv"
    days: dict[str, date | None] = {"": None}
    stop = _reading().stop | _reading().breaks
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        if next(rows) != _COLUMNS:
            raise DataFileError("not the columns", field=path.name, allowed=", ".join(_COLUMNS))
        for text, number, rank, start, end, source, confidence in rows:
            for day in (start, end):
                if day not in days:
                    days[day] = date.fromisoformat(day)
            plain = (token for token in text.replace("-", " ").split() if token not in stop and not token.isdigit())
            words = tuple(singular(token) for token in plain)
            begin = days[start]
            if not words or begin is None or confidence not in CONFIDENCES:
                raise DataFileError("a term without words, day or confidence", field=f"{path.name}: {text}")
            yield _Term(text, words, int(number), int(rank), begin, days[end], source, cast("Confidence", confidence))
