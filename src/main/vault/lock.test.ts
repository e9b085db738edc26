/** Who can open the vault: a passphrase or the keychain, changed without a moment in which neither can; guessing is slow, and idling locks. */
import { existsSync, readdirSync, renameSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noKeychain } from "#main/keychain.ts";
import { KeychainDouble } from "#test/doubles/keychain.ts";
import { eventually } from "#test/product/processes.ts";
import { passphrase, VaultHome } from "#test/vault-home.ts";
import { electronKeychain } from "../electron/keychain.ts";
import type { Vault } from "./index.ts";

let home: VaultHome;
beforeEach(() => {
  home = new VaultHome();
});
afterEach(() => {
  vi.useRealTimers();
  home[Symbol.dispose]();
});

const other = "another passphrase";
const reveal = async (vault: Vault, handle: string) => (await vault.resolve(handle, "test")).reveal();

describe("a passphrase", () => {
  test("sets the vault up once, and is needed after every restart", async () => {
    const vault = home.open();
    expect(vault.state).toMatchObject({ state: "absent", protection: null, lockedBecause: null });
    await expect(vault.set("x", "one", false)).rejects.toThrow(/^the vault has not been set up, so secret 'x'/);
    expect(await vault.setUp(passphrase)).toMatchObject({ state: "unlocked", protection: "passphrase" });
    await expect(vault.setUp(other)).rejects.toMatchObject({ code: "conflict" });
    await vault.set("x", "one", false);
    const again = home.open();
    expect(again.state).toMatchObject({ state: "locked", lockedBecause: "start", secrets: 1 });
    expect(again.names()).toEqual(["x"]);
    await expect(again.set("y", "two", false)).rejects.toThrow(/^the vault is locked, so secret 'y' cannot be stored$/);
    await again.unlock(passphrase);
    expect(await reveal(again, "x")).toBe("one");
  });

  test.each(["", "short", "       x", "1234567"])("%j is too short", async (short) => {
    const vault = home.open();
    await expect(vault.setUp(short)).rejects.toThrow("a passphrase has at least 8 characters");
    expect(vault.state.state).toBe("absent");
  });

  test("that is wrong opens nothing, costs nothing, and is not repeated", async () => {
    const vault = await home.ready();
    await vault.set("x", "one", false);
    await vault.lock();
    for (const wrong of ["", `${passphrase} `, passphrase.toUpperCase(), "x".repeat(1000)]) {
      home.now = () => Date.now() + 1e9;
      const thrown = await vault.unlock(wrong).catch((error: Error) => error);
      expect(thrown).toMatchObject({ code: expect.stringMatching(/refused|unavailable/) });
      if (wrong) expect((thrown as Error).message).not.toContain(wrong);
    }
    expect(vault.state.state).toBe("locked");
    const again = await home.again();
    expect(await reveal(again, "x")).toBe("one");
  });

  test("is guessed slower and slower", async () => {
    let now = Date.now();
    home.now = () => now;
    const vault = await home.ready();
    await vault.lock();
    for (let n = 0; n < 3; n++) await expect(vault.unlock("wrong one")).rejects.toMatchObject({ code: "refused" });
    const { waitUntil } = vault.state;
    expect(Date.parse(waitUntil!)).toBe(now + 2_000);
    await expect(vault.unlock(passphrase)).rejects.toMatchObject({
      code: "unavailable",
      message: "too many wrong passphrases",
    });
    now += 2_000;
    await expect(vault.unlock("wrong one")).rejects.toMatchObject({ code: "refused" });
    expect(Date.parse(vault.state.waitUntil!)).toBe(now + 4_000);
    await expect(vault.changePassphrase("wrong one", other)).rejects.toMatchObject({ code: "unavailable" });
    now += 4_000;
    expect(await vault.unlock(passphrase)).toMatchObject({ state: "unlocked", waitUntil: null });
  });

  test("is changed without touching what is stored; the old one opens nothing any more", async () => {
    const vault = await home.ready();
    await vault.set("x", "one", false);
    await expect(vault.changePassphrase("wrong one", other)).rejects.toThrow("that is not the vault's passphrase");
    await expect(vault.changePassphrase(passphrase, "short")).rejects.toThrow(/at least 8/);
    const { revision } = vault.secrets.get("x")!;
    await vault.changePassphrase(passphrase, other);
    expect(vault.state.state).toBe("unlocked");
    expect(vault.secrets.get("x")!.revision).toBe(revision);
    const again = home.open();
    await expect(again.unlock(passphrase)).rejects.toMatchObject({ code: "refused" });
    await again.unlock(other);
    expect(await reveal(again, "x")).toBe("one");
  });

  test("forgotten: starting over keeps the old file, which still opens under its passphrase", async () => {
    const vault = await home.ready();
    await vault.set("x", "one", false);
    expect(await vault.startOver()).toMatchObject({ state: "absent", secrets: 0 });
    await vault.setUp(other);
    expect(vault.names()).toEqual([]);
    home.close();
    const aside = readdirSync(home.folder.path).find((name) => /^vault\.db\.damaged-.*Z$/.test(name));
    renameSync(home.folder.in(aside!), home.path);
    expect(await reveal(await home.again(), "x")).toBe("one");
  });
});

test("the screen's lock locks it, and it says so", async () => {
  const vault = await home.ready();
  await vault.set("x", "one", false);
  vault.screenLocked();
  await eventually(
    () => vault.state,
    ({ state }) => state === "locked",
  );
  expect(vault.state).toMatchObject({ lockedBecause: "screen", secrets: 1 });
  await vault.unlock(passphrase);
  expect(await reveal(vault, "x")).toBe("one");
});

