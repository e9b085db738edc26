/** Where a secret comes from: the environment first, as features of the person's shell, then what is stored. Pure. */
import { handleProblem, upperSnake, variablePrefix, variablesOf } from "#shared/vault/handle.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Variable = { variable: string; value: string };

/** The variable that has a secret; an empty one has none. */
export function fromEnvironment(environment: Environment, handle: string): Variable | null {
  return firstSet(environment, variablesOf(handle));
}

/** The variable that has a git credential's token. */
export function gitFromEnvironment(environment: Environment, name: string): Variable | null {
  return firstSet(environment, [`GIT_CREDENTIALS_${upperSnake(name)}`]);
}

/** Handles that exist by their variable alone. Bare variables are not listed: nearly all of them are something else. */
export function handlesIn(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(variablePrefix) && environment[name])
    .map((name) => name.slice(variablePrefix.length).toLowerCase())
    .filter((handle) => handleProblem(handle) === null);
}

function firstSet(environment: Environment, names: readonly string[]): Variable | null {
  for (const variable of names) {
    const value = environment[variable];
    if (value) return { variable, value };
  }
  return null;
}
