"""What keeps somebody from reading a page, as axe finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Without the places at which each rule is kept, which take longer to list than to find.
OPTIONS = {"resultTypes": ["violations"]}


def violations(page: Page) -> list[dict[str, Any]]:
    """Every violation of accessibility on a page: its rule, its impact, and some of its places."""
    return [
        {
            "rule": rule["id"],
            "impact": rule["impact"],
            "where": [node["html"][:200] for node in rule["nodes"][:3]],
        }
        for rule in Axe().run(page, options=OPTIONS).response["violations"]
    ]