describe("the keychain", () => {
  test("opens the vault at the start by itself, and again after it was locked", async () => {
    const keychain = new KeychainDouble();
    const vault = home.open({ keychain });
    await vault.start();
    expect(await vault.setUp(null)).toMatchObject({ state: "unlocked", protection: "keychain" });
    await vault.set("x", "one", false);
    const again = home.open({ keychain });
    void again.start();
    expect(await reveal(again, "x")).toBe("one");
    await again.lock();
    await expect(again.resolve("x", "test")).rejects.toThrow(/locked/);
    await expect(again.unlock(passphrase)).rejects.toMatchObject({ code: "invalid_input" });
    await again.unlock(null);
    expect(await reveal(again, "x")).toBe("one");
  });

  test("that does not answer leaves the vault locked, and says why", async () => {
    const keychain = new KeychainDouble();
    await home.open({ keychain }).setUp(null);
    keychain.refuses = true;
    const vault = home.open({ keychain });
    await vault.start();
    expect(vault.state.state).toBe("locked");
    await expect(vault.unlock(null)).rejects.toThrow("Test keychain did not give the vault's key");
    keychain.why = "It is locked.";
    await expect(vault.unlock(null)).rejects.toThrow("the keychain cannot be used: It is locked.");
    expect(home.failures).toHaveLength(1);
  });

  test("of another computer opens nothing", async () => {
    await home.open({ keychain: new KeychainDouble() }).setUp(null);
    await expect(home.open({ keychain: new KeychainDouble() }).unlock(null)).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("that changed its key gets the vault's wrapped anew", async () => {
    const keychain = new KeychainDouble();
    await home.open({ keychain }).setUp(null);
    keychain.renew = true;
    await home.open({ keychain }).unlock(null);
    expect(keychain.wrapped).toBe(2);
  });

  test("is changed for a passphrase and back", async () => {
    const keychain = new KeychainDouble();
    const vault = home.open({ keychain });
    await vault.setUp(null);
    await vault.set("x", "one", false);
    expect(await vault.changePassphrase(null, passphrase)).toMatchObject({ protection: "passphrase" });
    expect(await reveal(await home.again(), "x")).toBe("one");
    const back = home.open({ keychain });
    expect(await back.changePassphrase(passphrase, null)).toMatchObject({ protection: "keychain", state: "locked" });
    await back.unlock(null);
    expect(await reveal(back, "x")).toBe("one");
  });

  test("where there is none is refused with the reason", async () => {
    const vault = home.open({ keychain: noKeychain("There is none.") });
    await vault.start();
    expect(vault.state.keychain.problem).toBe("There is none.");
    await expect(vault.setUp(null)).rejects.toThrow("the keychain cannot be used: There is none.");
    expect(vault.state.state).toBe("absent");
  });

  test.each([
    ["linux", "basic_text", /offers no keychain/],
    ["linux", "unknown", /not known/],
    ["linux", "gnome_libsecret", null],
    ["darwin", "basic_text", null],
  ] as const)("of Electron on %s with the backend %s", async (platform, backend, problem) => {
    const safeStorage = {
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async (text: string) => Buffer.from(text),
      decryptStringAsync: async (box: Buffer) => ({ result: box.toString(), shouldReEncrypt: true }),
      getSelectedStorageBackend: () => backend,
    };
    const keychain = electronKeychain(safeStorage, platform);
    if (problem) expect(await keychain.problem()).toMatch(problem);
    else expect(await keychain.problem()).toBeNull();
    expect(await keychain.unwrap(await keychain.wrap("key"))).toEqual({ text: "key", renew: true });
    const without = electronKeychain({ ...safeStorage, isAsyncEncryptionAvailable: async () => false }, "win32");
    expect(await without.problem()).toMatch(/does not answer/);
  });
});

describe("idling", () => {
  test("locks after the minutes of the setting; a use begins them anew", async () => {
    vi.useFakeTimers();
    home.lockMinutes = 5;
    const vault = await home.ready();
    await vault.set("x", "one", false);
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(await reveal(vault, "x")).toBe("one");
    await vi.advanceTimersByTimeAsync(4 * 60_000);
    expect(vault.state.state).toBe("unlocked");
    await vi.advanceTimersByTimeAsync(61_000);
    expect(vault.state).toMatchObject({ state: "locked", lockedBecause: "idle" });
  });

  test("locks a computer that slept on past them at the first look", async () => {
    let now = 0;
    home.now = () => now;
    home.lockMinutes = 5;
    const vault = await home.ready();
    await vault.set("x", "one", false);
    now = 6 * 60_000;
    await expect(vault.resolve("x", "test")).rejects.toThrow(/^the vault is locked/);
  });

  test("follows the setting while it is unlocked", async () => {
    vi.useFakeTimers();
    const vault = await home.ready();
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(vault.state.state).toBe("unlocked");
    await vault.set("x", "one", false);
    home.lockMinutes = 1;
    vault.watchIdle();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(vault.state.state).toBe("locked");
  });
});

test("locking while a passphrase is still being tried wins over it, in the order asked", async () => {
  const vault = await home.ready();
  const [, , last] = await Promise.all([vault.lock(), vault.unlock(passphrase), vault.lock()]);
  expect(last.state).toBe("locked");
  expect(existsSync(home.path)).toBe(true);
});
