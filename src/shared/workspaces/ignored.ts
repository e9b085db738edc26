/** What a copy of a folder leaves out (features AV-40): version control, and what tools can make again. */

const ignoredNames = new Set([
  ".git",
  ".hg",
  ".svn",
  "__pycache__",
  "node_modules",
  ".venv",
  "venv",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".DS_Store",
]);

/** Whether a file or folder of this name is left out. */
export function isIgnoredInCopies(name: string): boolean {
  return ignoredNames.has(name) || name.endsWith(".pyc");
}

/**
 * The same for dropped directory contents, except that `.git` comes along: nothing else of the repository is within reach there, while a
 * copy of a folder always has the original beside it.
 */
export function isIgnoredInUploads(name: string): boolean {
  return name !== ".git" && isIgnoredInCopies(name);
}
