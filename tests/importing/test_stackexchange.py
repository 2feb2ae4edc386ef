"""Importing a small dump with all the oddities of real ones: what it becomes, what is left out and why, and doing it again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.errors import Invalid
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import (
    Acceptance,
    Category,
    Comment,
    ImportedVotes,
    Outcome,
    Post,
    PostRevision,
    Tag,
    Thread,
    ThreadTag,
    Vote,
)
from app.forum.services.recounting import recount_all
from app.importing.following_up import FOLLOW_UP_JOBS
from app.importing.models import ImportRecord
from app.importing.stackexchange import context, running
from app.importing.stackexchange.report import ImportReport
from app.importing.stackexchange.running import parse_destination, run_import, source_name
from app.jobs.models import Job
from app.jobs.queue import known_kinds
from app.pageviews.queries import recent_views, total_views
from tests.factories import make_category, make_person
from tests.importing.dumps import COMMENTS, LINKS, POSTS, TAGS, USERS, at, picture, without_ids, write_dump, write_file

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_dump(tmp_path / "beer")


@pytest.fixture
def imported(app: Flask, settings: Settings, dump: Path) -> ImportReport:
    return do_import(settings, dump)


def do_import(settings: Settings, folder: Path, source: str = "beer") -> ImportReport:
    return run_import(folder, settings, source=source, destination=parse_destination("Beer talk/beer", source))


def thread(title: str) -> Thread:
    return db.session.scalars(sa.select(Thread).where(Thread.title.startswith(title))).one()


def posts_of(title: str) -> list[Post]:
    return list(db.session.scalars(sa.select(Post).where(Post.thread_id == thread(title).id).order_by(Post.created_at)))


def count(table: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def skipped(report: ImportReport, kind: str) -> dict[str, int]:
    return dict(report.kinds[kind].skipped)


def test_every_row_of_the_files_is_imported_or_accounted_for(imported: ImportReport) -> None:
    read = {name: (kind.read, kind.imported) for name, kind in imported.kinds.items()}
    assert read == {
        "people": (6, 5), "tags": (5, 4), "questions": (4, 4), "answers": (4, 2), "accepted": (2, 1), "comments": (4, 3),
        "votes": (17, 16), "other posts": (4, 1), "links": (6, 2),
    }  # fmt: skip
    assert skipped(imported, "people") == {"accounts of the site itself": 1}
    assert skipped(imported, "answers") == {
        "answers that name no question": 1,
        "answers to questions that are not in the dump": 1,
    }
    assert skipped(imported, "comments") == {"comments on posts that were not imported": 1}
    assert skipped(imported, "links") == {
        "links to related questions; texts keep their own links": 1,
        "duplicates whose question or original is not in the dump": 1,
        "duplicates in a circle": 1,
        "further originals of a question that has one": 1,
    }  # fmt: skip
    assert skipped(imported, "accepted") == {"accepted answers that are not in the dump, or not to that question": 1}
    assert imported.kinds["answers"].examples["answers that name no question"] == ["16"]


def test_the_rows_written_are_the_rows_reported(imported: ImportReport) -> None:
    counts = {"people": Person, "questions": Thread, "comments": Comment, "accepted": Acceptance, "tags": Tag}
    assert {name: count(table) for name, table in counts.items()} == {name: imported.kinds[name].imported for name in counts}
    assert count(Post) == count(PostRevision) == imported.kinds["questions"].imported + imported.kinds["answers"].imported


def test_people_keep_their_names_and_get_handles_of_their_own(imported: ImportReport) -> None:
    people = {person.display_name: person for person in db.session.scalars(sa.select(Person))}
    assert {name: person.name for name, person in people.items()} == {
        "Ann O'Malley": "ann-o-malley", "ann o malley": "ann-o-malley-2", "Admin": "admin-3", "蓝云": "蓝云", "!": "person-5",
    }  # fmt: skip
    ann = people["Ann O'Malley"]
    assert ann.about_source == "Brews **beer**." and "<strong>beer</strong>" in ann.about_html
    assert ann.website == "https://ann.example/" and people["ann o malley"].website == ""
    assert ann.created_at == datetime(2014, 3, 2, 10, 0, 0, 123000, tzinfo=UTC)


def test_a_handle_that_somebody_has_already_is_not_taken(app: Flask, settings: Settings, dump: Path) -> None:
    make_person("Ann-O-Malley")
    do_import(settings, dump)
    names = set(db.session.scalars(sa.select(Person.name)))
    assert {"Ann-O-Malley", "ann-o-malley-2", "ann-o-malley-3"} <= names


def test_no_address_and_no_password_comes_in(imported: ImportReport) -> None:
    for person in db.session.scalars(sa.select(Person)):
        assert (person.email, person.pending_email, person.password_hash, person.role) == (None, None, None, "member")
    everything = repr(picture())
    assert "d41d8cd98f00b204e9800998ecf8427e" not in everything


def test_a_question_becomes_a_thread_with_its_text_as_markdown(imported: ImportReport) -> None:
    found = thread("Why does")
    assert found.title == "Why does my stout taste of <code> & iron?" and found.slug == "why-does-my-stout-taste-of-code-and-iron"
    assert (found.kind, found.status, found.answer_count, found.accepted_count) == ("question", "solved", 2, 1)
    opening = posts_of("Why does")[0]
    assert "**iron**" in opening.body_source and "return 'iron & rust'" in opening.body_source
    assert "<strong>iron</strong>" in opening.body_html and opening.body_text.startswith("Tastes of iron.")
    assert opening.edited_at == datetime(2014, 3, 6, 10, 0, 0, 123000, tzinfo=UTC)
    revision = db.session.scalars(sa.select(PostRevision).where(PostRevision.post_id == opening.id)).one()
    assert (revision.number, revision.title, revision.tags, revision.body_hash) == (
        1,
        found.title,
        "stout water-quality",
        opening.body_hash,
    )


def test_posts_of_people_who_left_have_no_author(imported: ImportReport) -> None:
    assert thread("Iron taste?").author_id is None and thread("Best glass").author_id is None
    assert imported.notes["posts have no author: the account is gone, or not in Users.xml"] == 2
    gone = db.session.scalars(sa.select(Comment).where(Comment.body_source == "From somebody who left")).one()
    assert gone.author_id is None


def test_votes_come_in_as_totals_and_a_score_alone_counts_where_there_are_none(imported: ImportReport) -> None:
    scores = {post.body_text.split()[0]: post.score for post in db.session.scalars(sa.select(Post))}
    assert scores == {"Tastes": 4, "Drink": -2, "Your": 8, "Metallic": -1, "Same": 0, "Which": 1}
    assert count(Vote) == 0 and count(ImportedVotes) == 5
    assert imported.notes["posts have a Score in Posts.xml that differs from their votes in Votes.xml; the votes count"] == 1
    assert imported.notes["posts have a Score but no votes in Votes.xml; the Score counts"] == 2
    assert imported.notes["favourites have no counterpart here"] == 1
    assert skipped(imported, "votes") == {"votes on posts that were not imported": 1}


def test_without_a_file_of_votes_the_score_counts_without_a_note(app: Flask, settings: Settings, dump: Path) -> None:
    (dump / "Votes.xml").unlink()
    report = do_import(settings, dump)
    answer = posts_of("Why does")[2]
    assert answer.score == 9 and answer.accepted_at == answer.created_at
    assert "votes" not in " ".join(report.notes)


def test_first_answers_and_the_date_of_the_solution_are_derived(imported: ImportReport) -> None:
    found, first = thread("Why does"), datetime(2014, 3, 6, 10, 0, 0, 123000, tzinfo=UTC)
    assert (found.first_answer_at, found.first_peer_answer_at, found.first_staff_answer_at) == (first, first, None)
    assert found.solved_at == datetime(2014, 3, 9, tzinfo=UTC)
    open_one = thread("Metal taste again")
    assert (open_one.first_answer_at, open_one.solved_at) == (None, None)
    assert recount_all().total == 0


def test_an_acceptance_is_the_askers_on_the_day_of_the_vote(imported: ImportReport) -> None:
    answer = posts_of("Why does")[2]
    acceptance = db.session.get_one(Acceptance, answer.id)
    outcome = db.session.get_one(Outcome, acceptance.outcome_id)
    day = datetime(2014, 3, 9, tzinfo=UTC)
    assert (acceptance.accepted_by_id, acceptance.accepted_at, answer.accepted_at) == (thread("Why does").author_id, day, day)
    assert (outcome.kind, outcome.source, outcome.actor_id, outcome.created_at) == (
        "accepted",
        "import",
        acceptance.accepted_by_id,
        day,
    )


def test_chains_of_duplicates_lead_to_the_original_and_are_closed(imported: ImportReport) -> None:
    original, first, second = thread("Why does"), thread("Iron taste?"), thread("Metal taste")
    assert first.duplicate_of_id == second.duplicate_of_id == original.id and original.duplicate_of_id is None
    assert original.duplicate_count == 2 and original.closed_at is None
    assert first.closed_at == datetime(2014, 3, 9, 10, 0, 0, 123000, tzinfo=UTC) and first.close_reason == ""
    assert second.closed_at == datetime(2014, 3, 10, 10, 0, 0, 123000, tzinfo=UTC) and second.status == "closed"


def test_closed_questions_are_closed_here(imported: ImportReport) -> None:
    found = thread("Best glass")
    assert found.status == "closed" and found.close_reason and found.duplicate_of_id is None


def test_tags_come_in_with_their_descriptions_and_both_spellings(imported: ImportReport) -> None:
    tags = {tag.name: tag for tag in db.session.scalars(sa.select(Tag))}
    assert set(tags) == {"stout", "water-quality", "glassware", "never-used"}
    assert tags["stout"].description == "Dark beers from roasted malt." and tags["glassware"].description == ""
    assert {name: tag.thread_count for name, tag in tags.items()} == {
        "stout": 3,
        "water-quality": 1,
        "glassware": 1,
        "never-used": 0,
    }
    assert count(ThreadTag) == 5
    assert imported.kinds["tags"].examples["names that cannot be a tag here"] == ["not a tag!"]


def test_comments_are_markdown_in_which_a_tag_is_only_text(imported: ImportReport) -> None:
    comment = db.session.scalars(sa.select(Comment).where(Comment.body_source.startswith("Which"))).one()
    assert "<em>water</em>" in comment.body_html and "<b>" not in comment.body_html
    assert comment.body_text == "Which water do you use? Is it <b> or <br>?"
    assert posts_of("Why does")[0].comment_count == 1


def test_lifetime_views_count_in_total_and_as_a_monthly_average(imported: ImportReport) -> None:
    found = thread("Why does")
    assert total_views("thread", [found.id]) == {found.id: 900}
    assert 1 <= recent_views("thread", [found.id])[found.id] <= 20


def test_all_questions_are_in_one_public_category(imported: ImportReport) -> None:
    category = db.session.scalars(sa.select(Category)).one()
    assert (category.slug, category.name, category.audience, category.thread_count) == ("beer", "Beer talk", "public", 4)


def test_a_category_that_exists_is_used_as_it_is(app: Flask, settings: Settings, dump: Path) -> None:
    category = make_category("beer", audience="members", name="Ales")
    do_import(settings, dump)
    db.session.expire_all()
    assert {found.category_id for found in db.session.scalars(sa.select(Thread))} == {category.id}
    assert db.session.get_one(Category, category.id).name == "Ales"
    assert set(db.session.scalars(sa.select(Tag.thread_count))) == {0}


def test_the_figures_are_those_a_recount_finds(imported: ImportReport) -> None:
    assert recount_all().wrong == Counter()


def test_search_and_proposals_are_asked_to_follow_by_jobs_that_somebody_does(imported: ImportReport) -> None:
    assert set(db.session.scalars(sa.select(Job.kind))) == set(FOLLOW_UP_JOBS) <= set(known_kinds())


def test_importing_again_changes_no_row_of_any_table(imported: ImportReport, settings: Settings, dump: Path) -> None:
    before = picture()
    again = do_import(settings, dump)
    assert picture() == before
    assert again.imported == 0
    for name, kind in imported.kinds.items():
        assert (again.kinds[name].read, again.kinds[name].known) == (kind.read, kind.imported), name


def test_rows_that_came_later_are_added_to_what_is_there(imported: ImportReport, settings: Settings, dump: Path) -> None:
    later = {
        "Id": 18,
        "PostTypeId": 2,
        "ParentId": 14,
        "CreationDate": at(20),
        "Score": 0,
        "OwnerUserId": 1,
        "Body": "<p>New</p>",
    }
    write_file(dump, "Posts", [*POSTS, later])
    report = do_import(settings, dump)
    assert report.imported == 1 and report.kinds["answers"].imported == 1
    assert thread("Metal taste").answer_count == 1
    assert recount_all().wrong == Counter()


def test_two_sites_do_not_get_in_each_others_way(imported: ImportReport, settings: Settings, dump: Path) -> None:
    report = do_import(settings, dump, source="other")
    assert report.imported and count(Thread) == 8 and count(Tag) == 4
    assert thread_count_of("stout") == 6


def thread_count_of(name: str) -> int:
    return db.session.scalars(sa.select(Tag.thread_count).where(Tag.name == name)).one()


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def kill_after(monkeypatch: pytest.MonkeyPatch, commits: int) -> None:
    """Let the process die at the end of the unit of work after so many, before it is committed."""
    done = 0

    @contextmanager
    def mortal() -> Iterator[None]:
        nonlocal done
        with unit_of_work():
            yield
            if done == commits:
                raise Killed
        done += 1

    for module in (context, running):
        monkeypatch.setattr(module, "unit_of_work", mortal)


def test_an_import_killed_at_any_moment_goes_on_where_it_was(
    app: Flask, settings: Settings, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "BATCH", 2)
    do_import(settings, dump)
    whole = comparable_picture()
    for commits in range(100):
        clear_all_tables()
        with monkeypatch.context() as patch:
            kill_after(patch, commits)
            try:
                do_import(settings, dump)
            except Killed:
                pass
            else:
                break
        do_import(settings, dump)
        assert comparable_picture() == whole, f"killed after {commits} commits"
    assert commits >= 15, "it was hardly ever killed"


def comparable_picture() -> dict[str, list[str]]:
    """All tables but for ids and the moment of the import."""
    db.session.expire_all()
    jobs = set(db.session.scalars(sa.select(Job.kind)))
    return {name: without_ids(rows) for name, rows in picture("job").items()} | {"job": sorted(jobs)}


def clear_all_tables() -> None:
    from tests.conftest import empty_database

    empty_database()
    db.session.remove()


def test_malformed_rows_are_left_out_and_told(app: Flask, settings: Settings, dump: Path) -> None:
    bad_posts = [
        {"Id": "x", "PostTypeId": 1, "Title": "No id", "CreationDate": at(5), "Body": "<p>x</p>"},
        {"Id": 101, "PostTypeId": 1, "Title": "No date", "Body": "<p>x</p>"},
        {"Id": 102, "PostTypeId": 1, "CreationDate": at(5), "Body": "<p>No title</p>"},
        {"Id": 10, "PostTypeId": 1, "Title": "Again", "CreationDate": at(5), "Body": "<p>The same id</p>"},
        {
            "Id": 103, "PostTypeId": 1, "Title": "Odd numbers \x01", "CreationDate": "0001-01-01T00:00:00", "Score": 10**17,
            "ViewCount": 10**17, "Tags": "<" + "x" * 50 + "><a b>", "OwnerUserId": "nobody", "AcceptedAnswerId": "?",
        },
    ]  # fmt: skip
    write_file(dump, "Posts", [*POSTS, *[{k: str(v).replace("\x01", "") for k, v in row.items()} for row in bad_posts]])
    write_file(dump, "Comments", COMMENTS, extra='<row Id="39" PostId="10" CreationDate="yesterday" Text="When?" />')
    report = do_import(settings, dump)
    assert report.kinds["questions"].imported == 5 and report.kinds["comments"].imported == 3
    assert report.kinds["posts"].skipped.total() == 4
    assert report.kinds["comments"].skipped["Comments.xml: CreationDate is not a date"] == 1
    assert thread("Odd numbers").author_id is None
    assert recount_all().wrong == Counter()


def test_a_file_that_breaks_off_gives_what_could_be_read(app: Flask, settings: Settings, dump: Path) -> None:
    path = dump / "Posts.xml"
    path.write_text(path.read_text(encoding="utf-8").split('<row Id="14"')[0], encoding="utf-8")
    report = do_import(settings, dump)
    assert report.kinds["questions"].imported == 2
    assert any("breaks off after row 13" in reason for reason in report.kinds["posts"].skipped)


@pytest.mark.parametrize("name", ["Users", "Posts", "Comments", "Votes", "PostLinks", "Tags"])
def test_an_entity_bomb_is_refused_before_anything_is_written(app: Flask, settings: Settings, dump: Path, name: str) -> None:
    write_file(dump, name, [{"Id": "&b;"}], prologue=BOMB)
    before = picture()
    with pytest.raises(Invalid, match=r"declares a document type or entities"):
        do_import(settings, dump)
    assert picture() == before
    result = app.test_cli_runner().invoke(args=["import", "stackexchange", str(dump)])
    assert result.exit_code == 1 and f"Error: {name}.xml declares a document type" in result.output


def test_text_that_nests_too_deeply_is_kept_as_plain_text(app: Flask, settings: Settings, dump: Path) -> None:
    body = "<b><i>" * 60 + "deep down" + "</i></b>" * 60
    write_file(dump, "Posts", [POSTS[0] | {"Body": body}])
    write_file(dump, "Comments", [COMMENTS[0] | {"Text": "*" + "[" * 60 + "deep too" + "](https://x.example)" * 60}])
    report = do_import(settings, dump)
    opening = posts_of("Why does")[0]
    assert opening.body_html.startswith("<pre") and "deep down" in opening.body_text
    assert report.notes["posts are kept as plain text because their formatting nests too deeply"] == 1
    assert "deep too" in db.session.scalars(sa.select(Comment.body_text)).one()


def test_a_text_longer_than_people_may_type_is_not_cut(app: Flask, settings: Settings, dump: Path) -> None:
    body = "".join(f"<p>Paragraph number {number} about stout and its many tastes.</p>" for number in range(2000))
    write_file(dump, "Posts", [POSTS[0] | {"Body": body}])
    do_import(settings, dump)
    opening = posts_of("Why does")[0]
    assert len(opening.body_source) > 80_000 and "Paragraph number 1999 " in opening.body_text


def test_the_command_reports_as_text_and_as_json(app: Flask, dump: Path) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["import", "stackexchange", str(dump), "--json", "--category", "Ale/ale", "--site", "pub"])
    report = json.loads(first.output)
    assert report["source"] == "pub" and report["kinds"]["questions"] == {"read": 4, "imported": 4, "known": 0, "skipped": []}
    assert set(db.session.scalars(sa.select(ImportRecord.source))) == {"pub"}
    again = runner.invoke(args=["import", "stackexchange", str(dump), "--site", "pub", "--category", "Ale/ale"])
    assert again.exit_code == 0
    assert "Left out of answers: 1 answers that name no question (for example 16)" in again.output
    assert "follow in the background" not in again.output


def test_a_folder_without_a_dump_is_named_in_the_error(app: Flask, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        result = app.test_cli_runner().invoke(args=["import", "stackexchange", str(folder)])
        assert result.exit_code == 1 and str(folder) in result.output and "Traceback" not in result.output


def test_names_come_from_the_folder_unless_given(tmp_path: Path) -> None:
    assert source_name(None, tmp_path / "home-improvement") == "home-improvement"
    assert source_name("diy", tmp_path) == "diy"
    assert (parse_destination(None, "home-improvement").name, parse_destination(None, "home-improvement").slug) == (
        "Home Improvement", "home-improvement",
    )  # fmt: skip
    assert (parse_destination("Do it", "x").name, parse_destination("Do it", "x").slug) == ("Do it", "do-it")
    assert parse_destination("Do it/DIY Board", "x").slug == "diy-board"
    with pytest.raises(Invalid, match="name"):
        parse_destination("/", "x")


def test_the_hand_made_dump_is_what_the_tests_say(dump: Path) -> None:
    assert len({row["Id"] for row in POSTS}) == len(POSTS) and len(USERS) == 6 and len(LINKS) == 6 and len(TAGS) == 5
