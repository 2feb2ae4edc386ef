"""Looking at an answer before it is posted works without a script; a refused form says each thing once."""

from __future__ import annotations

from tests.client import Browser
from tests.factories import make_category, make_person, make_question


def test_an_answer_can_be_previewed_without_a_script_and_is_not_posted_by_it(browser: Browser) -> None:
    thread = make_question()
    browser.sign_in(make_person()).get(thread.path)
    data = {"csrf_token": browser.token(), "body": "Turn it **twice**.", "preview": "1"}
    response = browser.client.post(f"/questions/{thread.id}/answers", data=data)
    assert response.status_code == 200
    shown = response.text.split('aria-label="Preview"')[1].split("</section>")[0]
    assert "Turn it <strong>twice</strong>." in shown
    assert "Turn it **twice**.</textarea>" in response.text
    assert "Turn it" not in browser.client.get(thread.path).text


def test_an_empty_answer_shows_the_form_again_without_a_preview(browser: Browser) -> None:
    thread = make_question()
    browser.sign_in(make_person()).get(thread.path)
    data = {"csrf_token": browser.token(), "body": " ", "preview": "1"}
    response = browser.client.post(f"/questions/{thread.id}/answers", data=data)
    assert response.status_code == 200
    assert 'aria-label="Preview"' not in response.text


def test_a_refused_question_says_each_error_once_beside_its_field(browser: Browser) -> None:
    make_category()
    make_category()
    browser.sign_in(make_person()).get("/ask")
    response = browser.client.post("/ask", data={"csrf_token": browser.token(), "title": "", "body": "", "category": ""})
    assert response.status_code == 400
    beside_field = response.text.split('id="body-error"')[1].split("</p>")[0]
    assert beside_field.count("Please write something.") == 1
