from __future__ import annotations

import pytest

from mino.common.values.columns import ColumnRole, ColumnType
from projects.importing.parse.addresses import BadAddress, read_address
from projects.importing.parse.guess import Confidence, truth_name
from projects.tests.importing.reading import guesses

SHOP = "site_url;id;color;expected_price;in_stock_gt;expected_date;truth_email;phone_expected;notes;zip\n" + "".join(
    f"https://shop.example/{n};L-{n};red;{n},50;{'yes' if n % 2 else 'no'};2024-05-{n + 1:02d};"
    f"a{n}@shop.example;+49 30 901820{n % 10};;0812{n % 10}\n"
    for n in range(20)
)


def test_roles_and_types_are_guessed_from_names_and_cells() -> None:
    found = {header: (guess.name, guess.role, guess.type) for header, guess in guesses(SHOP).items()}
    truth = ColumnRole.GROUND_TRUTH
    assert found == {
        "site_url": ("site_url", ColumnRole.SITE_URL, ColumnType.URL),
        "id": ("id", ColumnRole.KEY, ColumnType.TEXT),
        "color": ("color", ColumnRole.INPUT, ColumnType.TEXT),
        "expected_price": ("price", truth, ColumnType.NUMBER),
        "in_stock_gt": ("in_stock", truth, ColumnType.BOOLEAN),
        "expected_date": ("date", truth, ColumnType.DATE),
        "truth_email": ("email", truth, ColumnType.EMAIL),
        "phone_expected": ("phone", truth, ColumnType.PHONE),
        "notes": ("notes", ColumnRole.IGNORED, ColumnType.TEXT),
        "zip": ("zip", ColumnRole.INPUT, ColumnType.TEXT),
    }


def test_every_guess_says_how_sure_it_is_and_why() -> None:
    found = guesses(SHOP)
    assert (found["site_url"].confidence, found["site_url"].reason) == (Confidence.CERTAIN, "every cell is a URL")
    assert (found["expected_price"].confidence, found["expected_price"].reason) == (
        Confidence.CERTAIN,
        "20 of 20 are numbers",
    )
    assert (found["notes"].confidence, found["notes"].reason) == (Confidence.GUESS, "mostly empty")


def test_alternatives_in_a_truth_cell_are_judged_one_by_one() -> None:
    found = guesses("url,expected_price\n" + "https://a.example/,12.50|13.50\n" * 6)
    assert found["expected_price"].type is ColumnType.NUMBER


def test_bare_domains_are_sites_when_the_column_says_so() -> None:
    found = guesses("website,file\n" + "".join(f"shop{n}.example,data{n}.csv\n" for n in range(6)))
    assert found["website"].role is ColumnRole.SITE_URL
    assert found["file"].role is ColumnRole.INPUT


def test_an_id_that_repeats_is_no_key() -> None:
    assert guesses("url,id\nhttps://a.example/,1\nhttps://b.example/,1\n")["id"].role is ColumnRole.INPUT


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("expected_price", "price"),
        ("Expected price", "price"),
        ("gt_price", "price"),
        ("ground_truth_price", "price"),
        ("price_truth", "price"),
        ("price (gt)", None),
        ("expected", None),
        ("truth", None),
        ("unexpected_price", None),
    ],
)
def test_a_header_that_marks_truth_gives_the_name_of_the_field(header: str, name: str | None) -> None:
    assert truth_name(header) == name


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        (" http://a.example ", "http://a.example"),
        ("example.com/x", "https://example.com/x"),
        ("www.example.com", "https://www.example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://127.0.0.1:8765/a.html", "http://127.0.0.1:8765/a.html"),
        ("http://localhost:8000/", "http://localhost:8000/"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
    ],
)
def test_addresses_are_accepted_and_bare_domains_completed(cell: str, address: str) -> None:
    assert read_address(cell) == address


@pytest.mark.parametrize(
    ("cell", "suggestion"),
    [
        ("http//tidewell.example/shop/77", "http://tidewell.example/shop/77"),
        ("htp://a.example/x", "http://a.example/x"),
        ("https:/a.example/x", "https://a.example/x"),
        ("https//a.example", "https://a.example"),
        ("https;//a.example", "https://a.example"),
        ("https://a,example/x", "https://a.example/x"),
        ("https://a.example/ x", "https://a.example/x"),
        ("call us", ""),
        ("ftp://a.example/x", ""),
        ("mailto:a@a.example", ""),
        ("info@a.example", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_what_is_no_address_is_refused_with_what_was_meant(cell: str, suggestion: str) -> None:
    found = read_address(cell)
    assert isinstance(found, BadAddress)
    assert found.suggestion == suggestion


def test_an_export_of_mino_comes_back_with_its_truth_and_without_its_results() -> None:
    content = "mino_row_key,position,site_url,expected_price,extracted_price,outcome_price,status\n" + "".join(
        f"k{n},{n},https://a.example/{n},{n}.50,{n}.50,correct,completed\n" for n in range(1, 7)
    )
    roles = {header: guess.role.value for header, guess in guesses(content).items()}
    ignored = dict.fromkeys(["position", "extracted_price", "outcome_price", "status"], "ignored")
    assert roles == {"mino_row_key": "key", "site_url": "site_url", "expected_price": "ground_truth", **ignored}


def test_the_empty_keys_of_an_export_are_no_keys() -> None:
    found = guesses("mino_row_key,site_url\n,https://a.example/\n,https://b.example/\n")
    assert found["mino_row_key"].role is ColumnRole.IGNORED


def test_national_numbers_are_phones_where_the_header_says_so() -> None:
    found = guesses("url,expected_tel,expected_size\n" + "https://a.example/,(212) 334-5100|212.334.5100,212 334\n" * 6)
    assert found["expected_tel"].type is ColumnType.PHONE
    assert found["expected_size"].type is not ColumnType.PHONE
