// The run form shows only what belongs to the chosen agent and way of sampling. What is hidden is not sent and not checked.
// Without this script everything is shown, and the server takes what counts.

const form = document.querySelector("[data-run]");
const chosen = (name) => form.querySelector(`[name="${name}"]:checked`)?.value ?? "";

function toggle(part, shown) {
  part.hidden = !shown;
  for (const control of part.querySelectorAll("input, select")) control.disabled = !shown;
}

function show() {
  const paired = form.elements.pair.checked;
  const agents = [chosen("agent"), paired ? form.elements.other_agent.value : ""];
  for (const part of form.querySelectorAll("[data-agent]")) toggle(part, agents.includes(part.dataset.agent));
  for (const part of form.querySelectorAll("[data-when-pair]")) toggle(part, paired);
  for (const part of form.querySelectorAll("[data-when-sample]")) {
    const shown = part.dataset.whenSample.split(" ").includes(chosen("sample_method"));
    toggle(part, shown);
    const size = part.querySelector('[name="sample_size"]');
    if (size) size.required = shown;
  }
}

form.addEventListener("change", show);
show();
