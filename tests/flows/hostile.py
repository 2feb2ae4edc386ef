"""Values nobody should send: what clients, scanners and bored people put into addresses, fields, heads and bodies."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, quote_plus

LONG = "x" * 100_000
# For the parts of addresses that are ids: none of them is an id that exists.
NO_IDS = ("0", "-1", "01", "%D9%A1", "%C2%B2", "1e9", "1.0", "abc", str(2**63 - 1), str(2**63), "1" + "0" * 30, "9" * 5000)
# For the parts of addresses that are words.
NO_WORDS = (
    "%00", "%FF%FE", "%ED%A0%80", "..%2F..%2Fetc%2Fpasswd", "%0D%0ASet-Cookie:%20a=b", "%E2%80%AEevil", "%3Cscript%3E", "%F0%9F%8C%B5",
    "a%CC%81%CC%81%CC%81", "x" * 3000, "%27%20OR%201=1--", "%25s%25n", "{{7*7}}",
)  # fmt: skip
QUERIES = (
    b"page=0", b"page=-1", b"page=1000000000", b"page=abc", b"page=%D9%A1", b"page=" + b"9" * 5000, b"page=1&page=2", b"page[]=1",
    b"page=%00", b"q=%00", b"q=%FF%FE&title=%FF", b"q=\xff\xfe&page=\xff", b"q=" + b"a" * 10_000, b"q=%F0%9F%8C%B5&sort=best",
    b"q=((((&type=%27&tag=*&status=%22&category=[&since=9999", b"view=%E2%80%AE&sort=zz&state=zz&tab=zz&kind=zz",
    b"from=0&to=99999999999999999999", b"from=%C2%B2&to=1", b"from=-1&view=sides", b"next=//evil.example&next=/%5Cevil",
    b"next=http://[&back=http://[", b"&".join(b"p%d=1" % number for number in range(2_000)), b"=&==&%&%zz", b"item=post-9&action=%00x",
)  # fmt: skip
# For fields of forms. A value of bytes is sent as it is.
VALUES: dict[str, str | bytes] = {
    "nothing": "",
    "spaces": " \t\n ",
    "null": "a\x00b",
    "surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\x80",
    "override": "\u202egpj.exe\u2066",
    "emoji": "🌵" * 40,
    "marks": "e" + "\u0301" * 500,
    "long": LONG,
    "lines": "a\r\nBcc: x@example.com\r\n\r\nb",
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}",
    "superscript": "²",
    "arabic digit": "٣",
    "minus": "-1",
    "beyond 64 bit": "1" + "0" * 30,
    "many digits": "0001" + "9" * 5000,
    "brackets": "[" * 20_000,
}
# What a reasonable person would send; forms get all their fields from here, one of them hostile.
PLAUSIBLE: dict[str, str] = {
    "title": "How do I stop the pump from humming?", "body": "It hums since yesterday, and no water comes out.", "tags": "pump, noise",
    "reason": "It helps others", "say": "stuck", "note": "See above", "name": "newcomer", "email": "newcomer@example.com", "login": "member-person",
    "password": "a long and quiet river", "old_password": "something else here", "current_password": "something else here",
    "company": "", "next": "/questions", "description": "All about water", "audience": "public", "needs_approval": "y", "position": "3",
    "role": "member", "days": "3", "kind": "workaround", "worked": "", "value": "1", "decision": "decline", "summary": "Prime it first.",
    "applies_to": "All pumps", "asked_as": "pump hums", "slug": "", "base_revision": "1", "revision": "1", "direction": "up",
    "helpful": "yes", "display_name": "Somebody", "website": "https://example.com/", "about": "I like pumps.", "keep": "1",
    "hosts": "pills.example", "text": "cheap tablets", "measure": "hold", "level": "1",
    "scope": "", "then": "", "environment": "Model 3", "parent_id": "0",
}  # fmt: skip


def encoded(fields: dict[str, str | bytes] | list[tuple[str, str | bytes]]) -> bytes:
    """The body of a form, also with values that are no text."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return "&".join(f"{quote_plus(name)}={_quoted(value)}" for name, value in pairs).encode()


