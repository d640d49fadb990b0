/** Commands of the marks, for the table of all commands. */
import { kinds } from "./kinds.js";

export const markCommands = Object.entries(kinds).map(([id, { key, icon }]) => ({ id, keys: key ? [key] : [], group: "marks", icon, run: (app) => app.setTool(id) }));
