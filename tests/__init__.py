"""Tests of the whole program. Importing this, which everything here does first, lets Python keep what it compiled.

Some environments tell Python to keep nothing. Then every test process compiles the program and all tests anew, and so does every
server and command that a test starts: a minute in all.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
