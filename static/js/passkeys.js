// Passkeys and security keys (WebAuthn). A form with data-passkey asks the browser for a credential, puts it into its
// hidden field and is sent. "create" and "get" find what to ask in the JSON script that data-options names; "sign-in"
// fetches it, since nothing is known about who will sign in.

const ready = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

async function created(form) {
  const asked = (await optionsOf(form)).creation_options.publicKey;
  if (form.elements.passwordless.checked) {
    asked.authenticatorSelection = {
      ...asked.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
  }
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
}

async function shown(form) {
  const asked = (await optionsOf(form)).request_options.publicKey;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-error]");
  place.querySelector("span").textContent = words;
  place.hidden = !words;
}

function inWords(error) {
  if (error.name === "NotAllowedError") return "Nothing was chosen, or it took too long. Try again.";
  if (error.name === "InvalidStateError") return "This key is registered with your account already.";
  if (error.name === "SecurityError") return "Passkeys work only under the name of a site, over https or at localhost.";
  return `The key could not be used: ${error.message}`;
}

async function use(form) {
  say(form, "");
  try {
    const credential = await (form.dataset.passkey === "create" ? created(form) : shown(form));
    form.elements.credential.value = JSON.stringify(credential.toJSON());
  } catch (error) {
    say(form, inWords(error));
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("button[type=submit]").hidden = !ready && form.dataset.passkey === "sign-in";
  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (ready) use(form);
      else say(form, "This browser can’t use passkeys. Use another browser, or a code.");
    },
    true,
  );
}
