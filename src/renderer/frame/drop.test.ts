import { expect, test } from "vitest";
import { addresses, dragConcernsUs, readDrop } from "./drop.ts";

const entry = (name: string, isDirectory: boolean) =>
  ({ webkitGetAsEntry: () => ({ name, isDirectory, isFile: !isDirectory }) }) as unknown as DataTransferItem;

const drop = (data: Record<string, string>, items: DataTransferItem[] = [], files: File[] = []) => ({
  types: Object.keys(data),
  getData: (type: string) => data[type] ?? "",
  items,
  files,
});

const browser = { face: "browser" as const, pathOf: () => null };

test("a file manager's list of addresses gives each folder, comments left out", () => {
  const list = "# from nautilus\r\nfile:///home/me/api\r\nfile:///home/me/my%20web\r\n";
  expect(readDrop(drop({ "text/uri-list": list }), browser).sources).toEqual([
    { kind: "text", text: "file:///home/me/api" },
    { kind: "text", text: "file:///home/me/my%20web" },
  ]);
});

test("in Electron the real path wins over everything else", () => {
  const file = { name: "api" } as File;
  const electron = { face: "electron" as const, pathOf: () => "/home/me/api" };
  const dropped = readDrop(drop({ "text/uri-list": "file:///other" }, [entry("api", true)], [file]), electron);
  expect(dropped.sources).toEqual([{ kind: "text", text: "/home/me/api" }]);
});

test("in Electron a file among folders is refused by name, and the folders are taken", () => {
  const files = [{ name: "api" }, { name: "notes.txt" }] as File[];
  const electron = { face: "electron" as const, pathOf: (file: File) => `/home/me/${file.name}` };
  expect(readDrop(drop({}, [entry("api", true), entry("notes.txt", false)], files), electron)).toEqual({
    sources: [{ kind: "text", text: "/home/me/api" }],
    refused: "/home/me/notes.txt is a file. Drop a folder to make a workspace of it.",
  });
});

test("a browser that gives no address gives the folder's contents", () => {
  const [source] = readDrop(drop({}, [entry("api", true)]), browser).sources;
  expect(source).toMatchObject({ kind: "contents", entry: { name: "api" } });
});

test("a file, and text that is no address, are refused with a reason", () => {
  expect(readDrop(drop({}, [entry("notes.txt", false)]), browser)).toMatchObject({ sources: [], refused: /folder/ });
  expect(readDrop(drop({ "text/plain": "hello there" }), browser)).toMatchObject({ sources: [], refused: /folder/ });
});

test.each([
  ["git@github.com:me/api.git", true],
  ["https://github.com/me/api", true],
  ["C:\\code\\api", true],
  ["hello", false],
  ["", false],
])("%j is an address: %s", (line, is) => {
  expect(addresses(line) !== null).toBe(is);
});

test("a tab of the dock that is dragged around is not ours", () => {
  expect(dragConcernsUs(["text/plain"])).toBe(false);
  expect(dragConcernsUs(["Files"])).toBe(true);
});
