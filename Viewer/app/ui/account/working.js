/** What the pages of accounts share: a notice, asking the server, and asking for the password again where that is needed. */
import { h } from "../element.js";
import { explain } from "../doors.js";
import { proofDialog } from "./proof.js";

/** `work(action)` runs something that asks the server: false where it did not go, and then it is said why. */
export function working({ signedOut, signal }) {
  const notice = h("p", { class: "network-notice", role: "status", "aria-live": "polite" });
  function say(text, isError = false) {
    notice.classList.toggle("error", isError);
    notice.textContent = text;
  }
  /** As `action`, once more after the password was said again. */
  async function proven(action) {
    try {
      return await action();
    } catch (error) {
      if (error.status !== 403 || !error.body?.needs?.includes("proof") || !(await proofDialog())) throw error;
      return action();
    }
  }
  async function work(action) {
    try {
      await proven(action);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error.status === 401) signedOut();
      else say(explain(error), true);
      return false;
    }
  }
  return { notice, say, work, proven };
}
