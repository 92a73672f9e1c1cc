// The truth of a batch as a spreadsheet: sheet/grid.js draws it, sheet/changes.js keeps what is not saved yet.

import { Actions } from "./sheet/actions.js";
import { Changes } from "./sheet/changes.js";
import { Grid } from "./sheet/grid.js";
import { listen } from "./sheet/keys.js";
import { Rows } from "./sheet/loading.js";
import { Panel } from "./sheet/panel.js";
import { Saving } from "./sheet/saving.js";

const page = document.getElementById("sheet");
const config = JSON.parse(document.getElementById("sheet-config").textContent);
const bar = document.getElementById("sheet-bar");
const part = (name) => bar?.querySelector(`[data-${name}]`);
const count = (number, one, many) => `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
const toast = (text) => document.body.dispatchEvent(new CustomEvent("mino:toast", { bubbles: true, detail: { value: text } }));

const changes = new Changes();
const grid = new Grid(document.getElementById("sheet-table"), config, changes, {
  typed: (id, column, value) => show(changes.apply([{ id, column, value }])),
  selected: () => panel?.show(),
  scrolled: () => grid.nearEnd && load(),
});
const rows = new Rows(page.dataset.rows, config.first - 1, (piece) => {
  piece.forEach((row) => changes.adopt(row));
  return grid.add(piece);
});
const saving = new Saving(changes, config, { save: page.dataset.save, check: page.dataset.check });
const actions = new Actions(grid, rows, changes, { show, tell, most: config.most });
const panel = new Panel(document.getElementById("sheet-cell"), grid, rows, changes, {
  url: page.dataset.cell,
  put: (id, column, value) => show(changes.apply([{ id, column, value }])),
  settle,
  tell,
  renew: (cells) => grid.renew(cells),
});

function show(cells) {
  grid.renew(cells);
  panel.show();
  if (!bar) return;
  const changed = changes.edits.size;
  part("count").textContent = changed ? `${count(changed, "cell", "cells")} changed` : "Nothing is changed";
  const doubtful = [...changes.edits.keys()].filter((place) => changes.doubts.has(place)).length;
  part("doubts").textContent = doubtful ? `${count(doubtful, "value is", "values are")} doubtful` : "";
  part("outdated").hidden = !changes.outdated.size;
  part("outdated-count").textContent = `${count(changes.outdated.size, "cell was", "cells were")} changed by somebody else meanwhile.`;
  part("save").disabled = !changed || changes.outdated.size > 0;
  part("discard").disabled = !changed;
  part("undo").disabled = !changes.canUndo;
  part("redo").disabled = !changes.canRedo;
  if (changed) saving.checkSoon(show);
}

function tell(sentence) {
  const note = document.getElementById("sheet-told");
  note.querySelector("span").textContent = sentence;
  note.hidden = !sentence;
}

/** Decide about cells that somebody else changed; with the last of them, what was said about them goes. */
function settle(places, keepMine) {
  show(changes.settle(places, keepMine));
  if (!changes.outdated.size) tell("");
}

async function load() {
  try {
    await rows.next();
  } catch (error) {
    tell(error.message);
  }
}

async function save() {
  if (part("save").disabled || part("save").ariaBusy) return; // Enter in the field of the reason asks as well
  tell("");
  part("save").ariaBusy = "true";
  const { told, refused, touched } = await saving.save(part("reason").value);
  part("save").ariaBusy = null;
  if (told) {
    toast(told);
    part("reason").value = "";
  } else tell(`Nothing was saved. ${refused}`);
  show(touched);
}

const acts = {
  undo: () => actions.undo(),
  redo: () => actions.redo(),
  fill: () => actions.fillDown(),
  clear: () => actions.clear(),
  absent: () => actions.absent(),
  discard: () => show(changes.discard()),
  mine: () => settle([...changes.outdated.keys()], true),
  theirs: () => settle([...changes.outdated.keys()], false),
};
bar?.addEventListener("click", (event) => acts[event.target.closest("[data-do]")?.dataset.do]?.());
bar?.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
document.getElementById("sheet-told").addEventListener("click", (event) => event.target.closest("button") && tell(""));
addEventListener("beforeunload", (event) => changes.edits.size && event.preventDefault());
listen(grid, actions, { editable: config.editable, leave: () => (part("reason") ?? document.getElementById("main")).focus() });
await load();
page.dataset.ready = "";
if (config.editable) show([]);
