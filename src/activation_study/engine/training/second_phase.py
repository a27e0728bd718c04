"""What changes between the two phases of a run that has two."""

from __future__ import annotations

import keras
import numpy as np

from activation_study.engine.training.loop import Loop, loop_for
from activation_study.engine.training.run_data import Tensors
from activation_study.experiment import DEFAULTS, Experiment
from activation_study.measures.layers import dead_units


def begin(
    experiment: Experiment, loop: Loop, probe: Tensors, stream: np.random.SeedSequence
) -> Loop:
    """Begins the second phase, with the optimizer anew, and returns the loop that runs it.

    Args:
        experiment: It has a second phase.
        loop: The trained network.
        probe: Images and targets of the probe set, which tell what unit is dead.
        stream: Draws new weights.
    """
    if experiment.second_phase == "redraw_dead":
        _redraw_dead(experiment, loop, probe, stream)
    elif experiment.second_phase == "swap_leaky_relu":
        weights = loop.model.get_weights()
        loop = loop_for(experiment.replace(hidden="leaky_relu", slope=DEFAULTS["slope"]))
        loop.model.set_weights(weights)
    loop.restart_optimizer(experiment.second_learning_rate)
    return loop


def _redraw_dead(
    experiment: Experiment, loop: Loop, probe: Tensors, stream: np.random.SeedSequence
) -> None:
    """Draws units anew that are 0 on the probe set, and lets nothing read them yet.

    So the network computes the same on the probe set as before (ReDo: Sokar et al. 2023).
    """
    paths = [variable.path for variable in loop.model.weights]
    undamaged = experiment.replace(dead_share=0.0)
    drawn = dict(zip(paths, loop.initial.values(undamaged, stream), strict=True))
    dense = [layer for layer in loop.model.layers if isinstance(layer, keras.layers.Dense)]
    layers = list(zip(loop.look(*probe), dense, dense[1:], strict=False))
    # From the last layer down: what a layer reads is set to 0 after its own units are drawn.
    for look, own, reader in reversed(layers):
        is_dead = dead_units.dead(look.activations)
        for variable in own.weights:
            variable.assign(np.where(is_dead, drawn[variable.path], variable))
        reader.kernel.assign(np.where(is_dead[:, np.newaxis], 0.0, reader.kernel))
