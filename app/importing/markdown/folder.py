"""A folder (or a zip file) of Markdown files: which articles and sections lie in it, and how an export is written. No database.

`guides/_section.md` says what the section "guides" is called; `guides/pumps/silence.md` is an article in the section "pumps"
within it. Names that begin with a dot or an underscore are no articles, nor is a README that does not say so.
"""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from app.core.errors import Invalid
from app.core.records import Struct, field
from app.core.slugs import slugify
from app.importing.markdown.files import (
    MAX_FILE,
    SECTION_FILE,
    ArticleFile,
    SectionFile,
    read_article,
    read_section,
    title_of,
    write_article,
    write_section,
)

UPLOADS = "uploads"
SECTION_SLUG = 80
MOST_FILES = 50_000
MOST_BYTES = 2_000_000_000
_NO_ARTICLES = frozenset({"readme.md", "license.md", "contributing.md", "index.md"})


class Unreadable(Struct, frozen=True):
    """A file that could not be taken, and why."""

    path: str
    reason: str


class Library(Struct):
    """What a folder holds: sections by slug with the slugs above them, articles, images by name, and what was not readable."""

    sections: dict[tuple[str, ...], SectionFile] = field(default_factory=dict)
    articles: list[ArticleFile] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)


def read_library(source: Path) -> Library:
    """Return the articles of a folder or a zip file, sorted by path. Raises Invalid when there is nothing of the kind."""
    if source.is_dir():
        found = list(_files_of_folder(source))
    elif source.is_file() and zipfile.is_zipfile(source):
        found = list(_files_of_zip(source))
    else:
        raise Invalid(f"{source} is no folder and no zip file.")
    library = Library()
    for path, data in sorted(found):
        _take(library, path, data)
    if not library.articles and not library.unreadable:
        raise Invalid(f"{source} holds no Markdown files.")
    return library


def _files_of_folder(root: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    top = root.resolve()
    for number, path in enumerate(sorted(top.rglob("*"))):
        if number > MOST_FILES:
            raise Invalid(f"{root} holds more than {MOST_FILES:,} files.")
        inside = path.resolve().is_relative_to(top)  # a link out of the folder is not followed
        if inside and path.is_file() and _is_wanted(name := PurePosixPath(path.relative_to(top).as_posix())):
            with path.open("rb") as file:
                yield name, file.read(_limit(name) + 1)


def _files_of_zip(source: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise Invalid(f"{source} is too large.")
            for entry in entries:
                name = PurePosixPath(entry.filename)
                if not entry.is_dir() and _is_wanted(name):
                    with archive.open(entry) as file:
                        yield name, file.read(_limit(name) + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise Invalid(f"{source} cannot be read: {error}") from error


def _limit(name: PurePosixPath) -> int:
    return MAX_FILE * 4 if name.suffix == ".md" else 50_000_000


def _is_wanted(name: PurePosixPath) -> bool:
    if name.is_absolute() or any(part.startswith(".") for part in name.parts) or "__MACOSX" in name.parts:
        return False
    return name.suffix == ".md" or (len(name.parts) == 2 and name.parts[0] == UPLOADS)


def _take(library: Library, path: PurePosixPath, data: bytes) -> None:
    """Add a file to the library, or note why not."""
    if path.suffix != ".md":
        library.images[path.name] = data
        return
    slugs = tuple(slugify(part, SECTION_SLUG, "section") for part in path.parts[:-1])
    try:
        text = data.decode("utf-8-sig")
        if path.name == SECTION_FILE and slugs:
            library.sections[slugs] = read_section(text, slugs[-1])
        elif not path.name.startswith("_"):
            article = read_article(text, path=str(path), sections=slugs)
            if article.slug or path.name.lower() not in _NO_ARTICLES:
                library.articles.append(article)
    except UnicodeDecodeError:
        library.unreadable.append(Unreadable(str(path), "it is not UTF-8"))
    except Invalid as error:
        library.unreadable.append(Unreadable(str(path), error.message))


def section_of(library: Library, slugs: tuple[str, ...]) -> SectionFile:
    """Return what is known of a section; without a file its title is made from its folder's name."""
    return library.sections.get(slugs) or SectionFile(slugs[-1], title_of(slugs[-1]))


def write_folder(library: Library, target: Path) -> int:
    """Write an export into a folder, over files of the same names, and return how many files it has."""
    number = 0
    for name, data in _files_of(library):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        number += 1
    return number


def write_zip(library: Library, target: Path) -> int:
    """Write an export as one zip file, complete or not at all, and return how many files it has."""
    partial, number = target.with_name(f"{target.name}.part"), 0
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in _files_of(library):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
                number += 1
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return number


def _files_of(library: Library) -> Iterable[tuple[str, bytes]]:
    for slugs, section in library.sections.items():
        yield "/".join((*slugs, SECTION_FILE)), write_section(section).encode()
    for article in library.articles:
        yield "/".join((*article.sections, f"{article.slug}.md")), write_article(article).encode()
    for name, data in library.images.items():
        yield f"{UPLOADS}/{name}", data
