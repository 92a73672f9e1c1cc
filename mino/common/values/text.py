"""Folds away what does not change the meaning of a text: case, spaces, quotes, dashes, entities, Unicode forms."""

from __future__ import annotations

import html
import unicodedata
from functools import lru_cache

MAX_TEXT = 32_767
"""Texts are compared up to here: what one cell can hold."""

_MAX_ROUNDS = 6
_MAX_CACHED = 200
_QUOTES = {"'": "‘’‚‛′‵`´ʼʹ＇", '"': "“”„‟″‶«»‹›〝〞〟＂"}
_DASHES = "‐‑‒–—―⁃−﹘﹣－"
_FOLDED = {ord(character): plain for plain, characters in _QUOTES.items() for character in characters}
_FOLDED |= {ord(character): "-" for character in _DASHES}


def fold_text(text: str) -> str:
    """Return `text` as it is compared: folding twice gives the same, and it never raises.

    HTML entities are resolved, Unicode brought to NFKC without case, typographic quotes and dashes replaced by plain
    ones, invisible format characters (soft hyphen, zero-width space) removed, and white space collapsed and trimmed.
    """
    # Only short texts are worth their memory in a cache; they are the ones that come again.
    return _fold_cached(text) if len(text) <= _MAX_CACHED else _fold(text[:MAX_TEXT])


def _fold(text: str) -> str:
    if text.isascii() and "&" not in text and text.isprintable():
        return " ".join(text.casefold().split())
    # One step can prepare the next ("&amp;eacute;", or a full-width "＆amp;"), so: until nothing changes any more.
    for _ in range(_MAX_ROUNDS):
        folded = _fold_once(text)
        if folded == text:
            return folded
        text = folded
    # Only entities nest without end. Without ampersands there are none.
    text = text.replace("&", "")
    while (folded := _fold_once(text)) != text:
        text = folded.replace("&", "")
    return text


_fold_cached = lru_cache(maxsize=16_384)(_fold)


def _fold_once(text: str) -> str:
    text = html.unescape(text).translate(_FOLDED)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(map(_visible, text)).split()) if not text.isascii() else _collapse_ascii(text)


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in {"Cf", "Cc", "Cs"} else character


def _collapse_ascii(text: str) -> str:
    printable = text if text.isprintable() else "".join(map(_visible, text))
    return " ".join(printable.split())
