"""A life cycle as one table: which event leads from which state to which.

Returns, disputes, filings, shipments and cases each write down one :class:`Lifecycle`; there is no other place that
decides what may happen next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from xbec.errors import InputError

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NAME: Final = re.compile(r"[^\s\"\x00-\x1f](?:[^\"\n\r\x00-\x1f]{0,78}[^\s\"\x00-\x1f])?")
_MOST_STEPS: Final = 10_000
_NAMES: Final = "text of 1 to 80 characters without quotation marks and line breaks"


def _frozen_table(table: object) -> Mapping[tuple[str, str], str]:
    if not isinstance(table, Mapping) or not 1 <= len(table) <= _MOST_STEPS:
        raise InputError("not a table of steps", field="table", value=table, allowed="{(state, event): state}")
    return MappingProxyType(dict(table))


def _frozen_states(final: object) -> frozenset[str]:
    if isinstance(final, str | bytes) or not isinstance(final, Iterable):
        raise InputError("not a set of states", field="final", value=final, allowed="a set of states")
    try:
        return frozenset(final)
    except TypeError:
        raise InputError("not a set of states", field="final", value=final, allowed="a set of states") from None


@attrs.frozen(slots=True, eq=False)
class Lifecycle:
    """States and events. ``table`` maps ``(state, event)`` to the next state; ``final`` states lead nowhere.

    >>> parcel = Lifecycle(
    ...     "parcel",
    ...     "announced",
    ...     table={
    ...         ("announced", "hand over"): "moving",
    ...         ("moving", "scan"): "moving",
    ...         ("moving", "deliver"): "delivered",
    ...     },
    ...     final={"delivered"},
    ... )
    >>> parcel.step("announced", "hand over"), parcel.allowed("moving"), parcel.is_final("delivered")
    ('moving', ('scan', 'deliver'), True)
    >>> parcel.step("announced", "deliver")
    Traceback (most recent call last):
    ...
    xbec.errors.InputError: parcel: not possible while announced; field event; value 'deliver'; allowed: hand over

    Raises :class:`InputError` where the table cannot be meant so: a state that nothing leads to, a state that ends
    without being final, a final state that goes on, a final state that does not occur.
    """

    name: str
    initial: str
    table: Mapping[tuple[str, str], str] = attrs.field(kw_only=True, converter=_frozen_table)
    final: frozenset[str] = attrs.field(kw_only=True, converter=_frozen_states)

    def __attrs_post_init__(self) -> None:
        for field, name in (("name", self.name), ("initial", self.initial)):
            _check_name(name, field)
        for key, after in self.table.items():
            if not (isinstance(key, tuple) and len(key) == 2):
                raise InputError("not a step", field="table", value=key, allowed="(state, event)")
            for name in (*key, after):
                _check_name(name, "table")
        for name in self.final:
            _check_name(name, "final")
        states = self.states
        reached = frozenset(self.reachable())
        for state in states:
            if state not in reached:
                raise InputError(f"{self.name}: nothing leads to a state", field="table", value=state)
            if state in self.final and self.allowed(state):
                raise InputError(f"{self.name}: a final state goes on", field="final", value=state)
            if state not in self.final and not self.allowed(state):
                raise InputError(
                    f"{self.name}: a state leads nowhere", field="table", value=state, cure="add it to final"
                )
        for state in sorted(self.final - reached):
            raise InputError(f"{self.name}: a final state that does not occur", field="final", value=state)

    @property
    def states(self) -> tuple[str, ...]:
        """All states, in the order of the table."""
        found = dict.fromkeys([self.initial])
        for (before, _), after in self.table.items():
            found |= dict.fromkeys((before, after))
        return tuple(found)

    @property
    def events(self) -> tuple[str, ...]:
        """All events, in the order of the table."""
        return tuple(dict.fromkeys(event for _, event in self.table))

    def step(self, state: str, event: str) -> str:
        """The state after ``event``. Raises :class:`InputError` that names the events possible in ``state``."""
        try:
            return self.table[state, event]
        except (KeyError, TypeError):
            allowed = ", ".join(self.allowed(state)) or "nothing: it is a final state"
            raise InputError(
                f"{self.name}: not possible while {state}", field="event", value=event, allowed=allowed
            ) from None

    def allowed(self, state: str) -> tuple[str, ...]:
        """The events possible in ``state``, in the order of the table; none in a final state.

        Raises :class:`InputError` for an unknown state.
        """
        if not isinstance(state, str) or state not in self.states:
            allowed = ", ".join(self.states)
            raise InputError(f"{self.name}: not a state", field="state", value=state, allowed=allowed)
        return tuple(event for before, event in self.table if before == state)

    def is_final(self, state: str) -> bool:
        """Is it over? Raises :class:`InputError` for an unknown state."""
        return not self.allowed(state)

    def reachable(self, start: str | None = None) -> tuple[str, ...]:
        """The states that can come after ``start`` (the initial state) and ``start`` itself, nearest first."""
        first = self.initial if start is None else start
        if start is not None:
            self.allowed(start)
        found = {first: None}
        waiting = [first]
        for state in waiting:
            for (before, _), after in self.table.items():
                if before == state and after not in found:
                    found[after] = None
                    waiting.append(after)
        return tuple(found)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, one line a step."""
        ids = {
            state: state if _WORD.fullmatch(state) and state != "state" else f"state_{number}"
            for number, state in enumerate(self.states)
        }
        lines = ["stateDiagram-v2"]
        lines += [f'    state "{state}" as {ident}' for state, ident in ids.items() if state != ident]
        lines.append(f"    [*] --> {ids[self.initial]}")
        lines += [f"    {ids[before]} --> {ids[after]}: {event}" for (before, event), after in self.table.items()]
        lines += [f"    {ids[state]} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.name, self.initial, dict(self.table), self.final)


def _rebuild(name: str, initial: str, table: dict[tuple[str, str], str], final: frozenset[str]) -> Lifecycle:
    return Lifecycle(name, initial, table=table, final=final)


def _check_name(name: object, field: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError("not a name of a state or event", field=field, value=name, allowed=_NAMES)
