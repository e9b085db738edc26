/** What upstream, or ssh on the way there, has said: told to an agent without a path, a key or an address of the host. Pure. */
import { Failure } from "#shared/failure.ts";

/** How it went, in words for inside. The whole text is only for the person: it may name a key's file. */
export class Unreachable extends Failure {
  readonly said: string;

  constructor(message: string, said: string) {
    super("unavailable", message);
    this.said = said;
  }
}

const causes: [RegExp, string][] = [
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION|host key is known/i,
    "its host key is not the one that is pinned, or is not known",
  ],
  [
    /Permission denied|Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 40[13]/i,
    "it does not accept the credential, or the credential may not do that",
  ],
  [/Could not resolve|Name or service not known|nodename nor servname/i, "its name cannot be resolved"],
  [/Connection refused|No route to host|Network is unreachable/i, "it cannot be reached"],
  [/timed out|did not end within|Timeout|low speed|too slow/i, "it does not answer in time"],
  [
    /Repository not found|does not (exist|appear to be a git repository)|not found/i,
    "it says that there is no such repository",
  ],
  [/SSL|certificate/i, "its certificate is not trusted"],
  [/redirect/i, "it leads to another address, which is not followed"],
];

export function unreachable(said: string): Unreachable {
  const [, cause] = causes.find(([shape]) => shape.test(said)) ?? [];
  return new Unreachable(`upstream could not be used: ${cause ?? "git ended with an error there"}`, said);
}

/** Lines that upstream itself sends to whoever pushes; ssh's and git's own are left out. */
export function remoteLines(stderr: string): string[] {
  return stderr
    .split("\n")
    .flatMap((line) => {
      const [, text] = /^remote: ?(.*)$/.exec(line.trimEnd()) ?? [];
      return text === undefined ? [] : [plain(text)];
    })
    .filter((text, index, all) => text !== "" || (index > 0 && all[index - 1] !== ""));
}

export type PushedRef = { ref: string; ok: boolean; words: string };

/** `git push --porcelain`: a flag, the refs, and how it went. */
export function readPushResult(stdout: string): PushedRef[] {
  return stdout.split("\n").flatMap((line) => {
    const [, flag, ref, words] = /^([ +\-*!=t])\t[^\t]*:(refs\/[^\t]+)\t(.*)$/.exec(line) ?? [];
    return ref === undefined || flag === undefined
      ? []
      : [{ ref, ok: flag !== "!", words: plain(reasonIn(words ?? "")) }];
  });
}

/** `[remote rejected] (pre-receive hook declined)` → `pre-receive hook declined`. */
function reasonIn(words: string): string {
  const [, reason] = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*$/.exec(words) ?? [];
  return reason ?? words;
}

/** Without what a terminal would act on. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, " ").slice(0, 1000);
}
