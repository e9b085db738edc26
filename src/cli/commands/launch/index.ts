/** `cellar launch`: launches an agent program; the words behind it do what else there is to launches. */
import type { Group } from "../../command.ts";
import { start } from "./start.ts";

export const command: Group = {
  kind: "group",
  summary: "Launch an agent program in a workspace; list launches, resume one",
  commands: {
    ls: () => import("./ls.ts"),
    programs: () => import("./programs.ts"),
    resume: () => import("./resume.ts"),
  },
  otherwise: start,
};
