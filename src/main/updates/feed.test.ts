import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isNewer } from "#shared/version.ts";
import { eventually } from "#test/product/processes.ts";
import { rolloutBucket } from "./bucket.ts";
import { chooseRelease, type Release, readFeed } from "./feed.ts";
import { installationOf } from "./installation.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
const file = { url: "cellar.AppImage", size: 10, sha512: "A".repeat(88) };

function signed(content: unknown): string {
  const text = JSON.stringify(content);
  return JSON.stringify({ signed: text, signature: sign(null, Buffer.from(text), privateKey).toString("base64") });
}

test("versions are ordered as semver.org orders them", () => {
  const order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0", "1.0.9", "1.0.10", "1.10.0"];
  for (const [index, version] of order.entries()) {
    for (const [other, than] of order.entries())
      expect(isNewer(version, than), `${version} ${than}`).toBe(index > other);
  }
  expect(isNewer("latest", "1.0.0")).toBe(false);
  expect(isNewer("2.0.0", "")).toBe(false);
});

test("only what is signed with the key, for the channel that was asked for, is read", () => {
  const text = signed({ channel: "stable", releases: [] });
  expect(readFeed(text, key, "stable").releases).toEqual([]);
  expect(() => readFeed(text, key, "beta")).toThrow("The update feed of beta is that of stable");
  const changed = JSON.stringify({ ...JSON.parse(text), signed: '{"channel":"stable","releases":[ ]}' });
  expect(() => readFeed(changed, key, "stable")).toThrow("not signed");
  const other = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  expect(() => readFeed(text, other.toString("base64"), "stable")).toThrow("not signed");
  expect(() => readFeed("<html>", key, "stable")).toThrow("not in the form");
  expect(() => readFeed(signed({ channel: "stable" }), key, "stable")).toThrow("does not understand");
});

test("the newest release for this installation is chosen, never an older one, and only in its part of the roll-out", () => {
  const releases: Release[] = [
    { version: "0.9.0", notes: "", rollout: 100, files: { here: file } },
    { version: "1.1.0", notes: "", rollout: 100, files: { here: file } },
    { version: "1.2.0", notes: "", rollout: 20, files: { here: file } },
    { version: "3.0.0", notes: "", rollout: 100, files: { there: file } },
  ];
  const chosen = (running: string, bucket: number) =>
    chooseRelease({ channel: "stable", releases }, { running, kind: "here", bucket })?.release.version;
  expect(chosen("1.0.0", 19.99)).toBe("1.2.0");
  expect(chosen("1.0.0", 20)).toBe("1.1.0");
  expect(chosen("1.2.0", 0)).toBeUndefined();
  expect(chosen("2.0.0-beta.1", 0)).toBeUndefined();
});

test("an installation keeps its place in the roll-out, which is anywhere in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-bucket-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const drawn = Array.from({ length: 300 }, (_, index) => rolloutBucket(join(folder, `${index}.json`)));
  // That none of so many falls into a quarter happens once in 10³⁷ times.
  expect(new Set(drawn.map((each) => Math.floor(each / 25)))).toEqual(new Set([0, 1, 2, 3]));
  const path = join(folder, "updates", "rollout.json");
  const bucket = rolloutBucket(path);
  expect(rolloutBucket(path)).toBe(bucket);
  writeFileSync(path, '{"bucket": "none"}');
  expect(rolloutBucket(path)).toBeGreaterThanOrEqual(0);
});

test("each kind of installation knows what updates it", () => {
  const on = (platform: NodeJS.Platform, env = {}, packed = true) =>
    installationOf({ platform, arch: "x64", packed, env, pid: 1 });
  expect(on("linux", {}, false)).toMatchObject({ kind: null, reason: expect.stringContaining("git") });
  expect(on("linux")).toMatchObject({ kind: null, reason: "Your package manager updates Cellar." });
  expect(on("linux", { APPIMAGE: "/a" })).toMatchObject({ kind: "linux-x64-appimage", sparesTerminals: true });
  expect(on("win32")).toMatchObject({ kind: "win32-x64-nsis", sparesTerminals: false });
  expect(on("darwin")).toMatchObject({ kind: "darwin-universal-dmg" });
});

test("an AppImage is replaced as a whole, and stays as it is when that fails", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-image-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const image = join(folder, "Cellar.AppImage");
  writeFileSync(image, "old");
  const installation = installationOf({
    platform: "linux",
    arch: "x64",
    packed: true,
    env: { APPIMAGE: image },
    pid: process.pid,
  });
  await expect(installation.install(join(folder, "absent"), false)).rejects.toThrow("ENOENT");
  expect(readFileSync(image, "utf8")).toBe("old");
  writeFileSync(join(folder, "new"), "new", { mode: 0o600 });
  const running = openSync(image, "r");
  onTestFinished(() => closeSync(running));
  await installation.install(join(folder, "new"), false);
  expect(readFileSync(image, "utf8")).toBe("new");
  // What runs from the old one has it until it ends.
  expect(readFileSync(running, "utf8")).toBe("old");
  expect(statSync(image).mode & 0o777).toBe(0o755);
  // Nothing takes the place of a folder that is not empty; nothing is left beside it either.
  const full = join(folder, "full");
  mkdirSync(join(full, "deep"), { recursive: true });
  const wrong = installationOf({ platform: "linux", arch: "x64", packed: true, env: { APPIMAGE: full }, pid: 1 });
  await expect(wrong.install(join(folder, "new"), false)).rejects.toThrow("EISDIR");
  expect(readdirSync(folder).sort()).toEqual(["Cellar.AppImage", "full", "new"]);
});

test("an AppImage is started anew when what runs has ended, and not before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cellar-image-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const image = join(folder, "Cellar.AppImage");
  const said = join(folder, "said");
  const old = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void old.kill("SIGKILL"));
  writeFileSync(image, "old");
  const alive = `kill -0 ${old.pid} 2>/dev/null && when=before || when=after`;
  writeFileSync(join(folder, "new"), `#!/bin/sh\n${alive}\necho $when > ${said}.part && mv ${said}.part ${said}\n`);
  const computer = { platform: "linux", arch: "x64", packed: true, env: { APPIMAGE: image }, pid: old.pid! } as const;
  const waits = () => spawnSync("pgrep", ["-f", `kill -0.*${image}`]).status === 0;
  await installationOf(computer).install(join(folder, "new"), false);
  expect(waits()).toBe(false);
  await installationOf(computer).install(join(folder, "new"), true);
  await eventually(() => waits() || existsSync(said), Boolean);
  expect(existsSync(said)).toBe(false);
  old.kill("SIGKILL");
  await once(old, "exit");
  await eventually(() => existsSync(said), Boolean);
  expect(readFileSync(said, "utf8")).toBe("after\n");
});
