// The grid of rows: scrolls through all of them, fifty fetched at a time. The page has the first fifty as a table, which
// stays as it is without scripts; Tabulator takes its cells, and those of later answers, as the server wrote them.

import { Choosing } from "./grid/choosing.js";
import { offerColumns } from "./grid/columns.js";
import { Rows } from "./grid/rows.js";
import { showSources } from "./grid/sources.js";
import { makeTable } from "./grid/table.js";

const form = document.getElementById("grid-form");
const rows = form && new Rows(form);

async function searchOn() {
  // Nothing found so far: go on by itself until there is something, then show it as a page of its own.
  const told = form.querySelector("[data-grid-told]");
  while (rows.next) {
    const address = rows.next;
    const answer = await rows.ask(address);
    if (answer.rows.length || !answer.next) {
      location.replace(address);
      return;
    }
    rows.next = answer.next;
    told.textContent = `Searched as far as row ${answer.searched_to}.`;
  }
}

if (form?.querySelector("[data-grid-table]")) {
  const choosing = form.elements.everything ? new Choosing(form) : null;
  const table = makeTable(form, rows, choosing);
  table.on("tableBuilt", () => {
    offerColumns(form, table);
    showSources(form);
  });
} else if (form?.querySelector("[data-grid-searching]")) {
  searchOn().catch(() => {}); // the button goes on
}
