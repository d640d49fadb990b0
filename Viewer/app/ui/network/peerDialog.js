/** A peer as a form. What the form does not show stays as it is. */
import { explain } from "../doors.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { t } from "../words.js";

const services = ["store", "query", "retrieve", "commit"];
const list = (text) => text.split(/[\s,]+/).filter(Boolean);

/** `save(peer)` may throw what the server says; the dialog then stays. */
export function peerDialog(peer, { title, names, save }) {
  const isNew = !names.includes(peer.name) || title === t("peers.add");
  const field = (name, properties = {}, hint) => h("div", { class: "field" },
    h("label", { for: `peer-${name}` }, t(`peer.${name}`)),
    h("input", { id: `peer-${name}`, name, autocomplete: "off", spellcheck: "false", "aria-describedby": hint ? `peer-${name}-hint` : null, ...properties }),
    hint && h("p", { class: "hint", id: `peer-${name}-hint` }, hint));
  const tick = (name, label, checked) => h("label", { class: "tick" }, h("input", { type: "checkbox", name, checked: checked || null }), label);
  const problem = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "primary" }, t("peer.save"));
  const form = h("form", { class: "peer-form", onsubmit: submit },
    field("name", { value: peer.name ?? "", required: true, readonly: !isNew || null }),
    field("aeTitle", { value: peer.aeTitle ?? "", maxlength: "16" }),
    h("fieldset", {}, h("legend", {}, t("peer.services")), services.map((service) => tick(service, t(`service.${service}`), peer.services?.includes(service)))),
    field("addresses", { value: (peer.addresses ?? []).join(", ") }, t("peer.addresses.hint")),
    field("host", { value: peer.host ?? "" }, t("peer.host.hint")),
    field("port", { value: peer.port ?? "", type: "number", min: "1", max: "65535" }),
    tick("usesTLS", t("peer.usesTLS"), peer.usesTLS),
    field("url", { value: peer.web?.url ?? "", type: "url", placeholder: "https://…/dicom-web" }, t("peer.url.hint")),
    field("destinations", { value: (peer.destinations ?? []).join(", "), placeholder: peer.destinations ? t("peer.destinations.none") : t("peer.destinations.all") }, t("peer.destinations.hint")),
    problem, button);
  const dialog = h("dialog", { class: "peer-dialog", "aria-labelledby": "peer-dialog-title", onclose: () => dialog.remove() },
    h("header", {}, h("h2", { id: "peer-dialog-title" }, title),
      h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    form);

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    const value = (name) => form.elements[name].value.trim();
    const url = value("url");
    const made = {
      name: value("name"), aeTitle: value("aeTitle"), host: value("host") || null, port: value("port") ? Number(value("port")) : null,
      addresses: list(value("addresses")), services: services.filter((service) => form.elements[service].checked), usesTLS: form.elements.usesTLS.checked,
      // As whom we come was said for that address: it does not go with another.
      web: url ? (url === peer.web?.url ? peer.web : { url }) : null,
      // An empty field means all, as it did before, unless none was said.
      destinations: value("destinations") ? value("destinations").split(",").map((name) => name.trim()).filter(Boolean) : peer.destinations?.length === 0 ? [] : null,
    };
    problem.textContent = "";
    button.disabled = true;
    try {
      await save(made);
      dialog.close();
    } catch (error) {
      problem.textContent = explain(error);
    } finally {
      button.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  form.elements[isNew && peer.aeTitle ? "services" in form.elements ? "store" : "name" : "name"].focus();
}
