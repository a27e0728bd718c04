"""In which order, and with which others, experiments are handed to workers."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from activation_study.catalogue import datasets
from activation_study.experiment import Experiment

SMALL_RUN = 50_000
"""Training examples times epochs under which compiling a graph costs more than a run on it."""

CHUNK = 12
"""Small runs of one graph that travel to a worker together, so that only one compiles it."""


def by_graph(experiments: Iterable[Experiment]) -> list[Experiment]:
    """Sorts experiments so that a worker's compiled graph, and its data, serve many in a row."""
    # A stable sort: seeds and rates keep their order within a graph.
    return sorted(experiments, key=_graph_and_data)


def _graph_and_data(experiment: Experiment) -> tuple[Any, ...]:
    return (experiment.dataset, *experiment.graph_fields)


def in_turn(
    experiments: Sequence[Experiment], is_wanted: Callable[[Experiment], bool]
) -> Iterator[list[Experiment]]:
    """Yields chunks, each without what is no longer wanted when it is asked for.

    Starts at a random place, and goes on at another wherever a second sweep on the same cache has
    been: two that went in one order would train the same experiments at the same time.
    """
    chunks = deque(_chunks(experiments))
    chunks.rotate(-random.randrange(len(chunks)))
    while chunks:
        chunk = chunks.popleft()
        wanted = list(filter(is_wanted, chunk))
        if len(wanted) < len(chunk) and chunks:
            chunks.rotate(-random.randrange(len(chunks)))
        if wanted:
            yield wanted


def _chunks(experiments: Sequence[Experiment]) -> list[list[Experiment]]:
    """Runs that travel together: one by one, or a few small ones that share a graph."""
    chunks: list[list[Experiment]] = []
    for _, group in itertools.groupby(experiments, key=_graph_and_data):
        alike = list(group)
        examples = alike[0].train_size or datasets.spec(alike[0].dataset).train_size
        size = CHUNK if examples * alike[0].epochs <= SMALL_RUN else 1
        chunks += [alike[start : start + size] for start in range(0, len(alike), size)]
    return chunks
