"""Compressing texts on their way out, and the strong tag of each form."""

import re
from functools import lru_cache

import brotli
import deflate
from flask import Flask, Response, request

from app.web.headers import vary_by
from app.web.marking import CACHED, SHOWN

# gzip is written by libdeflate, which needs half the time of zlib for the same size. A page of 60 KB with 20 posts: level 1 makes
# 12.1 KB of it in 0.1 ms (zlib 12.9 in 0.24), level 9 10.5 KB in 0.7 ms, level 12 10.3 KB in 12 ms, brotli 5 9.7 KB in 1.1 ms.
BROTLI_QUALITY = 5
GZIP_LEVEL = 9
QUICK_GZIP_LEVEL = 1
# For what is sent for as long as a version of the program lives.
BEST_BROTLI_QUALITY = 11
BEST_GZIP_LEVEL = 12
# Shorter texts than this gain nothing.
WORTH_IT = 600
SUFFIX = {"": "", "gzip": "-gz", "br": "-br"}
# No browser names more.
_HEADER_MAX = 200
_SUFFIXED = re.compile(r'-(?:gz|br)"')
_ASKED = "threadwell.if_none_match"
_TYPES = ("text/", "application/json", "application/xml", "application/atom+xml", "application/opensearchdescription+xml")
_IMAGES = ("image/svg+xml", "application/manifest+json")


def accepted_encodings(header: str) -> frozenset[str]:
    """Return the encodings that a client accepts, of those we have."""
    return _accepted(header[:_HEADER_MAX])


@lru_cache(maxsize=256)
def _accepted(header: str) -> frozenset[str]:
    found = set()
    for part in header.lower().split(","):
        name, _semicolon, rest = part.partition(";")
        weight = rest.replace(" ", "").removeprefix("q=")
        if name.strip() in SUFFIX and weight.strip("0.") == "" and weight:
            continue
        found.add(name.strip())
    return frozenset(found & {"gzip", "br"})


def pick_encoding(header: str) -> str:
    """Return the encoding that makes a page smallest for a client: "br", "gzip" or "" for none."""
    accepted = accepted_encodings(header)
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def compress(body: bytes, encoding: str, *, is_for_long: bool = False) -> bytes:
    """Return a body in an encoding ("gzip", "br", "" for as it is): for the same body always the same bytes, so that a strong tag is true.

    `is_for_long`: it is sent so often that the smallest form is worth 20 times the work.
    """
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BEST_BROTLI_QUALITY if is_for_long else BROTLI_QUALITY))
    return bytes(deflate.gzip_compress(body, BEST_GZIP_LEVEL if is_for_long else GZIP_LEVEL)) if encoding else body


def uncompress(body: bytes, encoding: str) -> bytes:
    """Return what was compressed by `compress`; with "" the body itself."""
    if encoding == "br":
        return bytes(brotli.decompress(body))
    return bytes(deflate.gzip_decompress(body)) if encoding else body


def quickly_gzipped(body: bytes) -> bytes:
    """Return a body as gzip for one reader."""
    return bytes(deflate.gzip_compress(body, QUICK_GZIP_LEVEL))


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
    vary_by(response, "Accept-Encoding")
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
