"""Compressing texts on their way out, and the strong tag of each form."""

import gzip
import re
import zlib

import brotli
from flask import Flask, Response, request

from app.web.marking import CACHED, SHOWN

# A page of 28 KiB: brotli 5 makes 5.5 KB of it in 0.4 ms, gzip 9 6.0 KB in 0.4 ms, gzip 1 6.9 KB in 0.1 ms.
# Our style sheet of 57 KiB: brotli 11 makes 10.0 KiB of it in 70 ms, brotli 5 11.2 KiB in 2 ms, gzip 9 11.5 KiB in 2.4 ms.
BROTLI_QUALITY = 5
QUICK_GZIP_LEVEL = 1
BEST_BROTLI_QUALITY = 11
BEST_GZIP_LEVEL = 9
# The largest window, and a header as gzip has it, without a time.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
# Shorter texts than this gain nothing.
WORTH_IT = 600
SUFFIX = {"": "", "gzip": "-gz", "br": "-br"}
_SUFFIXED = re.compile(r'-(?:gz|br)"')
_ASKED = "threadwell.if_none_match"
_TYPES = ("text/", "application/json", "application/xml", "application/atom+xml", "application/opensearchdescription+xml")
_IMAGES = ("image/svg+xml", "application/manifest+json")


def accepted_encodings(header: str) -> set[str]:
    """Return the encodings that a client accepts, of those we have."""
    found = set()
    for part in header.lower().split(","):
        name, _semicolon, rest = part.partition(";")
        weight = rest.replace(" ", "").removeprefix("q=")
        if name.strip() in SUFFIX and weight.strip("0.") == "" and weight:
            continue
        found.add(name.strip())
    return found & {"gzip", "br"}


def pick_encoding(header: str) -> str:
    """Return the encoding that makes a page smallest for a client: "br", "gzip" or "" for none."""
    accepted = accepted_encodings(header) if header else ()
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def compress(body: bytes, encoding: str, *, is_for_long: bool = False) -> bytes:
    """Return a body in an encoding ("gzip", "br", "" for as it is): for the same body always the same bytes, so that a strong tag is true.

    `is_for_long`: it is sent so often that the smallest form of brotli is worth 30 times the work.
    """
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BEST_BROTLI_QUALITY if is_for_long else BROTLI_QUALITY))
    return _gzipped(body) if encoding else body


def uncompress(body: bytes, encoding: str) -> bytes:
    """Return what was compressed by `compress`; with "" the body itself."""
    if encoding == "br":
        return bytes(brotli.decompress(body))
    return gzip.decompress(body) if encoding else body


def _gzipped(body: bytes) -> bytes:
    """Return a body as gzip at its best. The parts of a page get codes of their own, which makes it 1 % smaller: what is written in its
    head, its frame and its texts differs too much for one."""
    packer = zlib.compressobj(BEST_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    packed: list[bytes] = []
    begin = 0
    for end in (body.find(b"<body"), body.find(b'<div class="answers"'), body.rfind(b"</article>")):
        if end > begin:
            packed += packer.compress(body[begin:end]), packer.flush(zlib.Z_BLOCK)
            begin = end
    return b"".join([*packed, packer.compress(body[begin:]), packer.flush()])


def quickly_gzipped(body: bytes) -> bytes:
    """Return a body as gzip for one reader."""
    return gzip.compress(body, QUICK_GZIP_LEVEL, mtime=0)


def is_gzip_welcome() -> bool:
    """Whether the running request may be answered with gzip as it is: nothing in front of the application packs its answer anew."""
    return CACHED not in request.environ and "gzip" in accepted_encodings(request.headers.get("Accept-Encoding", ""))


def matches(if_none_match: str, tag: str) -> bool:
    """Whether a client has the text with this tag already, in whatever form."""
    if not if_none_match:
        return False
    known = {one.strip().removeprefix("W/").strip('"') for one in if_none_match.split(",")}
    return "*" in known or any(tag + suffix in known for suffix in SUFFIX.values())


def init_compressing(app: Flask) -> None:
    """Compress what the application answers. To be called before whatever sets headers and tags: it must run after that."""
    app.before_request(forget_forms)
    app.after_request(compress_response)


def forget_forms() -> None:
    """Let the application compare tags without their forms: it knows texts, not how they were sent."""
    asked = request.environ.get("HTTP_IF_NONE_MATCH")
    if asked is not None:
        request.environ[_ASKED] = asked
        request.environ["HTTP_IF_NONE_MATCH"] = _SUFFIXED.sub('"', asked)


def compress_response(response: Response) -> Response:
    """Compress a text that is not streamed: quickly, because it is made for one reader."""
    if response.status_code == 304:
        return _tagged_as_asked(response)
    if CACHED in request.environ and SHOWN in request.environ:
        return response  # the cache in front does it, once for all readers
    if response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith((*_TYPES, *_IMAGES)) or response.content_length is None:
        return response
    response.vary.add("Accept-Encoding")
    if response.content_length < WORTH_IT or "gzip" not in accepted_encodings(request.headers.get("Accept-Encoding", "")):
        return response
    response.set_data(quickly_gzipped(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    tag, is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag + SUFFIX["gzip"], weak=bool(is_weak))
    return response


def _tagged_as_asked(response: Response) -> Response:
    """A 304 carries the tag that the client has."""
    tag, is_weak = response.get_etag()
    for suffix in filter(None, SUFFIX.values()):
        if tag is not None and f'"{tag}{suffix}"' in request.environ.get(_ASKED, ""):
            response.set_etag(tag + suffix, weak=bool(is_weak))
            break
    return response
