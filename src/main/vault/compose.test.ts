/** The vault as main composes it: where it looks for a secret before what is stored. */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { noKeychain } from "#main/keychain.ts";
import { refreshLoginEnvironment } from "#node/login-environment.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { Endings } from "../endings.ts";
import type { Ground } from "../ground.ts";
import { composeVault } from "./compose.ts";

const folder = new TemporaryFolder("vault");
const endings = new Endings();
afterEach(async () => {
  vi.unstubAllEnvs();
  await endings.run();
  folder[Symbol.dispose]();
});

test.skipIf(process.platform === "win32")(
  "what the person's shell says when it is asked anew counts at once",
  async () => {
    mkdirSync(folder.in("home"));
    const says = (text: string) => writeFileSync(folder.in("home", ".profile"), `${text}\n`);
    vi.stubEnv("HOME", folder.in("home"));
    vi.stubEnv("SHELL", "/bin/sh");
    vi.stubEnv("BEFORE_THE_SHELL", "from Cellar's start");
    says("export ASKED=once BEFORE_THE_SHELL=later");
    const vault = composeVault({
      paths: { vault: folder.in("vault.db") },
      desktop: { keychain: noKeychain("There is none.") },
      settings: { settings: { vaultLockMinutes: 0 }, onChange: () => () => {} },
      failed: (error: unknown) => expect.fail(String(error)),
      endings,
    } as unknown as Ground);
    await vault.start();
    const value = async (handle: string) => (await vault.resolve(handle, "test")).reveal();
    expect(await value("asked")).toBe("once");
    says("export ASKED=again");
    await refreshLoginEnvironment();
    expect(await value("asked")).toBe("again");
    expect(await value("before_the_shell")).toBe("from Cellar's start");
  },
);
