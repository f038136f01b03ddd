"""A page says the same whether or not what never changes in its template was worked out when that was read."""

import pytest
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.base import TextNode

from dashboard import folding
from tests.harness.servers import ROOT

LIBRARIES = {"icons": "dashboard.templatetags.icons", "static": "django.templatetags.static"}
ICON = '{% load icons %}{% icon "search" %}'


def engine(**templates: str) -> Engine:
    """Reads these templates, named without their .html, as the pages' own are read."""
    sources = {f"{name}.html": text for name, text in templates.items()}
    loader = ("dashboard.folding.Loader", [("django.template.loaders.locmem.Loader", sources)])
    return Engine(loaders=[loader], libraries=LIBRARIES)


def shown(of: Engine, **given: object) -> str:
    return of.get_template("page.html").render(Context(given))


def test_what_is_the_same_for_all_becomes_one_text() -> None:
    of = engine(page="a {# no #}" + ICON + '{% include "part.html" %} z', part="b {% comment %}no{% endcomment %}")
    [only] = of.get_template("page.html").nodelist
    assert isinstance(only, TextNode)
    assert shown(of).startswith('a <svg class="ico"')
    assert shown(of).endswith("</svg>b  z")


def test_what_a_request_gives_is_asked_for_each_time() -> None:
    of = engine(
        page='<{{ a }}{% if a == "x" %} is x{% else %}{% include "part.html" %}{% endif %}>', part=" is {{ a }}"
    )
    assert [shown(of, a=a) for a in ("x", "y", "<")] == ["<x is x>", "<y is y>", "<&lt; is &lt;>"]


def test_a_part_in_a_loop_sees_what_the_loop_names() -> None:
    of = engine(page='{% for n in many %}{% include "part.html" %}{% empty %}none{% endfor %}', part="{{ n }},")
    assert shown(of, many=[1, 2]) == "1,2,"
    assert shown(of, many=[]) == "none"


def test_a_part_given_names_of_its_own_keeps_them_to_itself() -> None:
    of = engine(
        page='{% include "part.html" with n=1 %}{{ n }}{% include "part.html" with n=2 only %}', part="[{{ n }}]"
    )
    assert shown(of, n=3) == "[1]3[2]"


def test_a_part_named_by_a_variable_is_looked_up() -> None:
    of = engine(page="{% include which %}", a="A", b="B")
    assert [shown(of, which=f"{name}.html") for name in "ab"] == ["A", "B"]


def test_blocks_are_filled_by_whoever_extends() -> None:
    base = f"{ICON}{{% block one %}}1{{% endblock %}}-{{% block two %}}2{{% endblock %}}"
    of = engine(base=base, page='{% extends "base.html" %}{% block two %}{{ block.super }}+{{ n }}{% endblock %}')
    assert shown(of, n=5).endswith("</svg>1-2+5")


def test_blocks_of_a_part_are_not_those_of_the_page() -> None:
    part = "[{% block one %}part{% endblock %}]"
    base = '{% block one %}base{% endblock %}{% include "part.html" %}'
    of = engine(base=base, part=part, page='{% extends "base.html" %}{% block one %}page{% endblock %}')
    assert shown(of) == "page[part]"


def test_a_part_that_is_not_there_is_told_by_its_name() -> None:
    with pytest.raises(TemplateDoesNotExist, match=r"nowhere\.html"):
        shown(engine(page='{% include "nowhere.html" %}'))


def test_ours_are_read_by_it() -> None:
    names = [str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")]
    read = [Engine.get_default().get_template(name) for name in names]
    assert len(read) > 40
    assert isinstance(Engine.get_default().template_loaders[0], folding.Loader)
