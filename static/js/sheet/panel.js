// What is known about the selected cell, beside the table: its whole value, what is to be decided, notes, and answers.

import { key } from "./changes.js";
import { withValues } from "./text.js";

export class Panel {
  #timer = null;
  #shown = "";

  /** `put(id, column, value)` changes a cell, `settle(places, keepMine)` decides about one that somebody else changed,
   * `tell(sentence)` says something. */
  constructor(element, grid, rows, changes, { url, put, settle, renew, tell }) {
    Object.assign(this, { element, grid, rows, changes, url, put, settle, tell });
    this.part = element.querySelector("[data-cell-part]");
    element.addEventListener("click", (event) => this.#act(event));
    element.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.xhr.status === 422) Object.assign(event.detail, { shouldSwap: true, isError: false });
    });
    element.addEventListener("htmx:afterSwap", () => this.#noted(renew));
  }

  get cell() {
    const range = this.grid.range;
    const row = range && this.rows.list[range.top];
    return row ? { row, column: range.left } : null;
  }

  /** Show the selected cell at once, and what the server knows of it when the selection rests. */
  show() {
    const cell = this.cell;
    if (!cell) return;
    this.#state(cell);
    const place = key(cell.row.id, cell.column);
    if (place === this.#shown) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#shown = place;
      const column = encodeURIComponent(this.grid.columns[cell.column].name);
      const address = this.url.replace("/0/truth/", `/${cell.row.number}/truth/`);
      const part = window.htmx.ajax("GET", `${address}?column=${column}`, { target: this.part, swap: "innerHTML" });
      part.catch(() => (this.#shown = ""));
    }, 250);
  }

  #state({ row, column }) {
    const { edit, doubt, theirs } = this.changes.state(row.id, column);
    const text = this.changes.value(row.id, column);
    this.#write("[data-cell-name]", this.grid.columns[column].name);
    this.#write("[data-cell-row]", `Row ${row.number.toLocaleString("en-GB")}`);
    this.#write("[data-cell-value]", text || "not known");
    this.element.querySelector("[data-cell-value]").classList.toggle("mn-void", !text);
    this.#write("[data-cell-before]", edit ? `Before: ${edit.seen || "not known"}` : "");
    this.#write("[data-cell-doubt] span", doubt ?? "");
    this.element.querySelector("[data-cell-doubt]").hidden = !doubt;
    this.#write("[data-cell-theirs]", theirs || "not known");
    this.element.querySelector("[data-cell-outdated]").hidden = theirs === undefined;
    this.element.querySelector("[data-cell-rest]").hidden = false;
  }

  #write(selector, text) {
    this.element.querySelector(selector).textContent = text;
  }

  #act(event) {
    const button = event.target.closest("button[data-act]");
    const cell = this.cell;
    if (!button || !cell) return;
    const { row, column } = cell;
    const { act, value } = button.dataset;
    if (act === "take") this.put(row.id, column, value);
    if (act === "add") this.#add(row.id, column, value);
    if (act === "mine" || act === "theirs") this.settle([key(row.id, column)], act === "mine");
  }

  #add(id, column, value) {
    const together = withValues(this.changes.value(id, column), value, this.grid.columns[column].separator);
    if (together === null) this.tell("Two accepted values that end with a backslash can’t be written in one cell.");
    else this.put(id, column, together);
  }

  /** Notes may have come or gone: mark their cell, or unmark it. */
  #noted(renew) {
    const cell = this.cell;
    const part = this.part.querySelector("[data-notes]");
    if (!cell || !part || part.dataset.row !== cell.row.id) return;
    const others = cell.row.noted.filter((column) => column !== cell.column);
    cell.row.noted = Number(part.dataset.notes) ? [...others, cell.column] : others;
    renew([{ id: cell.row.id, column: cell.column }]);
  }
}
