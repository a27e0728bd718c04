"""The text of a file of claims as plain values: YAML without what it lets pass in silence.

YAML lets the second of two equal keys replace the first, lets aliases expand a few lines to more
than a memory holds, and knows numbers that compare with nothing. None of that belongs in a rule.
"""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

import yaml

from activation_study.errors import ClaimsError
from activation_study.registry import shown

LARGEST_BYTES = 1_000_000
MOST_VALUES = 200_000
"""Values in a file once its aliases are written out; about ten times those of a thousand claims."""

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


def parse(content: bytes, path: Path) -> Any:
    """Return a YAML document as dicts, lists, text, finite numbers, truth values and None.

    Raises:
        ClaimsError: the content is no such document; says where and what is accepted.
    """
    if len(content) > LARGEST_BYTES:
        raise ClaimsError(
            f"{path.name}: received {len(content):,} bytes; accepted: at most {LARGEST_BYTES:,}."
        )
    try:
        # Not the faster one in C, which ends the process where lists are nested too deeply.
        loader = yaml.SafeLoader(content)
        try:
            root = loader.get_single_node()
            if root is None:
                return None
            _count(root, path, {}, set())
            return _plain(loader.construct_document(root), path)
        finally:
            loader.dispose()
    except ClaimsError:
        raise
    except RecursionError:
        raise ClaimsError(
            f"{path.name}: received values nested hundreds deep; accepted: the claims' own form."
        ) from None
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError) as error:
        said = " ".join(str(error).split())
        raise ClaimsError(
            f"{path.name}: received text that is no YAML: {said:.300}; accepted: YAML in UTF-8, "
            f"without tags of its own."
        ) from error


def _count(node: yaml.Node, path: Path, sizes: dict[int, int], open_nodes: set[int]) -> int:
    """Count the values below a node with its aliases written out; refuse what cannot be."""
    if id(node) in open_nodes:
        raise ClaimsError(
            _at(node, path) + "received an alias within its own anchor; accepted: "
            "aliases of what stands before them."
        )
    if id(node) not in sizes:
        open_nodes.add(id(node))
        below: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            _check_keys(node, path)
            below = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            below = node.value
        sizes[id(node)] = 1 + sum(_count(part, path, sizes, open_nodes) for part in below)
        open_nodes.remove(id(node))
    if sizes[id(node)] > MOST_VALUES:
        raise ClaimsError(
            _at(node, path) + f"received more than {MOST_VALUES:,} values, aliases written out; "
            f"accepted: at most {MOST_VALUES:,}."
        )
    return sizes[id(node)]


def _check_keys(node: yaml.MappingNode, path: Path) -> None:
    """Refuse a key that is no text, and one that stands twice, of which YAML takes the last."""
    known: set[str] = set()
    for key, _ in node.value:
        if key.tag not in (_TEXT, _MERGE) or not isinstance(key, yaml.ScalarNode):
            raise ClaimsError(
                _at(key, path) + f"received the key {str(key.value)!r:.80}, which YAML reads as no "
                f"text; accepted: text, in quotes where need be."
            )
        if key.value in known:
            raise ClaimsError(
                _at(key, path) + f"received the key {key.value!r:.80} twice; accepted: each once."
            )
        known.add(key.value)


def _at(node: yaml.Node, path: Path) -> str:
    return f"{path.name}, line {node.start_mark.line + 1}: "


def _plain(value: Any, path: Path) -> Any:
    """Turn dates into text, since JSON Schema knows none; refuse what JSON does not know."""
    if isinstance(value, dict):
        return {key: _plain(item, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, path) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if value is None or isinstance(value, str) or _is_finite(value):
        return value
    raise ClaimsError(
        f"{path.name}: received {shown(value)}; accepted: text, finite numbers, true and false, "
        f"dates, and lists and mappings of these."
    )


def _is_finite(value: Any) -> bool:
    """Whether the value is a number, and one that a float can hold."""
    try:
        return isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:
        return False
