// Rows come in pieces as somebody scrolls. Those that were loaded stay in the page's memory.

export class Rows {
  list = [];
  more = true;
  #after;
  #url;
  #loading = null;
  #taken;

  /** `taken(rows)` is called with each piece. */
  constructor(url, after, taken) {
    this.#url = url;
    this.#after = after;
    this.#taken = taken;
  }

  /** Load the next piece; two calls at the same time load one. */
  next() {
    if (!this.more) return Promise.resolve();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Load until there are `count` rows, or no more. */
  async reach(count) {
    while (this.more && this.list.length < count) await this.next();
  }

  async #load() {
    const answer = await fetch(`${this.#url}?after=${this.#after}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("The rows could not be loaded. Try again in a moment.");
    const { rows, more } = await answer.json();
    this.more = more;
    if (rows.length) this.#after = rows.at(-1).number;
    this.list.push(...rows);
    await this.#taken(rows);
  }
}
