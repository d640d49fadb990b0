/** The languages of the page, each by its own name: whoever reads none of the others finds theirs. */
import { h } from "./element.js";
import { icon } from "./icons.js";
import { chooseLanguage, language, languages, t } from "./words.js";

export function languageSelect() {
  const select = h("select", { id: "language", "aria-label": t("palette.language"), title: t("palette.language"), onchange: () => chooseLanguage(select.value) },
    languages.map(({ tag, name }) => h("option", { value: tag, lang: tag }, name)));
  select.value = language;
  return h("span", { class: "language quiet" }, icon("globe"), select);
}
