"""How to reach whoever the page belongs to: phones, fax, e-mail, address, hours, the organization's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import phonenumbers

from executions.agents.local.addresses import COUNTRIES, PLACE, Address, find_addresses
from executions.agents.local.candidates import Candidate
from executions.agents.local.concepts import Concept
from executions.agents.local.fitting import EMAIL
from executions.agents.local.page import Page
from executions.agents.local.text import clean, lines_of
from executions.agents.local.titles import Titles

FACTS = {
    Concept.EMAIL, Concept.PHONE, Concept.FAX, Concept.ADDRESS, Concept.STREET, Concept.CITY, Concept.STATE,
    Concept.ZIPCODE, Concept.COUNTRY, Concept.HOURS, Concept.ORGANIZATION,
}  # fmt: skip
FAX = re.compile(r"(?:fax|facsimile|telefax)\b[^a-z]{0,12}$|(?:^|[\s(|,])f[:.]\s*$", re.IGNORECASE)
TEL = re.compile(
    r"(?:phone|tel(?:ephone|efon)?|call(?: us)?(?: (?:at|on|now|today))?|toll[ -]?free|mobile|cell|"
    r"office|main|ph|hotline|contact us|fon)\b[^a-z]{0,14}$|(?:^|[\s(|,])[tp][:.]\s*$",
    re.IGNORECASE,
)
OBFUSCATED = re.compile(
    r"([\w.+-]{2,40})\s*(?:\[at\]|\(at\)|\{at\}|\s+at\s+)\s*([\w-]{2,40})\s*(?:\[dot\]|\(dot\)|"
    r"\{dot\}|\s+dot\s+)\s*([a-z]{2,10})\b",
    re.IGNORECASE,
)
NOT_MAIL = re.compile(
    r"@(?:example|domain|yourdomain|email|sentry)\.|\.(?:png|jpe?g|gif|svg|webp)$|^(?:you|your|name|user)@",
    re.IGNORECASE,
)
COPYRIGHT = re.compile(
    r"(?:©|\(c\)|&copy;|copyright)\s*(?:©|\(c\)|copyright|by)?\s*"
    r"(?:(?:19|20)\d\d(?:\s*[-–,]\s*(?:(?:19|20)?\d\d|present))?)?[\s,.:|-]*(?:by\s+)?"
    r"(?P<name>[^\s|©.,][^|©]{1,70}?)"
    r"\s*(?:(?:19|20)\d\d.*|[.,|]?\s*all rights.*|(?<!inc)(?<!ltd)(?<!corp)(?<!co)\.(?:\s.*)?|[|•·].*|\s-\s.*)?$",
    re.IGNORECASE,
)
NOT_A_HOLDER = re.compile(r"(?:all rights|copyright|policy|privacy|terms|infringement|notice|google|\d)", re.IGNORECASE)
SOMEBODY_ELSES = re.compile(r"map data|imagery|design(?:ed)? by|powered by|web ?site by|hosted by", re.IGNORECASE)
NO_NAME = re.compile(
    r"^(?:home ?page|home|contact(?: us)?|about(?: us)?|welcome|index|main|menu|google|untitled.*|"
    r".*\.(?:png|jpe?g|gif))$",
    re.I,
)
DAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?|weekdays|weekends?|daily|everyday|m-f|m\s?[-–]\s?f)s?"
)
HOURS = re.compile(
    rf"\b{DAY}\b.{{0,40}}?(?:\d{{1,2}}(?:[:.]\d\d)?\s*(?:a\.?m|p\.?m|[-–]|to|until|h\b)|closed)|"
    rf"\b24\s?/\s?7\b|\b24 hours\b",
    re.IGNORECASE,
)
REGIONS = "AT AU BE BR CA CH DE DK ES FR IE IN IT JP MX NL NO NZ PL PT SE ZA"
REGION_OF_HOST = {"uk": "GB"} | {name.casefold(): name for name in REGIONS.split()}
MOST_PHONE_LINES = 200


def from_contacts(page: Page, titles: Titles, wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield what the visible text and the links say about each wanted fact."""
    if not wanted & FACTS:
        return
    lines = lines_of(page.tree)
    addresses = find_addresses(lines)
    yield from _emails(page, lines)
    if wanted & {Concept.PHONE, Concept.FAX}:
        yield from _phones(page, lines, _region(page, addresses))
    yield from _addresses(addresses, lines)
    yield from _hours(lines)
    if Concept.ORGANIZATION in wanted:
        yield from _organizations(page, titles, lines)


