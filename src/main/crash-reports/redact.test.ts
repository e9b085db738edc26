import { describe, expect, test } from "vitest";
import { Secret } from "#node/secret.ts";
import { Canary } from "#test/product/canary.ts";
import { redact } from "./redact.ts";

const surroundings = {
  secrets: [new Secret("hunter2-hunter2")],
  folders: [
    ["/home/ada/.local/share/Cellar", "<Cellar's home>"],
    ["/opt/cellar", "<Cellar>"],
    ["/home/ada", "~"],
  ],
  names: [
    ["ada", "<user>"],
    ["ada-laptop", "<computer>"],
  ],
} as const;
const clean = (text: string) => redact(text, surroundings);

describe("a report", () => {
  test("says no value of the vault, however it is spelled", () => {
    const canary = new Canary();
    const text = redact(canary.said.join("\n"), { ...surroundings, secrets: [new Secret(canary.value)] });
    expect(canary.in(text)).toEqual([]);
  });

  test.each([
    ["GET https://ada:pass@example.org/x failed", "GET https://[redacted]@example.org/x failed"],
    ["ghp_0123456789012345678901234567890123456 is wrong", "[redacted] is wrong"],
    ['{"api_key":"short1","n":1}', '{"api_key":"[redacted]","n":1}'],
    ["Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"],
    ["MY_PASSWORD=hunter", "MY_PASSWORD=[redacted]"],
    ["http://127.0.0.1:4/#Zk3dGh1sIs43CharactersOfBase64UrlText_-aBc0", "http://127.0.0.1:4/#[redacted]"],
  ])("says nothing that looks like a credential: %s", (text, wanted) => {
    expect(clean(text)).toBe(wanted);
  });

  test("does not say whose computer it is on", () => {
    expect(clean("ENOENT: open '/home/ada/work/api/x'")).toBe("ENOENT: open '~/work/api/x'");
    expect(clean("at f (file:///opt/cellar/out/main/index.js:1:2)")).toBe(
      "at f (file://<Cellar>/out/main/index.js:1:2)",
    );
    expect(clean("/home/ada/.local/share/Cellar/cellar.db")).toBe("<Cellar's home>/cellar.db");
    expect(clean("user ada on ada-laptop, adamant")).toBe("user <user> on <computer>, adamant");
  });

  test("stays readable", () => {
    const stack =
      "TypeError: x is undefined\n    at startBottleServices (main/bottles/service.ts:120:9)\n    at node:internal/process/task_queues:103:5";
    expect(clean(stack)).toBe(stack);
  });
});
