/** `cellar workspace`. */
import type { Group } from "../../command.ts";

export const command: Group = {
  kind: "group",
  summary: "Make workspaces, see what changed in them, delete them",
  details: [
    "A workspace is named by its id or name. Where it is left out, the one that the current directory lies in is taken, else the only one, or you choose.",
  ],
  commands: {
    ls: () => import("./ls.ts"),
    create: () => import("./create.ts"),
    show: () => import("./show.ts"),
    changes: () => import("./changes.ts"),
    rename: () => import("./rename.ts"),
    delete: () => import("./delete.ts"),
  },
};