# ---- e-mail


def _emails(page: Page, lines: list[str]) -> Iterator[Candidate]:
    seen = 0
    for element in page.tree.iter("a"):
        href = element.get("href") or ""
        coded = element.get("data-cfemail") or (
            href.partition("email-protection#")[2] if "email-protection#" in href else ""
        )
        address = (
            _uncoded(coded)
            if coded
            else unquote(href[7:]).partition("?")[0]
            if href.casefold().startswith("mailto:")
            else ""
        )
        if EMAIL.search(address) and not NOT_MAIL.search(address):
            yield Candidate(Concept.EMAIL, clean(address), "mailto link", max(0.75 - 0.04 * seen, 0.4), "mailto")
            seen += 1
    seen = 0
    for line in lines:
        if "@" not in line and " at " not in line and "at]" not in line and "at)" not in line:
            continue
        found = [match.group() for match in EMAIL.finditer(line[:3000])]
        found += [
            "{}@{}.{}".format(*match.groups())
            for match in OBFUSCATED.finditer(line[:500])
            if "dot" in match.group().casefold()
        ]
        for address in found[:5]:
            if not NOT_MAIL.search(address):
                yield Candidate(
                    Concept.EMAIL, address, "e-mail address in the text", max(0.62 - 0.04 * seen, 0.35), "text"
                )
                seen += 1


def _uncoded(coded: str) -> str:
    """Undo the encoding by which Cloudflare hides addresses from robots: each byte is XORed with the first."""
    try:
        data = bytes.fromhex(coded)
    except ValueError:
        return ""
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "ignore") if data else ""


# ---- phones


def _region(page: Page, addresses: list[Address]) -> str:
    host = urlsplit(page.canonical or page.url).hostname or ""
    by_host = REGION_OF_HOST.get(host.rsplit(".", 1)[-1])
    if by_host:
        return by_host
    if addresses:
        return addresses[0].form
    language, _, country = page.language.partition("-")
    return (
        country.upper()
        if len(country) == 2
        else {"de": "DE", "fr": "FR", "it": "IT", "es": "ES", "nl": "NL"}.get(language, "US")
    )


def _phones(page: Page, lines: list[str], region: str) -> Iterator[Candidate]:
    for place, element in enumerate(
        link for link in page.tree.iter("a") if (link.get("href") or "").casefold().startswith(("tel:", "fax:"))
    ):
        href = element.get("href") or ""
        shown = page.text(element)
        number = (
            shown if sum(character.isdigit() for character in shown) >= 7 and len(shown) < 30 else unquote(href[4:])
        )
        concept = Concept.FAX if href.casefold().startswith("fax:") or FAX.search(_before(element)) else Concept.PHONE
        yield Candidate(concept, number, "tel link", max(0.72 - 0.03 * place, 0.4), "tel link")
    places = {Concept.PHONE: 0, Concept.FAX: 0}
    with_digits = (line for line in lines if sum(character.isdigit() for character in line) >= 7 and len(line) < 2_000)
    for _, line in zip(range(MOST_PHONE_LINES), with_digits, strict=False):
        for match in phonenumbers.PhoneNumberMatcher(line, region, max_tries=200):
            before = line[max(0, match.start - 30) : match.start] or _line_before(lines, line)
            fax, tel = bool(FAX.search(before)), bool(TEL.search(before))
            concept = Concept.FAX if fax else Concept.PHONE
            confidence = 0.75 if fax or tel else 0.52
            source = f"number after '{before.strip()[-20:]}'" if fax or tel else "phone number in the text"
            yield Candidate(
                concept, match.raw_string, source, max(confidence - 0.02 * places[concept], 0.35), "phone text"
            )
            places[concept] += 1


