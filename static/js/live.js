// Manners of the live parts of a page. A live part is an element with data-live that polls by htmx and is replaced by
// morphing (hx-trigger="every 2s" hx-swap="morph:outerHTML"), so that focus, scroll and selected text stay.
// The server ends the polling by leaving hx-trigger out of its last answer; data-live-done on that answer is announced.
// A hidden page asks nothing. When three answers in a row fail, the page says so and offers to reconnect.
// What lies under the pointer stays under it: when something above it comes or goes, the page scrolls by as much.

// What somebody typed, ticked, chose or opened is theirs: morphing leaves it.
const theirs = {
  value: (control) => "defaultValue" in control && control.value !== control.defaultValue,
  checked: (control) => control.checked !== control.defaultChecked,
  selected: (option) => option.selected !== option.defaultSelected,
  open: (element) => element.matches("details, dialog"),
};
window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) => !theirs[name]?.(element);

const patience = 3;
const notice = document.getElementById("disconnected");
const live = (event) => event.target.closest?.("[data-live]");
let failures = 0;
let answered = new Date();

function lost() {
  notice.querySelector("[data-since]").textContent = answered.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  });
  notice.hidden = false;
}

function found() {
  failures = 0;
  answered = new Date();
  notice.hidden = true;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (live(event) && (document.hidden || failures >= patience)) event.preventDefault();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!live(event)) return;
  if (event.detail.successful || event.detail.xhr?.status === 409) found(); // 409: refused, but heard
  else if (++failures === patience) lost();
});

// What somebody reads or uses does not change under them: no replacement by a mere poll while a menu in it is open or text
// is selected. The answer to an act is shown.
document.addEventListener("htmx:beforeSwap", (event) => {
  const part = live(event);
  if (!part || event.detail.requestConfig?.verb !== "get") return;
  const selection = getSelection();
  const selected = !selection.isCollapsed && part.contains(selection.anchorNode);
  if (selected || part.querySelector("details.mn-menu[open], dialog[open]")) event.detail.shouldSwap = false;
});

let pointer = null;
let pointed = null;
addEventListener("pointermove", (event) => (pointer = event.pointerType === "mouse" ? event : null), { passive: true });

document.addEventListener("htmx:beforeSwap", () => {
  const element = pointer && document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest("[data-live] [id]");
  pointed = element && { id: element.id, top: element.getBoundingClientRect().top };
});

document.addEventListener("htmx:afterSwap", () => {
  const element = pointed && document.getElementById(pointed.id);
  const moved = element ? element.getBoundingClientRect().top - pointed.top : 0;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
  pointed = null;
});

// An answer that was still on its way when the last one came says the same once more: morphing has taken every mark off
// the element, so what was announced is kept here, until the part lives again.
const announced = new Map();
document.addEventListener("htmx:afterSettle", (event) => {
  const part = live(event);
  if (!part) return;
  const last = part.dataset.liveDone;
  if (announced.get(part.id) === last) return;
  announced.set(part.id, last);
  if (!last) return;
  dispatchEvent(new CustomEvent("mino:toast", { detail: last }));
});

notice.querySelector("[data-reconnect]").addEventListener("click", () => location.reload());
