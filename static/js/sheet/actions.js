// What keys, buttons and the clipboard do with the selected cells. Each is one step of undo and redo.

import { formatBlock, parseBlock } from "./text.js";

export class Actions {
  /** `show(cells)` draws cells anew, `tell(sentence)` says something to the person. */
  constructor(grid, rows, changes, { show, tell, most }) {
    Object.assign(this, { grid, rows, changes, show, tell, most });
  }

  copy() {
    return formatBlock(this.#block());
  }

  clear() {
    this.#apply(this.#cells(() => ""));
  }

  /** Say that the pages hold no such value. */
  absent() {
    const columns = this.grid.columns;
    const cells = this.#cells((_, column) => columns[column].absent || null).filter((one) => one.value !== null);
    if (cells.length) this.#apply(cells);
    else this.tell("No text says that there is none in this column. Set one among its matching options.");
  }

  /** Fill the selection with its first row; of a single row, with the row above it. */
  fillDown() {
    const range = this.grid.range;
    if (!range) return;
    const from = range.top === range.bottom ? range.top - 1 : range.top;
    if (from < 0) return;
    const source = this.rows.list[from].id;
    this.#apply(this.#cells((_, column) => this.changes.value(source, column)));
  }

  undo() {
    this.#after(this.changes.undo(), "There is nothing to undo.");
  }

  redo() {
    this.#after(this.changes.redo(), "There is nothing to redo.");
  }

  /** Write a block, from the first selected cell on; a selection of several times its size is filled with it. */
  async paste(text) {
    const block = parseBlock(text);
    const range = this.grid.range;
    if (!range || !text) return;
    const size = { rows: block.length, columns: Math.max(...block.map((cells) => cells.length)) };
    const area = { rows: times(range.bottom - range.top + 1, size.rows), columns: times(range.right - range.left + 1, size.columns) };
    if (area.rows * area.columns > this.most) {
      this.tell(`These are ${(area.rows * area.columns).toLocaleString("en-GB")} cells; at most ${this.most.toLocaleString("en-GB")} are saved at once. Set them by a file.`);
      return;
    }
    try {
      await this.rows.reach(range.top + area.rows);
    } catch {
      this.tell("Nothing was pasted: the rows below could not be loaded. Try again in a moment.");
      return;
    }
    const cells = [];
    let beyond = 0;
    for (let row = 0; row < area.rows; row += 1) {
      const values = block[row % size.rows];
      for (let column = 0; column < area.columns; column += 1) {
        const value = values[column % size.columns];
        if (value === undefined) continue;
        const target = this.rows.list[range.top + row];
        if (target && this.grid.columns[range.left + column]) cells.push({ id: target.id, column: range.left + column, value });
        else beyond += 1;
      }
    }
    this.#apply(cells);
    this.#selectPasted(range, area);
    if (beyond) this.tell(`${beyond.toLocaleString("en-GB")} cell${beyond === 1 ? "" : "s"} lay beyond the edge of the table and ${beyond === 1 ? "was" : "were"} not pasted.`);
  }

  #selectPasted(range, area) {
    const bottom = Math.min(range.top + area.rows, this.rows.list.length) - 1;
    const right = Math.min(range.left + area.columns, this.grid.columns.length) - 1;
    this.grid.select(range.top, range.left, bottom, right);
  }

  #block() {
    const { top, bottom, left, right } = this.grid.range ?? { top: 0, bottom: -1 };
    const rows = this.rows.list.slice(top, bottom + 1);
    return rows.map(({ id }) => span(left, right).map((column) => this.changes.value(id, column)));
  }

  #cells(value) {
    const { top, bottom, left, right } = this.grid.range ?? { top: 0, bottom: -1 };
    const rows = this.rows.list.slice(top, bottom + 1);
    return rows.flatMap(({ id }) => span(left, right).map((column) => ({ id, column, value: value(id, column) })));
  }

  #apply(cells) {
    this.show(this.changes.apply(cells));
  }

  #after(step, nothing) {
    if (!step.length) this.tell(nothing);
    this.show(step);
    const place = this.rows.list.findIndex((row) => row.id === step[0]?.id);
    if (place >= 0) this.grid.select(place, step[0].column);
  }
}

/** The selection's size where it is a multiple of the block's, else the block's own. */
const times = (selected, size) => (selected > size && selected % size === 0 ? selected : size);
const span = (left, right) => Array.from({ length: right - left + 1 }, (_, place) => left + place);
