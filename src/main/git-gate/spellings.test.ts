/** Addresses of an upstream: which can be used, and how a remote may write them. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { gitSettingsEnvironment } from "../bottles/index.ts";
import { knownHostsFor } from "./host-key.ts";
import { gateSettings, hostAndPort, readUpstream, webBase } from "./spellings.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const gate = "http://127.0.0.1:9097";

describe("an upstream", () => {
  test.each([
    ["ssh://git@github.com/acme/api.git", "github.com:22", "https://github.com/acme/api"],
    ["ssh://git@GitHub.com:22/acme/api", "github.com:22", "https://github.com/acme/api"],
    ["ssh://git@example.com:2222/~/x.git/", "example.com:2222", "https://example.com/~/x"],
    ["https://git.example.com:8443/acme/api.git", "git.example.com:8443", "https://git.example.com:8443/acme/api"],
  ])("%s is read", (text, place, web) => {
    const address = readUpstream(text)!;
    expect([hostAndPort(address), webBase(address)]).toEqual([place, web]);
  });

  test.each([
    "ssh://git@github.com",
    "ssh://git@github.com//",
    "ssh://git:password@github.com/x",
    "ssh://-oProxyCommand=x/y",
    "ssh://-oProxyCommand@host/y",
    "https://example.com/x?y",
    "https://example.com/x#y",
    "file:///etc",
    "ext::sh -c x",
    "git@github.com:acme/api.git",
    "ssh://host/a b",
    'ssh://host/a"b',
  ])("%s is none", (text) => {
    expect(readUpstream(text)).toBeNull();
  });

  test.each([
    ["git@github.com:acme/api.git", "api.git"],
    ["git@github.com:acme/api", "api.git"],
    ["git@github.com:/acme/api.git", "api.git"],
    ["github.com:acme/api.git", "api.git"],
    ["ssh://git@github.com/acme/api.git", "api.git"],
    ["ssh://git@github.com:22/acme/api.git", "api.git"],
    ["ssh://github.com/acme/api", "api.git"],
    ["https://github.com/acme/api.git", "api.git"],
    ["https://github.com/acme/api", "api.git"],
    ["https://git@github.com/acme/api.git", "api.git"],
    ["http://github.com/acme/api.git", "api.git"],
    ["https://github.com/acme/web.git", "web.git"],
    // Led on by the gate, see the server.
    ["https://github.com/acme/api-docs.git", "api.git-docs.git"],
  ])("%s is what git takes for it", (spelling, path) => {
    const repositories = ["api", "web"].map((name) => ({
      name,
      address: readUpstream(`ssh://git@github.com/acme/${name}.git`)!,
    }));
    expect(rewritten(spelling, gateSettings(repositories, gate))).toBe(`${gate}/${path}`);
  });

  test("on a port of its own has no short spelling, and others of the host are left alone", () => {
    const settings = gateSettings(
      [{ name: "api", address: readUpstream("ssh://git@example.com:2222/srv/api.git")! }],
      gate,
    );
    expect(rewritten("ssh://git@example.com:2222/srv/api.git", settings)).toBe(`${gate}/api.git`);
    for (const other of [
      "example.com:srv/api.git",
      "ssh://git@example.com/srv/api.git",
      "ssh://git@example.com:2222/srv/web.git",
    ]) {
      expect(rewritten(other, settings)).toBe(other);
    }
  });
});

function rewritten(url: string, settings: [string, string][]): string {
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    ...gitSettingsEnvironment(settings),
  };
  return execFileSync("git", ["ls-remote", "--get-url", url], { cwd: "/", env, encoding: "utf8" }).trim();
}

describe("a pinned host key", () => {
  test("is for this host and port only, however it was written", () => {
    expect(knownHostsFor(key, "github.com", null)).toBe(`github.com ${key}\n`);
    expect(knownHostsFor(`github.com,140.82.121.3 ${key} comment`, "example.com", 2222)).toBe(
      `[example.com]:2222 ${key}\n`,
    );
    expect(knownHostsFor(`# two\n${key}\n\n|1|abc=|def= ${key}\n`, "h", null)).toBe(`h ${key}\nh ${key}\n`);
  });

  test.each([
    "",
    "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
    "ssh-ed25519",
    "ssh-ed25519 AAAA",
    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    `@cert-authority * ${key}`,
    "ssh-dss AAAAB3NzaC1kc3MAAACB",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
  ])("%j is none", (text) => {
    expect(knownHostsFor(text, "h", null)).toBeNull();
  });
});
