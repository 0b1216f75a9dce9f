"""Trademarks of cross-border sellers: filing bases, deadlines, fees, maintenance, classes, brand programmes.

Nothing in this room is legal advice: it reads published rules, dated and cited, against the facts it is given.

>>> from datetime import date
>>> from xbec.trademark import Applicant, Application, Item, Mark, check_application
>>> shirts = Item(nice_class=25, text="Shirts", bases={"1(b)"}, id_manual=True)
>>> seller = Applicant(name="Meridian Goods LLC", kind="limited liability company", domicile="US")
>>> app = Application(applicants=[seller], mark=Mark(text="MERIDIAN"), items=[shirts])
>>> print(check_application(app, date(2026, 11, 25)).under("1(b)")[0].why)
the statement does not say that the mark is meant to be used in commerce

Everything is importable from here, and read only when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from xbec.trademark.abroad.plan import filing_programme
    from xbec.trademark.abroad.steps import FilingProgramme, FirstFiling, Step, Target
    from xbec.trademark.advice.advise import advise_basis
    from xbec.trademark.advice.answer import Advice, Option
    from xbec.trademark.advice.situation import Situation
    from xbec.trademark.application import (
        BASES,
        Applicant,
        Application,
        Attorney,
        ForeignApplication,
        ForeignRegistration,
        InternationalRegistration,
        Item,
        Mark,
        Specimen,
        Use,
        Verification,
    )
    from xbec.trademark.brands.programmes import (
        ProgrammeCheck,
        accepts,
        brand_programme,
        brand_programmes,
        qualifies,
        read_brand_programme,
    )
    from xbec.trademark.examination.amendment import BasisAmendment, amend_basis
    from xbec.trademark.examination.combination import may_combine
    from xbec.trademark.examination.examine import Examination, check_application, us_rules
    from xbec.trademark.examination.section44 import priority_deadline
    from xbec.trademark.examination.section66 import dependent_until
    from xbec.trademark.fees.filing import fee_variants, filing_fees, madrid_fees
    from xbec.trademark.fees.statement import FeeLine, FeeStatement
    from xbec.trademark.fees.upkeep import office_life_cost, upkeep_fees
    from xbec.trademark.fees.us import application_fees, life_cost, missing_information
    from xbec.trademark.nice.classes import ClassGaps, class_gaps, edition, hs_classes, nice_class
    from xbec.trademark.nice.suggest import Suggestion, suggest_classes
    from xbec.trademark.notice import NOT_LEGAL_ADVICE
    from xbec.trademark.office_data import Office, office, offices, read_office
    from xbec.trademark.owned_mark import OwnedMark
    from xbec.trademark.prosecution.deadlines import deadlines, office_deadlines
    from xbec.trademark.prosecution.docket import Docket, DueDate
    from xbec.trademark.prosecution.ics import to_ics
    from xbec.trademark.prosecution.lifecycle import LIFECYCLE, Event, Prosecution, Status, state_of
    from xbec.trademark.prosecution.permission import (
        Ruling,
        can_allege_use,
        can_assign,
        can_divide,
        can_rely_on_basic_mark,
        can_revive,
        can_transform,
    )
    from xbec.trademark.records.madrid import read_madrid
    from xbec.trademark.records.madrid_record import MadridRecord
    from xbec.trademark.records.own_json import (
        read_application,
        read_prosecution,
        read_situation,
        write_application,
        write_prosecution,
    )
    from xbec.trademark.records.reading import read_record
    from xbec.trademark.records.record import Record
    from xbec.trademark.records.tsdr import read_tsdr
    from xbec.trademark.treaties import treaty_standing

__all__ = [
    "BASES",
    "LIFECYCLE",
    "NOT_LEGAL_ADVICE",
    "Advice",
    "Applicant",
    "Application",
    "Attorney",
    "BasisAmendment",
    "ClassGaps",
    "Docket",
    "DueDate",
    "Event",
    "Examination",
    "FeeLine",
    "FeeStatement",
    "FilingProgramme",
    "FirstFiling",
    "ForeignApplication",
    "ForeignRegistration",
    "InternationalRegistration",
    "Item",
    "MadridRecord",
    "Mark",
    "Office",
    "Option",
    "OwnedMark",
    "ProgrammeCheck",
    "Prosecution",
    "Record",
    "Ruling",
    "Situation",
    "Specimen",
    "Status",
    "Step",
    "Suggestion",
    "Target",
    "Use",
    "Verification",
    "accepts",
    "advise_basis",
    "amend_basis",
    "application_fees",
    "brand_programme",
    "brand_programmes",
    "can_allege_use",
    "can_assign",
    "can_divide",
    "can_rely_on_basic_mark",
    "can_revive",
    "can_transform",
    "check_application",
    "class_gaps",
    "deadlines",
    "dependent_until",
    "edition",
    "fee_variants",
    "filing_fees",
    "filing_programme",
    "hs_classes",
    "life_cost",
    "madrid_fees",
    "may_combine",
    "missing_information",
    "nice_class",
    "office",
    "office_deadlines",
    "office_life_cost",
    "offices",
    "priority_deadline",
    "qualifies",
    "read_application",
    "read_brand_programme",
    "read_madrid",
    "read_office",
    "read_prosecution",
    "read_record",
    "read_situation",
    "read_tsdr",
    "state_of",
    "suggest_classes",
    "to_ics",
    "treaty_standing",
    "upkeep_fees",
    "us_rules",
    "write_application",
    "write_prosecution",
]

_HOMES: Final = {
    "advice.advise": "advise_basis",
    "advice.answer": "Advice Option",
    "advice.situation": "Situation",
    "application": "BASES Applicant Application Attorney ForeignApplication ForeignRegistration"
    " InternationalRegistration Item Mark Specimen Use Verification",
    "brands.programmes": "ProgrammeCheck accepts brand_programme brand_programmes qualifies read_brand_programme",
    "examination.amendment": "BasisAmendment amend_basis",
    "examination.combination": "may_combine",
    "examination.examine": "Examination check_application us_rules",
    "examination.section44": "priority_deadline",
    "examination.section66": "dependent_until",
    "fees.filing": "fee_variants filing_fees madrid_fees",
    "fees.statement": "FeeLine FeeStatement",
    "fees.upkeep": "office_life_cost upkeep_fees",
    "fees.us": "application_fees life_cost missing_information",
    "nice.classes": "ClassGaps class_gaps edition hs_classes nice_class",
    "nice.suggest": "Suggestion suggest_classes",
    "notice": "NOT_LEGAL_ADVICE",
    "office_data": "Office office offices read_office",
    "owned_mark": "OwnedMark",
    "abroad.plan": "filing_programme",
    "abroad.steps": "FilingProgramme FirstFiling Step Target",
    "prosecution.deadlines": "deadlines office_deadlines",
    "prosecution.docket": "Docket DueDate",
    "prosecution.ics": "to_ics",
    "prosecution.lifecycle": "LIFECYCLE Event Prosecution Status state_of",
    "prosecution.permission": "Ruling can_allege_use can_assign can_divide can_rely_on_basic_mark can_revive"
    " can_transform",
    "records.madrid": "read_madrid",
    "records.madrid_record": "MadridRecord",
    "records.own_json": "read_application read_prosecution read_situation write_application write_prosecution",
    "records.reading": "read_record",
    "records.record": "Record",
    "records.tsdr": "read_tsdr",
    "treaties": "treaty_standing",
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
