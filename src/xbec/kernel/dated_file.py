"""The pydantic models every dated file shares: what a row and a source may hold, checked at the border."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbec.errors import DataFileError

Event = Literal["ordered", "paid", "loaded", "dispatched", "declared"]


class Model(BaseModel):
    """A record of our own files: strict types, no unknown key."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class SourceModel(Model):
    """``[source.<id>]``: what was read, where, and when it was checked."""

    title: str = Field(min_length=3)
    url: str | None = None
    checked: date
    published: date | None = None


class DatedModel(Model):
    """The words every dated row shares."""

    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")
    source: str
    status: Literal["in-force", "announced", "suspended", "repealed"] = "in-force"
    confidence: Literal["high", "medium", "low", "unconfirmed"] = "high"
    published: date | None = None
    recorded: date | None = None
    replaces: str | None = None
    id: str | None = None
    note: str | None = None


def validate(model: type[Model], content: Mapping[str, Any], *, name: str) -> None:
    """Validate parsed content; the first problem is raised with file and key, the others are counted."""
    try:
        model.model_validate(content)
    except ValidationError as problem:
        first, *others = problem.errors(include_url=False)
        key = ".".join(str(part) for part in first["loc"])
        more = f" (and {len(others)} more)" if others else ""
        raise DataFileError(
            f"{first['msg'].lower()}{more}",
            field=f"{name}: {key}",
            value=first.get("input") if not isinstance(first.get("input"), dict) else None,
        ) from problem
