// Sends what was changed: doubts are asked for while somebody works, and all changes are saved together with a reason.

import { key } from "./changes.js";

export class Saving {
  #timer = null;
  #checked = new Map();

  constructor(changes, config, urls) {
    Object.assign(this, { changes, config, urls });
    this.token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  /** Ask for doubts about what was changed, a moment after the last change; `show(cells)` draws what came. */
  checkSoon(show) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(show), 500);
  }

  /** Save everything. Answers { told } or { refused }, and the cells to draw anew. */
  async save(reason) {
    const sent = [...this.changes.edits.values()].map((edit) => ({ ...edit }));
    const answer = await this.#post(this.urls.save, { cells: sent.map((edit) => this.#named(edit)), reason });
    const touched = sent.map(({ row, column }) => ({ id: row, column }));
    if (answer.error) {
      for (const one of answer.outdated ?? []) {
        this.changes.markOutdated(one.row, this.#place(one.column), one.theirs);
      }
      return { refused: answer.error.message, touched };
    }
    this.changes.saved(sent, new Map(answer.values.map((one) => [key(one.row, this.#place(one.column)), one.value])));
    this.#doubt(answer.doubts);
    return { told: answer.told, touched };
  }

  async #check(show) {
    const open = [...this.changes.edits.values()]
      .filter((edit) => edit.value && this.#checked.get(key(edit.row, edit.column)) !== edit.value)
      .slice(0, this.config.most);
    if (!open.length) return;
    for (const edit of open) this.#checked.set(key(edit.row, edit.column), edit.value);
    const answer = await this.#post(this.urls.check, { cells: open.map((edit) => this.#named(edit)) });
    if (answer.doubts) show(this.#doubt(answer.doubts.filter((one) => this.#isStill(one, open))));
    else for (const edit of open) this.#checked.delete(key(edit.row, edit.column));
  }

  /** Whether the cell still holds what was asked about. */
  #isStill(doubt, asked) {
    const column = this.#place(doubt.column);
    const edit = asked.find((one) => one.row === doubt.row && one.column === column);
    return edit?.value === this.changes.value(doubt.row, column);
  }

  #doubt(doubts) {
    return doubts.map(({ row, column, message }) => {
      const place = this.#place(column);
      this.changes.setDoubt(row, place, message);
      return { id: row, column: place };
    });
  }

  #named({ row, column, value, seen }) {
    return { row, column: this.config.columns[column].name, value, seen };
  }

  #place(name) {
    return this.config.columns.findIndex((column) => column.name === name);
  }

  async #post(url, content) {
    const failed = { error: { message: "The server could not be reached. Nothing is lost: try again in a moment." } };
    const signedOut = { error: { message: "You were signed out meanwhile. Copy what you have changed, load this page again, and paste it." } };
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token, Accept: "application/json" },
        body: JSON.stringify(content),
      });
      const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
      if (isJson) return await answer.json();
      return answer.status === 403 || answer.redirected ? signedOut : failed;
    } catch {
      return failed;
    }
  }
}
