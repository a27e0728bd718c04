"""Every task has one test set on each dataset: here are their digests."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

from activation_study.catalogue import datasets, tasks
from activation_study.engine.training.run_data import TEST_SEED, Streams, prepare
from activation_study.experiment import Experiment

HAS_MNIST = bool(os.environ.get("ACTIVATION_STUDY_DATASETS"))

# SHA-256 of images and targets, of mnist-5k and of mnist.
DIGESTS = {
    "digits_0_7": (
        "bc7e2f7f6b1fc2a40d59a33ca5b4dadcfa45646a1f4bf568be501ed4a9fc0cca",
        "704434eac2bdbe536d01aed1ed86ce40926876bcc6b7b629d7874d4e9f3c21d3",
    ),
    "pairs_3_8": (
        "a08c32f9b045bc587c4c2f8e9ac67af7be890870e892507897ab43986600059d",
        "12f073b4b89cc5a6d91c552b65575eaa35e2e60786dafc23cce8f8aa969e52a6",
    ),
    "strings_1": (
        "9ee033c2a8042f3c0a670aa6e3605889e17774e9571031c09d49ba5fd33f4edf",
        "8d867fad335039e0b16b8ec09bf85581a7f87a4f0e4f82af8ba8c9009e46f774",
    ),
    "strings_2": (
        "8bf3fada43b685bb0859cdf1e8e7cc2a8cefce3743dfe5bf47df67ceb5389ab7",
        "e3c3b1652f331fb994d156a4d91800603af4f447e36b7211597540d3c7dcc224",
    ),
    "strings_3": (
        "9c9f14f21a904349ef7cd9b7c28bb83fdbccfee770cd33a13aacc0f0f1ed5d8c",
        "a18f0839eaa34721dd79bcd292b9944b1316c2c8f1c21dcc9c51dcc68329ffc4",
    ),
    "scenes": (
        "d9a7869fb0100af4e50148850955e058a4c98db747addfe6232f6ac9349eea63",
        "fd0fe7e1ae159e6f73648096f0df80a0a3987cded200d73402e9c86580edb858",
    ),
    "scenes_pairs": (
        "e7794d7c00ebf4d8373ab2c4697d8000fca90ae90b406f49cf8ab361885317e1",
        "d95a26c868fc4d94c68e44471466c11d0e3622787a6703d1122e26db90a2f676",
    ),
    "scenes_noisy": (
        "9c8e5343411eb9dd4fd21b28e563b0b734f4e3bae24f1e16f57be572f47bb997",
        "6288d3d74d8fd5e0193191ec8b98891d090f260ad48ef2cd94be9dfc7154bae7",
    ),
    "scenes_rare": (
        "e9018dea1a792579762663149cfbfb4508332d4f299980f9d14452088bc0fba2",
        "b5798637f7ab15d06f1eb507307d5b61189fbe60511bd53e90125f8d9e7dfc08",
    ),
    "scenes_free": (
        "51c22053015193fd587cd8f5afe5cc906f65b35a0416dca83b7ffcf6a3590ff0",
        "3baae837f833fd091111cbf018f3028142dd6513572ece8ee0440db3ab2bbb0e",
    ),
    "balance": (
        "2f19fa1b1e6f2f783b2a8618075c705bb041739b6cfa63dabf4238b2a8ce4323",
        "d393928b1cdd212a7135a918e88ea10579704d87bf0109b3a7d6b213e6d6cb59",
    ),
    "balance_beyond": (
        "e8c6a2ea1493c2cc4cfd9e1e41494691748e7e9a36df5f9c2d29156bcbc542b8",
        "79a62ebf16a5404b393d297dced5c88a28955441b2722a8d4d7a2538c542e8ce",
    ),
    "shares": (
        "a7e7631d00fba2b398845dd99e0cbb606d02bc4dab8851fe002914c44b43e5bf",
        "72188ac8e7462494697b32715f3669dd06e492054d0c58f2a2b4dcc6531a01d6",
    ),
}


def composed(task: str, dataset: str) -> tasks.Examples:
    found, test = tasks.get(task), datasets.load(dataset).test
    compose = found.compose_test or found.compose
    return compose(test.images, test.labels, np.random.default_rng(TEST_SEED))


def digest(images: np.ndarray, targets: np.ndarray) -> str:
    return hashlib.sha256(images.tobytes() + targets.tobytes()).hexdigest()


def test_each_task_that_composes_is_here() -> None:
    assert [name for name in tasks.names() if tasks.get(name).compose] == list(DIGESTS)


@pytest.mark.parametrize("name", DIGESTS)
def test_the_test_set_is_the_known_one(name: str) -> None:
    for dataset, known in zip(("mnist-5k", "mnist"), DIGESTS[name], strict=True):
        if dataset == "mnist-5k" or HAS_MNIST:
            assert digest(*composed(name, dataset)) == known


def test_a_run_is_tested_on_it() -> None:
    experiment = Experiment(dataset="mnist-5k", task="balance_beyond", head="linear_mse", seed=7)
    arrays = prepare(experiment, Streams.of(experiment))
    tested = digest(arrays.test.images.numpy(), arrays.test.targets)
    assert tested == DIGESTS["balance_beyond"][0]
    # It alone lies beyond what the network has seen.
    assert np.abs(arrays.test.targets).min() > 5.0
    for seen in (arrays.wanted.numpy(), arrays.validation.targets):
        assert np.abs(seen).max() == 5.0