def _line_before(lines: list[str], line: str) -> str:
    position = lines.index(line)
    return lines[position - 1][-25:] if position and len(lines[position - 1]) < 25 else ""


def _before(element: object) -> str:
    previous = getattr(element, "getprevious", lambda: None)()
    parent = getattr(element, "getparent", lambda: None)()
    if previous is not None:
        return (
            clean((previous.tail or "") or "".join(previous.itertext()))[-25:] if isinstance(previous.tag, str) else ""
        )
    return clean(parent.text or "")[-25:] if parent is not None else ""


# ---- addresses and hours


def _addresses(addresses: list[Address], lines: list[str]) -> Iterator[Candidate]:
    for place, address in enumerate(addresses):
        confidence = max((0.66 if address.street else 0.55) - 0.04 * place, 0.32)
        source = f"address in the text '{address.whole[:40]}'"
        for concept, value in (
            (Concept.ZIPCODE, address.zipcode), (Concept.STATE, address.state), (Concept.CITY, address.city),
            (Concept.STREET, address.street), (Concept.COUNTRY, address.country),
            (Concept.ADDRESS, address.whole if address.street else ""),
        ):  # fmt: skip
            if value:
                yield Candidate(concept, value, source, confidence, "address text")
    seen = 0
    for line in lines:
        match = PLACE.search(line) if len(line) < 300 else None
        if match and seen < 5:
            for concept, value in ((Concept.CITY, match.group("city")), (Concept.STATE, match.group("state"))):
                yield Candidate(
                    concept, value, f"place in the text '{match.group()[:40]}'", 0.38 - 0.02 * seen, "place text"
                )
            seen += 1
        country = COUNTRIES.search(line) if len(line) < 60 else None
        if country and len(country.group()) > 3:
            yield Candidate(Concept.COUNTRY, country.group(), "country in the text", 0.32, "place text")


def _hours(lines: list[str]) -> Iterator[Candidate]:
    seen = 0
    for number, line in enumerate(lines):
        if not HOURS.search(line) or len(line) > 200 or (number and HOURS.search(lines[number - 1])):
            continue
        group = [line]
        for following in lines[number + 1 : number + 8]:
            if not HOURS.search(following) or len(following) > 120:
                break
            group.append(following)
        value = re.sub(r"^(?:[\w' ]{0,25}hours[\w ]{0,15}|open)\s*:\s*", "", " ".join(group), flags=re.IGNORECASE)
        yield Candidate(Concept.HOURS, value, "opening hours in the text", 0.55 - 0.06 * seen, "hours text")
        seen += 1
        if seen > 3:
            return


# ---- the organization


def _organizations(page: Page, titles: Titles, lines: list[str]) -> Iterator[Candidate]:
    for line in lines[-60:]:
        match = COPYRIGHT.search(line) if len(line) < 300 and not SOMEBODY_ELSES.search(line) else None
        if match and not NOT_A_HOLDER.match(match.group("name")):
            yield Candidate(Concept.ORGANIZATION, clean(match.group("name")), "copyright line", 0.5, "copyright")
            break
    for part in re.split(r"\s+[|–—\-·•»:]+\s+|\s*[|»]\s*", page.title):
        if 2 < len(part) < 60 and not NO_NAME.match(clean(part)):
            known = titles.is_site(part)
            yield Candidate(Concept.ORGANIZATION, clean(part), "page title", 0.55 if known else 0.31, "title")
    for element in page.tree.iter("img"):
        marks = " ".join(element.get(name) or "" for name in ("class", "id", "src"))
        name = re.sub(r"\s*\b(?:logo|home|homepage|header)\b\s*", " ", element.get("alt") or "", flags=re.IGNORECASE)
        if "logo" in (marks + (element.get("alt") or "")).casefold() and 2 < len(clean(name)) < 60:
            if NO_NAME.match(clean(name)):
                continue
            yield Candidate(Concept.ORGANIZATION, clean(name), "name beside the logo", 0.4, "logo")
            break
    heading = page.heading_text
    if 2 < len(heading) < 50 and not NO_NAME.match(heading):
        yield Candidate(Concept.ORGANIZATION, heading, "main heading", 0.28, "heading")
