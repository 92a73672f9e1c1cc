"""From label-value pairs to candidates, for known facts by their usual labels and for any column by its name."""

from __future__ import annotations

from collections.abc import Iterator

from executions.agents.local.candidates import Candidate
from executions.agents.local.commerce import LONGEST_PRICE, read_price
from executions.agents.local.concepts import Concept, label_fits
from executions.agents.local.labels import Pair
from executions.agents.local.text import words

TRUST: dict[Concept, float] = {
    Concept.SKU: 1.5,
    Concept.MPN: 1.1,
    Concept.GTIN: 1.35,
    Concept.BRAND: 1.15,
    Concept.PRICE: 0.6,
    Concept.AUTHOR: 0.9,
    Concept.PUBLISHED: 0.9,
    Concept.FAX: 1.35,
    Concept.PHONE: 1.0,
    Concept.JOB_ID: 1.2,
}
NUMBERS = {Concept.SKU, Concept.MPN, Concept.GTIN, Concept.JOB_ID}


def from_labels(pairs: list[Pair], wanted: set[Concept]) -> Iterator[Candidate]:
    """Yield the values whose labels name a wanted fact, earlier ones a little surer."""
    places: dict[Concept, int] = {}
    for pair in pairs:
        label = words(pair.label)
        others = [words(part) for part in pair.label.split("/")] if "/" in pair.label else []
        for concept in wanted:
            fits = max([label_fits(label, concept), *(0.9 * label_fits(other, concept) for other in others)])
            if fits:
                place = places.get(concept, 0)
                places[concept] = place + 1
                if concept in NUMBERS and len(pair.value.split()) > 2:
                    # The numbers under which things are known seldom hold spaces.
                    fits *= 0.5
                confidence = pair.confidence * fits * TRUST.get(concept, 1.0) * max(1 - 0.04 * place, 0.7)
                yield Candidate(concept, pair.value, pair.source, min(confidence, 0.93), "label")
        if Concept.CURRENCY in wanted and label_fits(label, Concept.PRICE):
            yield from _currency_of(pair)


def _currency_of(pair: Pair) -> Iterator[Candidate]:
    """The currency that stands beside a labelled amount: "Price: 9.80 €"."""
    read = read_price(pair.value) if len(pair.value) <= LONGEST_PRICE else None
    if read is not None and read[1]:
        yield Candidate(Concept.CURRENCY, read[1], pair.source, pair.confidence * 0.9, "label")
