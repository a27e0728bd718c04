"""The drawing of each figure and its numbers as files, linked below it."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FOLDER = "figures"
NUMBERS = re.compile(r'<script type="text/csv">(.*?)</script>', re.DOTALL)
TAG = re.compile(r"<(/?)svg\b[^>]*>")
CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
# What a drawing takes from its page, and what stands for it in a file.
PAGE = {"var(--pst-color-background, white)": "white", "&nbsp;": "&#160;"}
WIDE, GAP = 640, 20


def drawings(shown: str) -> list[str]:
    """Return the drawings in a piece of a page that are within no other, but for small keys."""
    found, depth, start = [], 0, 0
    for tag in TAG.finditer(shown):
        if not tag[1]:
            start = start if depth else tag.start()
        depth += -1 if tag[1] else 1
        if not depth:
            found.append(shown[start : tag.end()])
    return [each for each in found if "aria-hidden" not in each[: each.index(">")]]


def as_file(shown: list[str], title: str) -> str:
    """Return drawings as one SVG file, one below the other, with the ink of a white page."""
    parts, top = [], 0.0
    for each in shown:
        head = each[: each.index(">")]
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head)
        height = re.search(r' height="([\d.]+)"', head)
        tall = float(box[2]) * WIDE / float(box[1]) if box else float(height[1]) if height else 0
        own = re.sub(r' (?:width|height)="[^"]*"', "", head)
        place = f' x="{GAP}" y="{top + GAP:g}" width="{WIDE}" height="{tall:.0f}"'
        parts.append(own + place + each[len(head) :])
        top += tall + GAP
    text = "".join(parts)
    for page, file in PAGE.items():
        text = text.replace(page, file)
    across, down = WIDE + 2 * GAP, f"{top + GAP:.0f}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{across}" height="{down}" viewBox="0 0 {across} {down}" color="#0a0b0c" '
        'fill="currentColor" font-family="system-ui, sans-serif" font-size="14">'
        f'<title>{title}</title><rect width="100%" height="100%" fill="white"/>{text}</svg>\n'
    )


def write(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the files of a page's figures, and put links where their numbers stood."""
    parts = NUMBERS.split(context.get("body") or "")
    if doctree is None or len(parts) == 1:
        return
    folder, stem = Path(app.outdir, FOLDER), pagename.rpartition("/")[2]
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"{stem}-[0-9]*.*"):
        if re.fullmatch(rf"{re.escape(stem)}-\d+", old.stem):
            old.unlink()
    for place in range(1, len(parts), 2):
        name = f"{stem}-{place // 2 + 1}"
        own = parts[place - 1].rpartition('<figure class="picture')[2]
        # A phone's drawing is the same once more.
        own = own.partition('<div class="narrow"')[0]
        caption = CAPTION.search(own)
        title = re.sub(r"<[^>]+>", "", caption[1] if caption else "").replace("&nbsp;", " ").strip()
        files = {"svg": as_file(drawings(own), title), "csv": unescape(parts[place])}
        links = []
        for kind, words in (("csv", "data (CSV)"), ("svg", "SVG")):
            if files[kind]:
                (folder / f"{name}.{kind}").write_text(files[kind], encoding="utf-8")
                up = "../" * pagename.count("/")
                address = escape(f"{up}{FOLDER}/{name}.{kind}")
                links.append(f'<a href="{address}" download>{words}</a>')
        parts[place] = f'<p class="files">{" · ".join(links)}</p>'
    context["body"] = "".join(parts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("html-page-context", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