def _quoted(value: str | bytes) -> str:
    return quote_from_bytes(value, safe="") if isinstance(value, bytes) else quote_plus(value)


MANY_FIELDS = encoded([(f"f{n}", "x") for n in range(5000)])
ALL_TWICE = encoded(list(PLAUSIBLE.items()) * 2)


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def bodies(token: str, field: str) -> dict[str, tuple[str, bytes]]:
    """Bodies that are no form, by name: (content type, bytes)."""
    named = f'Content-Disposition: form-data; name="{field}"'.encode()
    return {
        "json object": ("application/json", b'{"title": 5, "body": {"a": 1}, "name": ["x"], "password": null, "email": true}'),
        "json surrogates": ("application/json", b'{"title": "\\ud800", "body": "\\udfff\\u0000", "name": "\\ud800", "password": "\\ud800"}'),
        "json list": ("application/json", b"[1, 2]"),
        "json number": ("application/json; charset=utf-16", b"5"),
        "no json": ("application/json", b"{{{"),
        "text": ("text/plain", b"title=1&body=2"),
        "no type": ("", b"title=1&body=2"),
        "odd type": ("multipart/form-data; boundary=\"\xe9\"; charset=x".encode("latin-1").decode("latin-1"), b"--\xff"),
        "other charset": ("application/x-www-form-urlencoded; charset=utf-16", encoded({"csrf_token": token, field: "x"})),
        "no boundary": ("multipart/form-data", b"--b\r\n\r\n"),
        "cut off": ("multipart/form-data; boundary=b", b"--b\r\n" + named + b"\r\n\r\nhello"),
        "rubbish": ("multipart/form-data; boundary=b", multipart(b"\xff\xff: \x00", b"", b"Content-Disposition: zz\r\n\r\nx")),
        "file as text": ("multipart/form-data; boundary=b", multipart(
            b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
            named + b'; filename="../../\xff<x>.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\x00', named + b"\r\n\r\n\xff\xfe",
        )),
        "many parts": ("multipart/form-data; boundary=b", multipart(*[named + b"\r\n\r\nx"] * 300)),
        "many fields": ("application/x-www-form-urlencoded", encoded({"csrf_token": token}) + b"&" + MANY_FIELDS),
        "twice": ("application/x-www-form-urlencoded", b"&".join((encoded({"csrf_token": token}), ALL_TWICE, encoded({field: b"\xff"})))),
        "too large": ("application/x-www-form-urlencoded", b"csrf_token=" + token.encode() + b"&" + field.encode() + b"=" + b"x" * 1_100_000),
    }  # fmt: skip


HEADERS: dict[str, dict[str, str]] = {
    "host": {"Host": 'evil.example"><script>'},
    "no host": {"Host": ""},
    "host with a port that is none": {"Host": "community.test:abc"},
    "origin": {"Origin": "http://["},
    "null origin": {"Origin": "null"},
    "referrer": {"Referer": "http://[/%ff"},
    "accept": {"Accept": "application/json;q=zz, */*;q=2, ,;;"},
    "long accept": {"Accept": "text/html, " * 2_000, "Accept-Language": "xx;q=nan, " * 500},
    "agent": {"User-Agent": "\xff\xfe" + "a" * 20_000},
    "conditions": {"If-None-Match": '"\xff", W/"', "If-Modified-Since": "yesterday", "Range": "bytes=-1,5-2,zz"},
    "forwarded": {
        "X-Forwarded-For": "1.2.3.4, ::1, zz\xff",
        "X-Forwarded-Proto": "javascript",
        "X-Forwarded-Host": "evil.example",
    },
    "cookie": {"Cookie": 'threadwell=\xff\xfe"; =; a; threadwell=eyJfdXNlcl9pZCI6MX0.aaaa.bbbb; ' + "c=" + "d" * 5_000},
    "cookie of another key": {"Cookie": "threadwell=eyJfdXNlcl9pZCI6IjEifQ.Zx9x9w.MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"},
    "length": {"Content-Length": "-5"},
    "length in words": {"Content-Length": "many"},
    "method": {"X-HTTP-Method-Override": "DELETE"},
}
