"""Uploading through the browser, serving, and cleaning up."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.errors import TooMany
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.desk.services.canning import create_canned
from app.forum.models import Draft, Post
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.uploads.models import Upload
from app.uploads.services import cleaning, storing
from app.uploads.services.checking import check_image
from app.uploads.services.cleaning import delete_orphans
from tests.factories import actor_of, make_answer, make_person, make_question
from tests.uploads.pictures import picture

JSON = {"Accept": "application/json"}


@pytest.fixture
def tom(browser):
    person = make_person("tom")
    browser.sign_in(person)
    return person


def send(browser, data: bytes, name: str = "blink code.png", status: int = 201, headers=JSON):
    return browser.post("/uploads", {"file": (BytesIO(data), name)}, status, headers=headers, content_type="multipart/form-data")


def files(settings):
    return sorted(path.name for path in (settings.instance_path / "uploads").rglob("*") if path.is_file())


def test_an_upload_answers_with_markdown_that_shows_the_image(browser, tom, settings):
    answer = send(browser, picture()).json
    assert (answer["width"], answer["height"]) == (12, 8)
    html = render_markdown(answer["markdown"]).html
    assert f'src="{answer["url"]}"' in html and 'alt="blink code"' in html
    assert files(settings) == [answer["url"].removeprefix("/uploads/")]
    row = db.session.scalars(sa.select(Upload)).one()
    assert (row.person_id, row.media_type, row.width) == (tom.id, "image/png", 12)


def test_an_image_is_served_as_nothing_but_an_image(browser, tom, client):
    url = send(browser, picture("JPEG"), "photo.svg").json["url"]
    response = client.get(url)
    assert response.status_code == 200 and response.mimetype == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in response.headers["Content-Security-Policy"] and "script" not in response.headers["Content-Security-Policy"]
    )
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    assert client.get(url, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "x", "../secret_key", "..%2f..%2fsecret_key", "a" * 22 + ".png", "a" * 22 + ".svg", "a" * 22 + ".html", "%00",
        "." * 22 + ".png", "a" * 5000,
    ],
)  # fmt: skip
def test_anything_else_is_not_found(client, settings, name):
    (settings.instance_path / "uploads").mkdir(exist_ok=True)
    assert client.get(f"/uploads/{name}").status_code in (400, 404)


def test_what_is_no_image_is_refused_and_leaves_nothing(browser, tom, settings):
    answer = send(browser, b"<script>alert(1)</script>", "evil.png", 400)
    assert answer.mimetype == "application/problem+json" and "PNG" in answer.json["detail"]
    assert files(settings) == [] and db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_a_missing_file_is_a_clear_error(browser, tom):
    assert "choose an image" in browser.post("/uploads", {}, 400, headers=JSON).json["detail"]
    assert "choose an image" in browser.post("/uploads", {"file": "just text"}, 400, headers=JSON).json["detail"]


def test_a_too_large_file_is_refused(browser, tom):
    answer = send(browser, picture() + b"x" * (5 * 1024 * 1024 + 10), status=400)
    assert "at most 5 MB" in answer.json["detail"]
    send(browser, b"x" * (7 * 1024 * 1024), status=413)


def test_visitors_and_suspended_people_cannot_upload(browser, client, settings):
    browser.sign_in(make_person(suspended_until=now() + timedelta(days=1)))
    send(browser, picture(), status=403)
    assert client.post("/uploads", data={"file": (BytesIO(picture()), "x.png")}).status_code in (303, 400, 403)
    assert files(settings) == []


def test_without_a_script_a_page_shows_the_line_to_copy(browser, tom):
    browser.get("/uploads/new")
    response = send(browser, picture(), status=303, headers={})
    browser.get(response.headers["Location"])
    assert "![image](/uploads/" in browser.page.xpath("//textarea")[0].text
    refused = send(browser, b"nothing", status=400, headers={})
    assert "cannot read this" in refused.text


def test_other_peoples_images_are_not_offered(browser, tom):
    name = send(browser, picture()).json["url"].removeprefix("/uploads/")
    browser.sign_in(make_person())
    browser.get(f"/uploads/new?image={name}")
    assert not browser.page.xpath("//textarea")


def test_a_person_uploads_so_much_a_day_and_the_file_goes_with_the_refusal(browser, tom, settings, monkeypatch):
    monkeypatch.setattr(storing, "DAILY_IMAGES", 2)
    for _ in range(2):
        send(browser, picture())
    assert "tomorrow" in send(browser, picture(), status=429).json["detail"]
    assert len(files(settings)) == 2


def test_the_day_ends(app, monkeypatch):
    monkeypatch.setattr(storing, "DAILY_BYTES", 100)
    tom, image = actor_of(make_person()), check_image(picture(), 10_000)
    with unit_of_work():
        db.session.add(Upload(name="old.png", person_id=tom.id, media_type="image/png", width=1, height=1, size_bytes=99,
                              created_at=now() - timedelta(hours=25)))  # fmt: skip
    with unit_of_work():
        storing.record_upload(tom, name="new.png", image=image)
    with pytest.raises(TooMany), unit_of_work():
        storing.record_upload(tom, name="newer.png", image=image)


def test_old_images_that_no_text_names_are_removed_and_all_others_stay(app, settings):
    image, person = check_image(picture(), 10_000), make_person()

    def stored(days: int) -> str:
        name = storing.write_file(image, settings.instance_path)
        with unit_of_work():
            storing.record_upload(actor_of(person), name=name, image=image).created_at = now() - timedelta(days=days)
        return name

    lost, fresh, posted, drafted = stored(8), stored(6), stored(8), stored(400)
    post = make_answer(make_question(), text=f"See ![it](/uploads/{posted})")
    with unit_of_work():
        db.session.add(Draft(person_id=person.id, key="ask", fields={"body": f"![](/uploads/{drafted})"}))
    assert delete_orphans(settings.instance_path) == 1
    assert files(settings) == sorted([fresh, posted, drafted]) and lost not in files(settings)
    assert set(db.session.scalars(sa.select(Upload.name))) == {fresh, posted, drafted}
    assert post.id and delete_orphans(settings.instance_path) == 0


def test_every_text_that_people_write_keeps_its_images(app):
    """A post and an article stand among their revisions."""
    registered = {column.property.columns[0] for column in cleaning._texts}
    written = {
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_source") or (column.name == "fields" and isinstance(column.type, sa.JSON))
    }
    assert registered == written - {Post.__table__.c.body_source}


def test_an_image_in_a_canned_answer_or_behind_a_link_of_a_comment_is_kept(app, settings):
    image, person = check_image(picture(), 10_000), make_person(role="staff")
    names = [storing.write_file(image, settings.instance_path) for _ in range(2)]
    post = make_answer(make_question())
    with unit_of_work():
        for name in names:
            storing.record_upload(actor_of(person), name=name, image=image).created_at = now() - timedelta(days=30)
        create_canned(actor_of(person), title="Reset", body=f"Press here: ![knob](/uploads/{names[0]})")
        body = compose(f"[Mine](/uploads/{names[1]}) looks different.", is_comment=True).body
        add_comment(actor_of(person), post_id=post.id, body=body)
    assert delete_orphans(settings.instance_path) == 0 and files(settings) == sorted(names)


def test_an_image_that_only_an_old_revision_shows_is_kept(app, settings):
    image, person = check_image(picture(), 10_000), make_person()
    name = storing.write_file(image, settings.instance_path)
    with unit_of_work():
        storing.record_upload(actor_of(person), name=name, image=image).created_at = now() - timedelta(days=30)
    post = make_answer(make_question(), person, text=f"![it](/uploads/{name})")
    body = compose("No image any more").body
    with unit_of_work():
        edit_post(actor_of(person), post_id=post.id, body=body)
    assert delete_orphans(settings.instance_path) == 0 and files(settings) == [name]


def test_without_registered_texts_nothing_is_removed(app, settings, monkeypatch):
    monkeypatch.setattr(cleaning, "_texts", [])
    image, person = check_image(picture(), 10_000), make_person()
    name = storing.write_file(image, settings.instance_path)
    with unit_of_work():
        storing.record_upload(actor_of(person), name=name, image=image).created_at = now() - timedelta(days=30)
    assert delete_orphans(settings.instance_path) == 0 and files(settings) == [name]


def test_a_full_disk_is_said_and_keeps_no_half_of_a_file(browser, tom, settings, monkeypatch):
    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storing.os, "fsync", refuse)
    assert "no room left" in send(browser, picture(), status=503).json["detail"]
    assert files(settings) == [] and db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


def test_files_of_killed_processes_are_removed_after_a_while(browser, tom, settings):
    name = send(browser, picture()).json["url"].removeprefix("/uploads/")
    folder = next((settings.instance_path / "uploads").rglob(name)).parent
    for file, days in (("old.png.part", 8), ("new.png.part", 0)):
        (folder / file).write_bytes(b"half")
        moment = (now() - timedelta(days=days)).timestamp()
        os.utime(folder / file, (moment, moment))
    delete_orphans(settings.instance_path)
    assert files(settings) == sorted([name, "new.png.part"])
