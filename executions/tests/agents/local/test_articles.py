"""Articles, posts and recipes: titles, authors, dates, durations."""

from __future__ import annotations

import pytest

from executions.agents.local.articles import person
from executions.tests.agents.local.reading import json_ld, read, value


def test_the_title_comes_without_the_name_of_the_site() -> None:
    html = """<title>Why bees dance – The Daily Hive</title><meta property="og:site_name" content="The Daily Hive">
    <meta property="og:title" content="Why bees dance | The Daily Hive"><p>Text</p>"""
    assert value(html, "title") == "Why bees dance"


def test_a_heading_that_names_the_site_is_not_the_title() -> None:
    html = "<title>hivelog » Why bees dance</title><h1>hivelog</h1><h2>Why bees dance</h2><p>Text</p>"
    assert value(html, "headline") == "Why bees dance"


def test_references_within_json_ld_are_followed() -> None:
    html = """<script type="application/ld+json">{"@graph": [
    {"@type": "Article", "headline": "Why bees dance", "author": {"@id": "#ann"},
    "datePublished": "2021-05-04T08:00:00Z"},
    {"@type": "Person", "@id": "#ann", "name": "Ann Lee", "url": "https://hive.example/ann"}]}</script>"""
    assert read(html, "author", "date=date").data == {"author": "Ann Lee", "date": "2021-05-04"}


def test_several_authors_are_all_named() -> None:
    html = json_ld({"@type": "NewsArticle", "headline": "Bees", "author": [{"name": "Ann Lee"}, {"name": "Bo Wu"}]})
    assert value(html, "author") == "Ann Lee, Bo Wu"


@pytest.mark.parametrize(
    "byline",
    ['<p class="byline">By Ann Lee | 3 May 2021</p>', '<a rel="author" href="/ann">Ann Lee</a>', "<p>Von Ann Lee</p>"],
)
def test_a_byline_is_found(byline: str) -> None:
    assert value(f"<h1>Why bees dance</h1>{byline}<p>They show the way.</p>", "author") == "Ann Lee"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ByAnn Lee Thursday, May 4", "Ann Lee"),
        ("von Ann Lee am 04.05.2021", "Ann Lee"),
        ("Comments", ""),
        ("x" * 200, ""),
    ],
)
def test_a_name_is_taken_out_of_its_byline(text: str, name: str) -> None:
    assert person(text) == name


def test_a_date_is_read_from_what_the_page_shows() -> None:
    assert value('<h1>Bees</h1><time datetime="2020-02-29T10:00">Feb 29</time>', "date=date") == "2020-02-29"
    assert value("<h1>Bees</h1><p>Published: 4 May 2021</p>", "published=date") == "2021-05-04"


def test_durations_are_minutes_for_numbers_and_stay_as_written_for_texts() -> None:
    html = json_ld({"@type": "Recipe", "name": "Tea", "totalTime": "PT1H20M", "recipeYield": "4"})
    assert read(html, "total_time=number", "yields").data == {"total_time": 80, "yields": "4 servings"}
    assert value(html, "total_time") == "PT1H20M"


def test_links_are_resolved_against_base() -> None:
    html = (
        '<base href="https://cdn.example/a/"><meta property="og:image" content="b.jpg"><link rel="canonical" href="/x">'
    )
    assert read(html, "image=url", "canonical_url=url").data == {
        "image": "https://cdn.example/a/b.jpg",
        "canonical_url": "https://cdn.example/x",
    }


def test_the_language_is_the_pages() -> None:
    assert value('<html lang="de-AT"><p>Tee</p>', "language") == "de-AT"
