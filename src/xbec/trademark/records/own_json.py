"""Our own JSON: a trademark application, and a prosecution, which is an application with what has happened to it.

.. code-block:: json

    {"schema": "xbec.trademark-prosecution/1",
     "application": {
       "filed": "2026-02-03",
       "applicants": [{"name": "Meridian Goods LLC", "kind": "limited liability company", "domicile": "US"}],
       "mark": {"form": "standard characters", "text": "MERIDIAN"},
       "items": [{"nice_class": 25, "text": "Shirts", "bases": ["1(a)"]}],
       "uses": [{"nice_class": 25, "first_use_anywhere": "2024-05", "first_use_commerce": "2024"}]},
     "events": [{"kind": "office action", "day": "2026-08-31"}]}

The keys are the fields of :class:`~xbec.trademark.Application` (and
:class:`~xbec.trademark.Event`); a key that is left out means *not stated*. An application by itself is the
inner object, with ``"schema": "xbec.trademark-application/1"`` or none. Form is checked here: keys, kinds of values,
days. What the values mean is for :func:`xbec.trademark.check_application` to say; an unknown basis or a class that does
not exist is read as it stands.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from xbec.errors import DocumentError, InputError
from xbec.trademark.advice.situation import Situation
from xbec.trademark.application import Application, Use
from xbec.trademark.prosecution.lifecycle import Prosecution
from xbec.trademark.records.border import Problems, day_of, day_of_use, read_json, step, without_controls

if TYPE_CHECKING:
    from pydantic import BaseModel

APPLICATION: Final = "xbec.trademark-application/1"
PROSECUTION: Final = "xbec.trademark-prosecution/1"
SITUATION: Final = "xbec.trademark-situation/1"
MAX_TEXT: Final = 20_000
MAX_ROWS: Final = 2_000
MAX_WHOLE: Final = 1_000_000
_NAME: Final = "trademark document"
_USE_DAYS: Final = ("first_use_anywhere", "first_use_commerce")
_DAYS: Final = "a day, YYYY-MM-DD"
_DAYS_OF_USE: Final = "a day, YYYY-MM-DD, or where only that is known a month, YYYY-MM, or a year, YYYY"


def read_application(content: str | bytes) -> Application:
    """The application that a JSON document holds.

    A month or a year of first use becomes its last day (TMEP 903.06); where that would lie after the day on which the
    applicant signed, though not after the filing date, the day of signature stands for it (TMEP 903.06(a),
    https://ulm.awsg.jerryma.net/tmep/current/TMEP-900d1e437.html, read on 2026-11-25).

    Raises :class:`DocumentError`: one, listing every problem with its JSON path.

    >>> application = read_application('''{"applicants": [{"name": "Meridian Goods LLC"}],
    ...     "mark": {"text": "MERIDIAN"}, "items": [{"nice_class": 25, "text": "Shirts", "bases": ["1(a)"]}],
    ...     "uses": [{"nice_class": 25, "first_use_anywhere": "2024-05"}]}''')
    >>> application.uses[0].first_use_anywhere
    datetime.date(2024, 5, 31)
    >>> read_application('{"applicants": "me", "mark": {}, "items": [{"nice_class": "25", "text": "Shirts"}]}')
    Traceback (most recent call last):
    xbec.errors.DocumentError: trademark document: 3 problems
      $.applicants: a list is needed, not 'me'
      $.items[0].nice_class: a whole number is needed, not '25'
      $.items[0].bases: is missing
    """
    application: Application = _read(Application, read_json(content, name=_NAME), APPLICATION)
    return application


def write_application(app: Application) -> str:
    """The application as JSON that :func:`read_application` reads back; what is not stated is left out."""
    if not isinstance(app, Application):
        raise InputError("no application", field="app", value=app, allowed="Application")
    return _written({"schema": APPLICATION} | _plain(app))


def read_prosecution(content: str | bytes) -> Prosecution:
    """The application and its events; an application by itself has none. Raises as :func:`read_application`."""
    return prosecution_of(read_json(content, name=_NAME))


def prosecution_of(document: Mapping[str, Any]) -> Prosecution:
    """As :func:`read_prosecution`, of a JSON object that is read already."""
    if "application" not in document:
        return Prosecution(_read(Application, document, APPLICATION))
    prosecution: Prosecution = _read(Prosecution, document, PROSECUTION)
    return prosecution


def write_prosecution(prosecution: Prosecution) -> str:
    """The prosecution as JSON that :func:`read_prosecution` reads back."""
    if not isinstance(prosecution, Prosecution):
        raise InputError("no prosecution", field="prosecution", value=prosecution, allowed="Prosecution")
    return _written({"schema": PROSECUTION} | _plain(prosecution))


def read_situation(content: str | bytes) -> Situation:
    """What a seller tells the advisor, as JSON: the fields of :class:`~xbec.trademark.Situation`.

    Raises as :func:`read_application`.
    """
    situation: Situation = _read(Situation, read_json(content, name=_NAME), SITUATION)
    return situation


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _read(cls: Any, document: Mapping[str, Any], schema: str) -> Any:
    from pydantic import ValidationError

    own = dict(document)
    problems = Problems(_NAME)
    stated = own.pop("schema", schema)
    if stated != schema:
        # Told alone: every field of another document would be wrong here.
        problems.add("$.schema", "another document", stated, allowed=f"{schema} here{_elsewhere(stated)}")
        problems.raise_if_any()
    try:
        model = _model(cls).model_validate(own)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            path = "$"
            for part in each["loc"]:
                path = step(path, part)
            problems.add(path, *_told(each["type"], each["msg"], each["input"]))
    problems.raise_if_any()
    value = _value(cls, model, "$")
    if isinstance(value, Application):
        return attrs.evolve(value, uses=tuple(_presumed(value, own.get("uses") or ())))
    if isinstance(value, Prosecution):
        app = value.application
        uses = tuple(_presumed(app, own["application"].get("uses") or ()))
        return attrs.evolve(value, application=attrs.evolve(app, uses=uses))
    return value


def _elsewhere(stated: object) -> str:
    known = {APPLICATION: "read_application", PROSECUTION: "read_prosecution", SITUATION: "read_situation"}
    return f"; {known[stated]} reads this one" if isinstance(stated, str) and stated in known else ""


def _presumed(app: Application, rows: Sequence[Mapping[str, Any]]) -> Iterator[Use]:
    """TMEP 903.06(a): a presumed day after the signature, though not after the filing, is the day of the signature."""
    signed = app.verification.signed if app.verification else None
    for use, row in zip(app.uses, rows, strict=True):
        for word in _USE_DAYS:
            day = getattr(use, word)
            partial = day is not None and day_of(row[word]) is None
            if partial and signed is not None and app.filed is not None and signed < day <= app.filed:
                use = _with_day(use, word, signed)
        yield use


def _with_day(use: Use, word: str, day: date) -> Use:
    changed: dict[str, Any] = {word: day}
    return attrs.evolve(use, **changed)


def _told(kind: str, message: str, value: object) -> tuple[str, object]:
    """A problem of pydantic in our words, and the value it is about where that helps."""
    match kind:
        case "missing":
            return "is missing", None
        case "extra_forbidden":
            return "no such field", None
        case "string_type":
            return "text is needed", value
        case "int_type" | "int_parsing":
            return "a whole number is needed", value
        case "bool_type":
            return "true or false is needed", value
        case "list_type" | "tuple_type":
            return "a list is needed", value
        case "model_type" | "model_attributes_type" | "dict_type":
            return "an object is needed", value
        case "value_error":
            return message.removeprefix("Value error, "), value
        case _ if message.startswith("Input should be "):
            return f"{message.removeprefix('Input should be ')} is needed", value
        case _:
            return message[:1].lower() + message[1:], value


@cache
def _model(cls: type) -> type[BaseModel]:
    """The pydantic model of a value of this room: one definition, so that no field is forgotten at the border."""
    from pydantic import BaseModel, ConfigDict, Field, create_model

    class Strict(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    hints = get_type_hints(cls)
    fields: dict[str, Any] = {}
    for field in attrs.fields(cls):
        hint = _hint(hints[field.name], _DAYS_OF_USE if field.name in _USE_DAYS else _DAYS)
        if field.default is not attrs.NOTHING:
            # null is the same as left out; the value of the room keeps its own default.
            hint = Union[hint, None]  # noqa: UP007 - made at run time
        # The alias keeps names like "copy" apart from the methods of a model.
        fields[f"{field.name}_"] = (hint, Field(... if field.default is attrs.NOTHING else None, alias=field.name))
    return create_model(cls.__name__, __base__=Strict, **fields)


def _hint(kind: Any, days: str) -> Any:
    from pydantic import AfterValidator, BeforeValidator, Field

    origin, parts = get_origin(kind), get_args(kind)
    if kind is date:
        return Annotated[date, BeforeValidator(_day_reader(days))]
    if kind is str:
        return Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_plain_text)]
    if kind is int:
        return Annotated[int, Field(ge=-MAX_WHOLE, le=MAX_WHOLE)]
    if origin in (tuple, frozenset):
        return Annotated[list[_hint(parts[0], days)], Field(max_length=MAX_ROWS)]  # type: ignore[misc]
    if origin in (Union, types.UnionType):
        return Union[tuple(None if part is type(None) else _hint(part, days) for part in parts)]  # noqa: UP007
    if origin is Literal or kind is bool:
        return kind
    return _model(kind)


def _plain_text(value: str) -> str:
    if value != without_controls(value):
        raise ValueError("text without control characters is needed")
    return value


def _day_reader(allowed: str) -> Callable[[object], date]:
    lengths = (10, 7, 4) if allowed == _DAYS_OF_USE else (10,)

    def reader(value: object) -> date:
        day = day_of_use(value) if isinstance(value, str) and len(value) in lengths else None
        if day is None:
            raise ValueError(f"{allowed}, is needed")
        return day

    return reader


def _value(cls: Any, model: BaseModel, path: str) -> Any:
    """The value of the room that a model has been read for."""
    hints = get_type_hints(cls)
    stated = {field.name: getattr(model, f"{field.name}_") for field in attrs.fields(cls)}
    made = {name: _inner(hints[name], value, step(path, name)) for name, value in stated.items() if value is not None}
    try:
        return cls(**made)
    except InputError as problem:
        at = step(path, (problem.field or "").rpartition(".")[2])
        raise DocumentError(
            f"{_NAME}: {problem.problem}", field=at, value=problem.value, allowed=problem.allowed
        ) from problem


def _inner(hint: Any, value: Any, path: str) -> Any:
    kinds = tuple(_parts(hint))
    inner = next((kind for kind in kinds if attrs.has(kind)), None)
    if isinstance(value, list):
        made = value if inner is None else [_value(inner, each, step(path, n)) for n, each in enumerate(value)]
        return frozenset(made) if frozenset in kinds else tuple(made)
    return value if inner is None else _value(inner, value, path)


def _parts(hint: Any) -> Iterator[Any]:
    """The kinds that a hint speaks of: ``tuple[Item, ...]`` of ``tuple`` and ``Item``."""
    yield get_origin(hint) or hint
    for part in get_args(hint):
        yield from _parts(part)


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        stated = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        defaults = _defaults(type(value))
        return {name: _plain(part) for name, part in stated.items() if name not in defaults or part != defaults[name]}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _defaults(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in attrs.fields(cls):
        default: Any = field.default
        if default is not attrs.NOTHING:
            made = default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
            found[field.name] = made
    return found
