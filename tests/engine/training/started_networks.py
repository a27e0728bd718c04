"""Networks as a run starts them, and their weights by path."""

import numpy as np

from activation_study.engine.training.initial_weights import InitialWeights
from activation_study.engine.training.network import Network, build
from activation_study.experiment import Experiment


def stream(seed: int = 0) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed)


def started(experiment: Experiment, seed: int = 0) -> Network:
    network = build(experiment)
    prior = experiment.parts.task.prior or 0.5
    InitialWeights(network.model).assign(experiment, stream(seed), prior)
    return network


def weights(network: Network) -> dict[str, np.ndarray]:
    return {variable.path: variable.numpy() for variable in network.model.weights}
