// Blocks of cells as text, the way spreadsheets put them on the clipboard: tabs between cells, a line for each row.

/** The rows of a block. A cell with a tab or a line break in it stands in quotes, inside which quotes are doubled. */
export function parseBlock(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const rows = [[]];
  let at = 0;
  while (at <= source.length) {
    const quoted = quotedCell(source, at);
    const end = quoted ? quoted.end : endOfPlain(source, at);
    rows.at(-1).push(quoted ? quoted.text : source.slice(at, end));
    if (source[end] === "\n") rows.push([]);
    at = end + 1;
  }
  return rows;
}

function endOfPlain(source, start) {
  let end = start;
  while (end < source.length && source[end] !== "\t" && source[end] !== "\n") end += 1;
  return end;
}

/** A cell in quotes that needs them; quotes around plain text belong to the text. */
function quotedCell(source, start) {
  if (source[start] !== '"') return null;
  let end = start + 1;
  for (;;) {
    end = source.indexOf('"', end);
    if (end < 0) return null;
    if (source[end + 1] !== '"') break;
    end += 2;
  }
  const inside = source.slice(start + 1, end);
  const next = source[end + 1];
  if (!/[\t\n]/.test(inside) || (next !== undefined && next !== "\t" && next !== "\n")) return null;
  return { text: inside.replaceAll('""', '"'), end: end + 1 };
}

/** The text of a block, which `parseBlock` and spreadsheets read again. */
export function formatBlock(rows) {
  return rows.map((cells) => cells.map(formatCell).join("\t")).join("\n");
}

function formatCell(text) {
  return /[\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The accepted values of a cell as they stand in it: a separator behind a backslash belongs to its value. */
function splitValues(cell, separator) {
  const parts = cell.replaceAll(`\\${separator}`, "\0").split(separator);
  return parts.map((part) => part.trim().replaceAll("\0", `\\${separator}`)).filter(Boolean);
}

/** The cell with more accepted values, each once; null where they can't stand in one cell. */
export function withValues(cell, more, separator) {
  const known = splitValues(cell, separator);
  const missing = splitValues(more, separator).filter((value) => !known.includes(value));
  if (!missing.length) return cell;
  // A backslash at the end of a value would make the separator behind it a part of the value: such a value goes last.
  const last = (value) => value.endsWith("\\");
  const all = [...known, ...missing];
  if (all.filter(last).length > 1) return null;
  return [...all.filter((value) => !last(value)), ...all.filter(last)].join(separator);
}
