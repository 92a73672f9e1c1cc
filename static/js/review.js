// The keys of the review: each presses the button, follows the link or enters the field that carries it as data-key.
// Enter saves what is edited, Escape leaves a field. Keys that are held down decide once.

const TYPED = "input:not([type=hidden]), textarea, select, [contenteditable]";

function use(control) {
  if (control.matches("textarea, input")) {
    control.focus();
    control.select();
  } else {
    control.click();
  }
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  const field = event.target.closest?.(TYPED);
  if (field) {
    if (event.key === "Escape") {
      event.preventDefault();
      (document.getElementById("review-cell") ?? document.body).focus();
    } else if (event.key === "Enter" && !event.shiftKey && field.dataset.enter) {
      event.preventDefault();
      document.getElementById(field.dataset.enter).click();
    }
    return;
  }
  if (document.querySelector("dialog[open], details[open].mn-menu")) return;
  const control = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
  if (!control || control.disabled) return;
  event.preventDefault();
  use(control);
});
