/**
 * How a repository's upstream is reached, on the host: over ssh with one key and one pinned host key, or over https with a token of the vault.
 * Nothing of the person's own ssh or git configuration has a say, and no key is in an argument, a variable or a file of ours.
 */
import { randomBytes } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GitOptions } from "#node/git/index.ts";
import type { Secret } from "#node/secret.ts";
import { shellQuote } from "#node/shell-quote.ts";
import { Failure } from "#shared/failure.ts";
import type { BottleReach } from "../bottles/index.ts";
import { knownHostsFor } from "./host-key.ts";
import { type LentKey, lendKey } from "./lent-key.ts";
import { readUpstream, type UpstreamAddress } from "./spellings.ts";

export type GateRepository = BottleReach["gitRepositories"][number];

export type VaultCredential = { name: string; kind: "token" | "ssh-key"; userName: string; secret: Secret };

export type AccessParts = {
  /** As the vault gives it. Throws while the vault is locked. */
  gitCredential(host: string, path: string, usedBy: string): Promise<VaultCredential | null>;
  /** Short 0700 folder for sockets. */
  runtime: string;
  /** The person's own home, for the hosts that they know. */
  personHome: string;
  loginEnvironment(): Promise<Readonly<Record<string, string>>>;
};

/** What git is given for one operation with upstream. */
export type Access = {
  url: string;
  settings: [string, string][];
  options: Pick<GitOptions, "environment" | "secret">;
  /** Afterwards. */
  end(): Promise<void>;
};

/** The address, or throws `invalid_input`. */
export function addressOf({ name, upstream }: GateRepository): UpstreamAddress {
  const address = readUpstream(upstream);
  if (address !== null) return address;
  throw new Failure(
    "invalid_input",
    `the upstream of git repository '${name}' is no address that the git gate can use`,
    {
      hint: "As in ssh://git@github.com/acme/api.git: without a password, and with a path.",
    },
  );
}

/** Throws what makes the repository unusable, in the words of a launch. Changes nothing; uses nothing of a credential. */
export async function checkAccess(repository: GateRepository, parts: AccessParts): Promise<string> {
  const address = addressOf(repository);
  if (repository.identityFile !== null) {
    sshFiles(repository, address, parts.personHome);
    return "with your key file";
  }
  const credential = await credentialFor(repository, address, parts);
  if (credential.kind === "ssh-key") sshFiles(repository, address, parts.personHome);
  return `with git credential '${credential.name}'`;
}

/** `folder` is the mirror's own; what ssh is to do is written there. */
export async function openAccess(repository: GateRepository, folder: string, parts: AccessParts): Promise<Access> {
  const address = addressOf(repository);
  if (repository.identityFile !== null) {
    return sshAccess(repository, address, { folder, parts, url: address.url, key: null });
  }
  const credential = await credentialFor(repository, address, parts);
  if (credential.kind === "token") return httpsAccess(address, credential);
  const environment = await parts.loginEnvironment();
  const key = await lendKey(credential.secret, join(parts.runtime, `g-${randomBytes(4).toString("hex")}`), environment);
  const url = address.protocol === "ssh" ? address.url : `ssh://${credential.userName}@${address.host}${address.path}`;
  return sshAccess(repository, address, { folder, parts, url, key });
}

async function credentialFor(
  { name }: GateRepository,
  address: UpstreamAddress,
  parts: AccessParts,
): Promise<VaultCredential> {
  const host = address.protocol === "https" && address.port !== null ? `${address.host}:${address.port}` : address.host;
  const found = await parts.gitCredential(host, address.path, `git gate of ${name}`);
  if (found !== null) return found;
  throw new Failure(
    "unavailable",
    `The vault has no git credential for ${host}${address.path}, which '${name}' needs`,
    {
      hint: "Add one in the vault, or name an identity_file in the manifest.",
    },
  );
}

