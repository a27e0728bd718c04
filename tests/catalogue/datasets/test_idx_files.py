"""Dataset files: real files, a real server as mirror, every error's text."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from activation_study import errors, settings
from activation_study.catalogue.datasets.idx_files import read
from catalogue.datasets.published_files import Published, put, sha256

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


def test_a_folder_without_any_file_of_the_dataset_leads_to_the_cache(
    folder, cache, published, dead_url
):
    put(folder / "kmnist" / "other.npz", b"another dataset")
    put(cache / "mnist" / "images.gz", published.gz)
    (array,) = read("mnist", [published.file], mirrors=[dead_url])
    np.testing.assert_array_equal(array, published.array)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path, monkeypatch, cache, published):
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path / "nowhere"))
    with pytest.raises(
        errors.MissingFileError,
        match=r"ACTIVATION_STUDY_DATASETS: received '.*nowhere', which is not a folder; expected a "
        r"folder with mnist/images\.gz\. Remedy: correct the variable, or unset it\.",
    ):
        read("mnist", [published.file], mirrors=[])


def test_a_folder_that_lacks_one_of_the_files_is_an_error(folder, published):
    other = Published("labels", seed=2, shape=(6,))
    put(folder / "mnist" / "images.gz", published.gz)
    with pytest.raises(
        errors.MissingFileError,
        match=r"mine: missing file: labels; expected all of images, labels, .*Remedy: add it, or "
        r"unset ACTIVATION_STUDY_DATASETS",
    ):
        read("mnist", [published.file, other.file], mirrors=[])


def flipped(content):
    """The content with one bit changed in the middle of its last half."""
    changed = bytearray(content)
    changed[3 * len(changed) // 4] ^= 1
    return bytes(changed)


def test_a_wrong_checksum_shows_both_digests(folder, published):
    other = flipped(published.payload)
    put(folder / "images.gz", gzip.compress(other))
    with pytest.raises(errors.ChecksumError) as caught:
        read("mnist", [published.file], mirrors=[])
    assert f"received 4,720 bytes of SHA-256 {sha256(other)}; " in str(caught.value)
    assert f"expected 4,720 bytes of SHA-256 {published.file.sha256}." in str(caught.value)


NAMES = {
    "train-images-idx3-ubyte.gz": lambda p: p.gz,
    "train-images-idx3-ubyte": lambda p: p.payload,
    "train-images.idx3-ubyte.gz": lambda p: gzip.compress(p.payload, compresslevel=1),
    "train-images.idx3-ubyte": lambda p: p.payload,
}


@pytest.mark.parametrize("name", NAMES)
def test_both_usual_names_are_read(folder, name):
    part = Published("train-images-idx3-ubyte", seed=1)
    put(folder / "mnist" / name, NAMES[name](part))
    (array,) = read("mnist", [part.file], mirrors=[])
    np.testing.assert_array_equal(array, part.array)


def archived(path, **arrays):
    """Write arrays as `numpy.savez` does, which made Keras's archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path


@pytest.fixture
def parts():
    return [
        Published("images", seed=1, keras_name="x_train"),
        Published("labels", seed=2, shape=(6,), keras_name="y_train"),
    ]


@pytest.mark.parametrize("place", ["mnist/mnist.npz", "mnist.npz"])
def test_the_archive_of_keras_is_read(folder, parts, place):
    archived(folder / place, x_train=parts[0].array, y_train=parts[1].array, x_test=np.zeros(3))
    received = read("mnist", [part.file for part in parts], mirrors=[])
    for array, part in zip(received, parts, strict=True):
        np.testing.assert_array_equal(array, part.array)
        assert array.dtype == np.uint8
        assert not array.flags.writeable


ARCHIVES = {
    "another value": (lambda x, y: {"x_train": x, "y_train": y ^ 1}, "received 14 bytes"),
    "another type": (
        lambda x, y: {"x_train": x.astype(float), "y_train": y},
        "received more than 4,720 bytes",
    ),
    "an array too few": (lambda x, y: {"x_train": x}, "y_train is not a file in the archive"),
}


@pytest.mark.parametrize("change", ARCHIVES)
def test_another_archive_is_an_error_that_names_it(folder, parts, change):
    arrays, message = ARCHIVES[change]
    path = archived(folder / "mnist.npz", **arrays(parts[0].array, parts[1].array))
    with pytest.raises(errors.DatasetError, match=rf"{message}.*Remedy: replace it") as caught:
        read("mnist", [part.file for part in parts], mirrors=[])
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("harm", [flipped, lambda content: content[:-9]])
def test_a_damaged_archive_is_an_error_that_names_it(folder, parts, harm):
    path = archived(folder / "mnist.npz", x_train=parts[0].array, y_train=parts[1].array)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(errors.DatasetError, match=r"mnist\.npz.*Remedy: replace it"):
        read("mnist", [part.file for part in parts], mirrors=[])


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
    put(cache / "mnist" / "images.gz", published.gz)
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


def test_a_damaged_cache_is_not_used_when_no_mirror_answers(cache, published, dead_url):
    put(cache / "mnist" / "images.gz", flipped(published.gz))
    with pytest.raises(errors.DownloadError, match="no intact copy found locally"):
        read("mnist", [published.file], mirrors=[dead_url])


def test_offline_with_nothing_cached_the_error_names_the_three_remedies(
    cache, published, dead_url, start_mirror
):
    wrong = start_mirror(images=flipped(published.gz))
    with pytest.raises(errors.DownloadError) as caught:
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


def test_a_folder_under_whose_names_nothing_is_found_is_told_so(folder, published, dead_url):
    put(folder / "mnist-images.zip", b"of another name")
    with pytest.raises(errors.DownloadError, match=f"In {folder} there is no file of the dataset"):
        read("mnist", [published.file], mirrors=[dead_url])


def test_the_remedy_of_putting_the_file_into_the_cache_works(cache, published, dead_url):
    put(cache / "mnist" / "images.gz", published.gz)
    (array,) = read("mnist", [published.file], mirrors=[dead_url])
    np.testing.assert_array_equal(array, published.array)


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch, published, start_mirror):
    monkeypatch.delenv("ACTIVATION_STUDY_DATASETS", raising=False)
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(put(tmp_path / "file", b"not a folder")))
    mirror = start_mirror(images=published.gz)
    with pytest.raises(
        errors.DatasetError,
        match=r"file/mnist/images\.gz: cannot be had: .*"
        r"Remedy: set ACTIVATION_STUDY_CACHE to a folder that can be read and written\.",
    ):
        read("mnist", [published.file], mirrors=[mirror.url])


def test_without_an_override_the_cache_is_the_users(monkeypatch):
    import pooch

    monkeypatch.delenv("ACTIVATION_STUDY_CACHE", raising=False)
    assert settings.downloads() == pooch.os_cache("activation-study")
