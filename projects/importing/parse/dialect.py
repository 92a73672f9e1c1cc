"""How a text file writes a table: encoding, delimiter, quotes, header."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

# No file may use this noncharacter, so nothing is ever split at it.
ONE_COLUMN = "\U0010ffff"

DELIMITER_NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    " ": "space",
    ":": "colon",
    "~": "tilde",
    "&": "ampersand",
    "^": "caret",
    ONE_COLUMN: "one column",
}

# What may be chosen, with its name; `utf-8-sig` is UTF-8 with a byte order mark.
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Western (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "shift_jis": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC-KR)",
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a text file are written. `header` false: the first line is data already."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    skip_initial_space: bool = False
    skipped_lines: int = 0
    header: bool = True

    def reader_options(self, *, strict: bool) -> dict[str, Any]:
        """The keyword arguments of `csv.reader` for this dialect."""
        quoting = {"quotechar": self.quote} if self.quote else {"quotechar": None, "quoting": csv.QUOTE_NONE}
        return {
            "delimiter": self.delimiter,
            "escapechar": self.escape,
            "skipinitialspace": self.skip_initial_space,
            "strict": strict,
            **quoting,
        }

    def description(self) -> str:
        """The dialect in words: "UTF-8, semicolon"."""
        encoding = ENCODING_NAMES.get(self.encoding, self.encoding)
        delimiter = DELIMITER_NAMES.get(self.delimiter, f"delimiter {self.delimiter}")
        quote = ", quoted with '" if self.quote == "'" else ""
        return f"{encoding}, {delimiter}{quote}"
