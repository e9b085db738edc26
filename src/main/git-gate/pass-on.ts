/** The last step of a push: exactly what was looked at goes to upstream, and what it took into the mirror. */
import type { Secret } from "#node/secret.ts";
import { lastLines } from "#node/subprocess.ts";
import type { GitGateUpdate } from "#shared/contract/git-gate.ts";
import type { Door } from "./door.ts";
import { scannerFor } from "./finding.ts";
import type { Quarantine } from "./quarantine.ts";
import { type PushedRef, readPushResult, remoteLines, unreachable } from "./upstream-words.ts";

const upstreamMs = 30 * 60_000;

export type PassOnParts = {
  quarantine: Quarantine | null;
  /** All refs or none, as the client has asked for. */
  atomic: boolean;
  secrets: readonly Secret[];
  /** What upstream says while it takes it. */
  say: (text: string) => void;
};

/** What became of each ref. Not ended with the agent's connection: what upstream does with it has to be known. Throws in words for an agent when it was not asked at all. */
export async function passOn(door: Door, updates: readonly GitGateUpdate[], parts: PassOnParts): Promise<PushedRef[]> {
  const { quarantine, atomic, secrets, say } = parts;
  const redacted = redactor(secrets);
  const access = await door.access();
  try {
    const ended = await door.mirror.reach(access, pushArguments(access.url, updates, atomic), {
      environment: quarantine?.environment ?? {},
      timeoutMs: upstreamMs,
      onLine: (line, stream) => {
        if (stream === "stderr") for (const text of remoteLines(line)) say(redacted(text));
      },
    });
    const pushed = readPushResult(ended.stdout.toString());
    if (pushed.length === 0) throw unreachable(lastLines(ended.stderr, 10));
    const taken = updates.filter(({ ref }) => pushed.some((each) => each.ref === ref && each.ok));
    if (taken.length > 0 && quarantine !== null) await door.mirror.install(quarantine.objects, taken);
    return pushed;
  } finally {
    await access.end();
  }
}

function pushArguments(url: string, updates: readonly GitGateUpdate[], atomic: boolean): string[] {
  return [
    "push",
    "--porcelain",
    "--no-verify",
    "--no-progress",
    "--no-follow-tags",
    "--signed=no",
    "--recurse-submodules=no",
    ...(atomic ? ["--atomic"] : []),
    // Upstream has to be where the rules were applied to, whoever else pushes at the same time.
    ...updates.map(({ ref, old }) => `--force-with-lease=${ref}:${old ?? ""}`),
    "--",
    url,
    ...updates.map(({ ref, new: next }) => `${next ?? ""}:${ref}`),
  ];
}

/** Upstream may say again what it was sent with. */
function redactor(secrets: readonly Secret[]): (text: string) => string {
  const scanner = scannerFor(secrets);
  return (text) => {
    const bytes = Buffer.from(text);
    for (const { start, end } of scanner.read(bytes).found) bytes.fill("*", start, end);
    return bytes.toString();
  };
}
