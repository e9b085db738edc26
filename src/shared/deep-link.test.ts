import { describe, expect, test } from "vitest";
import { tricks } from "#test/zod-arbitrary.ts";
import { isDeepLink, readDeepLink } from "./deep-link.ts";

const source = (text: string) => ({ link: { type: "source", source: text } });

test.each([
  ["cellar://workspace/ws-1a2b3c4d", { link: { type: "workspace", workspaceId: "ws-1a2b3c4d" } }],
  ["cellar://workspace/ws-1a2b3c4d/", { link: { type: "workspace", workspaceId: "ws-1a2b3c4d" } }],
  ["CELLAR://terminal/term-1a2b3c4d", { link: { type: "terminal", terminalId: "term-1a2b3c4d" } }],
  ["cellar://open?path=/home/me/a%20project", source("/home/me/a project")],
  ["cellar://open/?path=C%3A%5CUsers%5Cme", source("C:\\Users\\me")],
  ["cellar://open?repository=https://example.org/team/api.git", source("https://example.org/team/api.git")],
  ["cellar://open?repository=ssh%3A%2F%2Fgit%40example.org%2Fapi.git", source("ssh://git@example.org/api.git")],
  ["cellar://open?repository=git@example.org:team/api.git", source("git@example.org:team/api.git")],
])("%s is read", (text, read) => {
  expect(readDeepLink(text)).toEqual(read);
});

describe("is refused with a sentence", () => {
  test.each([
    "",
    "cellar:",
    "cellar://",
    "cellar:workspace/ws-1a2b3c4d",
    "cellar:///workspace/ws-1a2b3c4d",
    "https://workspace/ws-1a2b3c4d",
    "cellar-window://app/",
    "cellar://run?command=rm%20-rf%20~",
    "cellar://workspace",
    "cellar://workspace/",
    "cellar://workspace/ws-1A2B3C4D",
    "cellar://workspace/ws-1a2b3c4d/delete",
    "cellar://workspace/../terminal/term-1a2b3c4d/x",
    "cellar://workspace/ws-1a2b3c4d?delete=1",
    "cellar://workspace/ws-1a2b3c4d#delete",
    "cellar://me@workspace/ws-1a2b3c4d",
    "cellar://workspace:80/ws-1a2b3c4d",
    "cellar://terminal/ws-1a2b3c4d",
    "cellar://open",
    "cellar://open?",
    "cellar://open?path=",
    "cellar://open?path=project",
    "cellar://open?path=~/project",
    "cellar://open?path=/a&path=/b",
    "cellar://open?path=/a&repository=https://example.org/a",
    "cellar://open?path=/a&yes=1",
    "cellar://open?path=/home/me/../../etc",
    "cellar://open?path=/a%00b",
    "cellar://open?path=/a%0Ab",
    "cellar://open?path=/a%E2%80%AEtxt",
    "cellar://open?path=/a%E2%80%8Bb",
    "cellar://open?path=//server/share",
    "cellar://open?path=%5C%5Cserver%5Cshare",
    "cellar://open?path=/%5Cserver",
    "cellar://open?path=--upload-pack=x",
    "cellar://open?repository=ext::sh%20-c%20x",
    "cellar://open?repository=file:///etc",
    "cellar://open?repository=http://example.org/a",
    "cellar://open?repository=git://example.org/a",
    "cellar://open?repository=/etc",
    "cellar://open?repository=https://me:secret@example.org/a",
    "cellar://open?repository=https://me@example.org/a",
    "cellar://open?repository=https://example.org",
    "cellar://open?repository=https://example.org/a?b=c",
    "cellar://open?repository=ssh://-oProxyCommand=x/a",
    "cellar://open?repository=-oProxyCommand=x@example.org:a",
    "cellar://open?repository=git@example.org:-x",
    "cellar://open?repository=git@example.org:a%20b",
    `cellar://open?path=/${"a".repeat(3000)}`,
    ...tricks
      .map((trick) => `cellar://open?path=${encodeURIComponent(trick.toWellFormed())}`)
      .filter((link) => !link.endsWith("=%2Fetc%2Fpasswd")),
    ...tricks.map((trick) => `cellar://open?repository=${encodeURIComponent(trick.toWellFormed())}`),
    ...tricks.map((trick) => `cellar://${trick}`),
  ])("%s", (text) => {
    const read = readDeepLink(text);
    expect(read).not.toHaveProperty("link");
    expect(read).toEqual({ problem: expect.stringMatching(/^A link from outside was not followed: it /) });
  });
});

test("only the scheme says what is one", () => {
  expect(["cellar://x", "CELLAR:x"].map(isDeepLink)).toEqual([true, true]);
  expect(["cellar-window://app/", "/cellar:", "./cellar"].map(isDeepLink)).toEqual([false, false, false]);
});
