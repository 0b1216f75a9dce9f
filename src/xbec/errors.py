"""Every exception of xbec, one small tree.

Three branches say whose fault it is: :class:`InputError` (what the caller passed), :class:`DocumentError`
(a document of somebody else: a platform, a file) and :class:`GapError` (our data does not know). Each carries
the field, the value, what is allowed and what to do next, so that a message can be shown to a person as it stands.
"""

from __future__ import annotations

_SHOWN = 80


def shorten(value: object) -> str:
    """``repr`` of a value cut to a length fit for a message; never builds the whole text of a huge string."""
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]!r}... ({len(value)} characters)"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 256:
        return f"an integer of {value.bit_length()} bits"
    try:
        text = repr(value)
    except ValueError:
        return f"a {type(value).__name__} that holds an integer too long to show"
    return text if len(text) <= _SHOWN * 2 else f"{text[: _SHOWN * 2]}..."


class XbecError(Exception):
    """Root of the tree. ``field``, ``value``, ``allowed`` and ``cure`` are ``None`` where they do not apply.

    >>> print(InputError("not a country", field="destination", value="XX", allowed="ISO 3166-1 alpha-2"))
    not a country; field destination; value 'XX'; allowed: ISO 3166-1 alpha-2
    """

    def __init__(
        self,
        problem: str,
        *,
        field: str | None = None,
        value: object = None,
        allowed: str | None = None,
        cure: str | None = None,
    ) -> None:
        self.problem = problem
        self.field = field
        self.value = value
        self.allowed = allowed
        self.cure = cure
        parts = [problem]
        if field is not None:
            parts.append(f"field {field}")
        if value is not None:
            parts.append(f"value {shorten(value)}")
        if allowed is not None:
            parts.append(f"allowed: {allowed}")
        if cure is not None:
            parts.append(f"what to do: {cure}")
        super().__init__("; ".join(parts))


class InputError(XbecError, ValueError):
    """The caller passed something that no law or data could answer."""


class CurrencyMismatch(InputError):
    """Two amounts of different currencies met where one currency is needed."""


class DocumentError(XbecError, ValueError):
    """A document of a platform, a carrier or a file is refused; ``field`` is its JSON path."""


class DataFileError(XbecError):
    """A data file (law, tariff, rates) does not load; ``field`` is ``file: key``."""


class GapError(XbecError, LookupError):
    """Our data has no answer. Unknown is not zero: add the data, state the value, or ask for an interval."""


class NoLaw(GapError):
    """No law of that jurisdiction, or none on that day."""


class NoRate(GapError):
    """No exchange rate for that pair, day and rule; the message names the nearest day there is."""


class NoTariff(GapError):
    """No duty rate for that code, origin and day."""


class Undetermined(GapError):
    """The answer depends on something unknown that has candidates; ``on_unknown="interval"`` prices them all."""


class TooManyUnknowns(Undetermined):
    """More candidates than the engine will price (64 worlds); state one of the unknowns."""


class ThresholdGap(InputError):
    """An all-inclusive price that no net price yields, because a threshold makes the total jump over it."""


class Refused(InputError):
    """The law does not allow this consignment by this channel or procedure."""


class MissingExtra(XbecError, ImportError):
    """An optional part is not installed; the message names the extra."""
