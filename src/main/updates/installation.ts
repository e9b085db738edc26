/** How this Cellar came onto the computer, and with that how a new version takes its place. */
import { spawn } from "node:child_process";
import { chmod, copyFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

export type Installation = {
  /** As the feed calls its file; null where something else updates Cellar, and `reason` says what. */
  kind: string | null;
  reason: string;
  /** Whether terminals survive that the new version takes the old one's place. */
  sparesTerminals: boolean;
  /** What happens to a version that has been fetched. */
  whenReady: string;
  /** Puts the file in place. `restart`: and starts it when this process has ended. */
  install(file: string, restart: boolean): Promise<void>;
};

export type Computer = {
  platform: NodeJS.Platform;
  arch: string;
  packed: boolean;
  env: NodeJS.ProcessEnv;
  pid: number;
};

export function installationOf({ platform, arch, packed, env, pid }: Computer): Installation {
  if (!packed) return elsewhere("This Cellar runs from its source, which git updates.");
  if (platform === "linux") {
    const image = env["APPIMAGE"];
    if (image) return appImage(image, arch, pid);
    return elsewhere("Your package manager updates Cellar.");
  }
  if (platform === "win32") return windows(arch);
  if (platform === "darwin") return mac();
  return elsewhere("Cellar cannot update itself on this system.");
}

function elsewhere(reason: string): Installation {
  return { kind: null, reason, sparesTerminals: true, whenReady: "", install: async () => {} };
}

/** One file, replaced as a whole. Whatever runs from the old one keeps it until it ends, the terminal host among it. */
function appImage(image: string, arch: string, pid: number): Installation {
  return {
    kind: `linux-${arch}-appimage`,
    reason: "",
    sparesTerminals: true,
    whenReady: "It takes this one's place when you quit Cellar; terminals go on.",
    async install(file, restart) {
      const beside = join(dirname(image), `.${basename(image)}.new`);
      try {
        await copyFile(file, beside);
        await chmod(beside, 0o755);
        await rename(beside, image);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      if (restart) startAfter(pid, image);
    },
  };
}

/** Waits for us to end: the new Cellar would find the old one running and show that. */
function startAfter(pid: number, program: string): void {
  const script = 'while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; exec "$2"';
  spawn("/bin/sh", ["-c", script, "sh", String(pid), program], { detached: true, stdio: "ignore" }).unref();
}

/** The installer replaces files that a running terminal host holds: Windows does not let it, so nothing may run. */
function windows(arch: string): Installation {
  return {
    kind: `win32-${arch}-nsis`,
    reason: "",
    sparesTerminals: false,
    whenReady: "It takes this one's place when you quit Cellar and no terminal runs.",
    async install(file, restart) {
      // It waits for us to end by itself.
      const args = ["--updated", "/S", ...(restart ? ["--force-run"] : [])];
      spawn(file, args, { detached: true, stdio: "ignore" }).unref();
    },
  };
}

/** What replaces an app on macOS is the person's hand: its signature and its folder's owner are not ours to work around. */
function mac(): Installation {
  return {
    kind: "darwin-universal-dmg",
    reason: "",
    sparesTerminals: true,
    whenReady: "When you quit Cellar its disk image opens: drag the new Cellar over this one.",
    async install(file) {
      spawn("/usr/bin/open", [file], { detached: true, stdio: "ignore" }).unref();
    },
  };
}
