"""Pages kept ready, through the real server with two processes: never another person's, never older than a write, made once."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from tests.server.lines import Line, line_to_each
from tests.server.running import Server, Visitor, ask, open_category

pytestmark = pytest.mark.slow

NAMES = [f"canary{number}" for number in range(4)]


@dataclass
class Site:
    """A running site with one question, and four people who signed in: their cookies and tokens."""

    server: Server
    question: str
    cookies: dict[str, str]
    tokens: dict[str, str]

    def lines(self, **headers: str) -> list[Line]:
        """A visitor's connection to each of the two processes."""
        return line_to_each(self.server, 2, **headers)

    def answer(self, line: Line, name: str, text: str) -> None:
        """Post an answer over a connection, which must be taken."""
        line.cookie = self.cookies[name]
        try:
            form = urlencode({"csrf_token": self.tokens[name], "body": text})
            path = re.sub(r"/[^/]*$", "/answers", self.question)
            posted = line.get(path, "POST", form, Content_Type="application/x-www-form-urlencoded")
        finally:
            line.cookie = ""
        assert posted.status == 303, posted.text[:500]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    busy = {"RATE_LIMITS": "off", "SCREENING_PACE": "0", "SCREENING_REPEATS": "0"}
    extra = {**busy, "WORKERS": "2", "TRUSTED_PROXIES": "1"}
    server = Server(tmp_path_factory.mktemp("served") / "instance", extra=extra)
    server.run("init")
    open_category(server)
    server.start()
    people = {name: Visitor(server).sign_up(name) for name in NAMES}
    question = ask(people[NAMES[0]], "Why does the pump hum in the morning?")[1].removeprefix(server.url)
    cookies = {name: "; ".join(f"{one.name}={one.value}" for one in person.jar) for name, person in people.items()}
    yield Site(
        server, question.partition("#")[0], cookies, {name: one.token("/settings/profile") for name, one in people.items()}
    )
    server.kill()


def test_what_is_written_through_one_process_is_read_through_both_at_once(site: Site):
    """Both hold a copy of the page and of the list when something is written, and both drop it at once."""
    lines = site.lines()
    hits = [line.figure("page_cache_hits_total") for line in lines]
    for number in range(23):
        writer, others = lines[number % 2], lines[::-1] if number % 3 else lines
        site.answer(writer, NAMES[number % 4], f"Try valve number {number}, it worked here.")
        for line in others:
            first, again = line.get(site.question), line.get(site.question)
            assert f"{number + 1} answers" in line.get("/questions").text or number == 0
            last = line.get(f"{site.question}?page=2").text if number >= 20 else first.text
            assert f"valve number {number}," in last and first.body == again.body, number
    given = [line.figure("page_cache_hits_total") - before for line, before in zip(lines, hits, strict=True)]
    # Of each process: the second look at the same page was a copy, but where background work changed the thread between the two.
    assert min(given) >= 20, given


def whose(site: Site, text: str) -> set[str]:
    """Of which people a page holds something: their name in the menu, or the secret of their session in a token."""
    named = set(re.findall(r"Your account:</span><span[^>]*>([^<]+)<", text))
    return named | {name for name, token in site.tokens.items() if token.partition(".")[0] in text}


def people_and_visitors(site: Site) -> dict[str, list[Line]]:
    """Connections to both processes for each person, and for visitors under ""."""
    found = {name: site.lines() for name in ("", *NAMES)}
    for name in NAMES:
        for line in found[name]:
            line.cookie = site.cookies[name]
    return found


def test_nobody_gets_a_page_of_somebody_else_while_others_write(site: Site):
    """People and visitors ask for the same addresses at once, through both processes, while the pages change."""
    wrong: list[str] = []
    visits = [0]
    is_over = threading.Event()

    def visit(name: str, lines: list[Line]) -> None:
        while not is_over.is_set():
            for line in lines:
                for path in (site.question, "/questions", "/", "/c/help"):
                    answer = line.get(path)
                    held, caching = whose(site, answer.text), answer.headers["cache-control"]
                    is_for_all = caching.startswith("public") and "csrf" not in answer.text and "set-cookie" not in answer.headers
                    if held != ({name} if name else set()) or is_for_all != (not name):
                        wrong.append(f"{name or 'a visitor'} got {answer.status}, {caching}, {held} on {path}")
                    visits[0] += 1

    threads = [threading.Thread(target=visit, args=one) for one in people_and_visitors(site).items()]
    for thread in threads:
        thread.start()
    try:
        writers = site.lines()
        for number in range(16):
            site.answer(writers[number % 2], NAMES[number % 4], f"Or look at the filter, number {number}.")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[:5]
    assert visits[0] > 100


