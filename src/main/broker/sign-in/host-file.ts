/** A sign-in in the file of the person's own program, on this computer. What is put back there is whole or not there at all, and only where it was read. */
import { randomBytes } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { readSignIn } from "./files.ts";
import { underLocks } from "./lock.ts";
import type { SignInPlace } from "./places.ts";
import type { SignInProgram } from "./programs.ts";

/** A program that writes its file in place is read again after this, in ms, so often. */
const halfWrittenMs = 50;
const tries = 5;

export function onHost(program: SignInProgram, path: string): SignInPlace {
  return {
    key: `file ${path}`,
    read: () => readWhole(program, path),
    // Codex has no lock: it looks at its file again before it refreshes, and so do we.
    exclusively: async (work) => {
      await checkReplaceable(program, path);
      // Codex's is one of the system's (flock), which Node cannot take: like it, we look at the file again before and after.
      return program.format === "claude" ? underLocks(path, work) : work();
    },
    replace: async (text) => {
      const { beside, real } = await writeBeside(path, text.reveal());
      await rename(beside, real);
    },
  };
}

async function readWhole(program: SignInProgram, path: string): Promise<Secret> {
  for (let left = tries; ; left--) {
    const text = await readText(program, path);
    try {
      readSignIn(program.format, text);
      return new Secret(text);
    } catch (error) {
      if (left === 1) throw noSignIn(program, path, "holds no sign-in by subscription", error);
      await wait(halfWrittenMs);
    }
  }
}

async function readText(program: SignInProgram, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw noSignIn(program, path, absent ? "is not there" : "cannot be read", error);
  }
}

function noSignIn({ name, command }: SignInProgram, path: string, what: string, cause: unknown): Failure {
  return new Failure("not_found", `There is no sign-in of ${name} to lend: ${path} ${what}`, {
    hint: `Sign in on this computer (${command}). A sign-in that is kept in the system's keychain cannot be lent.`,
    cause,
  });
}

/** Before a refresh token is spent: one that could not be put back would sign the person out. */
async function checkReplaceable({ name }: SignInProgram, path: string): Promise<void> {
  try {
    const { beside } = await writeBeside(path, " ".repeat(8_192));
    await rm(beside);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new Failure(
      "failed",
      `The sign-in of ${name} has to be refreshed, and ${path} cannot be replaced (${code})`,
      {
        hint: "Make its folder writable, or make room on its disk.",
        cause: error,
      },
    );
  }
}

/** A new file, with the old one's rights, that only has to be renamed. The path may be a link to where the person keeps such files. */
async function writeBeside(path: string, text: string): Promise<{ beside: string; real: string }> {
  const real = await realpath(path);
  const { mode, uid, gid } = await stat(real);
  const beside = `${real}.${randomBytes(6).toString("hex")}.new`;
  const file = await open(beside, "wx", 0o600);
  try {
    if (process.getuid?.() === 0) await file.chown(uid, gid);
    await file.writeFile(text);
    await file.chmod(mode & 0o777);
    await file.sync();
    return { beside, real };
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
