"""Small IDX files as their authors would publish them, and a server on this machine as mirror."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import struct
import threading

import numpy as np

from activation_study.catalogue.datasets.idx_files import IdxFile

SHAPE = (6, 28, 28)


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

    def __init__(self, name, seed, shape=SHAPE, high=256, keras_name=""):
        self.array = np.random.default_rng(seed).integers(0, high, shape, dtype=np.uint8)
        self.payload = idx_bytes(self.array)
        self.gz = gzip.compress(self.payload, mtime=0)
        digests = sha256(self.payload), sha256(self.gz)
        self.file = IdxFile(name, shape, *digests, keras_name)


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


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
