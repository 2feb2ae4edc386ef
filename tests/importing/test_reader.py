"""Reading dumps: real ones to the last row, broken ones as far as they go, hostile ones not at all."""

from __future__ import annotations

import lzma
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.importing import reader
from app.importing.reader import Dump, Skipped, VoteTotals, probe
from app.importing.stackexchange_rows import PostKind, PostRow, parse_tags
from tests.thorough import examples

DUMPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "stackexchange"
NOON = "2011-06-21T12:00:00.123"
POST = f'<row Id="1" PostTypeId="1" CreationDate="{NOON}" Title="T" Body="B" Score="1" ViewCount="2" />'


def dump(folder: Path, **files: str | bytes) -> Dump:
    """Return a dump of the given rows; Posts.xml is always there."""
    for name, rows in {"Posts": POST, **files}.items():
        content = rows if isinstance(rows, bytes) else f'<?xml version="1.0" encoding="utf-8"?>\n<rows>\n{rows}\n</rows>'.encode()
        (folder / f"{name}.xml").write_bytes(content)
    return Dump(folder)


def test_a_post_is_read_as_what_it_is(tmp_path: Path):
    rows = (
        '<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2011-06-21T20:19:34.730" Score="-3" ViewCount="578"'
        ' Body="&lt;p&gt;a&#xA;b&lt;/p&gt;"'
        ' OwnerUserId="9" LastEditDate="2011-12-28T21:36:43.910" LastActivityDate="2012-05-24T14:52:14.760" '
        'ClosedDate="2013-02-25T23:52:47.953"'
        ' Title="R&amp;amp;D &#38;quot;x&#38;quot;" '
        'Tags="&lt;caribbean&gt;&lt;c++&gt;" ContentLicense="CC BY-SA 3.0" Unknown="x" />'
        '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2011-06-21T20:19:34" Body=""'
        ' OwnerDisplayName="gone &#x202E;user"'
        ' CommunityOwnedDate="2012-01-01T00:00:00.000" />'
        '<row Id="3" PostTypeId="5" CreationDate="2011-06-21T20:19:34" />'
    )
    question, answer, wiki = dump(tmp_path, Posts=rows).posts()
    assert isinstance(question, PostRow) and isinstance(answer, PostRow) and isinstance(wiki, PostRow)
    assert question.created_at == datetime(2011, 6, 21, 20, 19, 34, 730_000, tzinfo=UTC)
    assert (question.kind, question.accepted_answer_id, question.score, question.views) == (PostKind.QUESTION, 2, -3, 578)
    assert (question.title, question.tags, question.body_html) == ('R&D "x"', ("caribbean", "c++"), "<p>a\nb</p>")
    assert question.closed_at and question.edited_at and question.active_at and question.owner_id == 9
    assert (answer.kind, answer.parent_id, answer.owner_id, answer.owner_name) == (PostKind.ANSWER, 1, None, "gone user")
    assert answer.community_owned_at == datetime(2012, 1, 1, tzinfo=UTC)
    assert wiki.kind is PostKind.OTHER


def test_people_come_without_addresses(tmp_path: Path):
    rows = (
        f'<row Id="-1" DisplayName="Community" CreationDate="{NOON}" EmailHash="secret" '
        'AboutMe="&lt;p&gt;hi&lt;/p&gt;" Reputation="x" />'
    )
    (person,) = dump(tmp_path, Users=rows).users()
    assert not isinstance(person, Skipped)
    assert (person.id, person.name, person.about_html, person.reputation) == (-1, "Community", "<p>hi</p>", 0)
    assert "secret" not in repr(person)
    assert "EmailHash" not in Path(reader.__file__).with_name("stackexchange_rows.py").read_text()


def test_comments_links_and_tags_are_read(tmp_path: Path):
    made = dump(
        tmp_path,
        Comments=f'<row Id="1" PostId="2" Score="3" Text=" see [x](http://x.org) " CreationDate="{NOON}" '
        'UserDisplayName="ann" />',
        PostLinks=f'<row Id="1" CreationDate="{NOON}" PostId="2" RelatedPostId="3" LinkTypeId="3" />'
        '<row Id="2" PostId="2" RelatedPostId="4" LinkTypeId="1" />',
        Tags='<row Id="1" TagName="visa" Count="4" ExcerptPostId="5" WikiPostId="6" />',
    )
    (comment,) = made.comments()
    assert not isinstance(comment, Skipped)
    assert (comment.post_id, comment.score, comment.text, comment.owner_id, comment.owner_name) == (
        2,
        3,
        "see [x](http://x.org)",
        None,
        "ann",
    )
    assert [link.is_duplicate for link in made.links() if not isinstance(link, Skipped)] == [True, False]
    (tag,) = made.tags()
    assert not isinstance(tag, Skipped) and (tag.name, tag.count, tag.wiki_post_id) == ("visa", 4, 6)


