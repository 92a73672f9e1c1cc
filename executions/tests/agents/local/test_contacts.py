"""Contact pages: links, labels, addresses and hours in text."""

from __future__ import annotations

import pytest

from executions.agents.local.addresses import find_addresses
from executions.tests.agents.local.reading import json_ld, read, value


def test_mailto_and_tel_links_are_read() -> None:
    html = '<a href="mailto:Info@Tea.example?subject=Hi">Write</a> <a href="tel:+1-212-555-0142">Call</a>'
    answers = read(html, "email=email", "tel=phone")
    assert answers.data == {"email": "Info@Tea.example", "tel": "+1-212-555-0142"}
    assert answers.sources == {"email": "mailto link", "tel": "tel link"}


def test_phone_and_fax_are_told_apart() -> None:
    html = "<p>Phone: (212) 555-0142<br>Fax: (212) 555-0199</p>"
    assert read(html, "tel=phone", "fax=phone").data == {"tel": "(212) 555-0142", "fax": "(212) 555-0199"}


def test_a_fax_alone_is_no_phone() -> None:
    assert value("<p>Fax: (212) 555-0199</p>", "tel=phone") is None


def test_hidden_addresses_are_uncovered() -> None:
    coded = "2a" + "".join(f"{ord(letter) ^ 0x2A:02x}" for letter in "tea@shop.example")
    assert value(f'<a href="/cdn-cgi/l/email-protection" data-cfemail="{coded}">[email protected]</a>', "email") == (
        "tea@shop.example"
    )
    assert value("<p>tea (at) shop (dot) example</p>", "email") == "tea@shop.example"


@pytest.mark.parametrize(
    ("lines", "street", "city", "state", "zipcode"),
    [
        (["12 Main Street, Springfield, IL 62704"], "12 Main Street", "Springfield", "IL", "62704"),
        (
            ["500 N. Oak Ave Suite 4", "Dayton, Ohio 45402-1234"],
            "500 N. Oak Ave Suite 4",
            "Dayton",
            "Ohio",
            "45402-1234",
        ),
        (["31 Elm Cres", "Toronto, ON M5V 2T6"], "31 Elm Cres", "Toronto", "ON", "M5V 2T6"),
        (["7 Park Road, London NW3 6DN"], "7 Park Road", "London", "", "NW3 6DN"),
        (["9 Bay Street, Sydney NSW 2000"], "9 Bay Street", "Sydney", "NSW", "2000"),
    ],
)
def test_addresses_are_taken_apart(lines: list[str], street: str, city: str, state: str, zipcode: str) -> None:
    address = find_addresses(lines)[0]
    assert (address.street, address.city, address.state, address.zipcode) == (street, city, state, zipcode)


def test_numbers_that_are_no_addresses_are_left_alone() -> None:
    assert find_addresses(["Order 62704 IL-9 today", "Model AB12 3 is sold", "In 2012 we moved"]) == []


def test_an_organization_is_read_from_data_and_else_from_the_page() -> None:
    data = json_ld({"@type": "Dentist", "name": "Bright Teeth", "telephone": "212 555 0142"})
    assert value(data, "org") == "Bright Teeth"
    assert (
        value("<title>Home | Tea House</title><p>© 2020 Tea House. All rights reserved.</p>", "company") == "Tea House"
    )


def test_opening_hours_are_found_line_by_line() -> None:
    html = "<h3>Opening hours</h3><p>Mon-Fri 9am - 5pm</p><p>Saturday 10am - 2pm</p><p>Come in</p>"
    assert value(html, "hours") == "Mon-Fri 9am - 5pm Saturday 10am - 2pm"
