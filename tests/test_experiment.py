"""An experiment is checked when it is made, and its key says exactly what was trained."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.catalogue import activations, datasets, tasks
from activation_study.experiment import FIELDS, FOUNDING_FIELDS, Experiment, description, grid

GOLDEN_KEYS = {
    "mnist": "ece271a8bdd083a66d941c4d4e3072521d76d3a47bd813067c9c7b15cde9624c",
    "mnist-5k": "88472acebaa21dd4621630eb8ba12dea8a01f8258e9ad831da3fca05d0ca4c28",
}

PUBLISHED_KEYS: dict[str, dict[str, Any]] = {
    "015c7ff8b04b28e1d24c16d340b9f5fbe1e3c4507f235f29d787f5807d1a5d7a": {
        "hidden": "elu",
        "head": "sigmoid",
        "learning_rate": 0.00316,
        "seed": 125,
    },
    "0f8c830323878b3b7cf3b660ceeb8c21879212716d1da2064cdd9a69da2f8207": {
        "hidden": "softplus",
        "head": "sigmoid",
        "learning_rate": 0.0316,
        "seed": 1,
        "evaluation": "validation",
    },
    "238d122110cd2ed016080412654f4f835a44ffc8ff3b5d55f3f7520250b212d6": {
        "hidden": "elu",
        "head": "sigmoid",
        "learning_rate": 0.00316,
        "seed": 129,
    },
    "3c49a7841787875c190c10c784fbfc4d0fb621df416383ebfe489a15b50e1670": {
        "hidden": "sparse_sigmoid",
        "head": "sigmoid",
        "seed": 106,
    },
    "4d8f50bef13db442dd4c677c3958729938d48068cc3fc6af19241113348c43e3": {
        "hidden": "sparsemax",
        "head": "sigmoid",
        "learning_rate": 0.00316,
        "seed": 1,
        "evaluation": "validation",
    },
    "506d67f6a59a5d5f62d20e0c328a7d835c011ac358d5964e6fea97f6069635fb": {
        "hidden": "relu6",
        "learning_rate": 0.0001,
        "seed": 2,
        "evaluation": "validation",
    },
    "8449418fdd29cae5631d01925fe3ee82b53347fc1766ebdf72dd906dc4af7d87": {
        "hidden": "hard_sigmoid",
        "learning_rate": 0.00316,
        "seed": 107,
    },
    "94378a36ce3443a7fd0a96058cc94f895fab01492f4046f0167a4c407c7c755d": {
        "hidden": "sigmoid_minus_half",
        "learning_rate": 0.01,
        "seed": 1,
        "evaluation": "validation",
    },
    "a0ff1bae336c7db07d4802e95a1e79958226aa5ba3a00a6f5a8ef2239677e0f4": {
        "hidden": "hard_shrink",
        "head": "sigmoid",
        "seed": 2,
        "evaluation": "validation",
    },
    "b0474b44e2024fcf8f78f7c53645c5318fb67c7879e62c37581ff7f8ba713597": {
        "hidden": "silu",
        "head": "sigmoid",
        "seed": 107,
    },
    "c4f76597d99743cb87b922b38cac218340b6b251de4f51f0a2b01807f42bb8a4": {
        "hidden": "hard_shrink",
        "head": "sigmoid",
        "learning_rate": 0.01,
        "seed": 1,
        "evaluation": "validation",
    },
    "d20ca70edc578bfab9e9db533718d764dd4b869cc144b845953159a5b275ebf1": {
        "hidden": "elu",
        "seed": 106,
    },
    "d46b0761a5debfcbe50b1aec6c200d4941cc6c38c46f6955b49d04d354f19e94": {
        "hidden": "hard_shrink",
        "learning_rate": 0.01,
        "seed": 1,
        "evaluation": "validation",
    },
    "dfd5bf8785b43804af6d5732855e1418ee0a52ccdf02563625311b00367044da": {
        "hidden": "scaled_sigmoid",
        "learning_rate": 0.0001,
        "evaluation": "validation",
    },
    "e44e3e0568f774dd7f6c0b029aa4360b212341d03044e2233285be2eca1c8695": {
        "hidden": "celu",
        "head": "sigmoid",
        "learning_rate": 0.0316,
        "seed": 2,
        "evaluation": "validation",
    },
    "e7c65670fa6bf77cb19000188ae89f741efa941a91da1227f33d5223d2a3f5c2": {
        "hidden": "threshold",
        "head": "sigmoid",
        "learning_rate": 0.00316,
        "seed": 101,
    },
    "ef43fc2ea9ce40ed74d639faab203d13d00d5d5a81285874228b3c3dcf0fce88": {
        "hidden": "selu",
        "seed": 103,
    },
    "a2b3affa472f7222941aa675328ebd11fc469ee3d6aba881dd16a2fe49791510": {
        "head": "sigmoid_prior",
        "seed": 128,
    },
    "b4852a9183897b8b7693825964d30c817ad9a6ab4817b50d0d92383fa4e9387e": {
        "hidden": "gelu",
        "head": "sigmoid_prior",
        "learning_rate": 0.000316,
        "seed": 1,
        "evaluation": "validation",
    },
    "f2a7a99bfb42c95493d83a9a566b6e5bd553f17d589515debfb4aa769f8a98b0": {
        "hidden": "tanh",
        "head": "sigmoid_prior",
        "learning_rate": 0.0316,
        "evaluation": "validation",
    },
}
"""Twenty runs of the first record, drawn at random: fields that are not the reference's."""

