import { expect, test } from "vitest";
import { addressOf, isRecovery, recoveryAddress, windowOfAddress } from "./window-address.ts";

test("a window has an origin of its own, and is found by it", () => {
  expect(addressOf("main")).toBe("cellar-window://app/");
  expect(addressOf("ws-0123abcd")).toBe("cellar-window://ws-0123abcd/?workspace=ws-0123abcd");
  for (const key of ["main", "window-0123abcd", "ws-0123abcd"]) expect(windowOfAddress(addressOf(key))).toBe(key);
  // As an origin is written, without a slash.
  expect(windowOfAddress("cellar-window://app")).toBe("main");
});

test.each([
  "cellar-window://elsewhere/",
  "cellar-window://main/",
  "cellar-window://app:1/",
  "cellar-window://app@elsewhere/",
  "cellar-window://app.elsewhere/",
  "cellar-window://ws-0123abcd.x/",
  "https://app/",
  "file:///app",
  recoveryAddress,
  "",
])("nothing else is a window of ours: %s", (address) => {
  expect(windowOfAddress(address)).toBeNull();
});

test("the recovery page is none of the windows", () => {
  expect(isRecovery(recoveryAddress)).toBe(true);
  expect(isRecovery(addressOf("main"))).toBe(false);
});
