/**
 * The vault: secrets by handle, and git credentials. A secret goes in once and never comes out: no call returns one, and no failure
 * repeats one. Calls that carry a secret are listed in `src/shared/vault/secret-inputs.ts`; `cellar call` takes their input from
 * standard input only.
 */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { done, liveList, planId, procedure, timestamp } from "./base.ts";

/**
 * The name of a secret: lower-case letters, digits, `-` and `_`. The vault itself says what is wrong with one, so that it is said in the
 * same words everywhere.
 */
const handle = z.string().max(200);
/** At most 64 KiB of text, kept as it is. Whether it is empty is for the vault to say. */
const secretValue = z.string().max(65_536);
const passphrase = z.string().max(1024);

/** Where a secret went, and when last. */
export const vaultUse = z.strictObject({
  /** Who asked for it, as a person knows it: `bottle api-claude`. */
  usedBy: z.string(),
  lastUsedAt: timestamp,
  times: z.int(),
});
export type VaultUse = z.infer<typeof vaultUse>;

export const vaultSecret = z.strictObject({
  /** Its handle. */
  id: z.string(),
  /** `environment`: a variable has it, which goes before what is stored. */
  source: z.enum(["stored", "environment"]),
  /** The variable that has it. */
  variable: z.string().nullable(),
  /** Null when nothing is stored under the handle. Goes up by one with each new value. */
  revision: z.int().nullable(),
  createdAt: timestamp.nullable(),
  changedAt: timestamp.nullable(),
  /** Latest first, at most 20. */
  uses: z.array(vaultUse),
  /** Who needs it now (a running bottle, a commission). */
  neededBy: z.array(z.string()),
  /** What is stored is not what Cellar wrote: it is not used, and can be rotated or deleted. Known only while unlocked. */
  damaged: z.boolean(),
});
export type VaultSecret = z.infer<typeof vaultSecret>;

export const vaultState = z.strictObject({
  /** `absent`: nobody has set it up yet. */
  state: z.enum(["absent", "locked", "unlocked"]),
  protection: z.enum(["passphrase", "keychain"]).nullable(),
  /** Why it is locked. */
  lockedBecause: z.enum(["start", "asked", "idle", "screen"]).nullable(),
  /** The keychain of this computer's system; `problem` says why it cannot be used. */
  keychain: z.strictObject({ name: z.string(), problem: z.string().nullable() }),
  /** After several wrong passphrases: none is tried before then. */
  waitUntil: timestamp.nullable(),
  /** Stored under Secrets and Git credentials. */
  secrets: z.int(),
  gitCredentials: z.int(),
  path: z.string(),
  /** What is not as it should be with the file, in sentences. */
  problems: z.array(z.string()),
});
export type VaultState = z.infer<typeof vaultState>;

export const gitCredential = z.strictObject({
  /** Its name: as a handle. */
  id: z.string(),
  kind: z.enum(["token", "ssh-key"]),
  /** Host name, with a port where it is not the usual one. */
  host: z.string(),
  userName: z.string(),
  /** Which repositories of the host: a path in which `*` stands for anything, as `acme/*`. */
  scope: z.string(),
  source: z.enum(["stored", "environment"]),
  /** The variable that has the token. */
  variable: z.string().nullable(),
  revision: z.int(),
  createdAt: timestamp,
  changedAt: timestamp,
  uses: z.array(vaultUse),
  damaged: z.boolean(),
});
export type GitCredential = z.infer<typeof gitCredential>;

/** One line of what would be imported: names, never values. */
export const importRow = z.strictObject({
  row: z.int(),
  /** Its name in the text. */
  name: z.string(),
  /** The handle made of it. */
  handle: z.string(),
  /** The handle is taken: importing replaces what is there. */
  exists: z.boolean(),
  /** Why it cannot be imported. */
  problem: z.string().nullable(),
});

const names = z.strictObject({ handles: z.array(z.string()) });
const uses = z.strictObject({ handle: z.string(), uses: z.array(vaultUse), neededBy: z.array(z.string()) });

export const vault = {
  state: procedure.input(z.strictObject({})).output(vaultState),
  watchState: procedure.input(z.strictObject({})).output(eventIterator(vaultState)),
  watch: procedure.input(z.strictObject({})).output(liveList(vaultSecret)),
  names: procedure.input(z.strictObject({})).output(names),

  /** Makes the key that protects everything, under a passphrase of at least 8 characters, or (null) the system's keychain. */
  setUp: procedure.input(z.strictObject({ passphrase: passphrase.nullable() })).output(vaultState),
  /** Null: by the keychain. */
  unlock: procedure.input(z.strictObject({ passphrase: passphrase.nullable() })).output(vaultState),
  lock: procedure.input(z.strictObject({})).output(vaultState),
  /** From one passphrase to another, or (null) from or to the keychain. What is stored stays as it is; only its key is wrapped anew. */
  changePassphrase: procedure
    .input(z.strictObject({ current: passphrase.nullable(), next: passphrase.nullable() }))
    .output(vaultState),
  /** For a forgotten passphrase: sets the vault's file aside, where nothing else reads it, and begins an empty one. */
  startOver: procedure.input(z.strictObject({ confirm: z.literal("start over") })).output(vaultState),

  /** Stores a secret. One that exists is replaced only with `force`. */
  set: procedure
    .input(z.strictObject({ handle, value: secretValue, force: z.boolean().default(false) }))
    .output(vaultSecret),
  /** A new value for one that exists; the previous one is gone. */
  rotate: procedure.input(z.strictObject({ handle, value: secretValue })).output(vaultSecret),
  /** One that something has used or needs is deleted only with `force`. */
  delete: procedure.input(z.strictObject({ handle, force: z.boolean().default(false) })).output(done),
  usage: procedure.input(z.strictObject({ handle })).output(uses),

  /**
   * Reads a `.env` file or a TOML file with a `[secrets]` table. The values stay in main, for ten minutes or until they are imported; the
   * answer names them.
   */
  importPreview: procedure
    .input(z.strictObject({ text: z.string().max(500_000) }))
    .output(z.strictObject({ planId, format: z.enum(["env", "toml"]), rows: z.array(importRow), ignored: z.string() })),
  /** Stores the rows that are named, under these handles: all of them, or on any failure none. */
  import: procedure
    .input(
      z.strictObject({
        planId,
        rows: z.array(z.strictObject({ row: z.int().min(0), handle, force: z.boolean().default(false) })).max(2_000),
      }),
    )
    .output(names),
  /** Forgets the values of a preview. */
  discardImport: procedure.input(z.strictObject({ planId })).output(done),

  watchGitCredentials: procedure.input(z.strictObject({})).output(liveList(gitCredential)),
  listGitCredentials: procedure.input(z.strictObject({})).output(z.array(gitCredential)),
  /** Without `secret` the stored one stays, which is possible while host, kind and user name stay too. */
  saveGitCredential: procedure
    .input(
      z.strictObject({
        name: handle,
        kind: z.enum(["token", "ssh-key"]),
        host: z.string().max(300),
        userName: z.string().max(200),
        scope: z.string().max(500).default("*"),
        secret: secretValue.optional(),
        force: z.boolean().default(false),
      }),
    )
    .output(gitCredential),
  deleteGitCredential: procedure.input(z.strictObject({ name: handle })).output(done),
};
