/** Two menus of the tool bar: the key images of the study, and its presentation states. */
import { h, setText } from "../ui/element.js";
import { keyCaps } from "../ui/keyboard.js";
import { menu } from "../ui/menu.js";
import { date, time } from "../model/text.js";
import { t } from "../ui/words.js";

const key = (app, id) => app.keyboard.keysOf(id).slice(0, 1).map((each) => keyCaps(each).join(" "))[0] ?? null;

export function evidenceMenus(app) {
  const keyMenu = menu({ name: "keys", label: t("key.images"), picture: "star", entries: () => keyEntries(app) });
  const stateMenu = menu({ name: "states", label: t("presentation.states"), picture: "presentation", entries: () => stateEntries(app) });
  const status = h("span", { class: "evidence-status", role: "status" });

  function update(state) {
    const { keys, states } = app;
    const worst = ["signedOut", "offline", "sending"].find((each) => keys.status === each || states.status === each) ?? "idle";
    const waiting = keys.waiting + states.waiting;
    setText(status, waiting ? t(`evidence.${worst}`, { n: waiting }) : "");
    status.dataset.evidence = waiting ? worst : "idle";
    status.classList.toggle("problem", waiting > 0 && worst !== "sending");
    keyMenu.button.classList.toggle("on", state.keysOnly);
    stateMenu.button.classList.toggle("on", Boolean(state.viewports[state.active].look.presentation));
  }
  return { elements: [keyMenu.element, stateMenu.element, status], update };
}

function keyEntries(app) {
  const { images, failed } = app.keys;
  const where = ({ series, instance, frame }) => app.placeOf(series, instance, frame);
  return [
    { items: [
      { text: t("command.keyImage"), picture: "star", key: key(app, "keyImage"), run: () => app.keyImage() },
      { text: t("command.keyImageWith"), key: key(app, "keyImageWith"), run: () => app.keyImageWith() },
      { text: t("command.keysOnly"), key: key(app, "keysOnly"), checked: app.state().keysOnly, toggles: true, run: () => app.keysOnly() },
    ] },
    {
      heading: t("key.images"), note: [images.length ? "" : t("key.none"), failed ? t("evidence.failed", { n: failed }) : ""].filter(Boolean).join("\n") || null,
      items: images.map((each) => ({ text: where(each), picture: "star", detail: [...new Set(each.documents.map(({ title, observer, description, isOnItsWay }) => [titleOf(title), description, isOnItsWay ? t("key.onItsWay") : observer].filter(Boolean).join(" · ")))].join("; "), run: () => app.goToKey(each) })),
    },
  ];
}

/** In the reader's language where the title is one of ours, else as the maker wrote it. */
export function titleOf({ code, meaning }) {
  const own = t(`key.title.${code}`);
  return own === `key.title.${code}` ? meaning : own;
}

/** What a person calls a presentation state. */
export const nameOf = ({ description, label }) => description || label || t("presentation.unnamed");

function stateEntries(app) {
  const { list, failed } = app.states;
  const applied = app.state().viewports[app.state().active].look.presentation;
  const meant = list.filter((state) => app.states.isMeant(state)), others = list.filter((state) => !meant.includes(state));
  const entry = (state) => ({
    text: nameOf(state), picture: "presentation", detail: [state.description && state.label, state.creator.replace("^", " ").trim(), [date(state.created.slice(0, 8)), time(state.created.slice(8))].join(" ")].filter(Boolean).join(" · "), checked: state.uid === applied, run: () => app.states.apply(state),
  });
  return [
    { items: [{ text: t("command.savePresentation"), picture: "save", key: key(app, "savePresentation"), run: () => app.savePresentation() }, { text: t("presentation.none"), checked: !applied, run: () => app.states.remove() }] },
    { heading: t("presentation.ofThis"), note: [meant.length ? "" : t("presentation.noneOfThis"), failed ? t("evidence.failed", { n: failed }) : ""].filter(Boolean).join("\n") || null, items: meant.map(entry) },
    others.length > 0 && { heading: t("presentation.ofOthers"), items: others.map(entry) },
  ].filter(Boolean);
}
