// Tabulator over the rows of the grid. Only the rows in view are in the document. Cells are the server's own HTML.

const ROW_HEIGHT = 54;
const LEAST_HEIGHT = 360;
const NEAR = 600;
const isNarrow = matchMedia("(max-width: 991.98px)");

function html(text) {
  const holder = document.createElement("template");
  holder.innerHTML = text;
  return holder.content;
}

function tick(choosing) {
  return {
    title: "Choose",
    field: "row",
    frozen: true,
    width: 40,
    cssClass: "mn-tick",
    headerSort: false,
    resizable: false,
    titleFormatter: () => choosing.boxOfAll(),
    formatter: (cell) => choosing.boxOf(cell.getRow().getData().row),
  };
}

const siteWidth = () => (isNarrow.matches ? 140 : 250);
const resultWidth = () => (isNarrow.matches ? 150 : 230);

function widths(head) {
  if (head.dataset.key === "site") return { width: siteWidth(), frozen: true };
  if (head.dataset.key === "result") return { width: resultWidth() };
  if (head.dataset.key.startsWith("field:")) return { width: Math.min(272, Math.max(150, head.offsetWidth)) };
  return { width: 110 };
}

function columnsOf(page, rows, choosing) {
  const heads = [...page.tHead.rows[0].cells].slice(rows.ticks);
  const columns = heads.map((head, place) => ({
    title: head.dataset.title,
    field: `cells.${place}`,
    headerSort: false,
    cssClass: "number" in head.dataset ? "is-num" : "",
    headerHozAlign: "number" in head.dataset && !head.dataset.key.startsWith("field:") ? "right" : "left",
    ...widths(head),
    titleFormatter: (cell, options, onRendered) => {
      onRendered(() => {
        const order = head.getAttribute("aria-sort");
        if (order) cell.getElement().closest(".tabulator-col").setAttribute("aria-sort", order);
      });
      return html(head.innerHTML);
    },
    formatter: (cell) => html(cell.getValue()),
    key: head.dataset.key,
  }));
  return choosing ? [tick(choosing), ...columns] : columns;
}

async function follow(table, rows, told) {
  const holder = table.element.querySelector(".tabulator-tableholder");
  const load = async () => {
    const { scrollTop, clientHeight, scrollHeight } = holder;
    if (scrollHeight - scrollTop - clientHeight < NEAR && rows.next) {
      const after = await rows.more("next");
      if (after) await table.addData(after);
      if (after) tell(table, rows, told);
      if (after && !after.length && rows.next) load(); // the search had to stop; it goes on
    } else if (scrollTop < NEAR / 3 && rows.previous) {
      const before = await rows.more("previous");
      if (!before) return;
      await table.addData(before, true);
      holder.scrollTop += before.length * ROW_HEIGHT;
      tell(table, rows, told);
    }
  };
  const quietly = () => load().catch(() => told && (told.textContent = "The rows can’t be fetched. Scroll to try again."));
  holder.addEventListener("scroll", quietly, { passive: true });
  quietly();
}

function tell(table, rows, told) {
  const data = table.getData();
  if (!told || !data.length) return;
  const end = rows.next ? "; more come as you scroll" : "";
  told.textContent = `${data.length} rows are here, ${data[0].row} to ${data.at(-1).row}${end}`;
}

// Tabulator goes back to the width of the definition whenever the window changes.
function fit(table) {
  for (const column of table.getColumns()) {
    const definition = column.getDefinition();
    if (definition.key === "site") definition.width = siteWidth();
    else if (definition.key === "result") definition.width = resultWidth();
    else continue;
    column.setWidth(definition.width);
  }
}

export function makeTable(form, rows, choosing) {
  const holder = form.querySelector("[data-grid-table]");
  const page = holder.querySelector("table");
  const told = form.querySelector("[data-grid-told]");
  const data = rows.inPage(page);
  const columns = columnsOf(page, rows, choosing);
  const height = Math.max(LEAST_HEIGHT, innerHeight - 160);
  const place = document.createElement("div");
  holder.replaceWith(place);
  place.classList.add("mn-rows");
  const table = new window.Tabulator(place, {
    data,
    columns,
    index: "id",
    maxHeight: height,
    rowHeight: ROW_HEIGHT,
    layout: "fitDataFill",
    columnDefaults: { resizable: "header", tooltip: false },
    rowFormatter: (row) => row.getElement().setAttribute("data-row", row.getData().row),
  });
  table.on("tableBuilt", () => {
    // What scrolls can be focused, so it has to have a role that belongs into a grid.
    place.querySelector(".tabulator-tableholder").setAttribute("role", "rowgroup");
    place.querySelector(".tabulator-table").setAttribute("role", "presentation");
    form.querySelector("[data-grid-foot] nav")?.remove();
    choosing?.follow(table);
    follow(table, rows, told);
    tell(table, rows, told);
    isNarrow.addEventListener("change", () => fit(table));
  });
  return table;
}
