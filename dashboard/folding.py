"""Constant folding of templates: what no request can change is worked out when a template is read.

A page has some two hundred tags that say the same to everybody: icons, addresses of static files, parts that it
includes. Django looks each of them up anew for every page; here they become text, and texts beside each other one.
What depends on the request, addresses of pages among it, is rendered as ever.
"""

from collections.abc import Iterator
from typing import Any

from django.template import Context, Engine, Node, NodeList, Template, TemplateDoesNotExist
from django.template.base import FilterExpression, TextNode
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.static import StaticNode
from django.utils.html import escape

from dashboard.addresses import address
from dashboard.templatetags.icons import icon

SAME_FOR_ALL = frozenset([icon])
"""Simple tags whose output follows from their arguments alone."""


class _Folding(base.Loader):
    """Reads templates and folds them."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        template.nodelist = _folded(template.nodelist, self.engine)
        return template


class Loader(cached.Loader, _Folding):
    """As Django's cached loader: names those that find the templates. Each template is read and folded once."""


def _folded(nodes: NodeList, engine: Engine) -> NodeList:
    folded = NodeList()
    for node in _with_included(nodes, engine):
        text = _constant(node)
        if text is None:
            folded.append(_quicker(node, engine))
        elif folded and isinstance(folded[-1], TextNode):
            folded[-1] = TextNode(folded[-1].s + text)
        elif text:
            folded.append(TextNode(text))
    return folded


def _with_included(nodes: NodeList, engine: Engine) -> Iterator[Node]:
    """The nodes, with those of a template in place of the tag that includes it."""
    for node in nodes:
        included = _included(node, engine)
        yield from [node] if included is None else included


def _included(node: Node, engine: Engine) -> NodeList | None:
    """The nodes of the template that the node includes as it is; None for other nodes.

    One that extends another, or has blocks, is left to Django: its blocks are not those of the page. So is one that is
    not there: what includes it is.
    """
    if not isinstance(node, IncludeNode) or node.extra_context or node.isolated_context:
        return None
    if not _is_literal(node.template):
        return None
    try:
        nodes = engine.get_template(node.template.var).nodelist
    except TemplateDoesNotExist:
        return None
    return None if nodes.get_nodes_by_type(BlockNode) or nodes.get_nodes_by_type(ExtendsNode) else nodes


def _constant(node: Node) -> str | None:
    """What the node says to everybody; None where a request may change it."""
    match node:
        case TextNode():
            return node.s
        case LoadNode() | CommentNode():
            return ""
        case StaticNode(varname=None) if _is_literal(node.path):
            return str(node.render(Context()))
        case SimpleNode(target_var=None) if node.func in SAME_FOR_ALL and _has_literals_only(node):
            return str(node.render(Context()))
    return None


def _has_literals_only(node: SimpleNode) -> bool:
    return not node.kwargs and all(map(_is_literal, node.args))


def _is_literal(expression: FilterExpression) -> bool:
    return isinstance(expression.var, str) and not expression.filters


def _quicker(node: Node, engine: Engine) -> Node:
    """A node that says the same: with what a block, a condition or a loop holds folded, or an address kept."""
    if isinstance(node, URLNode) and _is_of_a_page(node):
        return _Address(node.view_name.var)
    if isinstance(node, IfNode):
        node.conditions_nodelists = [(asked, _folded(held, engine)) for asked, held in node.conditions_nodelists]
        return node
    for name in node.child_nodelists:
        held = getattr(node, name, None)
        if isinstance(held, NodeList):
            setattr(node, name, _folded(held, engine))
    return node


class _Address(Node):
    """The address of a page that takes no arguments. The prefix that it is under is the request's."""

    def __init__(self, name: str) -> None:
        self._name = name

    def render(self, context: Context) -> str:
        return escape(address(self._name))


def _is_of_a_page(node: URLNode) -> bool:
    """Whether it names a page of ours alone; those with a namespace, as admin's, may depend on where one is."""
    is_plain = not (node.args or node.kwargs or node.asvar)
    return is_plain and _is_literal(node.view_name) and ":" not in node.view_name.var
