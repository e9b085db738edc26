/** The system's keychain, as far as Cellar needs it: something that only this person on this computer can take back what it wrapped. */

export type Keychain = {
  /** As the person knows it: `GNOME Keyring`, `macOS Keychain`. */
  readonly name: string;
  /** Why it cannot be used, as a sentence; null when it can. */
  problem(): Promise<string | null>;
  wrap(text: string): Promise<Buffer>;
  /** Rejects when it was not wrapped here, or the person refused. `renew` asks to wrap the text anew: the system changed its key. */
  unwrap(wrapped: Buffer): Promise<{ text: string; renew: boolean }>;
};

/** Where there is none. */
export function noKeychain(problem: string): Keychain {
  const refuse = async () => {
    throw new Error(problem);
  };
  return { name: "the system's keychain", problem: async () => problem, wrap: refuse, unwrap: refuse };
}