FOUNDING = {
    "dataset": "mnist",
    "task": "digits",
    "hidden": "relu",
    "head": "softmax",
    "architecture": "mlp",
    "depth": 2,
    "width": 128,
    "normalization": "none",
    "initializer": "glorot_uniform",
    "bias_initial_value": 0.0,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "batch_size": 128,
    "epochs": 10,
    "train_size": None,
    "label_noise": 0.0,
    "seed": 0,
    "evaluation": "test",
}

DEFAULTS = FOUNDING | {
    "protocol": 2,
    "rate_decay": "none",
    "input_scale": "unit",
    "dead_share": 0.0,
    "post_normalization": "none",
    "bottleneck": None,
    "slope": "own",
    "second_phase": "none",
    "second_epochs": 0,
    "second_learning_rate": 0.001,
    "confident_start": 0.0,
    "negatives": 0.0,
}

CHANGES = {
    "dataset": ["mnist-5k"],
    "task": ["another"],
    "hidden": ["tanh", "leaky_relu"],
    "head": ["sigmoid", "sigmoid_prior"],
    "architecture": ["cnn"],
    "depth": [0, 1, 3],
    "width": [1, 129],
    "normalization": ["batch", "layer"],
    "initializer": ["he_normal", "recommended", "pytorch", "gain", "centred_gain"],
    "bias_initial_value": [0.1, -0.1],
    "optimizer": ["sgd", "momentum"],
    "learning_rate": [0.01, 0.00100001],
    "batch_size": [127],
    "epochs": [0, 11],
    "train_size": [1, 54_999],
    "label_noise": [0.1],
    "seed": [1, 2**63 - 1],
    "evaluation": ["validation", "beyond"],
    "protocol": [1],
    "rate_decay": ["linear"],
    "input_scale": ["raw", "signed", "standard"],
    "dead_share": [0.5, 1.0],
    "post_normalization": ["layer"],
    "bottleneck": [1, 10],
    "slope": ["flipped", "linear", "sigmoid"],
    "second_phase": [
        {"second_phase": "lower_rate", "second_epochs": 1},
        {"second_phase": "redraw_dead", "second_epochs": 1},
    ],
    "second_epochs": [{"second_phase": "lower_rate", "second_epochs": 2}],
    "second_learning_rate": [
        {"second_phase": "lower_rate", "second_epochs": 1, "second_learning_rate": 1e-4}
    ],
    "confident_start": [5.0, -5.0],
    "negatives": [0.2, 1.0],
}


