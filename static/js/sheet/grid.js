// The table on the screen: Tabulator draws it and keeps the selected range; values come from the changes.

import { edit } from "./editor.js";

const narrow = matchMedia("(max-width: 40rem)");
const WIDTHS = { Number: 130, Boolean: 110, Date: 150, Phone: 160 };

export class Grid {
  /** `hooks`: typed(id, column, value), selected(), scrolled(). */
  constructor(element, config, changes, hooks) {
    this.changes = changes;
    this.columns = config.columns;
    this.element = element;
    this.start = null; // the key with which somebody began to type
    this.tabulator = new window.Tabulator(element, {
      data: [],
      index: "id",
      height: "100%",
      rowHeight: 34,
      nestedFieldSeparator: false,
      selectableRange: 1,
      selectableRangeColumns: true,
      selectableRangeRows: true,
      selectableRangeInitializeDefault: true,
      editTriggerEvent: "dblclick",
      keybindings: { navNext: false, navPrev: false, undo: false, redo: false },
      columnDefaults: { headerSort: false, resizable: "header", minWidth: 80 },
      rowHeader: { title: "Site", field: "url", frozen: true, width: narrow.matches ? 150 : 250, cssClass: "mn-sheet-site", formatter: site },
      columns: config.columns.map((column, place) => ({
        title: column.name,
        titleFormatter: () => head(column),
        field: `c${place}`,
        width: WIDTHS[column.type] ?? 220,
        formatter: (cell) => this.#draw(cell, place),
        editor: config.editable ? (cell, ...rest) => edit(this, cell, ...rest) : undefined,
      })),
    });
    this.ready = new Promise((done) => this.tabulator.on("tableBuilt", done)).then(() => this.#name());
    this.tabulator.on("cellEdited", (cell) => hooks.typed(cell.getData().id, place(cell), cell.getValue()));
    this.tabulator.on("rangeChanged", hooks.selected);
    this.tabulator.on("rangeAdded", hooks.selected);
    this.tabulator.on("scrollVertical", hooks.scrolled);
  }

  async add(rows) {
    await this.ready;
    await this.tabulator.addData(rows.map((row) => this.#record(row)));
  }

  /** Whether the rows on the screen come near the end of those that are loaded. */
  get nearEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.holder;
    return scrollHeight - scrollTop - clientHeight < 2 * clientHeight;
  }

  get holder() {
    return this.element.querySelector(".tabulator-tableholder");
  }

  /** The selected range by places: rows of those loaded, columns of truth. */
  get range() {
    const range = this.tabulator.getRanges()[0];
    if (!range || !this.tabulator.getDataCount()) return null;
    const [top, bottom, left, right] = [range.getTopEdge(), range.getBottomEdge(), range.getLeftEdge() - 1, range.getRightEdge() - 1];
    if ([top, bottom, left, right].some(Number.isNaN)) return null;
    return { top, bottom, left: Math.max(left, 0), right: Math.max(right, 0) };
  }

  select(top, left, bottom = top, right = left) {
    const rows = this.tabulator.getRows();
    const cellAt = (row, column) => rows[row].getCell(`c${column}`);
    const range = this.tabulator.getRanges()[0];
    if (!range || !rows[bottom]) return;
    range.setBounds(cellAt(top, left), cellAt(bottom, right));
    this.holder.focus({ preventScroll: true });
  }

  move(direction) {
    this.tabulator.modules.selectRange.navigate(false, false, direction);
  }

  edit(start = null) {
    const { top, left } = this.range ?? {};
    if (top === undefined) return;
    this.start = start;
    this.tabulator.getRows()[top].getCell(`c${left}`).edit();
  }

  /** Show cells as they are now. */
  renew(cells) {
    const many = cells.length > 200;
    if (many) this.tabulator.blockRedraw();
    for (const { id, column } of cells) {
      const row = this.tabulator.getRow(id);
      if (!row) continue;
      const cell = row.getCell(`c${column}`);
      const value = this.changes.value(id, column);
      if (cell.getValue() !== value) row.update({ [`c${column}`]: value });
      this.#mark(cell.getElement(), id, column);
    }
    if (many) this.tabulator.restoreRedraw();
  }

  /** Tell screen readers how the parts belong together, which Tabulator leaves half said. */
  #name() {
    this.element.removeAttribute("aria-owns");
    this.element.setAttribute("aria-label", "Truth by row and column");
    this.holder.setAttribute("role", "rowgroup");
    this.holder.querySelector(".tabulator-table").setAttribute("role", "presentation");
  }

  #record(row) {
    const record = { id: row.id, url: row.url, number: row.number };
    this.columns.forEach((_, column) => (record[`c${column}`] = this.changes.value(row.id, column)));
    return record;
  }

  #draw(cell, column) {
    const id = cell.getData().id;
    this.#mark(cell.getElement(), id, column);
    const text = cell.getValue() ?? "";
    const shown = document.createElement("span");
    shown.textContent = text.length > 300 ? `${text.slice(0, 300)}…` : text;
    if (text && text === this.columns[column].absent) shown.className = "mn-void";
    return shown;
  }

  /** Mark a cell as what is known about it says. */
  #mark(element, id, column) {
    const { edit: changed, doubt, theirs } = this.changes.state(id, column);
    element.classList.toggle("is-changed", Boolean(changed));
    element.classList.toggle("is-doubtful", Boolean(doubt));
    element.classList.toggle("is-outdated", theirs !== undefined);
    element.classList.toggle("is-noted", this.changes.rows.get(id).noted.includes(column));
    element.title = [theirs !== undefined && `By now: ${theirs || "not known"}`, doubt].filter(Boolean).join(" · ");
  }
}

const place = (cell) => Number(cell.getField().slice(1));

function site(cell) {
  const { number, url } = cell.getData();
  const line = document.createElement("span");
  const count = document.createElement("span");
  count.className = "mn-sheet-number";
  count.textContent = number.toLocaleString("en-GB");
  const address = document.createElement("span");
  address.textContent = url.replace(/^https?:\/\/(www\.)?/, "");
  address.title = url;
  line.append(count, address);
  return line;
}

function head(column) {
  const name = document.createElement("span");
  name.className = "mn-mono";
  name.textContent = column.name;
  const type = document.createElement("span");
  type.className = "mn-meta";
  type.textContent = ` ${column.type}`;
  const both = document.createElement("span");
  both.append(name, type);
  return both;
}
