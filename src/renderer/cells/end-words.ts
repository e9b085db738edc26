/** How the end of a cell is found, in words. */
import type { CellEnd } from "#shared/contract/terminals.ts";

export type EndMode = CellEnd["mode"];

export const endModes: readonly { value: EndMode; label: string; detail: string }[] = [
  {
    value: "integration",
    label: "Shell integration",
    detail: "The shell itself says when a command ends, with its exit code.",
  },
  {
    value: "repeat",
    label: "Repeated prompt",
    detail: "Five empty Enters follow; the same line five times in a row is the prompt.",
  },
  { value: "exact", label: "Exact prompt", detail: "A line equal to the prompt you give is the end." },
  { value: "hook", label: "Hook program", detail: "A program of yours reads the lines and exits at the end." },
];

export function endWords(end: CellEnd): string {
  switch (end.mode) {
    case "exact":
      return `prompt ${end.prompt}`;
    case "hook":
      return `hook ${end.path.split(/[\\/]/).pop()}`;
    default:
      return endModes.find(({ value }) => value === end.mode)?.label.toLowerCase() ?? end.mode;
  }
}
