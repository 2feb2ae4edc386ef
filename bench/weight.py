"""What a first visit of each kind of page loads: bytes over the wire and requests, with gzip and with brotli.

    python bench/weight.py [--threads 200] [--users 50] [--site FOLDER] [--json]

Asks a real server (granian) as a browser would that knows nothing of the site yet, without running one: the page, then whatever
it names that a browser loads by itself (style sheets, scripts and the modules they import at once, symbols, icons, images of the
page that are not lazy). Also counts what moves a layout later: images without width and height, fonts, styles and scripts
inside the page, scripts that hold up the page. Says of each promise whether it is kept.
"""

import argparse
import gzip
import json
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import brotli

from bench.generating import add_size, parser
from bench.measuring import table
from bench.pages import prepare
from bench.serving import AGENT, Server, fetch, threadwell

# What a visit says it accepts: a browser that reads brotli reads gzip, too, and gets it where a page is made for one reader.
ENCODINGS = {"gzip": "gzip", "br": "gzip, deflate, br"}
# Whatever a module imports when it is loaded; what it imports later stands in a call.
_IMPORTED = re.compile(r"""^\s*(?:import|export)\s[^;(]*?["']([^"']+\.js)["']""", re.MULTILINE)
_LOADED_BY_CSS = re.compile(r"url\(\s*['\"]?(?!data:)([^)'\"]+)|@import\s+['\"]([^'\"]+)")
LONG = "question, 20 posts"
KINDS = {"home": 1, "list": 1, "category": 1, "tag": 1, "article": 1, "question": 1, LONG: 5, "search": 1}


