"""Fetches the judges' tools when they are needed, into a folder outside the repository. Only here stand their versions."""

import os
import shutil
import subprocess
from pathlib import Path

# What a judge says changes with its version, so each is fixed. Lighthouse 13 and newer need Node 22, which Debian 12 has not.
PINNED = {"lighthouse": "12.8.2", "axe-core": "4.14.1", "vnu-jar": "26.9.27", "typescript": "5.9.3"}
DEBIAN = {"npm": "npm", "node": "nodejs", "java": "default-jre-headless", "chromium": "chromium"}
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


class Missing(RuntimeError):
    """A tool is not on this machine; the text says how to get it."""


def default_folder() -> Path:
    """Where tools are kept unless somebody says otherwise: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "threadwell-judges"


def program(name: str) -> str:
    """The path of a program of the machine. Raises Missing."""
    names = ("chromium", "chromium-browser", "google-chrome") if name == "chromium" else (name,)
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing(f"{name} is not on this machine: apt-get install {DEBIAN[name]}")
    return found


def kept(name: str, folder: Path) -> Path | None:
    """The folder of a package of npm in the fixed version, if it was fetched before."""
    place = folder / f"{name}-{PINNED[name]}" / "node_modules" / name
    return place if (place / "package.json").is_file() else None


def package(name: str, folder: Path) -> Path:
    """The folder of a package of npm in the fixed version, fetched if it is not there. Raises Missing."""
    found = kept(name, folder)
    if found is not None:
        return found
    place = folder / f"{name}-{PINNED[name]}"
    place.mkdir(parents=True, exist_ok=True)
    command = [program("npm"), "install", "--prefix", str(place), "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run([*command, f"{name}@{PINNED[name]}"], capture_output=True, text=True, check=False)
    found = kept(name, folder)
    if done.returncode or found is None:
        raise Missing(f"npm could not fetch {name} {PINNED[name]}: {done.stderr.strip()[-500:]}")
    return found


def axe_source(folder: Path) -> str:
    """The script of axe-core. Raises Missing."""
    return (package("axe-core", folder) / "axe.min.js").read_text()


def html_checker(folder: Path) -> list[str]:
    """The command that starts the Nu HTML checker. Raises Missing."""
    return [program("java"), "-jar", str(package("vnu-jar", folder) / "build" / "dist" / "vnu.jar")]


def lighthouse(folder: Path) -> list[str]:
    """The command that starts Lighthouse. Raises Missing."""
    return [program("node"), str(package("lighthouse", folder) / "cli" / "index.js")]


def type_checker(folder: Path) -> list[str]:
    """The command that starts TypeScript. Raises Missing."""
    return [program("node"), str(package("typescript", folder) / "bin" / "tsc")]
