"""The examples a reader finds in the checkout are those that are installed."""

from pathlib import Path

from xbec.platforms import example, example_names

FOLDER = Path(__file__).resolve().parents[3] / "examples"


def test_the_examples_of_the_checkout_are_those_of_the_package() -> None:
    assert {path.stem for path in FOLDER.glob("*-order.json")} == set(example_names())
    for name in example_names():
        assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == example(name)
