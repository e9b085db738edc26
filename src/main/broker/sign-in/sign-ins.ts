/** The access token of a sign-in, good for the next minutes: taken from the vault, and refreshed and put back there when it runs out. */
import { Secret } from "#node/secret.ts";
import type { Dialer } from "../../egress/index.ts";
import { readSignIn, type SignInFormat, withRefreshed } from "./files.ts";
import { refresh, type TokenEndpoint, tokenEndpoints } from "./refresh.ts";

export type VaultAccess = {
  /** Rejects with a Failure when the vault is locked or has no such handle. `usedBy` is for its record of uses. */
  resolveSecret: (handle: string, usedBy: string) => Promise<Secret>;
  /** Replaces the value of a handle. */
  replaceSecret: (handle: string, value: Secret) => Promise<void>;
};

/** Refreshed so long before its end that no request on its way meets it. */
const earlyMs = 5 * 60_000;

export class SignIns {
  readonly #vault: VaultAccess;
  readonly #dialer: Dialer;
  readonly #endpoints: Record<SignInFormat, TokenEndpoint>;
  /** A refresh token works once: all who need it at the same time wait for the same answer. */
  readonly #refreshing = new Map<string, Promise<Secret>>();

  constructor(vault: VaultAccess, dialer: Dialer, endpoints: Record<SignInFormat, TokenEndpoint> = tokenEndpoints) {
    this.#vault = vault;
    this.#dialer = dialer;
    this.#endpoints = endpoints;
  }

  async accessToken(handle: string, format: SignInFormat, usedBy: string): Promise<Secret> {
    const running = this.#refreshing.get(handle);
    if (running !== undefined) return running;
    const file = await this.#vault.resolveSecret(handle, usedBy);
    const { accessToken, expiresAt } = readSignIn(format, file.reveal());
    if (expiresAt === null || expiresAt - earlyMs > Date.now()) return new Secret(accessToken);
    const begun = this.#refreshing.get(handle);
    if (begun !== undefined) return begun;
    const refreshing = this.#refresh(handle, format, file).finally(() => this.#refreshing.delete(handle));
    this.#refreshing.set(handle, refreshing);
    return refreshing;
  }

  async #refresh(handle: string, format: SignInFormat, file: Secret): Promise<Secret> {
    const before = file.reveal();
    const refreshed = await refresh(this.#endpoints[format], readSignIn(format, before).refreshToken, this.#dialer);
    // Stored before it is used: were it lost, the old refresh token would be spent and the person signed out.
    await this.#vault.replaceSecret(handle, new Secret(withRefreshed(format, before, refreshed, new Date())));
    return new Secret(refreshed.accessToken);
  }
}
