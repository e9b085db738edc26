/** What is made for a release beside the packages: the signed feed and winget's manifest. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { releaseFeed, signingKey } from "#scripts/packaging/release-feed.ts";
import { writeWingetManifest } from "#scripts/packaging/winget.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { chooseRelease, readFeed } from "../../../src/main/updates/feed.ts";

const folder = new TemporaryFolder("release");
afterAll(() => folder[Symbol.dispose]());

function made(...names: string[]): string[] {
  mkdirSync(folder.in("packages"), { recursive: true });
  return names.map((name) => {
    const path = folder.in("packages", name);
    writeFileSync(path, name);
    return path;
  });
}

test("a feed that was made for a release is one that Cellar reads, and its roll-out goes on by making it again", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const keyFile = folder.in("key.pem");
  writeFileSync(keyFile, privateKey.export({ format: "pem", type: "pkcs8" }));
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  const packages = made(
    "cellar-1.1.0-linux-x86_64.AppImage",
    "cellar-1.1.0-win-x64.exe",
    "cellar-1.1.0-linux-amd64.deb",
  );
  const release = { version: "1.1.0", notes: "Faster.", rollout: 10, packages };
  const first = readFeed(releaseFeed("stable", [], release, signingKey(keyFile)), key, "stable");
  expect(Object.keys(first.releases[0]!.files)).toEqual(["linux-x64-appimage", "win32-x64-nsis"]);
  const seen = { running: "1.0.0", kind: "linux-x64-appimage", bucket: 50 };
  expect(chooseRelease(first, seen)).toBeNull();
  const text = releaseFeed("stable", first.releases, { ...release, rollout: 100 }, signingKey(keyFile));
  const second = readFeed(text, key, "stable");
  expect(second.releases).toHaveLength(1);
  expect(chooseRelease(second, seen)?.file.url).toBe("cellar-1.1.0-linux-x86_64.AppImage");
});

test("a feed is signed with Ed25519 or not at all", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const path = folder.in("rsa.pem");
  writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }));
  expect(() => signingKey(path)).toThrow("no Ed25519 key");
});

test("winget's manifest names each installer with its hash", () => {
  const [x64, arm64] = made("cellar-1.1.0-win-x64.exe", "cellar-1.1.0-win-arm64.exe");
  const by = { name: "Ada & Co", maintainer: "", homepage: "https://a.example", downloads: "https://a.example/get" };
  const installers = [
    { path: x64!, processor: "x64" as const },
    { path: arm64!, processor: "arm64" as const },
  ];
  const files = writeWingetManifest("1.1.0", installers, folder.in("winget"), by);
  expect(files[0]).toBe(join(folder.in("winget"), "AdaCo", "Cellar", "1.1.0", "AdaCo.Cellar.yaml"));
  const [version, installer, locale] = files.map((path) => parse(readFileSync(path, "utf8")));
  expect(version).toMatchObject({ PackageIdentifier: "AdaCo.Cellar", ManifestType: "version", DefaultLocale: "en-US" });
  expect(installer.Installers).toMatchObject([
    { Architecture: "x64", InstallerUrl: "https://a.example/get/cellar-1.1.0-win-x64.exe" },
    { Architecture: "arm64", InstallerSha256: expect.stringMatching(/^[0-9A-F]{64}$/) },
  ]);
  expect(locale).toMatchObject({ Publisher: "Ada & Co", PackageName: "Cellar", License: "MIT" });
});
