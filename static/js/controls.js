// The controls of an execution. They are plain forms; htmx sends them and renews the parts of the page that they changed.
// A refusal (409) and a wrong value (422) are answers too: the page shows them. A dialog closes with its answer, unless a
// value in it was wrong. Polls renew the controls as well, but not under the pointer and not while something in them is
// open: what came meanwhile is put in its place when the pointer leaves.

const answers = [409, 422];
const canHover = matchMedia("(hover: hover)");
let isPoll = false;
let held = null;

function inUse(controls) {
  return (
    controls.querySelector("dialog[open], details[open]") !== null || (canHover.matches && controls.matches(":hover"))
  );
}

function release() {
  const controls = held && document.getElementById(held.id);
  if (!controls || inUse(controls)) return;
  const renewed = held;
  held = null;
  window.Idiomorph.morph(controls, renewed, { morphStyle: "outerHTML" });
  window.htmx.process(document.getElementById(renewed.id));
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { status } = event.detail.xhr;
  if (status < 300 || status === 409) event.target.closest?.("dialog[open]")?.close();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  isPoll = event.detail.requestConfig.verb === "get";
  if (!answers.includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const controls = event.detail.target;
  if (!controls.matches?.("[data-controls]")) return;
  held = isPoll && inUse(controls) ? event.detail.fragment.firstElementChild.cloneNode(true) : null;
  if (held) event.detail.shouldSwap = false;
});

document.addEventListener("pointerout", (event) => {
  if (held && event.target.closest?.("[data-controls]")) setTimeout(release);
});
document.addEventListener("close", () => setTimeout(release), true);
document.addEventListener("toggle", () => setTimeout(release), true);

// Minus and plus change the number at once; it is sent when nobody has pressed them for a moment.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-stepper] [data-step]");
  if (!button) return;
  event.preventDefault();
  const number = button.form.querySelector("[type=number]");
  const before = number.value;
  if (button.dataset.step > 0) number.stepUp();
  else number.stepDown();
  for (const other of button.form.querySelectorAll("[data-step]")) {
    other.disabled = number.value === (other.dataset.step > 0 ? number.max : number.min);
  }
  if (number.value !== before) number.dispatchEvent(new Event("change", { bubbles: true }));
});
