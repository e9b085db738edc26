import { expect, test } from "vitest";
import { askedFor } from "./arguments.ts";

const asked = (words: string[], development = false) => askedFor(["/opt/cellar", ...words], "/home/me", development);

test.each<[string[], Partial<ReturnType<typeof askedFor>>]>([
  [[], { links: [], paths: [], hidden: false }],
  [["--hidden"], { hidden: true, paths: [] }],
  [["project"], { paths: ["/home/me/project"] }],
  [[".", "/srv/a"], { paths: ["/home/me", "/srv/a"] }],
  [["file:///srv/a%20b"], { paths: ["/srv/a b"] }],
  [["file://server/share"], { paths: ["file://server/share"] }],
  [["--no-sandbox", "/srv/a", "--allow-file-access-from-files"], { paths: ["/srv/a"], hidden: false }],
  [["cellar://workspace/ws-1a2b3c4d"], { links: ["cellar://workspace/ws-1a2b3c4d"], paths: [] }],
  [["--", "cellar://open?path=/a"], { links: ["cellar://open?path=/a"], paths: [] }],
  [["--", "--hidden"], { hidden: false, paths: ["/home/me/--hidden"] }],
  [["", "--", ""], { paths: [] }],
])("%j", (words, wanted) => {
  expect(asked(words)).toMatchObject(wanted);
});

test("in development the app itself is no folder to open, also where Chromium has put switches in front", () => {
  expect(asked(["out/main/index.js", "/srv/a"], true).paths).toEqual(["/srv/a"]);
  expect(asked(["--some-switch", ".", "--", "/srv/a"], true).paths).toEqual(["/srv/a"]);
  expect(asked(["."], true).paths).toEqual([]);
});
