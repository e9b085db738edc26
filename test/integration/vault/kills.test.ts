/** kill -9 at any moment of any change: what was answered is there, what was begun is there whole or not at all, and one passphrase opens it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, truncateSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Vault } from "#main/vault/index.ts";
import type { Change } from "#test/fixtures/vault-writer.ts";
import { VaultHome } from "#test/vault-home.ts";

const writer = resolve(import.meta.dirname, "../../fixtures/vault-writer.ts");

/** What a vault must hold. */
type Model = { passphrase: string; values: Record<string, string> };

let home: VaultHome;
beforeEach(() => {
  home = new VaultHome();
});
afterEach(() => home[Symbol.dispose]());

/** Runs the writer until it has said so many lines and a few milliseconds more, and kills it. What it had answered, and what it was at. */
async function killed(passphrase: string, seed: number): Promise<{ done: Change[]; begun: Change | null }> {
  const child = spawn(process.execPath, [writer, home.path, passphrase, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const done: Change[] = [];
  let begun: Change | null = null;
  let lines = 0;
  const killAfter = 1 + (seed % 17);
  for await (const line of createInterface({ input: child.stdout })) {
    const { what, change } = JSON.parse(line) as { what: string; change: Change };
    if (what === "failed") throw new Error(String(change));
    if (what === "begun") begun = change;
    else {
      done.push(change);
      begun = null;
    }
    lines += 1;
    // Somewhere within the change that has just begun, or the one after it.
    if (lines === killAfter) setTimeout(() => child.kill("SIGKILL"), Math.random() * 12);
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  return { done, begun };
}

function after(model: Model, change: Change): Model {
  const values = { ...model.values };
  switch (change.type) {
    case "setUp":
      return { passphrase: change.passphrase, values: {} };
    case "passphrase":
      return { ...model, passphrase: change.to };
    case "delete":
      delete values[change.handle];
      break;
    case "import":
      Object.assign(values, change.values);
      break;
    default:
      values["handle" in change ? change.handle : `git:${change.name}`] = change.value;
  }
  return { ...model, values };
}

async function valuesOf(vault: Vault): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const handle of vault.names()) values[handle] = (await vault.resolve(handle, "test")).reveal();
  for (const { id, host } of vault.gitCredentials.values()) {
    values[`git:${id}`] = (await vault.gitCredential(host, "a/b", "test"))!.secret.reveal();
  }
  return values;
}

/** Times that the person was told of a repair. */
let repairs = 0;

/** The one of the possible states that is really there; fails when none of them is. */
async function found(possible: readonly Model[], damaged: boolean): Promise<Model> {
  const seen: unknown[] = [];
  for (const [index, model] of possible.entries()) {
    const vault = home.open();
    // Opening has repaired it the first time. A log that was not yet taken over when the kill came can make a damaged file whole again.
    if (index === 0) expect(vault.notices.length).toBeLessThanOrEqual(damaged ? 1 : 0);
    repairs += vault.notices.length;
    const opens = await opened(vault, model.passphrase);
    const values = opens ? await valuesOf(vault) : null;
    const { problems } = vault.state;
    home.close();
    if (opens && isDeepStrictEqual(values, model.values) && problems.length === 0) return model;
    seen.push({ opens, values, problems });
  }
  throw new Error(`none of ${JSON.stringify(possible)} is there: ${JSON.stringify(seen)}`);
}

async function opened(vault: Vault, passphrase: string): Promise<boolean> {
  if (passphrase === "") return vault.state.state === "absent";
  return vault.unlock(passphrase).then(
    () => true,
    () => false,
  );
}

test("while it is set up, and in hundreds of changes after that", async () => {
  let model: Model = { passphrase: "", values: {} };
  const seen = new Set<string>();
  let changes = 0;
  for (let round = 1; round <= 24; round++) {
    const { done, begun } = await killed(model.passphrase, round * 7 + 1);
    for (const change of done) model = after(model, change);
    changes += done.length;
    if (begun) seen.add(begun.type);
    // Every third time the file is damaged as well: what was answered is in the backup.
    const damaged = round % 3 === 0 && model.passphrase !== "";
    if (damaged) truncateSync(home.path, Math.floor(statSync(home.path).size / 2));
    model = await found(begun ? [model, after(model, begun)] : [model], damaged);
  }
  expect(changes).toBeGreaterThan(60);
  expect(repairs).toBeGreaterThan(0);
  // Most kinds of change were cut off in the middle at least once.
  expect(seen.size).toBeGreaterThanOrEqual(3);
  expect(readFileSync(home.path).includes("value-")).toBe(false);
});
