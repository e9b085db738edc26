/** Whether smolvm works here: it is looked for, asked what it can, and made to boot a machine. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { problemOf } from "#shared/failure.ts";
import type { Availability } from "../backend.ts";
import type { Smolvm } from "./smolvm.ts";

/** A machine boots in a quarter of a second; the first one unpacks its kernel before. */
const bootPatienceMs = 25_000;
const neededFlags = ["--mount-socket", "--label", "--user"] as const;
const docs = "https://github.com/smol-machines/smolvm";

export async function trySmolvm(smolvm: Smolvm): Promise<Availability> {
  try {
    await smolvm.program();
  } catch {
    return no(`smolvm is not installed; how to install it is said at ${docs}.`);
  }
  try {
    const help = await smolvm.run(["create", "--help"], bootPatienceMs);
    const lacking = neededFlags.filter((flag) => !help.includes(flag));
    if (lacking.length > 0) {
      return no(`This smolvm is too old, it does not know ${lacking.join(", ")}; install 1.7 or later from ${docs}.`);
    }
    await smolvm.list();
    await smolvm.run(["run", "--", "true"], bootPatienceMs);
    return { available: true };
  } catch (error) {
    const why = await whyNoMachine();
    return no(
      why ?? `smolvm is there and boots no machine (${problemOf(error).message}); try: smolvm machine run -- true`,
    );
  }
}

/** The reason that most computers have; looked for only when a machine did not boot. */
async function whyNoMachine(): Promise<string | null> {
  if (process.platform !== "linux") return null;
  try {
    await access("/dev/kvm", constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? "smolvm needs the kernel's virtual machines (/dev/kvm), and there are none here; turn on virtualization in the firmware, or use another isolation."
      : "smolvm needs /dev/kvm, which you may not use; join its group with: sudo usermod -aG kvm $USER, and sign in again.";
  }
}

function no(reason: string): Availability {
  return { available: false, reason };
}
