"""Any column by its name: tables, definition lists, lines, selectors and hints."""

from __future__ import annotations

import pytest

from executions.agents.local.instructions import BadSelector
from executions.tests.agents.local.reading import read, value


@pytest.mark.parametrize(
    ("html", "source"),
    [
        ("<table><tr><th>Wood type</th><td>Oak</td></tr></table>", "table row 'Wood type'"),
        ("<table><tr><td>Wood type:</td><td>Oak</td></tr></table>", "table row 'Wood type'"),
        ("<table><tr><th>Wood type<th>Width</tr><tr><td>Oak<td>3</tr></table>", "table column 'Wood type'"),
        ("<dl><dt>Wood type</dt><dd>Oak</dd></dl>", "definition list 'Wood type'"),
        ("<ul><li>Wood type: Oak</li></ul>", "text 'Wood type: ...'"),
        ("<p><b>Wood type:</b> Oak</p>", "text 'Wood type: ...'"),
        ("<p>Width: 3<br>Wood type: Oak<br>Depth: 2</p>", "text 'Wood type: ...'"),
        ("<div><span>Wood type</span><span>Oak</span></div>", "row 'Wood type'"),
        ("<p><span class=label>Wood type</span> Oak</p>", "text beside 'Wood type'"),
        ('<meta name="wood-type" content="Oak"><p>x</p>', "meta tag wood-type"),
        ('<p class="wood-type">Oak</p>', "element with class 'wood-type'"),
    ],
)
def test_a_column_is_found_by_its_name(html: str, source: str) -> None:
    answers = read(html, "wood_type")
    assert answers.data["wood_type"] == "Oak"
    assert answers.sources["wood_type"] == source


def test_a_column_that_the_page_does_not_have_is_none() -> None:
    answers = read("<h1>Teapot</h1><p>Nothing else</p>", "wood_type", "price=number", "email", "fax=phone")
    assert set(answers.data.values()) == {None}
    assert answers.sources == {}


def test_values_that_do_not_fit_the_type_are_passed_over() -> None:
    html = "<dl><dt>Depth</dt><dd>on request</dd></dl><table><tr><th>Depth</th><td>12 cm</td></tr></table>"
    assert value(html, "depth=number") == 12


@pytest.mark.parametrize(
    ("instructions", "found", "source"),
    [
        ("price: css=.amount", 12, "css=.amount"),
        ("- price: css=.amount @data-exact", 11.95, "css=.amount @data-exact"),
        ("price: css=.amount::attr(data-exact)", 11.95, "css=.amount::attr(data-exact)"),
        ("Find it.\nprice: xpath=//i/@data-exact\nThanks", 11.95, "xpath=//i/@data-exact"),
        ('price: "Our special"', 9, "table row 'Our special'"),
    ],
)
def test_the_instructions_say_where_it_stands(instructions: str, found: float, source: str) -> None:
    html = "<h1>Tea</h1><p class=price>$15</p><i class=amount data-exact=11.95>12</i>"
    html += "<table><tr><th>Our special<td>$9</table>"
    answers = read(html, "price=number", instructions=instructions)
    assert answers.data["price"] == found
    assert answers.sources["price"] == source


def test_a_selector_that_finds_nothing_gives_nothing() -> None:
    assert value("<h1>Tea</h1><p class=price>$15</p>", "price=number", instructions="price: css=.amount") is None


@pytest.mark.parametrize("selector", ["css=..x", "css=p[", "xpath=//[", "xpath=//p/@@x"])
def test_a_selector_that_is_not_valid_is_named_with_its_column(selector: str) -> None:
    with pytest.raises(BadSelector, match="for 'price', which is not valid"):
        read("<p>x</p>", "price=number", instructions=f"price: {selector}")


def test_words_for_people_are_not_taken_for_hints() -> None:
    instructions = 'Note: look well. price: the "big" one. Price: what a customer pays.'
    assert value("<h1>Tea</h1><p class=price>$15</p>", "price=number", instructions=instructions) == 15


@pytest.mark.parametrize(("column", "meaning"), [("expected_price", 15), ("Product Price", 15), ("productPrice", 15)])
def test_columns_are_understood_however_they_are_written(column: str, meaning: int) -> None:
    assert value("<h1>Tea</h1><p class=price>$15</p>", f"{column}=number") == meaning
