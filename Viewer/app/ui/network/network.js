/** The network page: who may call us, who tried, how associations ended, and what is still to be done. For administrators. */
import { h } from "../element.js";
import { explain } from "../doors.js";
import { icon } from "../icons.js";
import { themeButton } from "../theme.js";
import { t } from "../words.js";
import { peersTab } from "./peers.js";
import { associationsTab } from "./associations.js";
import { jobsTab } from "./jobs.js";
import { commitmentsTab } from "./commitments.js";
import { deletionsTab } from "./deletions.js";

const tabs = [["peers", peersTab], ["associations", associationsTab], ["jobs", jobsTab], ["commitments", commitmentsTab], ["deletions", deletionsTab]];
const pause = 5000; // ms between looks at what changes by itself

/** Returns the function that leaves it. `argument` is the tab. */
export function network(root, argument, { signedOut, open }) {
  const [name, make] = tabs.find(([name]) => name === argument) ?? tabs[0];
  const controller = new AbortController();
  const notice = h("p", { class: "network-notice", role: "status", "aria-live": "polite" });
  const area = h("div", { class: "network-area", role: "tabpanel", id: "network-panel", "aria-labelledby": `tab-${name}`, tabindex: "-1" });
  const tab = make({ say, open, signal: controller.signal, work });
  area.append(tab.element);
  root.replaceChildren(h("div", { class: "network-page" },
    h("header", { class: "network-bar" },
      h("a", { class: "quiet", href: "#/studies", title: t("back"), "aria-label": t("back") }, icon("back")),
      h("h1", {}, t("network")),
      h("nav", { role: "tablist", "aria-label": t("network"), onkeydown: arrows },
        tabs.map(([other]) => h("a", {
          role: "tab", id: `tab-${other}`, href: `#/network/${other}`, "aria-selected": String(other === name), "aria-controls": other === name ? "network-panel" : null, tabindex: other === name ? null : "-1",
        }, t(`network.${other}`)))),
      h("a", { class: "quiet", id: "audit", href: "#/audit", title: t("audit"), "aria-label": t("audit") }, icon("audit")),
      h("a", { class: "quiet", href: "#/api", title: t("api"), "aria-label": t("api") }, icon("code")),
      themeButton()),
    h("main", {}, notice, area)));

  function say(text, isError = false) {
    notice.classList.toggle("error", isError);
    notice.textContent = text;
  }

  /** Runs something that asks the server, and tells what went wrong. False where it did. */
  async function work(action) {
    try {
      await action();
      return true;
    } catch (error) {
      if (controller.signal.aborted) return false;
      if (error.status === 401) signedOut();
      else say(explain(error), true);
      return false;
    }
  }

  function arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(([other]) => other === name);
    open(`#/network/${tabs[(at + step + tabs.length) % tabs.length][0]}`);
  }

  let timer = 0;
  async function look() {
    await work(tab.load);
    if (controller.signal.aborted) return;
    document.documentElement.dataset.ready = "network";
    timer = setTimeout(look, pause);
  }
  look();
  document.getElementById(`tab-${name}`).focus();
  return () => { controller.abort(); clearTimeout(timer); };
}
