"""What a law file may hold, as pydantic models: the border between TOML and the law book.

Files of a user are checked whenever they are read; those that come with xbec are checked by ``xbec law check`` and the
tests, so that reading one of them at the first quote costs no second check."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from xbec.kernel.dated_file import DatedModel, Event, Model, SourceModel

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*(?:-[\w.]+)*$", max_length=60)]
Guard = Annotated[str, Field(min_length=1, max_length=2000)]
Mode = Literal["half-up", "half-down", "half-even", "up", "down"]


class ValueRow(DatedModel):
    """A named figure: exactly one of amount, rate, number."""

    amount: str | None = None
    rate: str | None = None
    number: str | None = None

    @model_validator(mode="after")
    def _one(self) -> ValueRow:
        if sum(x is not None for x in (self.amount, self.rate, self.number)) != 1:
            raise ValueError("exactly one of amount, rate, number is needed")
        return self


class TaxRow(DatedModel):
    rate: str


class TableModel(Model):
    key: Literal["subdivision", "origin", "dispatch", "establishment", "hs2", "hs4", "hs6", "hs8", "tax_class"]
    rows: dict[str, list[ValueRow]]


class ClassifyRow(DatedModel):
    tax: Name
    tax_class: str = Field(alias="class")
    hs: list[Annotated[str, Field(pattern=r"^\d{2,12}$")]]


class ListModel(DatedModel):
    hs: list[Annotated[str, Field(pattern=r"^\d{2,12}$")]]
    complete: bool

    @field_validator("hs", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value


class SettingModel(Model):
    choices: list[str] = Field(min_length=2)
    default: str
    why: str
    source: str

    @model_validator(mode="after")
    def _known(self) -> SettingModel:
        if self.default not in self.choices:
            raise ValueError("the default is not one of the choices")
        return self


class ExchangeModel(Model):
    rule: str
    event: Event = "declared"


class TerritoryModel(Model):
    customs: str
    tax: str


class ForceModel(Model):
    """When, and how surely, a procedure or a component is in force."""

    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")
    status: Literal["in-force", "announced", "suspended", "repealed"] = "in-force"
    confidence: Literal["high", "medium", "low", "unconfirmed"] = "high"
    published: date | None = None
    recorded: date | None = None
    event: Event | None = None
    note: str | None = None


class ProcedureModel(ForceModel):
    id: Name
    title: str | None = None
    when: Guard | None = None
    collects: str | list[CollectsModel] | None = None
    refuse: str | None = None
    source: str


class CollectsModel(Model):
    by: Literal["platform", "seller", "post", "carrier", "customs"]
    when: Guard | None = None


class RoundModel(Model):
    to: str
    mode: Mode = "half-up"
    source: str | None = None
    convention: str | None = None

    @model_validator(mode="after")
    def _told(self) -> RoundModel:
        if (self.source is None) == (self.convention is None):
            raise ValueError("a rounding names either its source or a convention")
        return self


class WaiveModel(Model):
    when: Guard
    source: str | None = None


class Band(Model):
    up_to: str | None = None
    rate: RateWord


class RateModel(Model):
    """A rate that is more than a text; which keys go together is checked by the law book."""

    value: Name | None = None
    tax: Name | None = None
    tariff: bool | None = None
    table: Name | None = None
    amount: str | dict[Literal["value"], Name] | None = None
    unit: str | None = None
    bands: list[Band] | None = None
    by: Name | None = None
    when: Guard | None = None
    rate: RateWord | None = None


RateWord = str | RateModel


class ComponentModel(ForceModel):
    id: Name | None = None
    kind: Literal["duty", "tax", "excise", "fee"] | None = None
    label: str | None = None
    procedures: list[Name] | None = None
    when: Guard | None = None
    base: list[str] | None = None
    rate: str | RateModel | list[RateModel] | None = None
    per: list[Literal["line", "consignment", "tax-class", "hs2", "hs4", "hs6", "hs8", "hs10", "origin", "rate"]] = (
        Field(default=["line"])
    )
    deduct: str | list[str] | None = None
    less: str | list[str] | None = None
    gross_up: bool | str | RateModel | None = None
    times: str | None = None
    times_base: str | None = None
    round: RoundModel | None = None
    round_base: RoundModel | None = None
    at_least: str | None = None
    at_most: str | None = None
    waive: WaiveModel | None = None
    waives: list[Name] | None = None
    choose: Literal["lowest", "highest"] | None = None
    among: list[Name] | None = None
    collects: str | list[CollectsModel] | None = None
    slot: str | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _sourced(self) -> ComponentModel:
        if self.kind is not None and self.source is None:
            raise ValueError("a charge (a component with kind) names its source")
        if self.id is None and self.slot is None:
            raise ValueError("a component has an id, or is a slot")
        return self


class LawFile(Model):
    """One file under ``data/law``, or the merge of a file over the one it extends."""

    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    begins: date
    extends: str | None = None
    territory: TerritoryModel
    tariff: str | None = None
    price_tax: Name | None = None
    exchange: dict[Literal["customs", "limits", "sale"], ExchangeModel]
    source: dict[str, SourceModel]
    value: dict[Name, list[ValueRow]] = Field(default={})
    tax: dict[Name, dict[str, list[TaxRow]]] = Field(default={})
    classify: list[ClassifyRow] = Field(default=[])
    table: dict[Name, TableModel] = Field(default={})
    lists: dict[Name, ListModel] = Field(default={}, alias="list")
    setting: dict[Name, SettingModel] = Field(default={})
    procedure: list[ProcedureModel] = Field(default=[])
    component: list[ComponentModel] = Field(default=[])


for _model in (ProcedureModel, Band, RateModel, ComponentModel, LawFile):
    _model.model_rebuild(_types_namespace={**globals()})

__all__: list[Any] = ["ComponentModel", "LawFile", "ProcedureModel", "RateModel"]
