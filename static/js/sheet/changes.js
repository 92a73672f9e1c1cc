// What was changed and is not saved yet, and the steps that undo and redo take back and forth. Knows nothing of the page.

const key = (id, column) => `${id}:${column}`;

export class Changes {
  rows = new Map(); // by id: { id, number, url, key, cells, noted } with the cells as the server holds them
  edits = new Map(); // by key: { row, column, value, seen }
  doubts = new Map(); // by key: a sentence
  outdated = new Map(); // by key: what the cell holds by now
  #undo = [];
  #redo = [];

  /** Remember a row as the server gave it. */
  adopt(row) {
    this.rows.set(row.id, row);
  }

  value(id, column) {
    return this.edits.get(key(id, column))?.value ?? this.rows.get(id).cells[column];
  }

  /** What is to be said about a cell. */
  state(id, column) {
    const place = key(id, column);
    const edit = this.edits.get(place);
    return { edit, doubt: this.doubts.get(place), theirs: this.outdated.get(place) };
  }

  /** Give cells other values, as one step. `cells` are { id, column, value }; answers those that changed. */
  apply(cells) {
    const step = [];
    for (const { id, column, value } of cells) {
      const before = this.value(id, column);
      if (before === value) continue;
      step.push({ id, column, before, after: value });
      this.#put(id, column, value);
    }
    if (step.length) {
      this.#undo.push(step);
      this.#redo = [];
    }
    return step;
  }

  undo() {
    return this.#move(this.#undo, this.#redo, "before");
  }

  redo() {
    return this.#move(this.#redo, this.#undo, "after");
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  /** Take all changes back, as one step. */
  discard() {
    return this.apply([...this.edits.values()].map(({ row, column, seen }) => ({ id: row, column, value: seen })));
  }

  /** The server holds these edits now; what was changed meanwhile stays changed. */
  saved(sent, stored) {
    for (const edit of sent) {
      const place = key(edit.row, edit.column);
      const value = stored.get(place) ?? edit.value.trim();
      this.rows.get(edit.row).cells[edit.column] = value;
      const now = this.edits.get(place);
      if (now && now.value !== edit.value && now.value !== value) now.seen = value;
      else this.edits.delete(place);
    }
    this.outdated.clear();
  }

  /** Somebody else changed a cell: its change waits for a decision. */
  markOutdated(id, column, theirs) {
    this.outdated.set(key(id, column), theirs);
  }

  /** Decide about cells that somebody else changed: overwrite them, or take what they hold. */
  settle(places, keepMine) {
    const settled = [];
    for (const place of places) {
      const theirs = this.outdated.get(place);
      const edit = this.edits.get(place);
      this.outdated.delete(place);
      if (!edit) continue;
      this.rows.get(edit.row).cells[edit.column] = theirs;
      edit.seen = theirs;
      if (!keepMine || edit.value === theirs) this.edits.delete(place);
      settled.push({ id: edit.row, column: edit.column });
    }
    return settled;
  }

  setDoubt(id, column, sentence) {
    if (sentence) this.doubts.set(key(id, column), sentence);
    else this.doubts.delete(key(id, column));
  }

  #put(id, column, value) {
    const place = key(id, column);
    const seen = this.edits.get(place)?.seen ?? this.rows.get(id).cells[column];
    if (value === seen) {
      this.edits.delete(place);
      this.outdated.delete(place);
    } else {
      this.edits.set(place, { row: id, column, value, seen });
    }
    this.doubts.delete(place);
  }

  #move(from, to, side) {
    const step = from.pop();
    if (!step) return [];
    to.push(step);
    for (const one of step) this.#put(one.id, one.column, one[side]);
    return step;
  }
}

export { key };
