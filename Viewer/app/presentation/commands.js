/** Commands of key images and presentation states, for the table of all commands. */
export const evidenceCommands = [
  { id: "keyImage", keys: ["k"], group: "marks", icon: "star", run: (app) => app.keyImage() },
  { id: "keyImageWith", keys: ["Shift+K"], group: "marks", run: (app) => app.keyImageWith() },
  { id: "nextKeyImage", keys: ["Shift+ArrowDown"], group: "images", run: (app) => app.nextKey(1) },
  { id: "previousKeyImage", keys: ["Shift+ArrowUp"], group: "images", run: (app) => app.nextKey(-1) },
  { id: "keysOnly", keys: ["*"], group: "images", icon: "star", run: (app) => app.keysOnly() },
  { id: "savePresentation", keys: ["Shift+V"], group: "view", icon: "presentation", run: (app) => app.savePresentation() },
];
