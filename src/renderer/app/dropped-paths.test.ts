import { expect, test } from "vitest";
import { droppedPaths, folderOf, nameOf } from "./dropped-paths.ts";

const data = (names: string[], uris = "") => ({
  files: names.map((name) => ({ name }) as File),
  getData: (type: string) => (type === "text/uri-list" ? uris : ""),
});

test("a drop is read as paths where they are known, and says why where they are not", () => {
  expect(droppedPaths(data(["a b"]), ({ name }) => `/home/me/${name}`).paths).toEqual(["/home/me/a b"]);
  const uris = "# dropped\r\nfile:///home/me/a%20b\r\nfile:///tmp/c\r\n";
  expect(droppedPaths(data(["a b"], uris), () => null).paths).toEqual(["/home/me/a b", "/tmp/c"]);
  expect(droppedPaths(data(["a"]), () => null)).toMatchObject({
    paths: [],
    problem: expect.stringContaining("browser"),
  });
  expect(droppedPaths(data([], "https://example.org/"), () => null)).toMatchObject({ paths: [] });
});

test("a path has a name and a folder", () => {
  expect([nameOf("/a/b/"), nameOf("/a"), nameOf("C:\\x\\y.txt")]).toEqual(["b", "a", "y.txt"]);
  expect([folderOf("/a/b/"), folderOf("/a/b/c")]).toEqual(["/a", "/a/b"]);
});
