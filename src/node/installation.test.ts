import { expect, test } from "vitest";
import { entryFolder } from "./entries.ts";
import { partsOf } from "./installation.ts";

test("from source and built, everything lies in one folder", () => {
  expect(partsOf("/home/ada/cellar")).toEqual({ files: "/home/ada/cellar", archive: "/home/ada/cellar" });
});

test("a packed app hands real files to others, whichever part of it is running", () => {
  const parts = {
    files: "/opt/Cellar/resources/app.asar.unpacked",
    archive: "/opt/Cellar/resources/app.asar",
  };
  expect(partsOf(parts.archive)).toEqual(parts);
  expect(partsOf(parts.files)).toEqual(parts);
  expect(partsOf("C:\\Cellar\\resources\\app.asar").files).toBe("C:\\Cellar\\resources\\app.asar.unpacked");
});

test("a folder that only has a similar name is no archive", () => {
  expect(partsOf("/src/my-app.asar.unpacked.old").files).toBe("/src/my-app.asar.unpacked.old");
  expect(partsOf("/src/myapp.asar").files).toBe("/src/myapp.asar");
});

test("entries are started as real files, from a chunk or beside it, in the archive or not", () => {
  const outside = "/opt/Cellar/resources/app.asar.unpacked/out/main";
  expect(entryFolder("/opt/Cellar/resources/app.asar/out/main/chunks/paths-1.js")).toBe(outside);
  expect(entryFolder("/opt/Cellar/resources/app.asar/out/main/index.js")).toBe(outside);
  expect(entryFolder(`${outside}/chunks/paths-1.js`)).toBe(outside);
  expect(entryFolder("/home/ada/cellar/out/main/chunks/paths-1.js")).toBe("/home/ada/cellar/out/main");
});
