"""Reads yes and no, as pages, programs and schema.org say them."""

from __future__ import annotations

import re

from mino.common.values.text import fold_text

MAX_BOOLEAN_TEXT = 100

# Folded forms. Of schema.org's ItemAvailability only what can be had now or can't be had is here: PreOrder,
# BackOrder and Reserved are neither yes nor no.
_TRUE_WORDS = """
true, t, yes, y, 1, on, ok, ✓, ✔, ☑, ✅, enabled, active, available, available now, currently available, included,
present, in stock, instock, in store only, instoreonly, online only, onlineonly, limited availability,
limitedavailability, open, sí, si, oui, ja, da, да, sim, tak, ano, evet, igen, kyllä, はい, 是, 有, 예, 네, نعم, כן,
vrai, wahr, verdadero, vero, auf lager, vorrätig, lieferbar, verfügbar, en stock, disponible, disponibile, på lager, i
lager, op voorraad, dostępny, в наличии, 在庫あり, 有货
"""
_FALSE_WORDS = """
false, f, no, n, 0, off, ✗, ✘, ✕, ❌, ☐, disabled, inactive, unavailable, not available, currently unavailable,
excluded, absent, out of stock, outofstock, not in stock, sold out, soldout, discontinued, no longer available, closed,
temporarily out of stock, non, nein, nee, nej, nei, нет, não, nao, nie, ne, hayır, nem, ei, いいえ, 否, 无, 아니요,
لا, לא, faux, falsch, falso, nicht auf lager, nicht lieferbar, nicht verfügbar, ausverkauft, épuisé, rupture de stock,
agotado, no disponible, esaurito, non disponibile, uitverkocht, slutsåld, udsolgt, wyprzedane, нет в наличии, 在庫なし,
缺货
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(fold_text(word) for word in text.split(","))


_MEANINGS = dict.fromkeys(_words(_TRUE_WORDS), True) | dict.fromkeys(_words(_FALSE_WORDS), False)
_SCHEMA_ORG = re.compile(r"(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)


def parse_boolean(text: str) -> bool | None:
    """Return what `text` says, or None when it is neither yes nor no. Never raises.

    Knows "true", "1", "yes" and their kin in common languages, and availability: "InStock",
    "https://schema.org/OutOfStock", "sold out".
    """
    if len(text) > MAX_BOOLEAN_TEXT:
        return None
    folded = fold_text(_SCHEMA_ORG.sub("", text.strip(), count=1)).rstrip(".!")
    return _MEANINGS.get(folded, _MEANINGS.get(folded.replace("-", " ").replace("_", " ")))
