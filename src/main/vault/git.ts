/** Git credentials: what may be one, and which one a repository gets. Pure. */
import { z } from "zod";
import { Failure } from "#shared/failure.ts";

export const gitMeta = z.strictObject({
  kind: z.enum(["token", "ssh-key"]),
  host: z.string(),
  userName: z.string(),
  scope: z.string(),
});
export type GitMeta = z.infer<typeof gitMeta>;

const hostPattern =
  /^(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9]\d{0,4})?$/;

/** In the one spelling that is stored and compared. Throws `invalid_input`. */
export function checkedGitMeta(given: GitMeta): GitMeta {
  const host = given.host.trim().toLowerCase();
  if (!hostPattern.test(host)) {
    throw new Failure("invalid_input", "a host is a name like github.com, with a port where it is not the usual one", {
      hint: "Without https:// and without a path; the path goes into the scope.",
    });
  }
  const userName = given.userName.trim();
  if (!/^[^\s:@/\\]+$/.test(userName)) {
    throw new Failure("invalid_input", "a user name has no spaces and none of : @ / \\");
  }
  const scope = repositoryPath(given.scope.trim() || "*");
  if (!/^[\w.~*-]+(\/[\w.~*-]+)*$/.test(scope) || scope.split("/").includes("..")) {
    throw new Failure("invalid_input", "a scope is a path on the host in which * stands for anything, as acme/*");
  }
  return { kind: given.kind, host, userName, scope };
}

/** `/acme/api.git` → `acme/api`. */
function repositoryPath(path: string): string {
  return path
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "")
    .toLowerCase();
}

/** What is wrong with a secret of this kind, as a sentence that does not repeat it; null when it can be one. */
export function gitSecretProblem(kind: GitMeta["kind"], secret: string): string | null {
  if (kind === "token") return /\s/.test(secret.trim()) ? "a token has no spaces and no line breaks" : null;
  if (/^(ssh-|ecdsa-|sk-)/.test(secret.trim())) return "that is a public key; the private one is needed";
  const body = /-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]+?)-----END [A-Z ]*PRIVATE KEY-----/.exec(secret)?.[1];
  if (body === undefined) return "that is not a private key: it begins with -----BEGIN … PRIVATE KEY-----";
  if (isEncrypted(secret, body)) {
    return "that key has a passphrase of its own, which nobody could type; make a copy without one (ssh-keygen -p)";
  }
  return null;
}

function isEncrypted(secret: string, body: string): boolean {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(secret)) return true;
  const bytes = Buffer.from(body.replace(/\s/g, ""), "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.subarray(0, magic.length).toString("latin1") !== magic) return false;
  // After the magic: length and name of the cipher that protects the private part.
  const length = bytes.length >= magic.length + 4 ? bytes.readUInt32BE(magic.length) : 0;
  return bytes.subarray(magic.length + 4, magic.length + 4 + length).toString("latin1") !== "none";
}

/**
 * The credential for a repository of a host: of those whose scope covers its path, the one that says most of it. Null when there is none.
 * Throws `conflict` when two say the same: which one was meant is not for us to guess.
 */
export function credentialFor<Credential extends GitMeta & { name: string }>(
  credentials: readonly Credential[],
  host: string,
  path: string,
): Credential | null {
  const wanted = repositoryPath(path);
  const fitting = credentials.filter((each) => each.host === host.toLowerCase() && covers(each.scope, wanted));
  const most = Math.max(...fitting.map(({ scope }) => literal(scope)));
  const [first, second] = fitting.filter(({ scope }) => literal(scope) === most);
  if (first && second) {
    throw new Failure("conflict", `two git credentials fit ${host}/${wanted}: '${first.name}' and '${second.name}'`, {
      hint: "Give one of them a narrower scope.",
    });
  }
  return first ?? null;
}

function covers(scope: string, path: string): boolean {
  const pattern = scope
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(path);
}

/** Characters of a scope that are not `*`. */
function literal(scope: string): number {
  return scope.replaceAll("*", "").length;
}
