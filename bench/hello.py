"""The bare Flask page that everything is compared with. Nothing of ours is imported here: its memory and its work are Flask's."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """The smallest page."""
    return "Hello, world!\n"
