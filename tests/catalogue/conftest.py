"""Fixtures of the dataset tests: an empty cache, a folder of the user's, mirrors."""

from __future__ import annotations

import socket

import pytest

from catalogue.datasets.published_files import Mirror, Published


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
