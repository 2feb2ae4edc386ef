"""Templates that escape and call with less ado than Jinja has for whatever could come: the same pages for half the work.

A value that is printed is joined with others at once, so that it need not become safe HTML of its own first. A macro that is called
with what it takes is called; what could ask for the context is found out for everything else only.
"""

from functools import lru_cache
from types import FunctionType
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

_OF_CALLS = frozenset({"_block_vars", "_loop_vars"})
_FOR_CALLERS = _OF_CALLS | {"caller"}
_Cached = type(lru_cache(escape))


def printed(value: Any) -> str:
    """Return a value as HTML, like `escape`, to be joined with what stands round it."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return _escape_inner(value) if kind is str else escape(value)


class QuickContext(Context):
    """What a template knows, and how it calls."""

    def call(__self, __called: Any, *arguments: Any, **named: Any) -> Any:
        """Call a function or macro with what it takes."""
        kind = type(__called)
        if kind is Macro and not (__called.catch_kwargs or __called.catch_varargs or __called.explicit_caller):
            names = __called.arguments
            given = len(arguments)
            if given < len(names):
                arguments += tuple([named.pop(name, missing) for name in names[given:]])
            if len(arguments) == len(names) and (_FOR_CALLERS if __called.caller else _OF_CALLS).issuperset(named):
                if __called.caller:
                    arguments += (named.get("caller") or __self.environment.undefined("No caller defined", name="caller"),)
                made: str = __called._func(*arguments)
                return Markup(made) if __self.eval_ctx.autoescape else made  # noqa: S704 (of our own templates)
        elif kind is _Cached or (kind is FunctionType and not hasattr(__called, "jinja_pass_arg")):  # knows no context
            for name in _OF_CALLS:
                named.pop(name, None)
            return __called(*arguments, **named)
        return super().call(__called, *arguments, **named)


class QuickGenerator(CodeGenerator):
    """Compiles templates that print by `printed`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline(f"from {__name__} import {printed.__name__}")
        super().visit_Template(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Join what stands beside HTML of the template as HTML, without asking of each part what it is."""
        is_known = frame.eval_ctx.autoescape and not frame.eval_ctx.volatile
        own = [_own_html(part) if is_known else None for part in node.nodes]
        if not any(own):
            super().visit_Concat(node, frame)
            return
        self.write("Markup(''.join((")
        for part, html in zip(node.nodes, own, strict=True):
            if html is not None:
                self.write(repr(html))
            else:
                self.write(f"{printed.__name__}(")
                self.visit(part, frame)
                self.write(")")
            self.write(", ")
        self.write(")))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Look for an attribute of what has a name in place; what has none (a dictionary's value) is found as Jinja does."""
        if not _is_named(node.node):
            super().visit_Getattr(node, frame)
            return
        self.write("(found if (found := getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, missing)) is not missing else ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write(f"{printed.__name__}(")
        else:
            super()._output_child_pre(node, frame, finalize)


def _is_named(node: nodes.Node) -> bool:
    """Return whether an expression is a name, or an attribute of what has one: to ask for it twice changes nothing."""
    return isinstance(node, nodes.Name) or (isinstance(node, nodes.Getattr) and _is_named(node.node))


def _own_html(part: nodes.Expr) -> str | None:
    """Return what is HTML of the template itself, or None for a value."""
    match part:
        case nodes.TemplateData(data=str(text)) | nodes.Const(value=Markup() as text):
            return str(text)
    return None


def make_quick(environment: Environment) -> None:
    """Let the templates of an environment be compiled and called so."""
    environment.code_generator_class = QuickGenerator
    environment.context_class = QuickContext
