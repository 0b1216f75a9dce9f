"""The contract catches the adapters it is there to catch."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from xbec.orders import Order
from xbec.platforms import PlatformAdapter, Shopify, example
from xbec.testing import PlatformContract

SAMPLE = example("shopify-order")


class Trusting(Shopify):
    """Reads what it is given as if it were always right."""

    def parse_order(self, payload: str | bytes | Mapping[str, Any]) -> Order:
        document = payload if isinstance(payload, Mapping) else json.loads(payload)
        document["order"]["seen"] = True
        return super().parse_order(document)


class Greedy(Shopify):
    """Takes every document for its own."""

    def recognises(self, payload: str | bytes | Mapping[str, Any]) -> bool:
        return True


class Renamed(Shopify):
    """Its orders carry another name than it has."""

    name = "Other"


def contract(adapter: PlatformAdapter, *samples: str) -> PlatformContract:
    class Suite(PlatformContract):
        pass

    Suite.adapter, Suite.samples = adapter, samples
    return Suite()


def without_shipping() -> str:
    document = json.loads(SAMPLE)
    document["order"]["shipping_lines"] = []
    return json.dumps(document)


PROMISES = [name for name in vars(PlatformContract) if name.startswith("test_")]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_sound_adapter_keeps_every_promise(promise: str) -> None:
    getattr(contract(Shopify(), SAMPLE), promise)()


@pytest.mark.parametrize(
    ("suite", "promise"),
    [
        (contract(Renamed(), SAMPLE), "test_has_a_lower_case_name"),
        (contract(Renamed(), SAMPLE), "test_reads_every_sample"),
        (contract(Shopify()), "test_reads_every_sample"),
        (contract(Greedy(), SAMPLE), "test_recognises_its_own_and_nothing_else"),
        (contract(Trusting(), SAMPLE), "test_is_deterministic_and_leaves_the_payload_alone"),
        (contract(Trusting(), SAMPLE), "test_refuses_garbage_with_a_document_error"),
        (contract(Trusting(), SAMPLE), "test_survives_a_part_that_is_missing_or_of_another_kind"),
        (contract(Shopify(), without_shipping()), "test_totals_agree"),
    ],
)
def test_a_promise_that_is_broken_is_seen(suite: PlatformContract, promise: str) -> None:
    with pytest.raises(Exception):  # noqa: B017 - an assertion, or whatever the adapter let escape
        getattr(suite, promise)()
