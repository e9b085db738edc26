/**
 * The person's own sign-in, lent to a bottle: inside is a file of the same form with a sentinel in it, requests go through the broker's route, and the
 * real token is put in and refreshed outside, in the person's file.
 */
import { join } from "node:path";
import { Failure } from "#shared/failure.ts";
import type { BottleReach, HomeFile } from "../bottles/index.ts";
import { llmRoute, type Providers } from "./providers.ts";
import type { Route } from "./route.ts";
import { sentinelFile } from "./sign-in/files.ts";
import { onHost } from "./sign-in/host-file.ts";
import { type SignInProgram, signInPath, signInPrograms } from "./sign-in/programs.ts";

export type LentSignIn = {
  program: SignInProgram;
  route: Route;
  /** Its address inside, with the path that the program's own base address has. */
  url: string;
  /** For the summary. */
  words: string;
};

/** Null when none is to be lent. Throws for a provider whose sign-in cannot be. Reads nothing. */
export function lentSignIn(
  { provider, credential }: BottleReach,
  providers: Providers,
  urlOf: (key: string) => string,
): LentSignIn | null {
  if (!credential.forwardHostCredentials) return null;
  if (credential.authToken !== null) {
    throw new Failure("invalid_input", "A bottle has either a credential of the vault or your sign-in, not both", {
      hint: "Leave out auth_token or forward_host_credentials.",
    });
  }
  const program = signInPrograms.find((each) => each.provider === provider);
  if (program === undefined) {
    const names = signInPrograms.map(({ name }) => name).join(" and ");
    throw new Failure("invalid_input", `Only a sign-in of ${names} can be lent to a bottle`, {
      hint: "Leave out forward_host_credentials and store the provider's key in the vault.",
    });
  }
  const { format, name, subscription, paths } = program;
  const secret = { handle: format, signIn: format, lent: true } as const;
  const route = llmRoute(providers, { provider: subscription, secret }, { paths: [...paths] });
  const { pathname } = new URL(providers.get(subscription)!["base-url"]!);
  return {
    program,
    route,
    url: `${urlOf(route.key)}${pathname.replace(/\/$/, "")}`,
    words: `${route.upstream.host} [auth:Bearer] with your sign-in of ${name} on this computer: it asks in your name and on your subscription, and is refreshed outside; inside is a placeholder`,
  };
}

/** Hosts that a bottle with a lent sign-in reaches through its route only. */
export function hostsOfLent({ provider, credential }: BottleReach): readonly string[] {
  if (!credential.forwardHostCredentials) return [];
  return signInPrograms.find((each) => each.provider === provider)?.hosts ?? [];
}

/** Throws `not_found` when the person has no such sign-in; nothing is refreshed. */
export async function checkSignIn({ program }: LentSignIn, environment: Record<string, string>): Promise<void> {
  await onHost(program, signInPath(program, environment)).read();
}

/** What leads the program inside to the route, and what it takes for its sign-in. */
export async function insideOf(
  lent: LentSignIn,
  environment: Record<string, string>,
  sentinel: string,
): Promise<{ environment: Record<string, string>; homeFiles: HomeFile[] }> {
  const { program } = lent;
  const { format, folder, file } = program;
  const own = await onHost(program, signInPath(program, environment)).read();
  const content = sentinelFile(format, own.reveal(), sentinel, new Date());
  return {
    environment: variablesOf(lent),
    // An earlier bottle with this home had another sentinel.
    homeFiles: [{ path: join(folder, file), content, replace: true }],
  };
}

/** Where the placeholder of it lies, below the home inside. */
export function fileOf({ program: { folder, file } }: LentSignIn): string {
  return join(folder, file);
}

export function variablesOf({ program: { addressVariable }, url }: LentSignIn): Record<string, string> {
  return addressVariable === null ? {} : { [addressVariable]: url };
}
