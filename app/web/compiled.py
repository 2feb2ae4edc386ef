"""Templates as they were compiled, kept in a folder of the installation: parsing and compiling them takes most of what a first page costs.

Knows files, not what is in them. A file is used as long as it was made of the same source, by the same code, with the same texts;
otherwise the template is compiled anew and the file replaced. The folder may be removed at any time.
"""

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError

from jinja2.bccache import Bucket, FileSystemBytecodeCache

from app.core import i18n
from app.core.i18n import DOMAIN, TRANSLATIONS

FOLDER = "templates"


class CompiledTemplates(FileSystemBytecodeCache):
    """The templates of one language."""

    def __init__(self, folder: Path, language: str) -> None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(str(folder), f"{language}-%s")
        self._language = language

    def get_source_checksum(self, source: str) -> str:
        """Return what changes with the source of a template and with whatever compiles it."""
        return hashlib.blake2b(source.encode(), key=_compiler(self._language)).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template that was compiled, if that can be done: a file may be cut off where the power was."""
        with suppress(OSError, EOFError, UnpicklingError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template that was compiled. Where nothing can be written, it is compiled again by the next process."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _compiler(language: str) -> bytes:
    """Return a digest of what makes code of templates: Jinja, our part in it, and the texts of the language."""
    ours = sorted(Path(__file__).parent.glob("*.py"))
    catalog = TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    digest = hashlib.blake2b(version("jinja2").encode())
    for path in (*ours, Path(i18n.__file__), catalog):
        if path.exists():
            digest.update(path.read_bytes())
    return digest.digest()
