"""How tariffs of the world write duties, read into :class:`Duty`.

One grammar for all: ``sum [MIN sum] [MAX sum]``, a sum of terms ``6.5 %`` and ``0.30 EUR / 100 kg``; beside it the
phrases of single authorities: ``whichever is the greater`` (JP), ``or, if lower,`` (AU), ``but not less than`` (US).
Words and signs are data (``data/tariff/units.toml``). Every pattern runs in linear time on text of bounded length.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from xbec.errors import InputError
from xbec.kernel.currencies import minor_digits
from xbec.kernel.rounding import write
from xbec.tariff.expression import FREE, Duty, Unresolved
from xbec.tariff.units import free_words, signs, word

_TERM: Final = re.compile(
    r"(?P<before>[$€£¥]|[A-Z]{3})? ?"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+) ?"
    r"(?P<after>%|percent|cents|[¢$€£¥円]|[A-Z]{3})? ?"
    r"(?:(?:/|per ) ?(?P<unit>[^ ].*)|(?P<each>each))?",
    re.ASCII,
)
_RATIO: Final = re.compile(r"(?P<number>[0-9]+/[0-9]+) (?:(?P<percent>%)|(?P<currency>[A-Z]{3})/(?P<unit>[a-z0-9_]+))")
_COUNTED: Final = re.compile(r"(?P<count>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9}) ?(?P<word>.*)")
_SPACES: Final = re.compile(r"\s+")
_BOUND: Final = re.compile(r" (MIN|MAX) ")
_LONGEST_NUMBER: Final = 60
_PHRASES: Final = (
    (", and ", " + "),
    (" plus ", " + "),
    (" but not less than ", " MIN "),
    (" but not more than ", " MAX "),
)
_UPPER: Final = ("greater", "higher")
_LOWER: Final = ("lower", "less", "lesser")


class _Unreadable(Exception):
    """Raised inside this module with the reason an :class:`Unresolved` will carry."""


def read(text: str, currency: str | None) -> Duty | Unresolved:
    """See :meth:`Duty.parse`, which has checked the arguments."""
    clean = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if clean.lower() in free_words():
        return FREE
    try:
        return _expression(_phrased(clean), currency)
    except _Unreadable as problem:
        return Unresolved(text, str(problem))
    except InputError as problem:
        return Unresolved(text, problem.problem)


def _phrased(text: str) -> str:
    """Phrases of single authorities as ``MIN`` and ``MAX``."""
    for phrase, sign in _PHRASES:
        text = text.replace(phrase, sign)
    head, found, word_of = text.partition("whichever is")
    if found:
        return _either(head.rstrip(" ,").split(" or "), word_of.strip().removeprefix("the ").rstrip("."))
    for way in ("lower", "higher"):
        head, found, tail = text.partition(f", or, if {way}, ")
        if found:
            return _either([head, tail], way)
    if "又は" in text:
        return _japanese(text)
    return text


def _japanese(text: str) -> str:
    """``A又はBのうちいずれか高い税率``: the higher of two; ``低い``: the lower, at times with a floor behind it."""
    text, floored, floor = text.partition("ただしその税率が")
    for ending, way in (("のうちいずれか高い税率", "higher"), ("のうちいずれか低い税率", "lower")):
        if text.strip().endswith(ending):
            result = _either(text.strip().removesuffix(ending).split("又は"), way)
            if not floored:
                return result
            least, under, again = floor.partition("を下回る場合は")
            if under and least.strip() == again.strip() and way == "lower":
                return f"{result} MIN {least.strip()}"
    raise _Unreadable("a choice of rates this library does not read")


def _either(choices: list[str], way: str) -> str:
    if len(choices) != 2 or any(_BOUND.search(f" {choice} ") for choice in choices) or way not in (*_UPPER, *_LOWER):
        raise _Unreadable("a choice of rates this library does not read")
    return f"{choices[0].strip()} {'MIN' if way in _UPPER else 'MAX'} {choices[1].strip()}"


def _expression(text: str, currency: str | None) -> Duty:
    body, *rest = _BOUND.split(text)
    bounds: dict[str, Duty] = {}
    for sign, part in zip(rest[::2], rest[1::2], strict=True):
        if sign in bounds:
            raise _Unreadable(f"two bounds {sign}")
        bounds[sign] = _sum(part, currency)
    duty = _sum(body, currency)
    if not bounds:
        return duty
    texts = {sign: "0 %" if bound.is_free else str(bound) for sign, bound in bounds.items()}
    shown = "0 %" if duty.is_free else str(duty)
    shown += "".join(f" {sign} {texts[sign]}" for sign in ("MIN", "MAX") if sign in texts)
    return Duty(duty.ad_valorem, duty.specifics, at_least=bounds.get("MIN"), at_most=bounds.get("MAX"), text=shown)


def _sum(text: str, currency: str | None) -> Duty:
    rates: list[tuple[Fraction, str]] = []
    amounts: list[tuple[Fraction, str, str]] = []
    shown: list[str] = []
    for term in text.split("+"):
        found = _term(term.strip(), currency)
        if len(found) == 2:
            rates.append(found)
        else:
            amount, code, unit, printed = found
            amounts.append((amount, code, unit))
            shown.append(printed)
    if len(rates) > 1:
        raise _Unreadable("two percentages; the tariff means parts of the value")
    rate = rates[0][0] if rates else Fraction(0)
    duty = Duty(rate, amounts)
    if duty.is_free:
        return FREE
    percent = [f"{rates[0][1]} %"] if rate else []
    return Duty(rate, duty.specifics, text=" + ".join(percent + shown))


def _term(term: str, currency: str | None) -> tuple[Fraction, str] | tuple[Fraction, str, str, str]:
    ratio = _RATIO.fullmatch(term)
    if ratio is not None:
        number = _number(ratio["number"])
        if ratio["percent"]:
            return number / 100, ratio["number"]
        return _specific(number, ratio["number"], ratio["currency"], ratio["unit"])
    match = _TERM.fullmatch(term)
    if match is None:
        if term.removesuffix(" on the entire set") != term:
            return _term(term.removesuffix(" on the entire set"), currency)
        raise _Unreadable(f"no duty this library computes: {term[:60]!r}")
    before, after, unit = match["before"], match["after"], match["each"] or match["unit"]
    written = match["number"].replace(",", "")
    number = _number(written)
    if after in ("%", "percent"):
        if before or unit:
            raise _Unreadable(f"a percentage of something else than the value: {term[:60]!r}")
        return number / 100, written
    if unit is None:
        raise _Unreadable(
            "a bare number does not say percent"
            if not (before or after)
            else f"an amount without a unit: {term[:60]!r}"
        )
    if before and after:
        raise _Unreadable(f"an amount of two currencies: {term[:60]!r}")
    sign = before or after
    if sign is None:
        raise _Unreadable(f"an amount without a currency: {term[:60]!r}")
    if sign in signs("cent"):
        return _specific(number / 100, None, _meant(sign, "cent", currency), unit)
    code = sign if sign.isalpha() and sign.isascii() else _meant(sign, "sign", currency)
    return _specific(number, written, code, unit)


def _number(text: str) -> Fraction:
    if len(text) <= _LONGEST_NUMBER:
        try:
            return Fraction(text)
        except ZeroDivisionError:
            pass
    raise _Unreadable("a number beyond reason")


def _meant(sign: str, table: str, currency: str | None) -> str:
    codes = signs(table)[sign]
    if currency is not None and currency in codes:
        return currency
    if len(codes) == 1:
        return codes[0]
    raise _Unreadable(f"the sign {sign!r} does not say which currency; pass the currency of the schedule")


def _specific(number: Fraction, written: str | None, currency: str, unit: str) -> tuple[Fraction, str, str, str]:
    minor_digits(currency)
    counted = _COUNTED.fullmatch(unit.strip())
    count, name = (int(counted["count"].replace(",", "")), counted["word"]) if counted else (1, unit.strip())
    found = word(name) if name else word("piece")
    if found is None or not count:
        raise _Unreadable(f"a unit this library does not know: {unit[:60]!r}")
    amount = number / (count * found.factor)
    per = f"{count} {found.printed}" if count != 1 else found.printed
    return amount, currency, found.unit, f"{written or write(number)} {currency}/{per}"