def test_votes_come_as_totals(tmp_path: Path):
    kinds = [(7, 2), (8, 2), (7, 2), (7, 3), (7, 5), (7, 6), (8, 1), (9, 16)]
    rows = "".join(
        f'<row Id="{number}" PostId="{post}" VoteTypeId="{kind}" CreationDate="{NOON}" />'
        for number, (post, kind) in enumerate(kinds, 1)
    )
    assert list(dump(tmp_path, Votes=rows).vote_totals()) == [
        VoteTotals(7, 2, 1, 1, 1, None),
        VoteTotals(8, 1, 0, 0, 0, datetime(2011, 6, 21, 12, 0, 0, 123_000, tzinfo=UTC)),
    ]


def test_a_file_that_is_missing_has_no_rows(tmp_path: Path):
    made = dump(tmp_path)
    assert [list(made.users()), list(made.comments()), list(made.vote_totals()), list(made.links()), list(made.tags())] == [
        []
    ] * 5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("<row />", "PostTypeId is missing"),
        ('<row Id="x" PostTypeId="2" />', "Id is not a number"),
        ('<row Id="0" PostTypeId="2" />', "Id is not positive"),
        (f'<row Id="{"9" * 40}" PostTypeId="2" />', "Id is not a number"),
        ('<row Id="5" PostTypeId="2" />', "CreationDate is missing"),
        ('<row Id="5" PostTypeId="2" CreationDate="yesterday" />', "CreationDate is not a date"),
        ('<row Id="5" PostTypeId="2" CreationDate="2011-02-30T00:00:00" />', "CreationDate is not a date"),
        ('<row Id="5" PostTypeId="2" CreationDate="0001-01-01T00:00:00+09:00" />', "CreationDate is not a date"),
        (f'<row Id="5" PostTypeId="1" CreationDate="{NOON}" Title=" " />', "Title is missing"),
    ],
)
def test_a_bad_row_is_told_and_the_rest_is_read(tmp_path: Path, row: str, reason: str):
    skipped, good = dump(tmp_path, Posts=row + POST).posts()
    assert isinstance(skipped, Skipped) and skipped.file == "Posts.xml" and skipped.reason == reason
    assert isinstance(good, PostRow)


def test_optional_values_that_make_no_sense_are_left_out(tmp_path: Path):
    row = (
        f'<row Id="5" PostTypeId="1" CreationDate="{NOON}" Title="T" '
        'ClosedDate="soon" Score="many" ViewCount="-4" OwnerUserId="" ParentId="1" />'
    )
    (post,) = dump(tmp_path, Posts=row).posts()
    assert isinstance(post, PostRow)
    assert (post.closed_at, post.score, post.views, post.owner_id, post.parent_id) == (None, 0, 0, None, None)


def test_times_with_a_zone_become_utc(tmp_path: Path):
    (post,) = dump(tmp_path, Posts=POST.replace(NOON, "2011-06-21T12:00:00+02:00")).posts()
    assert isinstance(post, PostRow) and post.created_at == datetime(2011, 6, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("bad", ["&#0;", "&#x0;", "&#x1F;", "&#xD800;", "\x00", "\x08"])
def test_characters_that_xml_forbids_do_not_end_the_file(tmp_path: Path, bad: str):
    (post,) = dump(tmp_path, Posts=POST.replace('Body="B"', f'Body="a{bad}b&#xA;c&#65;"')).posts()
    assert isinstance(post, PostRow) and post.body_html == "a\ufffdb\ncA"


def test_bytes_that_are_no_text_do_not_end_the_file(tmp_path: Path):
    (post,) = dump(
        tmp_path,
        Posts=b"\xef\xbb\xbf<posts>" + POST.replace("B", "é").encode("latin-1").replace(b"\xe9ody", b"Body") + b"</posts>",
    ).posts()
    assert isinstance(post, PostRow) and post.body_html == "\ufffd"


def test_a_reference_split_between_two_reads_stays_whole(tmp_path: Path):
    bodies = ["x" * (65_536 - shift) + "&#x0;&#xA;&amp;y" for shift in range(150, 260)]
    for body in bodies[::7]:
        (post,) = dump(tmp_path, Posts=POST.replace('Body="B"', f'Body="{body}"')).posts()
        assert isinstance(post, PostRow) and post.body_html.endswith("x\ufffd\n&y")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_breaks_off_gives_what_it_has_and_says_where(tmp_path: Path, packed: bool):
    rows = "".join(POST.replace('Id="1"', f'Id="{number}"') for number in range(1, 4_001))
    content = f"<posts>{rows}</posts>".encode()
    if packed:
        stream = lzma.compress(content, preset=0)
        (tmp_path / "Posts.xml.xz").write_bytes(stream[: len(stream) * 9 // 10])
    else:
        (tmp_path / "Posts.xml").write_bytes(content[: len(content) * 9 // 10])
    *good, last = Dump(tmp_path).posts()
    assert len(good) > 3_000 and all(isinstance(row, PostRow) for row in good)
    assert isinstance(last, Skipped) and f"breaks off after row {len(good)}" in last.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<posts>", b"<posts><row Id='1'", b"PK\x03\x04", b"<posts>&nbsp;</posts>", b"\xff\xfe<\x00p\x00"],
)
def test_what_is_no_dump_is_told(tmp_path: Path, content: bytes):
    (only,) = dump(tmp_path, Posts=content).posts()
    assert isinstance(only, Skipped) and "breaks off after row (none)" in only.reason


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://evil.test/x.dtd">',
        "<!DOCTYPE posts>",
    ],
)
def test_entity_bombs_are_refused(tmp_path: Path, prolog: str):
    made = dump(tmp_path, Posts=f"{prolog}<posts><row Id='1' Title='&c;'/></posts>".encode())
    with pytest.raises(Invalid, match="document type or entities"):
        list(made.posts())


def test_a_row_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "MAX_ROW_CHARACTERS", 300_000)
    made = dump(tmp_path, Posts=POST * 5_000)
    assert len(list(made.posts())) == 5_000
    made = dump(tmp_path, Posts=POST + '<row Id="2" Body="' + "x" * 500_000 + '" />')
    with pytest.raises(Invalid, match="a row of more than 300,000 characters"):
        list(made.posts())


def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    made = dump(tmp_path, Posts=POST.replace('Body="B"', f'Body="{"x" * 2_000}"') * 10_000)
    tracemalloc.start()
    count = sum(1 for _ in made.posts())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000 and peak < 4_000_000


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path):
    seen: list[tuple[str, int]] = []
    dump(tmp_path, Posts=POST * 2_000)
    made = Dump(tmp_path, lambda name, position: seen.append((name, position)))
    list(made.posts())
    positions = [position for _, position in seen]
    assert positions == sorted(positions) and seen[-1] == ("Posts", made.files["Posts"].size)


