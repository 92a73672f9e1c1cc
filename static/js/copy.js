// Copies the address of the page, which says everything that the page shows, or what stands in a field. Without this
// script the buttons stay hidden.

function copies(button, text, done, failed) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = await navigator.clipboard.writeText(text()).then(() => done, () => failed);
    dispatchEvent(new CustomEvent("mino:toast", { detail: told }));
  });
}

for (const button of document.querySelectorAll("[data-copy-address]")) {
  const failed = "The browser did not allow copying. Copy the address of this page instead.";
  copies(button, () => location.href, "The link to this comparison is copied.", failed);
}
for (const button of document.querySelectorAll("[data-copy-from]")) {
  const field = document.getElementById(button.dataset.copyFrom);
  const failed = "The browser did not allow copying. It is selected: copy it by the keyboard.";
  copies(button, () => (field.select(), field.value), button.dataset.copied, failed);
}
