"""Postal addresses in running text, by the forms of the countries whose addresses can be told from other text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

US_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|"
    "NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|"
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|"
    "Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|"
    "Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    "New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|"
    "Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|"
    "Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|D\\.C\\."
)
CA_PROVINCES = (
    "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|Alberta|British Columbia|Manitoba|New Brunswick|"
    "Newfoundland|Nova Scotia|Ontario|Prince Edward Island|"
    "Qu[eé]bec|Saskatchewan|Yukon|Ont|B\\.C"
)
AU_STATES = (
    "NSW|VIC|QLD|WA|SA|TAS|ACT|NT|New South Wales|Victoria|Queensland|Western Australia|South Australia|Tasmania"
)
CITY = r"(?P<city>[A-Z][A-Za-zÀ-ÿ.'’-]+(?:[ ][A-Z][A-Za-zÀ-ÿ.'’-]+){0,3})"
GAP = r"\s*[,|•·-]?\s*"
FORMS = (
    (
        "US",
        re.compile(
            rf"(?:{CITY}{GAP})?(?<![\w.])(?P<state>{US_STATES})\.?{GAP}(?P<zip>\d{{5}}(?:\s?[-–]\s?\d{{4}})?)(?![\d-])"
        ),
    ),
    (
        "CA",
        re.compile(
            rf"(?:{CITY}{GAP})?(?<![\w.])(?P<state>{CA_PROVINCES})\.?{GAP}(?:Canada{GAP})?(?P<zip>[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?-?\d[A-Z]\d)(?!\w)"
        ),
    ),
    ("AU", re.compile(rf"(?:{CITY}{GAP})?(?<![\w.])(?P<state>{AU_STATES})\.?{GAP}(?P<zip>\d{{4}})(?!\d)")),
    (
        "GB",
        re.compile(
            rf"(?:{CITY}{GAP})?(?P<state>(?!))?(?<!\w)(?P<zip>[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{{2}})(?!\w)"
        ),
    ),
    ("CA", re.compile(r"(?P<city>(?!))?(?P<state>(?!))?(?<!\w)(?P<zip>[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d)(?!\w)")),
)
PLACE = re.compile(rf"(?<![\w,]){CITY},\s*(?P<state>{US_STATES}|{CA_PROVINCES})(?![\w-])")
STREET_WORDS = (
    r"Street|St|Avenue|Ave|Av|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Parkway|"
    r"Pkwy|Highway|Hwy|Square|Sq|Terrace|Ter|Circle|Cir|Crescent|"
    r"Cres|Trail|Loop|Plaza|Turnpike|Pike|Route|Rte|Row|Close|Gardens|Grove|Hill|Mews|Quay|Broadway|"
    r"Park|Mall|Center|Centre"
)
STREET = re.compile(
    rf"(?:(?:(?:Suite|Ste|Unit|Level|Floor)\.?\s*[\w-]+,?\s+)?(?<![\d.,$-])[A-Z]?\d{{1,6}}[A-Za-z]?(?:\s?[-/&–]\s?\d+[A-Za-z]?)?\s+(?:[A-Za-z0-9.'’-]+\s+){{0,5}}?(?:{STREET_WORDS})\b\.?(?:\s+(?:{STREET_WORDS})\b\.?)*"
    rf"(?:,?\s+(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\b\.?)?"
    rf"(?:,?\s*(?:(?:Suite|Ste|Unit|Apt|Building|Bldg|Floor|Fl|Room|Rm|Level)\.?\s*#?\s*[\w-]+|"
    rf"#\s*[\w-]+|\d+(?:st|nd|rd|th)\s+Floor))?|P\.?\s?O\.?\s+Box\s+\d+)"
)
COUNTRIES = re.compile(
    r"(?<!\w)(?:U\.?S\.?A?\.?|United States(?: of America)?|Canada|Australia|New Zealand|"
    r"United Kingdom|U\.?K\.?|England|Scotland|Wales|Ireland|Germany|Deutschland|France|"
    r"Italy|Italia|Spain|España|Netherlands|Belgium|Switzerland|Austria|Sweden|Norway|Denmark|Finland|"
    r"Poland|Greece|Portugal|India|China|Japan|Singapore|Brazil|Mexico|"
    r"South Africa|Israel|Hong Kong)(?!\w)"
)
REGIONS = {"US": "US", "CA": "CA", "AU": "AU", "GB": "GB"}


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address found in text (empty where unknown), and the country form it has."""

    street: str
    city: str
    state: str
    zipcode: str
    country: str
    form: str
    whole: str


def find_addresses(lines: list[str], most: int = 12) -> list[Address]:
    """Return the addresses in a page's lines, in their order."""
    found: list[Address] = []
    for number in range(len(lines)):
        for address in _in_line(lines, number):
            if address.zipcode not in {each.zipcode for each in found}:
                found.append(address)
            if len(found) >= most:
                return found
    return found


def _in_line(lines: list[str], number: int) -> Iterator[Address]:
    line = lines[number]
    if len(line) > 1_500 or not any(character.isdigit() for character in line):
        return
    taken: list[tuple[int, int]] = []
    for form, pattern in FORMS:
        for match in pattern.finditer(line):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            before = line[: match.start()]
            street = _street(before) or (_street_alone(lines, number) if len(before) < 40 else "")
            if form in {"AU", "GB"} and not street and not match.group("city"):
                continue
            taken.append(match.span())
            yield _address(lines, number, form, match, street)


def _address(lines: list[str], number: int, form: str, match: re.Match[str], street: str) -> Address:
    city, state = _city(match.group("city") or "", street), (match.group("state") or "").rstrip(".")
    if not city and not state and number:
        above = PLACE.search(lines[number - 1])
        city, state = (above.group("city"), above.group("state")) if above else ("", "")
    after = (
        lines[number][match.end() : match.end() + 30]
        + " "
        + (lines[number + 1][:30] if number + 1 < len(lines) else "")
    )
    country = COUNTRIES.match(after.lstrip(" ,.|-–"))
    zipcode = re.sub(r"\s?[-–]\s?", "-", match.group("zip"))
    placed = " ".join(part for part in (state, zipcode) if part)
    whole = ", ".join(part for part in (street, city, placed) if part)
    return Address(street, city, state, zipcode, country.group() if country else "", form, whole)


def _street(before: str) -> str:
    matches = list(STREET.finditer(before[-160:]))
    return matches[-1].group().strip(" ,") if matches else ""


def _street_alone(lines: list[str], number: int) -> str:
    """The street on one of the two lines above."""
    for above in (number - 1, number - 2):
        if above >= 0 and len(lines[above]) < 90:
            match = STREET.search(lines[above])
            if match:
                return match.group().strip(" ,")
    return ""


def _city(city: str, street: str) -> str:
    """The city without the words of the street that a text without commas puts before it."""
    last = re.split(rf"\b(?:{STREET_WORDS})\b\.?\s+", city)[-1] if street else city
    return last.strip(" .,-")
