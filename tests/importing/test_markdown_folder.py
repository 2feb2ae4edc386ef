"""Articles out into a folder and in again: on the same site nothing changes, on another one they are the same articles."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.importing.markdown.files import read_article
from app.importing.models import ImportRecord
from app.kb.models import Article, ArticleRevision, ArticleSlug, ArticleSource, Section
from app.kb.services.publishing import archive
from app.kb.services.writing import save_revision
from app.search.querying import SearchForm
from app.search.results import find
from app.search.sync import rebuild
from tests.factories import make_article, make_person, make_section
from tests.kb.conftest import Crew, crew, engine  # noqa: F401 - fixtures
from tests.kb.samples import change, fresh, make_solved, place, promote_and_publish, text

pytestmark = pytest.mark.usefixtures("engine")


def run(app: Flask, *args: str | Path) -> Result:
    result = app.test_cli_runner().invoke(args=[str(arg) for arg in args])
    assert result.exit_code == 0, result.output
    return result


def report_of(app: Flask, *args: str | Path) -> dict[str, object]:
    found = json.loads(run(app, "import", *args, "--json").output)
    assert isinstance(found, dict)
    return found


def files_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))}


@pytest.fixture
def library(app: Flask, crew: Crew) -> Iterator[dict[str, Article]]:  # noqa: F811
    """Articles of every kind: from a thread, in sections within sections, for few readers, drafts, archived, in Chinese."""
    guides = make_section("guides", title="Guides & more", description="How to do it: step by step")
    pumps = make_section("pumps", title="Pumps", parent_id=guides.id)
    thread, answer = make_solved("Why does the pump hum?", author=make_person("asker"))
    built = promote_and_publish(crew.curator, thread, [answer], pumps.id, title="Silence a noisy pump")
    change(built, summary="For everybody: all versions.", applies_to="AB-1", language="en", owner_id=crew.staff.id)
    inner = make_article("Runbook 'for' us", audience="staff", section=guides)
    foreign = make_article("水泵为什么会响？", text="请先清洗过滤器。\n\n## 步骤\n\n```\nname: yes\n---\n```", section=guides)
    change(foreign, language="zh-CN", kind="faq")
    old = make_article("An old way", section=pumps)
    with unit_of_work():
        archive(crew.agent, article_id=old.id)
    draft = make_article("Not ready yet", state="draft", section=guides)
    yield {"built": built, "inner": inner, "foreign": foreign, "old": old, "draft": draft}


def state() -> list[object]:
    db.session.rollback()
    tables = (Section, Article, ArticleRevision, ArticleSource)
    return [db.session.execute(sa.select(*table.__table__.columns).order_by(table.__table__.c.id)).all() for table in tables]


def empty_knowledge_base() -> None:
    """Make the site forget its articles and sections, as if it were another one with the same threads."""
    with unit_of_work():
        connection = db.session.connection()  # past the lock of the log, which a new site has not written yet
        for table in reversed(db.metadata.sorted_tables):
            for column in table.columns:
                if (
                    any(key.column.table.name in ("article", "section") for key in column.foreign_keys)
                    and table.name != "article"
                ):
                    keeps = table.name in ("thread", "section")
                    connection.execute(table.update().values({column.name: None}) if keeps else table.delete())
        for model in (ImportRecord, ArticleSlug, Article, Section):
            db.session.execute(sa.delete(model))


def test_an_export_comes_in_again_without_any_change(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    before = state()
    report = report_of(app, "markdown", tmp_path / "out")
    assert (report["new"], report["updated"], report["unchanged"], report["left_out"]) == (0, 0, 5, 0), report
    assert state() == before


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_another_site_gets_the_same_articles(app: Flask, library: dict[str, Article], tmp_path: Path, name: str):
    run(app, "export", tmp_path / name)
    run(app, "export", tmp_path / "first")
    empty_knowledge_base()
    report = report_of(app, "markdown", tmp_path / name)
    assert (report["new"], report["left_out"], report["sections"]) == (5, 0, 2), report
    run(app, "export", tmp_path / "second")
    first, second = files_of(tmp_path / "first"), files_of(tmp_path / "second")
    assert set(first) == set(second)
    for path, content in first.items():
        if path.endswith("_section.md"):
            assert second[path] == content
        else:  # that it is revision 1 there is all that differs
            assert read_article(second[path]) == read_article(content), path
    again = report_of(app, "markdown", tmp_path / name)
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 5), again


def test_the_file_tells_everything_about_an_article(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    found = files_of(tmp_path / "out")
    assert "guides/_section.md" in found and "guides/pumps/_section.md" in found
    article = read_article(found["guides/pumps/silence-a-noisy-pump.md"])
    assert (article.title, article.state, article.audience, article.language) == (
        "Silence a noisy pump",
        "published",
        "public",
        "en",
    )
    assert article.asked_as == ("Why does the pump hum?",) and article.owner == "stan" and article.verified_by == "moe"
    assert next((line.role, line.author) for line in article.sources) == ("problem", "Asker")
    assert article.sources[0].url.startswith("http://community.test/posts/")


def test_sources_of_another_site_are_credited_in_the_text(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    path = tmp_path / "out/guides/pumps/silence-a-noisy-pump.md"
    empty_knowledge_base()
    path.write_text(path.read_text().replace("hash: ", "hash: 00"))
    report_of(app, "markdown", tmp_path / "out")
    article = db.session.scalars(sa.select(Article).where(Article.slug == "silence-a-noisy-pump")).one()
    assert "Built from" in article.body_text and "by Asker" in article.body_text and "/posts/" in article.body_html
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ArticleSource)) == 0


def test_a_changed_file_becomes_a_new_version(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    path = tmp_path / "out/guides/pumps/silence-a-noisy-pump.md"
    path.write_text(path.read_text().replace("Clean the intake filter", "Clean BOTH filters"))
    report = report_of(app, "markdown", tmp_path / "out")
    assert (report["updated"], report["unchanged"]) == (1, 4)
    article = fresh(library["built"])
    assert article.revision == article.published_revision == 2 and "BOTH filters" in article.body_text
    assert db.session.scalar(sa.select(sa.func.count()).where(ArticleSource.article_id == article.id)) == 2


def test_what_was_changed_here_since_wins_unless_files_win(app: Flask, library: dict[str, Article], crew: Crew, tmp_path: Path):  # noqa: F811
    run(app, "export", tmp_path / "out")
    article = library["built"]
    with unit_of_work():
        save_revision(
            crew.curator, article_id=article.id, base_revision=1, place=place(article.section_id), text=text("Silence the pump")
        )
    path = tmp_path / "out/guides/pumps/silence-a-noisy-pump.md"
    path.write_text(path.read_text().replace("Clean the intake filter", "Clean BOTH filters"))
    report = report_of(app, "markdown", tmp_path / "out")
    assert report["left_out"] == 1 and "changed here since" in str(report["reasons"])
    assert fresh(article).revision == 2
    report = report_of(app, "markdown", tmp_path / "out", "--files-win")
    assert report["updated"] == 1 and fresh(article).revision == 3 and "BOTH" in fresh(article).body_text


@pytest.mark.parametrize(("audience", "paths"), [("public", 3), ("staff", 5)])
def test_an_export_holds_only_what_its_readers_may_read(
    app: Flask, library: dict[str, Article], tmp_path: Path, audience: str, paths: int
):
    run(app, "export", tmp_path / "out", "--audience", audience, *(("--published",) if audience == "public" else ()))
    found = files_of(tmp_path / "out")
    assert len([path for path in found if not path.endswith("_section.md")]) == paths
    assert any("Runbook" in content for content in found.values()) is (audience == "staff")
    assert any("Not ready" in content for content in found.values()) is (audience == "staff")


def test_a_hidden_source_is_not_told_to_the_public(app: Flask, library: dict[str, Article], tmp_path: Path):
    post = db.session.scalars(
        sa.select(Post).join(ArticleSource, ArticleSource.post_id == Post.id).order_by(Post.id.desc())
    ).first()
    assert post is not None
    change(post, hidden_at=post.created_at)
    run(app, "export", tmp_path / "out", "--audience", "public")
    article = read_article(files_of(tmp_path / "out")["guides/pumps/silence-a-noisy-pump.md"])
    assert len(article.sources) == 1


def test_imported_articles_can_be_found_and_keep_their_dates(app: Flask, library: dict[str, Article], tmp_path: Path, engine):  # type: ignore[no-untyped-def]  # noqa: F811
    run(app, "export", tmp_path / "out")
    was = fresh(library["built"]).published_at
    empty_knowledge_base()
    report_of(app, "markdown", tmp_path / "out")
    rebuild()
    found = find(engine, "noisy pump", SearchForm(), ANONYMOUS).items
    assert next(item.card.title for item in found if item.card.kind == "article") == "Silence a noisy pump"
    assert db.session.scalar(sa.select(Article.published_at).where(Article.slug == "silence-a-noisy-pump")) == was


def test_a_folder_of_another_program_becomes_drafts_in_sections(app: Flask, tmp_path: Path):
    folder = tmp_path / "docs"
    (folder / "getting-started" / "deep").mkdir(parents=True)
    (folder / "getting-started" / "install.md").write_text("# Install it\n\nTurn it on.\n", encoding="utf-8")
    (folder / "getting-started" / "deep" / "more.md").write_text(
        "---\ntitle: More\nstate: published\n---\nText", encoding="utf-8"
    )
    (folder / "README.md").write_text("About this folder", encoding="utf-8")
    (folder / "bad.md").write_bytes(b"\xff\xfe\x00")
    (folder / "empty.md").write_text("", encoding="utf-8")
    report = report_of(app, "markdown", folder, "--section", "Handbook", "--language", "de")
    assert (report["new"], report["left_out"], report["sections"]) == (2, 2, 3), report
    rows = db.session.execute(sa.select(Article.title, Article.state, Article.language, Section.slug).join(Section)).all()
    assert sorted(map(tuple, rows)) == [("Install it", "draft", "de", "getting-started"), ("More", "published", "de", "deep")]
    assert "left out" in run(app, "import", "markdown", folder, "--section", "Handbook").output


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("markdown", "nowhere"), "no folder"),
        (("markdown", "empty"), "no Markdown files"),
        (("articles", "x.jsonl"), "where they go"),
        (("articles", "x.jsonl", "--section", "X"), "cannot be read"),
        (("markdown", "one", "--owner", "nobody"), "nobody called"),
    ],
)
def test_what_cannot_be_read_is_said(app: Flask, tmp_path: Path, args: tuple[str, ...], reason: str):
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.md").write_text("Text")
    kind, name, *rest = args
    result = app.test_cli_runner().invoke(args=["import", kind, str(tmp_path / name), *rest])
    assert result.exit_code != 0 and reason in result.output, result.output


def test_a_used_target_is_not_overwritten_by_accident(app: Flask, library: dict[str, Article], tmp_path: Path):
    (tmp_path / "mine.txt").write_text("keep me")
    result = app.test_cli_runner().invoke(args=["export", str(tmp_path)])
    assert result.exit_code != 0 and "--overwrite" in result.output
    run(app, "export", tmp_path, "--overwrite")
    assert (tmp_path / "mine.txt").read_text() == "keep me" and (tmp_path / "guides").is_dir()


def test_a_zip_file_cannot_write_outside_or_fill_the_memory(app: Flask, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../evil.md", "# Evil\n\nText")
        archive.writestr("guides/big.md", "x" * 6_000_000)
        archive.writestr("guides/good.md", "# Good\n\nText")
    report = report_of(app, "markdown", tmp_path / "x.zip", "--section", "In")
    assert report["left_out"] and "larger" in str(report["reasons"])
    assert "Good" in db.session.scalars(sa.select(Article.title)).all()


def test_images_go_along(app: Flask, settings: Settings, tmp_path: Path):
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    name = "abcdefghijklmnopqrstuv.png"
    folder = tmp_path / "docs"
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / name).write_bytes(png)
    (folder / "guides").mkdir()
    (folder / "guides" / "a.md").write_text(f"---\ntitle: Look\nstate: published\n---\n![x](/uploads/{name})\n")
    report = report_of(app, "markdown", folder)
    assert report["images"] == 1, report
    html = db.session.scalar(sa.select(Article.body_html)) or ""
    assert "/uploads/" in html and name not in html
    run(app, "export", tmp_path / "out")
    assert len(list((tmp_path / "out" / "uploads").iterdir())) == 1
    assert report_of(app, "markdown", folder)["unchanged"] == 1


def test_articles_come_in_as_blocks_with_their_sources(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    empty_knowledge_base()
    report_of(app, "markdown", tmp_path / "out")
    built = db.session.scalars(sa.select(ArticleRevision).where(ArticleRevision.title == "Silence a noisy pump")).one()
    assert [(block["role"], block["title"], len(block["sources"])) for block in built.blocks] == [
        ("problem", "Problem", 1), ("solution", "Solution", 1)
    ]  # fmt: skip
    posts = db.session.scalars(sa.select(ArticleSource.post_id).order_by(ArticleSource.position)).all()
    assert [source["post_id"] for block in built.blocks for source in block["sources"]] == posts


def test_a_file_that_names_no_sources_takes_none_away(app: Flask, library: dict[str, Article], tmp_path: Path):
    run(app, "export", tmp_path / "out")
    path = tmp_path / "out" / "guides" / "pumps" / "silence-a-noisy-pump.md"
    head, body = path.read_text(encoding="utf-8").split("sources:")
    path.write_text(head + "---\n" + body.split("\n---\n", 1)[1] + "\n## More\n\nNew words\n", encoding="utf-8")
    before = db.session.scalars(sa.select(ArticleSource.post_id).order_by(ArticleSource.position)).all()
    assert report_of(app, "markdown", tmp_path / "out")["updated"] == 1
    newest = fresh(library["built"])
    revision = db.session.scalars(sa.select(ArticleRevision).filter_by(article_id=newest.id, number=newest.revision)).one()
    assert [block["title"] for block in revision.blocks] == ["Problem", "Solution", "More"]
    assert db.session.scalars(sa.select(ArticleSource.post_id).order_by(ArticleSource.position)).all() == before and before


def test_an_archived_draft_that_nobody_ever_read_is_not_exported_as_published(app: Flask, tmp_path: Path):
    change(make_article("Never finished", state="archived"), published_revision=None, published_at=None)
    make_article("Once published", state="archived")
    run(app, "export", tmp_path / "out", "--audience", "public", "--published")
    found = "".join(files_of(tmp_path / "out").values())
    assert "Once published" in found and "Never finished" not in found