def test_a_folder_is_probed_before_anything_is_read(tmp_path: Path):
    (tmp_path / "posts.xml.xz").write_bytes(b"x" * 10)
    (tmp_path / "Badges.xml").write_bytes(b"x")
    assert {name: file.size for name, file in probe(tmp_path).items()} == {"Posts": 10}
    with pytest.raises(Invalid, match=r"Posts\.xml"):
        probe(tmp_path.parent)
    with pytest.raises(Invalid, match="not a folder"):
        probe(tmp_path / "missing")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("<a><b>", ("a", "b")),
        ("|a|b|", ("a", "b")),
        ("<a><a>", ("a",)),
        ("", ()),
        ("||", ()),
        ("<a", ()),
        ("<c#><.net>", ("c#", ".net")),
    ],
)
def test_tags_come_in_two_formats(value: str, names: tuple[str, ...]):
    assert parse_tags(value) == names


@settings(max_examples=examples(60), deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["Id", "PostTypeId", "CreationDate", "Title", "Tags", "Score", "ViewCount", "ParentId", "ClosedDate"]),
        st.text(max_size=12),
    )
)
def test_no_row_stops_the_reader(tmp_path_factory: pytest.TempPathFactory, attributes: dict[str, str]):
    escapes = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;"})
    written = " ".join(f'{name}="{value.translate(escapes)}"' for name, value in attributes.items())
    rows = list(
        dump(tmp_path_factory.mktemp("dump"), Posts=f"<row {written} />".encode("utf-8", "replace").decode() + POST).posts()
    )
    assert len(rows) == 2 and isinstance(rows[1], PostRow)


EXPECTED = {
    # questions, answers, accepted, other posts, people, comments, links, duplicates, tags
    "travel": (2_725, 5_798, 2_087, 1_477, 1_547, 0, 689, 45, 1_743),
    "beer": (1_029, 2_277, 619, 165, 6_863, 3_509, 148, 26, 153),
    "bicycles-meta": (453, 971, 157, 22, 2_551, 2_448, 189, 10, 94),
    "quantumcomputing": (612, 1_060, 389, 314, 3_461, 3_413, 327, 14, 154),
}


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not DUMPS.is_dir(), reason="needs the sample data folder")
@pytest.mark.parametrize("site", EXPECTED)
def test_real_dumps_are_read_completely(site: str):
    made = Dump(DUMPS / site)
    posts = list(made.posts())
    links = list(made.links())
    assert not [
        row
        for rows in (posts, links, made.users(), made.comments(), made.vote_totals(), made.tags())
        for row in rows
        if isinstance(row, Skipped)
    ]
    kinds = Counter(post.kind for post in posts if isinstance(post, PostRow))
    accepted = sum(1 for post in posts if isinstance(post, PostRow) and post.accepted_answer_id)
    duplicates = sum(1 for link in links if not isinstance(link, Skipped) and link.is_duplicate)
    others = [sum(1 for _ in rows) for rows in (made.users(), made.comments())]
    counts = (
        kinds[PostKind.QUESTION],
        kinds[PostKind.ANSWER],
        accepted,
        kinds[PostKind.OTHER],
        *others,
        len(links),
        duplicates,
        sum(1 for _ in made.tags()),
    )
    assert counts == EXPECTED[site]


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not DUMPS.is_dir(), reason="needs the sample data folder")
def test_real_votes_add_up():
    totals = [row for row in Dump(DUMPS / "travel").vote_totals() if isinstance(row, VoteTotals)]
    assert [sum(values) for values in zip(*((t.up, t.down, t.favourites, t.close_votes) for t in totals), strict=True)] == [
        79_439,
        1_471,
        3_237,
        79,
    ]
