/** What an empty list says: how the first image gets in, or why nothing was found. */
import * as api from "../net/api.js";
import { h } from "./element.js";
import { t } from "./words.js";

export function nothingFound(search) {
  return h("div", { class: "empty" }, h("h2", {}, t("list.nothing", { search })), h("p", {}, t("list.nothing.how")));
}

export function emptyArchive() {
  const facts = h("dl", { class: "facts" });
  const command = h("code", {});
  const host = location.hostname || "localhost";
  api.info().then(
    ({ aeTitle, dimsePort }) => {
      facts.replaceChildren(
        h("dt", {}, t("list.empty.aet")), h("dd", {}, aeTitle),
        h("dt", {}, t("list.empty.host")), h("dd", {}, host),
        h("dt", {}, t("list.empty.port")), h("dd", {}, String(dimsePort)),
      );
      command.textContent = `storescu -aec ${aeTitle} ${host} ${dimsePort} image.dcm`;
    },
    () => facts.remove(), // the rest of the advice holds without it
  );
  return h("div", { class: "empty" },
    h("h2", {}, t("list.empty")),
    h("p", {}, t("list.empty.send")), facts,
    h("p", {}, t("list.empty.command")), h("p", {}, command),
    h("p", {}, t("list.empty.drop")),
    h("p", {}, t("list.empty.demo")), h("p", {}, h("code", {}, "isocenter demo")),
  );
}
