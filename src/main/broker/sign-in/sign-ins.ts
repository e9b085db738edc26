/** The access token of a sign-in, good for the next minutes: taken from its file, and refreshed and put back there when it runs out. */
import { Secret } from "#node/secret.ts";
import type { Dialer } from "../../egress/index.ts";
import { readSignIn, type SignIn, type SignInFormat, withRefreshed } from "./files.ts";
import type { SignInPlace } from "./places.ts";
import { refresh, SignInExpired, type TokenEndpoint, tokenEndpoints } from "./refresh.ts";

/** Refreshed so long before its end that no request on its way meets it. */
const earlyMs = 5 * 60_000;

export class SignIns {
  readonly #dialer: Dialer;
  readonly #endpoints: Record<SignInFormat, TokenEndpoint>;
  /** A refresh token works once: all who need it at the same time wait for the same answer. */
  readonly #refreshing = new Map<string, Promise<Secret>>();

  constructor(dialer: Dialer, endpoints: Record<SignInFormat, TokenEndpoint> = tokenEndpoints) {
    this.#dialer = dialer;
    this.#endpoints = endpoints;
  }

  async accessToken(place: SignInPlace, format: SignInFormat): Promise<Secret> {
    const running = this.#refreshing.get(place.key);
    if (running !== undefined) return running;
    const signIn = await readFrom(place, format);
    if (isGood(signIn)) return new Secret(signIn.accessToken);
    const begun = this.#refreshing.get(place.key);
    if (begun !== undefined) return begun;
    const refreshing = place
      .exclusively(() => this.#refresh(place, format))
      .finally(() => this.#refreshing.delete(place.key));
    this.#refreshing.set(place.key, refreshing);
    return refreshing;
  }

  async #refresh(place: SignInPlace, format: SignInFormat): Promise<Secret> {
    // The person's own program may have been faster.
    const before = await readFrom(place, format);
    if (isGood(before)) return new Secret(before.accessToken);
    try {
      const refreshed = await refresh(this.#endpoints[format], before.refreshToken, this.#dialer);
      const now = (await place.read()).reveal();
      // What came there meanwhile is newer than what was refreshed here, and stays. Everything else in the file is as it is now.
      if (readSignIn(format, now).refreshToken === before.refreshToken) {
        // Stored before it is used: were it lost, the old refresh token would be spent and the person signed out.
        await place.replace(new Secret(withRefreshed(format, now, refreshed, new Date())));
      }
      return new Secret(refreshed.accessToken);
    } catch (error) {
      if (!(error instanceof SignInExpired)) throw error;
      // Spent by somebody else, who then has put a new one there.
      const after = await readFrom(place, format);
      if (after.refreshToken !== before.refreshToken && isGood(after)) return new Secret(after.accessToken);
      throw error;
    }
  }
}

async function readFrom(place: SignInPlace, format: SignInFormat): Promise<SignIn> {
  return readSignIn(format, (await place.read()).reveal());
}

function isGood({ expiresAt }: SignIn): boolean {
  return expiresAt === null || expiresAt - earlyMs > Date.now();
}
