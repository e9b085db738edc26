/** Clones a repository from a URL, without ever asking for anything. */

import type { Git, Reach } from "#node/git/index.ts";
import { type exitFailure, lastLines } from "#node/subprocess.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import type { RunningJob } from "../jobs/index.ts";
import type { Credentials } from "./source.ts";
import { fillWorktree } from "./worktree.ts";

export type CloneRequest = {
  url: string;
  reach: Reach;
  credentials: Credentials | null;
  directory: string;
  branch: string | undefined;
};

/** A server that sends less than this for this long is given up: bytes a second, seconds. */
const slowest: [string, string][] = [
  ["http.lowSpeedLimit", "100"],
  ["http.lowSpeedTime", "60"],
];

export async function cloneRepository(git: Git, request: CloneRequest, job: RunningJob): Promise<Partial<Workspace>> {
  const { url, directory, branch } = request;
  await job.step("Clone", async () => {
    const ended = await git.outside(
      [
        "clone",
        "--no-checkout",
        "--no-recurse-submodules",
        "--progress",
        ...(branch === undefined ? [] : ["--branch", branch]),
        "--",
        url,
        directory,
      ],
      request.reach,
      [...slowest, ...credentialSettings(request.credentials)],
      {
        signal: job.signal,
        owner: job.id,
        timeoutMs: "none",
        ...(request.credentials === null ? {} : { secret: credentialAnswer(request.credentials) }),
        onLine: (line) => showProgress(line, job),
      },
    );
    if (ended.exitCode !== 0) throw cloneFailure(url, ended);
  });
  const repository = git.open(directory);
  const head = await repository.text(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
  if (head === null) job.skip("Check out files", "the repository has no commits yet");
  else await job.step("Check out files", () => fillWorktree(git, directory, job));
  return {
    repository: directory,
    branch: await repository.text(["symbolic-ref", "--quiet", "--short", "HEAD"]),
    baseCommit: head,
  };
}

/** The person's own helpers are left out when the URL brought credentials: they would store them. */
function credentialSettings(credentials: Credentials | null): [string, string][] {
  if (credentials === null) return [];
  if (process.platform === "win32") {
    throw new Failure("unavailable", "Credentials in a URL are not supported on Windows", {
      hint: "Leave them out and sign in through your credential manager.",
    });
  }
  return [
    ["credential.helper", ""],
    ["credential.helper", '!answer() { test "$1" = get && cat <&3; }; answer'],
  ];
}

function credentialAnswer({ username, password }: Credentials): string {
  return `username=${username}\npassword=${password}\n`;
}

function showProgress(line: string, job: RunningJob): void {
  const percent = /^(?:remote: )?(Receiving objects|Resolving deltas):\s+(\d+)%/.exec(line);
  if (percent === null) job.log(line);
  // Two phases on one bar: receiving is most of the way.
  else
    job.progress(
      percent[1] === "Receiving objects" ? Number(percent[2]) * 0.8 : 80 + Number(percent[2]) * 0.2,
      100,
      "percent",
    );
}

function cloneFailure(url: string, ended: Parameters<typeof exitFailure>[0]): Failure {
  const said = lastLines(ended.stderr);
  const hint = hints.find(([pattern]) => pattern.test(said))?.[1];
  return new Failure(
    "failed",
    `${url} could not be cloned: ${said || `git ended with ${ended.exitCode ?? ended.signal}`}`,
    hint ? { hint } : {},
  );
}

const hints: [RegExp, string][] = [
  [
    /could not read (Username|Password)|Authentication failed|terminal prompts disabled/i,
    "It asks for credentials: set up a credential helper (`git config --global credential.helper`), or use an ssh URL.",
  ],
  [
    /Permission denied \(publickey|Could not read from remote repository/i,
    "Check that your ssh key is loaded (`ssh-add -l`) and that you may read this repository.",
  ],
  [/Host key verification failed/i, "Connect once in a terminal with ssh and accept the host's key."],
  [
    /Could not resolve host|Connection refused|Could not connect|timed out/i,
    "Check the address and your network connection.",
  ],
  [/Remote branch .* not found/i, "Check the branch's name."],
  [/not found|does not (exist|appear)/i, "Check the URL."],
];
