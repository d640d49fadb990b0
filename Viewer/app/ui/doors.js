/** What is before the archive: signing in, making the first administrator, and being told how. */
import * as api from "../net/api.js";
import { havePasskeys, signInByPasskey } from "../net/passkey.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** The sentence for a failed request: the server's own, else one that fits. */
export function explain(error) {
  if (error.status === 0) return t("unreachable");
  if (error.status === 429) return t("signIn.wait", { seconds: error.retryAfter ?? "30" });
  return error.message || t("error.server", { status: error.status ?? "" });
}

const door = (title, ...content) =>
  h("main", { class: "door" },
    h("div", { class: "door-card" },
      h("p", { class: "brand" }, icon("mark"), t("product")),
      h("h1", {}, title),
      ...content.filter(Boolean),
    ),
  );

function field(name, label, attributes, hint) {
  const id = `field-${name}`;
  return h("div", { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, name, required: true, "aria-describedby": hint ? `${id}-hint` : null, ...attributes }),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
  );
}

/** A form that says in one place what is wrong and cannot be sent twice at a time. */
function form(fields, word, submit) {
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "primary" }, word);
  const element = h("form", { novalidate: true }, ...fields, error, button);
  const say = (text, name) => {
    error.textContent = text;
    for (const input of element.querySelectorAll("input")) input.toggleAttribute("aria-invalid", input.name === name);
    if (name) element.elements[name].focus();
  };
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    say("");
    button.disabled = true;
    try {
      await submit(Object.fromEntries(new FormData(element)), say);
    } finally {
      button.disabled = false;
    }
  });
  return element;
}

export function signIn(root, { signedIn, notice }) {
  const element = form(
    [
      field("name", t("signIn.name"), { autocomplete: "username webauthn", autocapitalize: "none", spellcheck: "false" }),
      field("password", t("signIn.password"), { type: "password", autocomplete: "current-password" }),
    ],
    t("signIn"),
    async ({ name, password }, say) => {
      try {
        signedIn(await api.signIn(name.trim(), password));
      } catch (error) {
        if (error.body?.needs) return secondStep(root, { signedIn, name: name.trim(), password, needs: error.body.needs });
        say(error.status === 401 ? t("signIn.wrong") : explain(error), "password");
        element.elements.password.select();
      }
    },
  );
  root.replaceChildren(door(t("signIn"), notice && h("p", { class: "notice" }, notice), element, passkeyButton(signedIn), h("p", { class: "small" }, t("signIn.notice"))));
  element.elements.name.focus();
  document.documentElement.dataset.ready = "signIn";
}

/** Signs in without name and password; nothing where the browser has no passkeys for this page. */
function passkeyButton(signedIn) {
  if (!havePasskeys()) return null;
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "button", class: "quiet bordered", id: "passkey", onclick: use }, t("signIn.passkey"));
  async function use() {
    error.textContent = "";
    button.disabled = true;
    try {
      signedIn(await signInByPasskey());
    } catch (problem) {
      error.textContent = problem instanceof DOMException ? t("signIn.passkeyRefused") : explain(problem);
    } finally {
      button.disabled = false;
    }
  }
  return h("div", { class: "door-passkey" }, button, error);
}

/** The password was right: the code. */
function secondStep(root, { signedIn, name, password, needs }) {
  const element = form(
    [field("code", t("signIn.code"), { autocomplete: "one-time-code", autocapitalize: "none", spellcheck: "false", maxlength: "24" }, t("signIn.code.hint"))],
    t("signIn"),
    async ({ code }, say) => {
      try {
        signedIn(await api.signIn(name, password, code.trim()));
      } catch (error) {
        say(error.status === 401 ? t("signIn.codeWrong") : explain(error), "code");
        element.elements.code.select();
      }
    },
  );
  root.replaceChildren(door(t("signIn.codeTitle"), h("p", {}, t(needs.includes("code") ? "signIn.codeLead" : "signIn.recoveryLead")), element,
    needs.includes("passkey") && passkeyButton(signedIn),
    h("button", { type: "button", class: "quiet", id: "anotherName", onclick: () => signIn(root, { signedIn }) }, t("signIn.back"))));
  element.elements.code.focus();
  document.documentElement.dataset.ready = "code";
}

export function setUp(root, token, { signedIn }) {
  const element = form(
    [
      field("name", t("signIn.name"), { autocomplete: "username", autocapitalize: "none", spellcheck: "false" }),
      field("password", t("signIn.password"), { type: "password", autocomplete: "new-password" }, t("setup.rule")),
      field("repeat", t("setup.repeat"), { type: "password", autocomplete: "new-password" }),
    ],
    t("setup.make"),
    async ({ name, password, repeat }, say) => {
      if (!name.trim()) return say(t("setup.noName"), "name");
      if (!password) return say(t("setup.noPassword"), "password");
      if (password !== repeat) return say(t("setup.differ"), "repeat");
      try {
        signedIn(await api.setUp(token, name.trim(), password));
      } catch (error) {
        say(error.status === 403 ? error.message || t("setup.used") : explain(error), error.status === 400 ? "password" : null);
      }
    },
  );
  root.replaceChildren(door(t("setup.title"), h("p", {}, t("setup.lead")), element));
  element.elements.name.focus();
  document.documentElement.dataset.ready = "setup";
}

export function setUpNeeded(root) {
  root.replaceChildren(
    door(t("setup.needed"), h("p", {}, t("setup.needed.how")), h("p", {}, h("code", {}, `${api.url("#/setup/")}…`))),
  );
  document.documentElement.dataset.ready = "setupNeeded";
}

export function unreachable(root, error, retry) {
  root.replaceChildren(door(explain(error), h("button", { class: "primary", type: "button", onclick: retry }, t("retry"))));
  document.documentElement.dataset.ready = "unreachable";
}
