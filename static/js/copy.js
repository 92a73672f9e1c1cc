// Copies the address of the page, which says everything that the page shows. Without this script the button stays hidden.

for (const button of document.querySelectorAll("[data-copy-address]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = await navigator.clipboard.writeText(location.href).then(
      () => "The link to this comparison is copied.",
      () => "The browser did not allow copying. Copy the address of this page instead.",
    );
    dispatchEvent(new CustomEvent("mino:toast", { detail: told }));
  });
}
