/** Everything `cellar` can do. A name leads to the module of its command, which is loaded when it is wanted. */
import type { Group } from "../command.ts";

export const command: Group = {
  kind: "group",
  summary: "a workbench for running many coding agents at once",
  commands: {
    serve: () => import("./serve.ts"),
    call: () => import("./call.ts"),
  },
};
