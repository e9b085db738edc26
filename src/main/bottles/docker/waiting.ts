/** What goes into a container before its gate opens. */
import { basename } from "node:path";
import type { BottleToStart } from "../backend.ts";
import { environmentFile, fillScript, startFile } from "./scripts.ts";

/** What is put into a container once it runs; in memory only, because the program never runs when main does not live so long. */
export type Waiting = { script: string; program: string };

/** `path`: PATH as the image has it. */
export function waitingOf(
  { spec, plan, environment, argv, cwd, homeFiles, systemPrompt }: BottleToStart,
  path: string | null,
): Waiting {
  const [named = ""] = spec.program.entry.command;
  const shells = ["bash", "sh"];
  const programs = named === "{shell}" ? shells : [...new Set([named, basename(spec.program.path)])];
  // The host's path of the program means nothing in an image, which has its own.
  const own = argv[0] === spec.program.path;
  const start = startFile({
    cwd,
    programs: own ? programs : [argv[0]!],
    arguments: argv.slice(1),
    skills: spec.skills.map(({ name }) => name),
    homeFiles,
  });
  const imagePath = path !== null && environment["PATH"] === plan.path ? path : environment["PATH"]!;
  return {
    program: programs[0]!,
    script: fillScript({
      environment: environmentFile({ ...environment, PATH: imagePath }),
      start,
      homeFiles,
      systemPrompt,
      programs,
    }),
  };
}