def test_defaults_are_the_reference_protocol() -> None:
    assert Experiment().describe() == DEFAULTS
    assert tuple(DEFAULTS) == FIELDS


@pytest.mark.parametrize("dataset", GOLDEN_KEYS)
def test_key_is_the_published_one(dataset: str) -> None:
    assert Experiment(dataset=dataset, protocol=1).key == GOLDEN_KEYS[dataset]


def test_keys_of_the_first_record_never_change() -> None:
    for key, fields in PUBLISHED_KEYS.items():
        assert Experiment(**fields, protocol=1).key == key


def test_key_is_the_hash_that_the_documentation_states() -> None:
    experiment = Experiment(hidden="gelu", learning_rate=0.00316, train_size=1000, seed=3)
    content = {
        "experiment": FOUNDING
        | {"hidden": "gelu", "learning_rate": 0.00316, "train_size": 1000, "seed": 3},
        "dataset_digest": datasets.spec("mnist").digest,
        "protocol": 2,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert experiment.key == hashlib.sha256(canonical.encode()).hexdigest()


def test_key_does_not_depend_on_the_order_of_fields() -> None:
    fields = {"seed": 4, "head": "sigmoid", "hidden": "elu", "dataset": "mnist-5k"}
    keys = {Experiment(**dict(order)).key for order in itertools.permutations(fields.items())}
    assert len(keys) == 1


def test_every_field_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = tasks.get("digits")
    monkeypatch.setattr(tasks, "names", lambda: ("digits", "another"))
    monkeypatch.setattr(tasks, "get", lambda name: digits)
    assert tuple(CHANGES) == FIELDS
    changed = [
        value if isinstance(value, dict) else {field: value}
        for field, values in CHANGES.items()
        for value in values
    ]
    keys = [Experiment().key, *(Experiment(**fields).key for fields in changed)]
    assert len(set(keys)) == len(changed) + 1


def test_the_founding_fields_are_those_of_the_first_record() -> None:
    assert tuple(FOUNDING) == FOUNDING_FIELDS


def test_a_later_field_is_in_the_key_only_where_it_is_not_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Experiment().key
    founding = tuple(field for field in FOUNDING_FIELDS if field != "label_noise")
    monkeypatch.setattr(description, "FOUNDING_FIELDS", founding)
    content = {
        "experiment": {field: DEFAULTS[field] for field in founding},
        "dataset_digest": datasets.spec("mnist").digest,
        "protocol": 2,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert Experiment().key == hashlib.sha256(canonical.encode()).hexdigest() != before
    assert len({Experiment(label_noise=share).key for share in (0.0, 0.1, 0.2)}) == 3


def test_the_version_of_a_task_is_in_the_key_where_it_is_not_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = {Experiment().key}
    for version in (1, 2, 3):
        task = dataclasses.replace(tasks.get("digits"), version=version)
        with monkeypatch.context() as patch:
            patch.setattr(tasks, "get", lambda name, task=task: task)
            keys.add(Experiment().key)
    assert len(keys) == 3


def test_a_head_that_cannot_be_read_as_the_task_asks_is_refused_with_those_that_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digits = tasks.get("digits")
    measures = dataclasses.replace(digits.measures, targets="numbers")
    numbers = dataclasses.replace(digits, measures=measures, corrupt=None)
    monkeypatch.setattr(tasks, "get", lambda name: numbers)
    with pytest.raises(ValueError, match=r"'softplus_sum' cannot be read as numbers.*linear_mse"):
        Experiment(head="softplus_sum")
    with pytest.raises(ValueError, match=r"label_noise must be 0.*no wrong labels; received 0.1"):
        Experiment(head="linear_mse", label_noise=0.1)
    assert Experiment(head="linear_mse").parts.task is numbers


def test_protocol_and_dataset_digest_are_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {Experiment().key, Experiment(protocol=1).key}
    with monkeypatch.context() as patch:
        other = dataclasses.replace(datasets.spec("mnist"), digest="0" * 64)
        patch.setattr(datasets, "spec", lambda name: other)
        keys.add(Experiment().key)
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("depth", 1, np.int64(1)),
        ("learning_rate", 1, 1.0),
        ("learning_rate", 0.5, Fraction(1, 2)),
        ("learning_rate", 0.001, np.float64(1e-3)),
        ("bias_initial_value", 0.0, -0.0),
        ("train_size", None, 55_000),
        ("train_size", None, np.int64(55_000)),
        ("hidden", "silu", "swish"),
    ],
)
def test_two_spellings_have_one_key(field: str, one: object, other: object) -> None:
    first, second = Experiment(**{field: one}), Experiment(**{field: other})
    assert first.key == second.key
    assert first == second
    assert hash(first) == hash(second)
    assert type(getattr(first, field)) is type(getattr(second, field))
    assert json.loads(json.dumps(second.describe())) == first.describe()


