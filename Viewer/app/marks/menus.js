/** Two menus of the tool bar: the kinds of marks, and the list of the study's marks with what can be done with them. */
import { h, setText } from "../ui/element.js";
import { icon } from "../ui/icons.js";
import { keyCaps } from "../ui/keyboard.js";
import { menu } from "../ui/menu.js";
import { t } from "../ui/words.js";
import * as edits from "./edits.js";
import { isMark, kinds } from "./kinds.js";

export function markMenus(app) {
  const tools = menu({
    name: "measure", label: t("mark.measure"), picture: "length",
    entries: () => [{
      items: Object.entries(kinds).map(([id, { key, icon: picture }]) =>
        ({ text: t(`mark.${id}`), picture, key: key ? keyCaps(key).join(" ") : null, checked: app.state().tool === id, run: () => app.setTool(id) })),
    }],
  });
  const list = menu({ name: "marks", label: t("mark.list"), picture: "marks", entries: () => entries(app) });
  const status = h("span", { class: "draft-status", role: "status" });
  let shown = "";

  function update(state) {
    const picture = isMark(state.tool) ? kinds[state.tool].icon : "length";
    const label = isMark(state.tool) ? t(`mark.${state.tool}`) : t("mark.measure");
    if (shown !== label) {
      shown = label;
      tools.button.replaceChildren(icon(picture), h("span", {}, label));
      tools.button.title = label;
    }
    tools.button.setAttribute("aria-pressed", isMark(state.tool));
    const { saver, reports } = app.marking;
    const count = edits.marksOf(state).length;
    const words = [
      count ? t(count === 1 ? "mark.count.one" : "mark.count.many", { n: count }) : "",
      saver.status === "saved" && !count ? "" : t(`draft.${saver.status}`, { words: saver.words }),
      saver.rivals ? t("draft.rivals", { n: saver.rivals }) : "", reports.failed ? t("report.failed", { n: reports.failed }) : "", app.marking.said ?? "",
    ].filter(Boolean).join(" · ");
    setText(status, saver.status === "loading" ? "" : words);
    status.title = words;
    status.dataset.draft = saver.status;
    status.dataset.rivals = saver.rivals;
    status.classList.toggle("problem", ["offline", "refused", "signedOut"].includes(saver.status) || saver.rivals > 0);
  }
  return { elements: [tools.element, list.element, status], update };
}

function entries(app) {
  const marks = app.marking.list();
  const { saver } = app.marking;
  return [
    saver.others.length > 0 && { note: saver.others.map(({ account, marks: n }) => t("draft.other", { account, n })).join("\n"), items: [] },
    {
      heading: t("mark.list"), note: marks.length ? null : t("mark.none"),
      items: marks.map(({ mark, lines }) => ({
        text: `${t(`mark.${mark.kind}`)}${mark.text ? ` “${mark.text}”` : ""}`, picture: kinds[mark.kind].icon, detail: [...lines.filter((line) => line !== mark.text), mark.report ? t("mark.reported") : ""].filter(Boolean).join(" · "),
        run: () => app.marking.goTo(mark),
      })),
    },
    marks.length > 0 && {
      items: [
        { text: t("mark.save"), picture: "save", run: () => app.marking.saveReport() },
        { text: t("mark.clear"), picture: "trash", run: () => app.edit((s) => edits.marksOf(s).reduce((next, { id }) => edits.remove(next, id), s)) },
      ],
    },
  ].filter(Boolean);
}
