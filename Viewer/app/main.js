/** Routes to screens; wiring only. Deep state lives in the hash: #/studies, #/study/UID, #/network/TAB, #/account, #/administration/TAB, #/api/OPERATION, #/setup/TOKEN. */
import * as api from "./net/api.js";
import * as doors from "./ui/doors.js";
import { studyList } from "./ui/studyList.js";
import { viewer } from "./ui/viewer.js";
import { network } from "./ui/network/network.js";
import { apiPage } from "./ui/api/api.js";
import { auditPage } from "./ui/audit/audit.js";
import { uploadPanel } from "./ui/uploadPanel.js";
import { preferences } from "./net/preferences.js";
import { applyTheme, keepTheme, setTheme } from "./ui/theme.js";
import { chooseLanguage, direction, keepLanguage, language, t } from "./ui/words.js";

const root = document.getElementById("app");
const memory = {}; // what the study list wants to find again when the reader comes back
let leave = () => {};
let user = null;
let lacksSecondFactor = false; // nothing goes before one is set up
let kept = null; // preferences of the user
let uploads = null; // goes on while the reader looks at studies

async function route() {
  leave();
  leave = () => {};
  delete document.documentElement.dataset.ready;
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  const [, screen = "", argument = ""] = path.split("/");
  if (screen === "setup" && argument) return doors.setUp(root, decodeURIComponent(argument), { signedIn });
  if (!user) {
    try {
      ({ user, lacksSecondFactor } = await api.session());
    } catch (error) {
      if (error.status === 401) return error.body.setup ? doors.setUpNeeded(root) : doors.signIn(root, { signedIn });
      return doors.unreachable(root, error, route);
    }
  }
  if (lacksSecondFactor) {
    const setUp = () => { user = null; route(); };
    leave = fetched(import("./ui/account/account.js"), ({ accountPage }) => accountPage(root, { user, signedOut, signOut, lacksSecondFactor, setUp }));
    return;
  }
  kept ??= remembered();
  uploads = uploadsOf(user);
  const context = { user, memory, uploads, preferences: kept, signedOut, signOut, open, query: new URLSearchParams(query) };
  document.title = t("product");
  if (screen === "study" && argument) leave = viewer(root, decodeURIComponent(argument), context);
  else if (screen === "network" && user.role === "administrator") leave = network(root, argument, context);
  else if (screen === "audit" && user.role === "administrator") leave = auditPage(root, context);
  else if (screen === "account") leave = fetched(import("./ui/account/account.js"), ({ accountPage }) => accountPage(root, context));
  else if (screen === "administration" && user.role === "administrator") leave = fetched(import("./ui/administration/administration.js"), ({ administration }) => administration(root, argument, context));
  else if (screen === "api") leave = apiPage(root, decodeURIComponent(argument), context);
  else leave = studyList(root, context);
}

/** A screen whose files come when it is first asked for. Returns the function that leaves it, also before it is there. */
function fetched(files, show) {
  let isLeft = false, end = () => {};
  files.then((screen) => { if (!isLeft) end = show(screen); }, (error) => { if (!isLeft) doors.unreachable(root, { status: 0, error }, () => location.reload()); });
  return () => { isLeft = true; end(); };
}

function open(hash) { location.hash = hash; }

function signedIn(session) {
  ({ user, lacksSecondFactor } = session);
  if (location.hash.startsWith("#/setup")) history.replaceState(null, "", "#/studies");
  route();
}

/** The preferences of whoever has signed in; how the page looks follows them. */
function remembered() {
  const own = preferences();
  const keep = (name) => (value) => own.update("appearance", (before) => ({ ...before, [name]: value })).catch(() => {}); // this device remembers it
  keepTheme(keep("theme"));
  keepLanguage(keep("language"));
  own.ready.then(() => {
    if (own !== kept) return;
    const { theme, language: tag } = own.get("appearance") ?? {};
    if (theme) setTheme(theme, false);
    if (tag) chooseLanguage(tag, { told: true });
  });
  return own;
}

/** What is being sent waits where the session ended, for the same person. */
function uploadsOf(person) {
  if (uploads?.user === person.name) uploads.resume();
  else {
    uploads?.close();
    uploads = uploadPanel(document.body, person, { sessionEnded: signedOut });
  }
  return uploads;
}

/** Everything of the archive leaves the page. */
function forget() {
  user = null;
  leave();
  leave = () => {};
  kept = null;
  for (const key of Object.keys(memory)) delete memory[key];
}

/** The server no longer knows us. */
function signedOut() {
  if (!user) return;
  uploads?.suspend();
  forget();
  doors.signIn(root, { signedIn, notice: t("signIn.expired") });
}

async function signOut() {
  let notice = null;
  try {
    await api.signOut();
  } catch (error) {
    if (error.status !== 401) notice = t("signOut.failed"); // the session may still be open: say so
  }
  forget();
  uploads?.close();
  uploads = null;
  if (notice) return doors.signIn(root, { signedIn, notice });
  history.replaceState(null, "", "#/studies");
  route();
}

applyTheme();
document.documentElement.lang = language;
document.documentElement.dir = direction;
addEventListener("hashchange", route);
route();
