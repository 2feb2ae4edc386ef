"""Makes the pictures of the README: a fresh demo site, a real browser, small files in docs/images.

    .venv/bin/python docs/screenshots.py [FOLDER]

Needs `make .venv/development` and a Chromium on this machine (found by name, or named by CHROMIUM). The site lives in a temporary
folder on a free port and is gone afterwards; nothing of an installation here is read or touched.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser, StorageState, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
COMMAND = Path(sys.executable).parent / "threadwell"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The question that is shown (how its address begins): solved, short enough to show its solution, and kept in an article.
QUESTION = "drip-stops-after-a-few-seconds"
START_SECONDS = 60.0
COLOURS = 128
# Widths and heights of the windows, in CSS pixels.
WIDE, PHONE = (1280, 900), (360, 760)
PHONE_BELOW = 500


def find_browser() -> str:
    """Return the path of a Chromium. Raises ClickException when there is none."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        raise click.ClickException("No Chromium here. Install one (apt-get install chromium) or name it with CHROMIUM=PATH.")
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo_site() -> Iterator[tuple[str, Path]]:
    """Prepare, fill and serve a demo site, and yield its address and folder. It is stopped and deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="threadwell-pictures-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "INSTANCE_PATH": str(Path(folder) / "instance"),
            "PORT": str(port),
            "BASE_URL": url,
            "LOG_LEVEL": "WARNING",
        }
        for arguments in (["init"], ["demo"], ["reindex"]):
            subprocess.run([COMMAND, *arguments], env=environ, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        server = subprocess.Popen([COMMAND, "serve"], env=environ, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        try:
            wait_for(f"{url}/readyz", server)
            yield url, Path(environ["INSTANCE_PATH"])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the address answers 200. Raises ClickException when the server ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except (OSError, urllib.error.URLError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException("The demo site did not start.") from None
            time.sleep(0.2)


def find_question(url: str) -> str:
    """Return the path of the question that is shown. Raises ClickException when the demo has it no more."""
    with urllib.request.urlopen(f"{url}/questions?view=popular", timeout=10) as answer:  # noqa: S310 - our own server
        found = re.search(rf"/questions/\d+/{QUESTION}[a-z0-9-]*", answer.read().decode())
    if found is None:
        raise click.ClickException(f"No popular question of the demo begins with {QUESTION!r}.")
    return found[0]


def sign_in(browser: Browser, url: str, instance: Path) -> StorageState:
    """Return the cookies of a member of staff of the demo, whose password is in the instance folder."""
    rows = (line.split() for line in (instance / "demo-signins.txt").read_text(encoding="utf-8").splitlines())
    name, password = next((row[1], row[2]) for row in rows if row[:1] == ["staff"])
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/login")
    page.fill("main input[name=login]", name)
    page.fill("main input[name=password]", password)
    page.click("main form button")
    page.wait_for_url(f"{url}/")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, address: str, size: tuple[int, int], target: Path, state: StorageState | None = None) -> None:
    """Save what a visitor (or whoever `state` is) sees first of a page, in the light scheme, as a PNG with few colours."""
    width, height = size
    is_phone = width < PHONE_BELOW
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce",
        device_scale_factor=2 if is_phone else 1, is_mobile=is_phone, has_touch=is_phone,
        storage_state=state,
    )  # fmt: skip
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    data = page.screenshot()
    context.close()
    picture = Image.open(BytesIO(data)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    click.echo(f"{target.name}: {target.stat().st_size // 1024} kB")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=IMAGES)
def main(folder: Path) -> None:
    """Make the pictures of the README."""
    executable = find_browser()
    folder.mkdir(parents=True, exist_ok=True)
    with demo_site() as (url, instance), sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        question = find_question(url)
        take(browser, f"{url}/", WIDE, folder / "home.png")
        take(browser, url + question, WIDE, folder / "question.png")
        take(browser, url + question, PHONE, folder / "question-phone.png")
        staff = sign_in(browser, url, instance)
        take(browser, f"{url}/desk", WIDE, folder / "desk.png", staff)
        take(browser, f"{url}/insights", WIDE, folder / "insights.png", staff)
        browser.close()


if __name__ == "__main__":
    main()
