// Messages at the corner. The server writes them into the page; scripts and htmx answers (HX-Trigger: {"mino:toast": "..."})
// raise the event "mino:toast". They leave after a while unless the pointer or the focus is on them, or they are errors.

const corner = document.getElementById("toasts");
const shape = document.getElementById("toast");
const seconds = 7;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000, toast);
  else toast.remove();
}

function stay(toast) {
  if (!("stays" in toast.dataset)) setTimeout(leave, seconds * 1000, toast);
}

addEventListener("mino:toast", (event) => {
  const toast = shape.content.firstElementChild.cloneNode(true);
  toast.querySelector("span").textContent = event.detail.value ?? event.detail;
  corner.append(toast);
  stay(toast);
});

addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".mn-toast").remove());
for (const toast of corner.children) stay(toast);
