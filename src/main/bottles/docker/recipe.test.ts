/** What an image is made of, and by what it is known again. */
import { describe, expect, test } from "vitest";
import { basesOf, contentKey, lastLayer, ownDockerfile, takesFiles } from "./recipe.ts";

const dockerfile = (text: string) => ({ from: "dockerfile", path: "/d/Dockerfile", text, folder: null }) as const;

describe("a recipe", () => {
  test.each([
    ["FROM debian:12", ["debian:12"]],
    ["# a comment\nfrom --platform=linux/amd64 debian:12 as build\nFROM scratch\nCOPY --from=build / /", ["debian:12"]],
    ["FROM a AS one\nFROM one\nFROM b", ["a", "b"]],
    ["ARG BASE=x\nFROM $BASE", []],
  ])("needs the images that it begins with: %j", (text, expected) => {
    expect(basesOf(dockerfile(text))).toEqual(expected);
  });

  test.each([
    ["FROM a\nRUN echo COPY", false],
    ["FROM a\nCOPY requirements.txt .", true],
    ["FROM a\n  add x y", true],
    ["FROM a\nCOPY --from=build /x /y", false],
    ["FROM a\nRUN --mount=type=bind,target=/x true", true],
  ])("is given its folder only where it takes files: %j", (text, expected) => {
    expect(takesFiles(text)).toBe(expected);
  });

  test("of the catalogue is a Dockerfile, or nothing where the base is enough", () => {
    expect(ownDockerfile({ from: "catalogue", base: "node:24", run: [] })).toBe(null);
    expect(ownDockerfile({ from: "catalogue", base: "node:24", run: ["npm i -g x", "true"] })).toBe(
      "FROM node:24\nUSER 0\nRUN npm i -g x\nRUN true\n",
    );
  });

  test("is known by everything that decides what is in the image, and by nothing else", () => {
    const key = (image: string, uid: number) => contentKey([image, lastLayer(image, uid, 1000)]);
    expect(key("sha256:a", 1000)).toBe(key("sha256:a", 1000));
    expect(new Set([key("sha256:a", 1000), key("sha256:b", 1000), key("sha256:a", 1001)]).size).toBe(3);
    expect(contentKey(["ab", "c"])).not.toBe(contentKey(["a", "bc"]));
  });
});
