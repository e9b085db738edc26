import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "#shared/failure.ts";
import { parseSource } from "./source.ts";

const parse = (text: string) => parseSource(text, "/home/ada");

describe("a folder", () => {
  test.each([
    ["/srv/repo", "/srv/repo"],
    ["  /srv/repo/  ", "/srv/repo"],
    ["/srv//a/../repo///", "/srv/repo"],
    ["/", "/"],
    ["~", "/home/ada"],
    ["~/work/x y", "/home/ada/work/x y"],
    ["file:///srv/my%20repo", "/srv/my repo"],
    ["file://localhost/srv/%C3%BC", "/srv/ü"],
    ["FILE:///srv/a", "/srv/a"],
    ["file:/srv/a", "/srv/a"],
    ["/srv/100%", "/srv/100%"],
    ["/srv/a:b@c", "/srv/a:b@c"],
  ])("%s is %s", (text, path) => {
    expect(parse(text)).toEqual({ kind: "folder", path, fileUrl: /^file:/i.test(text) });
  });
});

describe("a git URL", () => {
  test.each([
    ["https://example.org/team/repo.git", "https://example.org/team/repo.git"],
    ["ssh://git@example.org:2222/team/repo", "ssh://git@example.org:2222/team/repo"],
    ["git@example.org:team/repo.git", "git@example.org:team/repo.git"],
    ["example.org:repo", "example.org:repo"],
    ["git@[::1]:repo", "git@[::1]:repo"],
  ])("%s is one", (text, location) => {
    expect(parse(text)).toEqual({ kind: "url", location, credentials: null, encrypted: true });
  });

  test.each([
    ["https://ada:p%40ss@example.org/r.git", "https://example.org/r.git", { username: "ada", password: "p@ss" }],
    ["https://ghp_token@example.org/r.git", "https://example.org/r.git", { username: "ghp_token", password: "" }],
    ["https://:only@example.org/r.git#x", "https://example.org/r.git", { username: "", password: "only" }],
  ])("%s is stored without its credentials", (text, location, credentials) => {
    expect(parse(text)).toEqual({ kind: "url", location, credentials, encrypted: true });
  });

  test("without encryption is told apart", () => {
    expect(parse("http://example.org/r")).toMatchObject({ encrypted: false });
  });
});

test.each([
  "repo",
  "./repo",
  "team/repo",
  "~bob/x",
  "ext::sh -c 'touch x'",
  "fd::17",
  "git://example.org/repo",
  "ftp://example.org/repo",
  "https://",
  "https://example.org",
  "https://example.org/",
  "https://exa mple.org/x",
  "ssh://-oProxyCommand=touch/x",
  "ssh://-oProxyCommand=x@example.org/x",
  "-oProxyCommand=touch:x",
  "git@example.org:-x",
  "ssh://git:secret@example.org/x",
  "file://otherhost/srv/x",
  "file:///srv/%2Fx",
  "file:///srv/%zz",
  "file:///srv/%00",
  "/srv/a\n/srv/b",
  "/srv/\0x",
  "",
  "--upload-pack=touch",
  "https://example.org/a%0ab",
])("%j is refused with a sentence", (text) => {
  expect(() => parse(text)).toThrow(Failure);
  try {
    parse(text);
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_input" });
  }
});

test("a password is in no message and no location", () => {
  for (const text of [
    "https://ada:canary@exa mple.org/x",
    "ssh://git:canary@example.org/x",
    "https://u:canary@h",
    "git:canary@example.org:x",
    "u:canary@",
  ]) {
    try {
      parse(text);
    } catch (error) {
      expect(String(error)).not.toContain("canary");
    }
  }
});

test("whatever is given, the answer is a source or a refusal, and never an option for git", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((s) => `git@${s}`),
        fc.string().map((s) => `ssh://${s}`),
      ),
      (text) => {
        try {
          const source = parse(text);
          expect((source.kind === "folder" ? source.path : source.location).startsWith("-")).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
