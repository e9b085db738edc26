/** The system's keychain by Electron's safeStorage. A backend that only hides what it stores is refused. */
import type { SafeStorage } from "electron";
import type { Keychain } from "../keychain.ts";

export type SafeStorageParts = Pick<
  SafeStorage,
  "isAsyncEncryptionAvailable" | "encryptStringAsync" | "decryptStringAsync" | "getSelectedStorageBackend"
>;

/** `basic_text` encrypts with a key that is written in Chromium's source; `unknown` is no answer. */
const refused: Record<string, string> = {
  basic_text: "This desktop offers no keychain: install GNOME Keyring or KWallet, or use a passphrase.",
  unknown: "Which keychain this desktop has is not known; use a passphrase.",
};

const names: Partial<Record<string, string>> = {
  darwin: "macOS Keychain",
  win32: "Windows data protection",
  gnome_libsecret: "GNOME Keyring",
  kwallet: "KWallet",
  kwallet5: "KWallet",
  kwallet6: "KWallet",
};

/** After `app.whenReady()`: before that the backend is not known. */
export function electronKeychain(safeStorage: SafeStorageParts, platform: NodeJS.Platform): Keychain {
  const backend = platform === "linux" ? safeStorage.getSelectedStorageBackend() : platform;
  return {
    name: names[backend] ?? "the system's keychain",
    async problem() {
      if (refused[backend]) return refused[backend];
      return (await safeStorage.isAsyncEncryptionAvailable()) ? null : "The system's keychain does not answer.";
    },
    wrap: (text) => safeStorage.encryptStringAsync(text),
    async unwrap(wrapped) {
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(wrapped);
      return { text: result, renew: shouldReEncrypt };
    },
  };
}
