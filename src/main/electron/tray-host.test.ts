import { expect, test } from "vitest";
import { showsTrays } from "./tray-host.ts";

/** Computers on which only one of the tools is there, with what it prints. */
const with_ = (tool: string, answer: string) => async (command: string) => {
  if (command !== tool) throw Object.assign(new Error(`spawn ${command} ENOENT`), { code: "ENOENT" });
  return answer;
};

test.each([
  ["gdbus", "(true,)\n", true],
  ["gdbus", "(false,)\n", false],
  ["busctl", "b true\n", true],
  ["busctl", "b false\n", false],
  ["dbus-send", "method return time=1.2 sender=org.freedesktop.DBus\n   boolean true\n", true],
  ["dbus-send", "method return time=1.2 sender=org.freedesktop.DBus\n   boolean false\n", false],
  ["none of them", "", true],
])("as %s says: %j", async (tool, answer, shows) => {
  expect(await showsTrays("linux", with_(tool, answer))).toBe(shows);
});

test("nobody is asked where the system itself shows them", async () => {
  const asked: string[] = [];
  const run = async (command: string) => {
    asked.push(command);
    return "(false,)";
  };
  expect(await showsTrays("darwin", run)).toBe(true);
  expect(await showsTrays("win32", run)).toBe(true);
  expect(asked).toEqual([]);
});
