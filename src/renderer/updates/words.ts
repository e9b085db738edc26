/** What the line about updates says; null when there is nothing to say. */
import type { UpdateState } from "#shared/contract/updates.ts";

export function updateLine({ state, version, message, percent }: UpdateState): string | null {
  switch (state) {
    case "available":
      return `Cellar ${version} is available.`;
    case "downloading":
      return `Cellar ${version} is being downloaded: ${percent ?? 0} %`;
    case "ready":
      return `Cellar ${version} is ready. ${message}`;
    case "failed":
      return version === null ? null : `Cellar ${version} could not be fetched. ${message}`;
    default:
      return null;
  }
}