def test_one_connection_may_be_used_by_several_people_and_by_nobody(site: Site):
    """As behind a proxy: `flask.g` and copies are of a request, not of the connection or thread it came by."""
    for line in site.lines():
        for _time in range(3):
            for name in (NAMES[0], "", NAMES[1], "", "", NAMES[2]):
                line.cookie = site.cookies.get(name, "")
                answer = line.get(site.question)
                assert whose(site, answer.text) == ({name} if name else set())


@pytest.mark.parametrize(
    "spelling", ["{name} ={value}", " {name}={value}; {name}=x", '{name}="{value}"', "a=b;{name}={value};c=d"]
)
def test_no_spelling_of_a_cookie_leaves_a_copy_of_a_personal_page(site: Site, spelling: str):
    name, _equals, value = site.cookies[NAMES[0]].partition("=")
    for line in site.lines():
        path = f"/questions?view=all&spelled={abs(hash(spelling))}"
        line.get(path, Cookie=spelling.format(name=name, value=value))
        assert whose(site, line.get(path).text) == set()


def test_who_signs_out_is_a_visitor_and_who_signs_in_is_not(site: Site):
    person = Visitor(site.server).sign_up("leaving")
    for _time in range(2):
        assert whose(site, person.fetch(site.question)[2]) == {"leaving"}
    person.fetch("/logout", {"csrf_token": person.token("/settings/profile")})
    assert whose(site, person.fetch(site.question)[2]) == set()
    person.sign_in("leaving", "a-long-enough-password-9")
    assert whose(site, person.fetch(site.question)[2]) == {"leaving"}


def test_fifty_readers_after_a_change_have_the_page_made_once_by_each_process(site: Site):
    """One renders; the others wait for it and get its copy."""
    lines = site.lines()
    crowd = [Line(site.server) for _each in range(50)]
    for line in crowd:
        line.get("/healthz")
    for round_ in range(3):
        misses = [line.figure("page_cache_misses_total") for line in lines]
        site.answer(lines[0], NAMES[round_], f"One more word for the crowd, number {round_}.")
        texts: list[str] = []
        start = threading.Barrier(len(crowd))

        def read(line: Line, texts: list[str] = texts, start: threading.Barrier = start) -> None:
            start.wait()
            texts.append(line.get(site.question).text)

        threads = [threading.Thread(target=read, args=(line,)) for line in crowd]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(texts) == len(crowd) and len(set(texts)) <= 2
        made = [line.figure("page_cache_misses_total") - before - 1 for line, before in zip(lines, misses, strict=True)]
        assert max(made) <= 1 and sum(made) >= 1, made  # the one taken off is /metrics itself


def test_readers_behind_a_trusted_proxy_are_counted_each_though_they_get_copies(site: Site):
    """Four readers by their addresses, of whom three get a copy; the author, a program, a prefetch and a second look do not count."""
    asked = ask(Visitor(site.server).sign_up("counted"), "Who reads this about the pump?")[1].removeprefix(site.server.url)
    line = site.lines()[0]
    line.get(asked, User_Agent="curl/8")
    before = line.figure("page_cache_hits_total")
    for address in ("203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.1"):
        assert line.get(asked, X_Forwarded_For=address).status == 200
    line.get(asked, X_Forwarded_For="203.0.113.5", User_Agent="ExampleBot/1.0")
    line.get(asked, X_Forwarded_For="203.0.113.6", Sec_Purpose="prefetch")
    line.get(asked, "HEAD", X_Forwarded_For="203.0.113.7")
    assert line.figure("page_cache_hits_total") - before == 8
    assert views(site.server, asked) == 4


def views(server: Server, path: str) -> int:
    """The stored views of a question, once they were written (every ten seconds)."""
    number, deadline = int(path.split("/")[2]), time.monotonic() + 25
    while time.monotonic() < deadline:
        with sqlite3.connect(server.instance / "threadwell.sqlite3") as connection:
            found = connection.execute(
                "SELECT views FROM pageview_total WHERE kind = 'thread' AND target_id = ?", (number,)
            ).fetchone()
        if found:
            return int(found[0])
        time.sleep(0.2)
    return 0


def test_hosts_that_a_proxy_names_have_pages_of_their_own(site: Site):
    """Whoever sends a strange name fills no page that is given out under ours."""
    line = site.lines()[0]
    misses = line.figure("page_cache_misses_total")
    for host in ("one.example", "two.example", "one.example", "two.example"):
        assert line.get("/questions?view=newest", X_Forwarded_Host=host).status == 200
    assert line.figure("page_cache_misses_total") - misses == 2 + 1  # and /metrics
