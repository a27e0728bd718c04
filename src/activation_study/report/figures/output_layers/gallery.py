"""What a task looks like: example pictures with their targets."""

from __future__ import annotations

import textwrap

import numpy as np

from activation_study.catalogue import datasets, tasks
from activation_study.catalogue.spelling import with_minus
from activation_study.catalogue.tasks import Examples, Task
from activation_study.catalogue.tasks.canvas import SIDE
from activation_study.measures.measure_set import Targets
from activation_study.registry import listed
from activation_study.report.drawing import parts
from activation_study.report.drawing.picture import Picture

NUM_EXAMPLES = 12
SEED = 7


def examples(task: Task) -> list[tuple[np.ndarray, str]]:
    """Return pictures of a task, uint8 of shape (28, 28), and the target of each in words.

    They are made of images that ship with a dependency. Where a task is tested on something else
    than it is trained on, half of them are of the test.
    """
    train, generator = datasets.load("mnist-5k").train, np.random.default_rng(SEED)
    makers = [("", task.compose or as_they_are)]
    if task.compose_test:
        makers.append(("test: ", task.compose_test))
    found = []
    for part, make in makers:
        images, targets = make(train.images, train.labels, generator)
        for place in generator.choice(len(images), NUM_EXAMPLES // len(makers), replace=False):
            words = f"{part}{said(targets[place], task.targets)}"
            found.append((images[place].reshape(SIDE, SIDE), words))
    return found


def as_they_are(images: np.ndarray, labels: np.ndarray, _: np.random.Generator) -> Examples:
    """Compose nothing: the images and the digits that they show."""
    return Examples(images, labels)


def said(target: np.ndarray, kind: Targets) -> str:
    """Return a target in words: the class, the labels that are there, or the numbers."""
    if kind == "one label":
        return f"class {target}"
    if kind == "labels":
        return " ".join(map(str, np.flatnonzero(target))) or "none"
    return with_minus(" ".join(str(round(float(number), 2)) for number in target))


@parts.of_page
def gallery(task: str) -> Picture:
    """Draw example pictures of a task, each below its target.

    Args:
        task: Name of the task.
    """
    shown = examples(tasks.get(task))
    names = [str(place) for place in range(len(shown))]
    figure, grid = parts.panels(names, 6, 1.3, narrow=3)
    for axes, (image, words) in zip(grid.values(), shown, strict=True):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="none")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        axes.set_title(textwrap.fill(words, 10), fontsize=8.5, pad=3)
    return Picture(
        figure,
        f"{len(shown)} pictures of {task}. Their targets: {listed([words for _, words in shown])}.",
        with_minus(tasks.get(task).description),
        "Examples, each below its target.",
    )
