// The rows of the grid: those that the page came with, and those before and after them, as the server gives them.

export class Rows {
  constructor(form) {
    this.address = form.dataset.grid;
    this.execution = form.dataset.execution;
    this.next = form.dataset.next;
    this.previous = form.dataset.previous;
    this.isAsking = false;
    this.ticks = form.elements.everything ? 1 : 0; // who may do nothing with rows has no column of boxes
  }

  // What the table of the page shows: `{id, row, cells}`, cells being HTML that the server escaped.
  inPage(table) {
    return [...table.tBodies[0].rows].map((line) => ({
      id: Number(line.dataset.place),
      row: Number(line.dataset.row),
      cells: [...line.cells].slice(this.ticks).map((cell) => cell.innerHTML),
    }));
  }

  async ask(query) {
    const parameters = new URLSearchParams(query);
    parameters.set("execution", this.execution);
    const response = await fetch(`${this.address}?${parameters}`, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`The rows can’t be fetched: ${response.status}`);
    return response.json();
  }

  // The rows after the last (`next`) or before the first (`previous`); null when there are none or they are on their way.
  async more(side) {
    if (this.isAsking || !this[side]) return null;
    this.isAsking = true;
    try {
      const answer = await this.ask(this[side]);
      this[side] = answer[side];
      return answer.rows.map(({ row, place, cells }) => ({ id: place, row, cells }));
    } finally {
      this.isAsking = false;
    }
  }
}
