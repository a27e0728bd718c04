"""Entries by name: what the package has, what a user adds, what nobody has."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from activation_study.catalogue import datasets, heads, tasks
from activation_study.registry import Registry
from activation_study.report import demonstrations


@dataclass(frozen=True)
class Fruit:
    name: str
    price: float = 1.0


def fruits() -> Registry[Fruit]:
    return Registry("fruit", [Fruit("pear"), Fruit("apple")])


def test_entries_are_found_in_their_order() -> None:
    shelf = fruits()
    assert shelf.names() == ("pear", "apple")
    assert shelf.get("apple") == Fruit("apple")
    assert "apple" in shelf
    assert "plum" not in shelf


def test_one_of_your_own_is_added_and_replaced() -> None:
    shelf = fruits()
    for price in (2.0, 3.0):
        assert shelf.add(Fruit("plum", price)) == Fruit("plum", price)
    assert shelf.names() == ("pear", "apple", "plum")
    assert shelf.get("plum").price == 3.0


def test_one_of_the_package_is_not_replaced() -> None:
    with pytest.raises(ValueError, match=r"The fruit 'pear' is built in.*'my_pear'"):
        fruits().add(Fruit("pear"))


@pytest.mark.parametrize("received", ["aple", ["apple"], None])
def test_nobody_of_that_name(received: object) -> None:
    with pytest.raises(
        ValueError, match=r"Unknown fruit: received .*; accepted: pear, apple\."
    ) as caught:
        fruits().get(received)  # type: ignore[arg-type]
    assert ("Did you mean 'apple'?" in str(caught.value)) == (received is not None)


def test_functions_go_by_their_own_names() -> None:
    def dry_weight() -> float:
        return 1.0

    assert Registry("measure", [dry_weight]).names() == ("dry-weight",)


@pytest.mark.parametrize(
    ("get", "kind"),
    [
        (heads.get, "head"),
        (tasks.get, "task"),
        (datasets.spec, "dataset"),
        (datasets.load, "dataset"),
        (demonstrations.run, "demonstration"),
    ],
)
def test_every_catalogue_has_the_one_message(get, kind) -> None:
    with pytest.raises(ValueError, match=f"^Unknown {kind}: received 'nothing'; accepted: "):
        get("nothing")
