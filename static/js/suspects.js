// The keys of the list of suspects: j and k go through it, the others press the buttons of the one that is looked at.
// After a decision the page comes back with the next suspect in the place of the one that went.

const PLACE = "mino-suspect-place";
const items = [...document.querySelectorAll("[data-suspects] > li")];

function current() {
  return items.findIndex((one) => one.contains(document.activeElement));
}

function go(place) {
  const item = items[Math.max(0, Math.min(items.length - 1, place))];
  item?.focus();
  item?.scrollIntoView({ block: "nearest" });
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest("input, textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  const at = current();
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else items[at]?.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});

for (const form of document.querySelectorAll(".mn-suspect-acts")) {
  form.addEventListener("submit", () => sessionStorage.setItem(PLACE, String(current())));
}

const place = sessionStorage.getItem(PLACE);
sessionStorage.removeItem(PLACE);
go(place === null ? 0 : Number(place));
