/** What lies in the tree for packaging and is run elsewhere: icons, the scripts of packages, macOS's entitlements, the workflow. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { builderConfiguration } from "#scripts/packaging/builder.ts";
import { drawingHash, linuxSizes } from "#scripts/packaging/icons.ts";
import { TemporaryFolder } from "#test/product/temporary.ts";

const root = resolve(import.meta.dirname, "../../..");
const packaging = join(root, "scripts", "packaging");
const folder = new TemporaryFolder("packaging");
afterAll(() => folder[Symbol.dispose]());

describe("icons", () => {
  const icons = join(root, "resources", "icons", "app");
  const png = Buffer.from("89504e470d0a1a0a", "hex");
  const sizeOf = (image: Buffer) => [image.readUInt32BE(16), image.readUInt32BE(20)];

  test("were drawn from the drawing as it is now (else: npm run icons)", () => {
    const drawing = readFileSync(join(icons, "..", "cellar.svg"), "utf8");
    expect(readFileSync(join(icons, "drawn-from.sha256"), "utf8").trim()).toBe(drawingHash(drawing));
  });

  test("for Linux have the sizes of their names", () => {
    for (const size of linuxSizes)
      expect(sizeOf(readFileSync(join(icons, `${size}x${size}.png`)))).toEqual([size, size]);
  });

  test("for macOS are a file of PNGs up to 1024", () => {
    const file = readFileSync(join(icons, "icon.icns"));
    expect(file.toString("latin1", 0, 4)).toBe("icns");
    expect(file.readUInt32BE(4)).toBe(file.length);
    const sizes: number[] = [];
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
      const image = file.subarray(at + 8, at + file.readUInt32BE(at + 4));
      expect(image.subarray(0, 8)).toEqual(png);
      sizes.push(sizeOf(image)[0]!);
    }
    expect(Math.max(...sizes)).toBe(1024);
  });

  test("for Windows are a directory of PNGs up to 256", () => {
    const file = readFileSync(join(icons, "icon.ico"));
    const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
      const at = 6 + 16 * index;
      const image = file.subarray(file.readUInt32LE(at + 12)).subarray(0, file.readUInt32LE(at + 8));
      expect(image.subarray(0, 8)).toEqual(png);
      expect(sizeOf(image)[0]! % 256).toBe(file.readUInt8(at));
      return sizeOf(image)[0]!;
    });
    expect(Math.max(...sizes)).toBe(256);
  });
});

describe("the scripts of a deb and rpm", () => {
  const calls = folder.in("calls");
  const bin = folder.in("bin");

  /** As electron-builder fills them in; programs of the system only note that they were called. */
  function run(name: string, system: string, args: string[], tools = ["apparmor_parser", "unshare"]): string[] {
    mkdirSync(bin, { recursive: true });
    for (const tool of readdirSync(bin)) writeFileSync(join(bin, tool), "#!/bin/sh\nexit 127\n");
    for (const tool of tools) {
      writeFileSync(join(bin, tool), `#!/bin/sh\necho "${tool} $*" >>'${calls}'\n`, { mode: 0o755 });
    }
    writeFileSync(calls, "");
    const text = readFileSync(join(packaging, "linux", name), "utf8")
      .replaceAll("$" + "{executable}", "cellar-desktop")
      .replaceAll("$" + "{sanitizedProductName}", "Cellar");
    expect(text).not.toMatch(/\$\{[a-zA-Z]+\}/);
    const env = { PATH: `${bin}:/usr/bin:/bin`, DPKG_ROOT: system };
    execFileSync("/bin/sh", ["-c", text, name, ...args], { env });
    return readFileSync(calls, "utf8").trim().split("\n");
  }

  function installed(name: string): string {
    const system = folder.in(name);
    for (const each of ["usr/bin", "opt/Cellar/resources", "etc/apparmor.d/local"]) {
      mkdirSync(join(system, each), { recursive: true });
    }
    writeFileSync(join(system, "opt/Cellar/chrome-sandbox"), "");
    writeFileSync(
      join(system, "opt/Cellar/resources/apparmor-profile"),
      readFileSync(join(packaging, "linux/apparmor-profile")),
    );
    return system;
  }

  test("give the command line its name and AppArmor its profile, and take both away again", () => {
    const system = installed("whole");
    const said = run("after-install.sh", system, ["configure"]);
    const link = join(system, "usr/bin/cellar");
    expect(readlinkSync(link)).toBe("/opt/Cellar/resources/app.asar.unpacked/resources/bin/cellar");
    expect(said).toContainEqual(expect.stringMatching(/^apparmor_parser --skip-kernel-load/));
    const profile = join(system, "etc/apparmor.d/cellar-desktop");
    expect(readFileSync(profile, "utf8")).toContain("userns,");

    run("after-remove.sh", system, ["upgrade"]);
    expect(existsSync(profile)).toBe(true);
    writeFileSync(join(system, "etc/apparmor.d/local/cellar-desktop"), "");
    run("after-remove.sh", system, ["remove"]);
    expect(existsSync(profile) || existsSync(link)).toBe(false);
    expect(existsSync(join(system, "etc/apparmor.d/local/cellar-desktop"))).toBe(true);
    run("after-remove.sh", system, ["purge"]);
    expect(existsSync(join(system, "etc/apparmor.d/local/cellar-desktop"))).toBe(false);
  });

  test("do without AppArmor where there is none, and where it is too old for the profile", () => {
    const system = installed("without");
    run("after-install.sh", system, ["configure"], ["unshare"]);
    expect(existsSync(join(system, "etc/apparmor.d/cellar-desktop"))).toBe(false);
    run("after-remove.sh", system, ["0"], []);
    expect(existsSync(join(system, "usr/bin/cellar"))).toBe(false);
  });
});

