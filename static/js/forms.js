// Forms check here what the same fields check on the server. What the browser finds wrong is said at the field, in the
// same place and look as what the server finds; a form is sent once, however often its button is pressed.

const told = (control) => document.getElementById(`${control.id}_error`);

function say(control) {
  let box = told(control);
  if (!box) {
    box = document.createElement("div");
    box.id = `${control.id}_error`;
    box.className = "mn-ferr";
    box.dataset.local = "";
    const icon = document.querySelector("template#field-error-icon");
    if (icon) box.append(icon.content.cloneNode(true));
    box.append(document.createElement("span"));
    (control.closest(".mn-control") ?? control).after(box);
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${box.id}`.trim());
  }
  box.lastElementChild.textContent = control.validationMessage;
  control.setAttribute("aria-invalid", "true");
}

function unsay(control) {
  const box = told(control);
  if (box && !("local" in box.dataset)) return; // the server said it, and only the server can take it back
  box?.remove();
  control.removeAttribute("aria-invalid");
  const others = (control.getAttribute("aria-describedby") ?? "")
    .split(/\s+/)
    .filter((id) => id !== `${control.id}_error`);
  if (others.join("")) control.setAttribute("aria-describedby", others.join(" "));
  else control.removeAttribute("aria-describedby");
}

addEventListener(
  "invalid",
  (event) => {
    const control = event.target;
    if (!control.id || control.type === "hidden") return;
    event.preventDefault();
    say(control);
    if (control === control.form.querySelector(":invalid:not(fieldset)")) control.focus();
  },
  true,
);

addEventListener("input", (event) => {
  const control = event.target;
  if (!(control.willValidate && control.id && told(control)?.dataset.local !== undefined)) return;
  if (control.validity.valid) unsay(control);
  else say(control);
});

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
});

// A page that comes back by the browser's back button is as it was left: its forms can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const control = document.getElementById(button.getAttribute("aria-controls"));
  const shown = control.type === "password";
  control.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
});