class _Page(HTMLParser):
    """What a page names: (kind, address) of what is loaded at once, and what it should not have."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: dict[str, str] = {}
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        rel = values.get("rel", "").split()
        if tag == "link" and "stylesheet" in rel:
            self.loads[values["href"]] = "css"
        elif tag == "link" and "icon" in rel:
            self.loads.setdefault(values["href"], "image")
        elif tag == "script" and values.get("type") != "application/ld+json":
            self._script(values)
        elif tag == "use":
            self.loads.setdefault(urldefrag(values["href"]).url, "image")
        elif tag == "img":
            self._image(values)
        elif tag in ("iframe", "style", "video", "audio"):
            self.faults.append(f"<{tag}>")

    def _script(self, values: dict[str, str]) -> None:
        if "src" not in values:
            self.faults.append("script inside the page")
            return
        if values.get("type") != "module" and not {"defer", "async"} & set(values):
            self.faults.append("script that holds up the page")
        self.loads[values["src"]] = "js"

    def _image(self, values: dict[str, str]) -> None:
        if not values.get("height") and not {"width", "height"} <= set(values):
            self.faults.append("image without a size")
        if values.get("loading") != "lazy":
            self.loads[values.get("src", "")] = "image"


@dataclass(frozen=True)
class Weight:
    """One page: bytes over the wire of its HTML, of what else it loads by kind, and how many requests that takes."""

    page: str
    path: str
    encoding: str
    html: int
    html_unpacked: int
    css: int
    js: int
    image: int
    css_files: int
    js_files: int
    requests: int
    faults: list[str]


def unpack(body: bytes, encoding: str) -> bytes:
    """A body as it was before it was compressed."""
    return brotli.decompress(body) if encoding == "br" else gzip.decompress(body) if encoding == "gzip" else body


class Visit:
    """A first visit to one page in one encoding."""

    def __init__(self, server: Server, encoding: str) -> None:
        self.server, self.encoding = server, encoding
        self.sizes: dict[str, list[int]] = {"css": [], "js": [], "image": []}
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def get(self, path: str) -> tuple[int, str]:
        """The bytes over the wire of one address and its text. Raises RuntimeError for anything but a 200."""
        status, headers, body = fetch(self.server.port, path, {"User-Agent": AGENT, "Accept-Encoding": ENCODINGS[self.encoding]})
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return len(body), unpack(body, headers.get("content-encoding", "")).decode(errors="replace")

    def load(self, kind: str, address: str, base: str) -> None:
        """Load what a page, a style sheet or a script names, and what that names in turn. Other hosts are faults."""
        path = urljoin(base, address)
        if path in self.seen:
            return
        self.seen.add(path)
        if urlsplit(path).netloc:
            self.faults.append(f"asks {urlsplit(path).netloc}")
            return
        size, text = self.get(path)
        self.sizes[kind].append(size)
        if kind == "css":
            self.faults += ["style sheet that loads another"] * len(_LOADED_BY_CSS.findall(text)) + ["font"] * text.count(
                "@font-face"
            )
        for imported in _IMPORTED.findall(text) if kind == "js" else ():
            self.load("js", imported, path)

    def page(self, name: str, path: str) -> Weight:
        """Visit a page."""
        html, text = self.get(path)
        found = _Page()
        found.feed(text)
        for address, kind in found.loads.items():
            self.load(kind, address, path)
        sizes = self.sizes
        return Weight(
            name, path, self.encoding, html, len(text.encode()), sum(sizes["css"]), sum(sizes["js"]), sum(sizes["image"]),
            len(sizes["css"]), len(sizes["js"]), 1 + sum(map(len, sizes.values())), found.faults + self.faults,
        )  # fmt: skip


def weigh(server: Server, paths: dict[str, list[str]]) -> list[Weight]:
    """All kinds of pages in both encodings; of several addresses of a kind the heaviest."""
    found = []
    for name, count in KINDS.items():
        for encoding in ENCODINGS if paths.get(name) else ():
            visits = [Visit(server, encoding).page(name, path) for path in paths[name][:count]]
            found.append(max(visits, key=lambda weight: weight.html))
    return found


@dataclass(frozen=True)
class Promise:
    """What is promised of pages (bytes with gzip), the most there is, and on which page."""

    name: str
    most: int
    found: int
    page: str

    @property
    def is_kept(self) -> bool:
        return self.found <= self.most


def promises(weights: list[Weight]) -> list[Promise]:
    """The promises of a first visit, each with the page that comes nearest to breaking it."""
    packed = [weight for weight in weights if weight.encoding == "gzip"]
    long = [weight for weight in packed if weight.page == LONG]
    measures: list[tuple[str, int, list[Weight], Callable[[Weight], int]]] = [
        ("HTML of a thread of 20 posts, bytes", 10_000, long, lambda one: one.html),
        ("CSS + JS, bytes", 30_000, packed, lambda one: one.css + one.js),
        ("requests", 4, packed, lambda one: one.requests),
        ("style sheets", 1, packed, lambda one: one.css_files),
        ("scripts", 1, packed, lambda one: one.js_files),
        ("what moves or holds up a page", 0, packed, lambda one: len(one.faults)),
    ]
    found = [(name, most, max(pages, key=measure), measure) for name, most, pages, measure in measures if pages]
    return [Promise(name, most, measure(page), page.page) for name, most, page, measure in found]


def run(given: argparse.Namespace) -> dict[str, object]:
    """Make the site, serve it, visit it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="threadwell-bench-")))
        site = prepare(folder, given, 1)
        server = stack.enter_context(threadwell(site.environ, folder / "server.log"))
        weights = weigh(server, site.places.paths)
        kept = [{**asdict(one), "is_kept": one.is_kept} for one in promises(weights)]
        return {"bench": "weight", "pages": [asdict(one) for one in weights], "promises": kept}


def show(weights: list[Weight]) -> None:
    """The report for people, in KB of 1,000 bytes."""
    heads = (
        "page",
        "encoding",
        "HTML KB",
        "HTML KB, unpacked",
        "CSS + JS KB",
        "symbols, images KB",
        "requests",
        "CSS files",
        "JS files",
        "faults",
    )
    rows = [
        (w.page, w.encoding, w.html / 1000, w.html_unpacked / 1000, (w.css + w.js) / 1000, w.image / 1000, w.requests, w.css_files, w.js_files,
         ", ".join(w.faults) or "-")
        for w in weights
    ]  # fmt: skip
    print(table(heads, rows), end="\n\n")
    judged = [(one.name, one.most, one.found, one.page, "yes" if one.is_kept else "NO") for one in promises(weights)]
    print(table(("promise", "at most", "found", "page", "kept"), judged))


def main() -> None:
    options = parser(__doc__ or "")
    add_size(options, threads=200, users=50)
    options.add_argument("--site", type=Path, help="a folder made by bench/generating.py; a copy of it is visited")
    given = options.parse_args()
    report = run(given)
    if given.json:
        print(json.dumps(report))
    else:
        show([Weight(**one) for one in report["pages"]])  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
