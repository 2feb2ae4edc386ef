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

_Cached = type(lru_cache(escape))


def printed(value: Any) -> str:
    """Return a value as HTML, like `escape`, to be joined with what stands round it."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return _escape_inner(value)  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class QuickContext(Context):
    """What a template knows, and how it calls."""

    def call(__self, __called: Any, *arguments: Any, **named: Any) -> Any:
        """Call a function or macro with what it takes."""
        kind = type(__called)
        if kind is Macro:
            made = __self._made(__called, arguments, named)
            if made is not None:
                return Markup(made) if __self.eval_ctx.autoescape else made  # noqa: S704 (of our own templates)
        elif kind is _Cached or (kind is FunctionType and not hasattr(__called, "jinja_pass_arg")):  # knows no context
            return __called(*arguments, **named)
        return super().call(__called, *arguments, **named)

    def shown(__self, __called: Any, *arguments: Any, **named: Any) -> str:
        """Call a function or macro, and return what comes of it as HTML, to be joined with what stands round it."""
        kind = type(__called)
        if kind is _Cached:
            return printed(__called(*arguments, **named))
        made = __self._made(__called, arguments, named) if kind is Macro else None
        return printed(__self.call(__called, *arguments, **named)) if made is None else made

    def _made(self, called: Macro, arguments: tuple[Any, ...], named: dict[str, Any]) -> str | None:
        """Return the HTML of a macro; None where Jinja has to see to it, or to say what is wrong."""
        if called.catch_kwargs or called.catch_varargs or called.explicit_caller:
            return None
        left = called._argument_count - len(arguments)
        if left < 0:
            return None
        if named:
            names = called.arguments[len(arguments) :]
            if not named.keys() <= ({*names, "caller"} if called.caller else {*names}):
                return None
            arguments += tuple([named.get(name, missing) for name in names])
        elif left:
            arguments += (missing,) * left
        if called.caller:
            arguments += (named.get("caller") or self.environment.undefined("No caller defined", name="caller"),)
        return called._func(*arguments)


class QuickGenerator(CodeGenerator):
    """Compiles templates that print by `printed`, and by `shown` what they call."""

    # What is to be printed. Jinja calls a hook before it writes such an expression, `visit` to write it, and a hook behind it: the first
    # can say how it is written, but not write it.
    _to_print: nodes.Node | None = None

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self.writeline(f"from {__name__} import {printed.__name__}")
        super().visit_Template(node, frame)

    def visit(self, node: nodes.Node, *arguments: Any, **named: Any) -> Any:
        """Write an expression, as it is printed where it is to be printed."""
        if node is not self._to_print:
            return super().visit(node, *arguments, **named)
        self._to_print = None
        return self._print(node, *arguments)

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        """Write a block as one text: handed up piece by piece, each piece passes through every level that the block stands in."""
        if frame.buffer is not None or (frame.toplevel and self.extends_so_far) or node.scoped or node.required:
            super().visit_Block(node, frame)
        else:
            self.writeline(f"yield concat(context.blocks[{node.name!r}][0]({self.get_context_ref()}))", node)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        self._call("call", node, frame, {"caller": "caller"} if forward_caller else None)

    def _call(self, by: str, node: nodes.Call, frame: Frame, more: dict[str, str] | None = None) -> None:
        """Write a call. What loops and blocks set is not given with it, as Jinja does: it is for functions that look at the context."""
        self.write(f"context.{by}(")
        self.visit(node.node, frame)
        self.signature(node, frame, more)
        self.write(")")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Join what stands beside HTML of the template as HTML, without asking of each part what it is."""
        if _is_escaping(frame) and _has_html(node):
            self.write("Markup(")
            self._print(node, frame)
            self.write(")")
        else:
            super().visit_Concat(node, frame)

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
        if _is_escaping(frame) and finalize.src is None:
            self._to_print = node
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not (_is_escaping(frame) and finalize.src is None):
            super()._output_child_post(node, frame, finalize)

    def _print(self, node: nodes.Node, frame: Frame) -> None:
        """Write what is HTML when it runs, and need not become safe HTML of its own before it is joined."""
        match node:
            case nodes.TemplateData(data=text) | nodes.Const(value=str(text)):
                self.write(repr(str(text if isinstance(node, nodes.TemplateData) else escape(text))))
            case nodes.Concat() if _has_html(node):
                self.write("''.join((")
                for part in node.nodes:
                    self._print(part, frame)
                    self.write(", ")
                self.write("))")
            case nodes.CondExpr(expr2=nodes.Expr() as otherwise):
                self.write("(")
                self._print(node.expr1, frame.soft())
                self.write(" if ")
                self.visit(node.test, frame.soft())
                self.write(" else ")
                self._print(otherwise, frame.soft())
                self.write(")")
            case nodes.Call():
                self._call("shown", node, frame)
            case _:
                self.write(f"{printed.__name__}(")
                self.visit(node, frame)
                self.write(")")


def _is_named(node: nodes.Node) -> bool:
    """Return whether an expression is a name, or an attribute of what has one: to ask for it twice changes nothing."""
    return isinstance(node, nodes.Name) or (isinstance(node, nodes.Getattr) and _is_named(node.node))


def _is_escaping(frame: Frame) -> bool:
    return frame.eval_ctx.autoescape and not frame.eval_ctx.volatile


def _has_html(node: nodes.Concat) -> bool:
    """Return whether HTML of the template itself is among what is joined."""
    return any(isinstance(part, nodes.TemplateData) or isinstance(getattr(part, "value", None), Markup) for part in node.nodes)


def make_quick(environment: Environment) -> None:
    """Let the templates of an environment be compiled and called so."""
    environment.code_generator_class = QuickGenerator
    environment.context_class = QuickContext
