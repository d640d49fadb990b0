/** Commands that look closer at an image or take it along, for the table of all commands. */
export const lookCommands = [
  { id: "attributes", keys: ["Shift+T"], group: "look", icon: "document", run: (app) => app.look.attributes() },
  { id: "trueSize", keys: ["t"], group: "look", icon: "calibration", run: (app) => app.look.trueSize() },
  { id: "screenSize", keys: [], group: "look", icon: "calibration", run: (app) => app.look.screenSize() },
  { id: "editPresets", keys: [], group: "look", icon: "presets", run: (app) => app.look.presets() },
  { id: "lesions", keys: ["Shift+M"], group: "look", icon: "marks", run: (app) => app.look.lesions() },
  { id: "export", keys: ["Shift+D"], group: "look", icon: "save", run: (app) => app.look.export() },
  { id: "print", keys: ["Shift+H"], group: "look", icon: "document", run: (app) => app.look.print() },
];
