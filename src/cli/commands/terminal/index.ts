/** `cellar terminal`. */
import type { Group } from "../../command.ts";

export const command: Group = {
  kind: "group",
  summary: "Start terminals, look into them, type into them, run code in them",
  details: [
    "A terminal is named by its id, its name, or what a list calls it. Where it is left out, the only one that runs is taken, or you choose.",
  ],
  commands: {
    ls: () => import("./ls.ts"),
    new: () => import("./new.ts"),
    attach: () => import("./attach.ts"),
    send: () => import("./send.ts"),
    screen: () => import("./screen.ts"),
    capture: () => import("./capture.ts"),
    run: () => import("./run.ts"),
    fire: () => import("./fire.ts"),
    cells: () => import("./cells.ts"),
    output: () => import("./output.ts"),
    interrupt: () => import("./interrupt.ts"),
    search: () => import("./search.ts"),
    rename: () => import("./rename.ts"),
    kill: () => import("./kill.ts"),
    restart: () => import("./restart.ts"),
    remove: () => import("./remove.ts"),
  },
};