def test_whole_training_part_depends_on_the_dataset() -> None:
    assert Experiment(dataset="mnist-5k", train_size=3_500).train_size is None
    assert Experiment(train_size=3_500).train_size == 3_500


def test_experiments_are_frozen() -> None:
    experiment = Experiment()
    with pytest.raises(dataclasses.FrozenInstanceError):
        experiment.seed = 1
    with pytest.raises(ValueError, match=r"by name, dataset=\.\.\. for example; received 'mnist'"):
        Experiment("mnist")  # type: ignore[misc]


def test_experiments_survive_pickling() -> None:
    experiment = Experiment(hidden="swish", seed=3)
    again = pickle.loads(pickle.dumps(experiment))
    assert again == experiment
    assert again.key == experiment.key
    assert again.activation is activations.get("silu")


def test_replace_changes_and_checks() -> None:
    experiment = Experiment(hidden="tanh")
    assert experiment.key != experiment.replace(seed=1).key
    assert experiment.replace(seed=1) == Experiment(hidden="tanh", seed=1)
    assert experiment.replace() == experiment
    with pytest.raises(ValueError, match="epochs must be"):
        experiment.replace(epochs=-1)
    with pytest.raises(ValueError, match=r"received 'wdith'; accepted: .*Did you mean 'width'\?"):
        experiment.replace(wdith=3)


def test_built_in_activations_are_repeatable_by_name() -> None:
    experiment = Experiment(hidden="gelu")
    assert experiment.is_repeatable_by_name
    assert experiment.activation is activations.get("gelu")


def test_grid_varies_the_last_field_fastest() -> None:
    experiments = grid(dataset="mnist-5k", hidden=["relu", "tanh"], seed=range(3))
    found = [(one.dataset, one.hidden, one.seed) for one in experiments]
    assert found == [
        ("mnist-5k", hidden, seed) for hidden in ("relu", "tanh") for seed in (0, 1, 2)
    ]


def test_grid_takes_any_iterable_and_single_values() -> None:
    rates = np.array([0.1, 0.2])
    sizes = (size for size in (None, 100))
    assert len(grid(learning_rate=rates, train_size=sizes, head="sigmoid", label_noise=0.1)) == 4
    assert grid() == [Experiment()]
    assert grid(train_size=None) == [Experiment()]


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
@settings(deadline=None, max_examples=20)
def test_grid_is_a_product(rates: int, seeds: int, depths: int) -> None:
    experiments = grid(
        learning_rate=[0.1 * (i + 1) for i in range(rates)], seed=range(seeds), depth=range(depths)
    )
    assert len(experiments) == len({one.key for one in experiments}) == rates * seeds * depths


def test_grid_refuses_what_it_cannot_use() -> None:
    with pytest.raises(ValueError, match=r"grid\(seed=\.\.\.\) received no value"):
        grid(hidden="relu", seed=[])
    with pytest.raises(ValueError, match=r"received 'sead'.*Did you mean 'seed'\?"):
        grid(sead=[1])
    with pytest.raises(ValueError, match="epochs must be"):
        grid(epochs=[1, -1])
