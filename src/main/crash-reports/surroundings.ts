/** Whose computer this is: what a report says otherwise. */
import { homedir, hostname, userInfo } from "node:os";
import { installationFolder } from "#node/installation.ts";
import { Secret } from "#node/secret.ts";
import type { Surroundings } from "./redact.ts";

export function surroundings(cellarHome: string): Omit<Surroundings, "secrets"> {
  const folders: [string, string][] = [
    [cellarHome, "<Cellar's home>"],
    [installationFolder, "<Cellar>"],
    [homedir(), "~"],
    // A root user's home, or none at all, would be in every path.
  ].filter((pair): pair is [string, string] => pair[0]!.length > 1);
  const names: [string, string][] = [
    [userInfo().username, "<user>"],
    [hostname(), "<computer>"],
  ].filter((pair): pair is [string, string] => pair[0]!.length > 1);
  return { folders: folders.sort(([a], [b]) => b.length - a.length), names };
}

/** Variables that programs take credentials from, also those that are in no vault. */
export function secretsOfEnvironment(environment: NodeJS.ProcessEnv): Secret[] {
  return Object.entries(environment)
    .filter(([name]) => /TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|(?:^|_)KEY(?:$|_)/i.test(name))
    .flatMap(([, value]) => (value === undefined ? [] : [new Secret(value)]));
}
