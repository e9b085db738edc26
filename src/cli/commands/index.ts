/** Everything `cellar` can do. A name leads to the module of its command, which is loaded when it is wanted. */
import type { Group } from "../command.ts";

export const command: Group = {
  kind: "group",
  summary: "a workbench for running many coding agents at once",
  commands: {
    ls: () => import("./ls.ts"),
    open: () => import("./open.ts"),
    workspace: () => import("./workspace/index.ts"),
    launch: () => import("./launch/index.ts"),
    bottle: () => import("./bottle/index.ts"),
    terminal: () => import("./terminal/index.ts"),
    notify: () => import("./notify.ts"),
    doctor: () => import("./doctor.ts"),
    serve: () => import("./serve.ts"),
    call: () => import("./call.ts"),
    mcp: () => import("./mcp.ts"),
    completion: () => import("./completion.ts"),
  },
};
