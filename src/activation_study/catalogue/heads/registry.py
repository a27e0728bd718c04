"""Output heads by name."""

from __future__ import annotations

from activation_study.catalogue.heads import labels, numbers, one_label
from activation_study.registry import Registry

HEADS = Registry("head", [*one_label.HEADS, *labels.HEADS, *numbers.HEADS])
names, get, register = HEADS.names, HEADS.get, HEADS.add
