"""Templates in several languages: `_()`, `ngettext()` and {% trans %}, and one environment a language with its texts compiled in.

A constant text costs nothing when a page is made: in the environment of a language it is part of the template, as if the template
had been written in it. A template is compiled for a language when it is first shown in it.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from jinja2 import BytecodeCache, Environment, nodes, pass_eval_context
from jinja2.compiler import Frame
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from app.core.i18n import Speech, counted, current_speech, speech_of
from app.web.quick_templates import QuickGenerator

_PLACE = re.compile(r"%(?:\((\w+)\)s|(%))")
_MARKUP = frozenset("&<>\"'")


@pass_eval_context
def _gettext(eval_context: EvalContext, message: str, **values: Any) -> str:
    return _filled(eval_context, current_speech().text(message), values)


@pass_eval_context
def _pgettext(eval_context: EvalContext, context: str, message: str, **values: Any) -> str:
    return _filled(eval_context, current_speech().text_in(context, message), values)


@pass_eval_context
def _ngettext(eval_context: EvalContext, singular: str, plural: str, number: int, **values: Any) -> str:
    speech = current_speech()
    return _filled(eval_context, speech.form(singular, plural, number), counted(speech, number, values))


def _filled(eval_context: EvalContext, text: str, values: dict[str, Any]) -> str:
    """Return a text with its values, which are escaped in HTML; the text itself is ours and may hold tags. A per cent sign is %%."""
    shown = Markup(text) if eval_context.autoescape else text  # noqa: S704 (of our own catalogs)
    return shown % values if values else shown.replace("%%", "%")


def add_translations(environment: Environment) -> None:
    """Give an environment the functions and the tag; texts are looked up each time."""
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext)


def environment_in(environment: Environment, language: str, compiled: BytecodeCache | None = None) -> Environment:
    """Return an environment whose templates are compiled with the texts of one language in them, or taken from what is compiled."""
    made = environment.overlay(bytecode_cache=compiled, cache_size=-1)  # there are few, and none is let go
    made.code_generator_class = partial(_SpeakingGenerator, speech_of(language))  # type: ignore[assignment]
    return made


class _SpeakingGenerator(QuickGenerator):
    """Compiles a template with its texts in one language."""

    def __init__(self, speech: Speech, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._speech = speech

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(_Speaking(self._speech).visit(node), frame)


class _Speaking(NodeTransformer):
    """Puts texts in place of calls that ask for constant messages."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def visit_Output(self, node: nodes.Output, *_: Any) -> nodes.Node:
        made: list[nodes.Expr] = []
        for child in node.nodes:
            spoken = self.visit(child)
            made.extend(spoken.nodes if isinstance(spoken, nodes.Concat) and spoken is not child else [spoken])
        node.nodes = made
        return node

    def visit_Call(self, node: nodes.Call, *_: Any) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args is not None or node.dyn_kwargs is not None:
            return node
        values = {pair.key: pair.value for pair in node.kwargs}
        match node.node.name, node.args:
            case (("_" | "gettext"), [nodes.Const(value=str(message))]):
                return _joined(list(_parts(self._speech.text(message), values)))
            case "pgettext", [nodes.Const(value=str(context)), nodes.Const(value=str(message))]:
                return _joined(list(_parts(self._speech.text_in(context, message), values)))
            case "ngettext", [nodes.Const(value=str(singular)), nodes.Const(value=str(plural)), number]:
                return self._form(singular, plural, number, values)
        return node

    def _form(self, singular: str, plural: str, number: nodes.Expr, values: dict[str, nodes.Expr]) -> nodes.Expr:
        """Return what chooses between the forms of a message by a number, and shows that with separators."""
        shown = nodes.Filter(number, "count", [], [], None, None)
        given = {"num": shown} | {name: shown if value == number else value for name, value in values.items()}
        many = _joined(list(_parts(self._speech.form(singular, plural, 2), given)))
        if self._speech.has_one_form:
            return many
        one = _joined(list(_parts(self._speech.form(singular, plural, 1), given)))
        return nodes.CondExpr(nodes.Compare(number, [nodes.Operand("eq", nodes.Const(1))]), one, many)


def _parts(text: str, values: dict[str, nodes.Expr]) -> Iterator[nodes.Expr]:
    """Return a text as what stands between its places, and what stands in them."""
    end = 0
    for place in _PLACE.finditer(text):
        if before := text[end : place.start()]:
            yield nodes.TemplateData(before)
        if place.group(2) is not None:
            yield nodes.TemplateData("%")
        elif place.group(1) in values:
            yield values[place.group(1)]
        else:
            raise LookupError(f"{text!r} has a place for {place.group(1)!r}, which is not given.")
        end = place.end()
    if end < len(text) or not text:
        yield nodes.TemplateData(text[end:])


def _joined(parts: list[nodes.Expr]) -> nodes.Expr:
    """Return parts as one expression. A plain word is an ordinary text, so that it costs nothing as an argument either."""
    if len(parts) == 1 and isinstance(parts[0], nodes.TemplateData):
        return nodes.Const(parts[0].data) if _MARKUP.isdisjoint(parts[0].data) else parts[0]
    return parts[0] if len(parts) == 1 else nodes.Concat(parts)
