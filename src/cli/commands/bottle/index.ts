/** `cellar bottle`. */
import type { Group } from "../../command.ts";

export const command: Group = {
  kind: "group",
  summary: "See bottles and what they use, work in them, close them, clean up",
  details: [
    "A bottle is named by its short name, label, id or terminal. Where it is left out, the only one is taken, or you choose. cellar launch --isolation launches into one.",
  ],
  commands: {
    ls: () => import("./ls.ts"),
    show: () => import("./show.ts"),
    usage: () => import("./usage.ts"),
    limit: () => import("./limit.ts"),
    requests: () => import("./requests.ts"),
    log: () => import("./log.ts"),
    attach: () => import("./attach.ts"),
    shell: () => import("./shell.ts"),
    exec: () => import("./exec.ts"),
    "copy-in": () => import("./copy-in.ts"),
    "copy-out": () => import("./copy-out.ts"),
    close: () => import("./close.ts"),
    remove: () => import("./remove.ts"),
    cleanup: () => import("./cleanup.ts"),
  },
};