function httpsAccess(address: UpstreamAddress, { userName, secret }: VaultCredential): Access {
  if (process.platform === "win32") {
    throw new Failure("unavailable", "A token cannot be handed to git on Windows", { hint: "Use an ssh key." });
  }
  const origin = `https://${address.host}${address.protocol === "https" && address.port !== null ? `:${address.port}` : ""}`;
  return {
    url: address.protocol === "https" ? address.url : `${origin}${address.path}.git`,
    settings: [
      ["credential.helper", ""],
      // For this host only; and a redirect to another is not followed.
      [`credential.${origin}.helper`, '!answer() { test "$1" = get && cat <&3; }; answer'],
      ["http.followRedirects", "false"],
      ["http.lowSpeedLimit", "100"],
      ["http.lowSpeedTime", "60"],
    ],
    options: {
      environment: { GIT_ALLOW_PROTOCOL: "https" },
      secret: `username=${userName}\npassword=${secret.reveal()}\n`,
    },
    end: async () => {},
  };
}

type SshParts = { folder: string; parts: AccessParts; url: string; key: LentKey | null };

function sshAccess(
  repository: GateRepository,
  address: UpstreamAddress,
  { folder, parts, url, key }: SshParts,
): Access {
  const { config, knownHosts } = sshFiles(repository, address, parts.personHome, {
    agent: key?.socket ?? null,
    knownHostsFile: join(folder, "known_hosts"),
  });
  const path = key === null ? join(folder, "ssh_config") : `${key.socket}.conf`;
  if (knownHosts !== null) writeWhole(join(folder, "known_hosts"), knownHosts);
  writeWhole(path, config);
  return {
    url,
    settings: [],
    options: {
      environment: {
        GIT_ALLOW_PROTOCOL: "ssh",
        GIT_SSH_COMMAND: `ssh -F ${shellQuote(path)}`,
        GIT_SSH_VARIANT: "ssh",
        SSH_AUTH_SOCK: "",
      },
    },
    end: async () => key?.end(),
  };
}

/** Never into a file that is there: it is the mirror's, and the ssh of another push may be reading it. */
function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function sshFiles(
  { name, identityFile, knownHostKey }: GateRepository,
  { host, port, protocol }: UpstreamAddress,
  personHome: string,
  files: { agent: string | null; knownHostsFile: string } = { agent: null, knownHostsFile: "/dev/null" },
): { config: string; knownHosts: string | null } {
  const knownHosts = knownHostKey === null ? null : knownHostsFor(knownHostKey, host, protocol === "ssh" ? port : null);
  if (knownHostKey !== null && knownHosts === null) {
    throw new Failure("invalid_input", `known_host_key of git repository '${name}' is no public host key`, {
      hint: `As in ssh-ed25519 AAAA…; \`ssh-keyscan ${host}\` prints it. Compare it with what the host publishes.`,
    });
  }
  const known = knownHosts === null ? join(personHome, ".ssh", "known_hosts") : files.knownHostsFile;
  const options: Record<string, string> = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: word(known, name),
    GlobalKnownHostsFile: knownHosts === null ? "/etc/ssh/ssh_known_hosts" : "/dev/null",
    VerifyHostKeyDNS: "no",
    UpdateHostKeys: "no",
    CheckHostIP: "no",
    IdentityAgent: files.agent === null ? "none" : word(files.agent, name),
    IdentityFile: identityFile === null ? "none" : word(identityFile, name),
    // A lent key is known to its agent only, which knows no other.
    IdentitiesOnly: identityFile === null ? "no" : "yes",
    CertificateFile: "none",
    PKCS11Provider: "none",
    PreferredAuthentications: "publickey",
    ForwardAgent: "no",
    ForwardX11: "no",
    ClearAllForwardings: "yes",
    PermitLocalCommand: "no",
    ControlMaster: "no",
    ControlPath: "none",
    RequestTTY: "no",
    EscapeChar: "none",
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "4",
  };
  return {
    config: Object.entries(options)
      .map(([key, value]) => `${key} ${value}\n`)
      .join(""),
    knownHosts,
  };
}

/** A path as one word of ssh's configuration, which replaces `%` and `${}` in it. */
function word(path: string, name: string): string {
  if (/["\n\r\\]|\$\{/.test(path)) {
    throw new Failure(
      "invalid_input",
      `git repository '${name}': ssh cannot be given the path ${JSON.stringify(path)}`,
      {
        hint: "Use a path without quotation marks, backslashes and ${.",
      },
    );
  }
  return `"${path.replaceAll("%", "%%")}"`;
}
