/** The definitions below a group, for its help, for completion and for docs/cellar.md. */
import type { Command, Group } from "./command.ts";

export type NamedDefinition = { path: readonly string[]; definition: Command | Group };

/** Those directly below, in the order of the help; what a group does by itself comes first. */
export async function definitionsOf(path: readonly string[], group: Group): Promise<NamedDefinition[]> {
  const named = await Promise.all(
    Object.entries(group.commands).map(async ([name, load]) => ({
      path: [...path, name],
      definition: (await load()).command,
    })),
  );
  return group.otherwise === undefined ? named : [{ path, definition: group.otherwise }, ...named];
}

/** Every command, however deep. */
export async function allCommands(
  path: readonly string[],
  group: Group,
): Promise<{ path: readonly string[]; command: Command }[]> {
  const nested = await Promise.all(
    (await definitionsOf(path, group)).map(async ({ path: each, definition }) =>
      definition.kind === "command" ? [{ path: each, command: definition }] : allCommands(each, definition),
    ),
  );
  return nested.flat();
}
