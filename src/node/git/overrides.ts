/**
 * Settings that take the teeth out of a repository's own configuration. A repository may come from anywhere (an archive, a stick, an agent
 * that worked in it), and its `.git/config` can name programs that git then runs: hooks, content filters, a file system monitor and more.
 *
 * They are handed over as `GIT_CONFIG_KEY_n`/`GIT_CONFIG_VALUE_n`, which win over every file and, unlike `-c`, can say any name: with
 * `-c`, a filter called `a=b` could not be overridden.
 */

/** What is always set, in every repository. */
const always: [string, string][] = [
  // A folder that cannot exist, so that no hook is found there (git for Windows understands the name as well).
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  // A bare repository that lies as ordinary files in a working tree is not used unless it is named.
  ["safe.bareRepository", "explicit"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "false"],
  ["status.submoduleSummary", "false"],
  ["diff.submodule", "short"],
  // Would run gpg.program on every signed commit that is listed.
  ["log.showSignature", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["color.ui", "false"],
  ["core.quotePath", "false"],
  ["core.askPass", ""],
];

/**
 * Everything to set for a repository whose configuration has these keys (as `git config --list --name-only` prints them, from all
 * scopes). Filters are switched off wherever they are configured: what a person's own filter does is steered by the repository too.
 */
export function overridesFor(keys: Iterable<string>): [string, string][] {
  const filters = new Set<string>();
  const hooks = new Set<string>();
  for (const key of keys) {
    const match = /^(filter|hook)\.(.*)\.[^.]+$/s.exec(key);
    if (match?.[2] !== undefined) (match[1] === "filter" ? filters : hooks).add(match[2]);
  }
  return [
    ...always,
    ...[...filters].flatMap((name): [string, string][] => [
      [`filter.${name}.clean`, ""],
      [`filter.${name}.smudge`, ""],
      [`filter.${name}.process`, ""],
      // A required filter that does nothing would fail every command.
      [`filter.${name}.required`, "false"],
    ]),
    // Hooks by configuration exist since git 2.54.
    ...[...hooks].flatMap((name): [string, string][] => [
      [`hook.${name}.event`, ""],
      [`hook.${name}.enabled`, "false"],
    ]),
  ];
}

export function overrideEnvironment(settings: [string, string][]): Record<string, string> {
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