test("the packages open cellar:// links, and every file that the configuration names is there", () => {
  const configuration = builderConfiguration(root, folder.path, {});
  expect(configuration.protocols).toEqual([{ name: "Cellar", schemes: ["cellar"] }]);
  const { linux, deb, rpm, mac, win } = configuration;
  const named = [
    linux?.icon,
    deb?.afterInstall,
    deb?.afterRemove,
    deb?.appArmorProfile,
    rpm?.afterInstall,
    mac?.icon,
    mac?.entitlements,
    win?.icon,
  ];
  expect(named.filter((path) => typeof path !== "string" || !existsSync(path))).toEqual([]);
  expect(mac?.notarize).toBe(false);
  expect(win?.azureSignOptions).toBeUndefined();
  const signed = { AZURE_SIGN_ENDPOINT: "https://e", AZURE_SIGN_ACCOUNT: "a", AZURE_SIGN_PROFILE: "p" };
  expect(builderConfiguration(root, folder.path, signed).win?.azureSignOptions).toMatchObject({
    endpoint: "https://e",
  });
});

test("macOS's hardened runtime has one exception, and every key a reason above it", () => {
  const text = readFileSync(join(packaging, "mac", "entitlements.plist"), "utf8");
  expect([...text.matchAll(/<key>(.*?)<\/key>/g)].map(([, key]) => key)).toEqual(["com.apple.security.cs.allow-jit"]);
  expect(text).toMatch(/-->\s*<key>/);
});

describe("the workflow", () => {
  const path = join(root, ".github", "workflows", "ci.yml");
  type Step = { run?: string; uses?: string };
  type Job = { "runs-on": string; steps: Step[]; strategy?: { matrix: { os: string[] } }; needs?: string };
  const { jobs } = parse(readFileSync(path, "utf8")) as { jobs: Record<string, Job> };
  const steps = Object.values(jobs).flatMap(({ steps }) => steps);

  test("runs Electron's tests and packs on three systems", () => {
    for (const job of ["electron", "pack"]) {
      const systems = jobs[job]!.strategy!.matrix.os.map((name) => name.split("-")[0]);
      expect(systems).toEqual(["ubuntu", "macos", "windows"]);
    }
    for (const { needs } of Object.values(jobs)) expect(needs === undefined || needs in jobs).toBe(true);
    expect(steps.every((step) => (step.run === undefined) !== (step.uses === undefined))).toBe(true);
  });

  test("calls only what there is", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const commands = steps.map(({ run }) => run ?? "").join("\n");
    const called = [...commands.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
    expect(called).toContain("test:electron");
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, file] of commands.matchAll(/^(\.[\w/.-]+)/gm)) expect(existsSync(join(root, file!)), file).toBe(true);
  });
});
