/**
 * The programs whose sign-ins can be lent: where each keeps its file, and what of its provider is asked with it. A sign-in may do much more than ask a
 * model (make keys, start machines, reach connected accounts), so that only these paths are passed on.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import type { SignInFormat } from "./files.ts";

export type SignInProgram = {
  format: SignInFormat;
  name: string;
  /** Of the manifest's template or the program's entry. */
  provider: string;
  /** The table in providers.toml that says where it is asked. */
  subscription: string;
  /** Below the home, on the host unless the variable says otherwise, and inside. */
  folder: string;
  variable: string;
  file: string;
  paths: readonly string[];
  /** Variable inside for the address of the route; null for a program that takes it in no variable. */
  addressVariable: string | null;
  /** How to sign in. */
  command: string;
};

export const signInPrograms: readonly SignInProgram[] = [
  {
    format: "claude",
    name: "Claude Code",
    provider: "anthropic",
    subscription: "claude-subscription",
    folder: ".claude",
    variable: "CLAUDE_CONFIG_DIR",
    file: ".credentials.json",
    paths: ["/v1/messages", "/v1/models"],
    addressVariable: "ANTHROPIC_BASE_URL",
    command: "claude, and then /login",
  },
  {
    format: "codex",
    name: "Codex",
    provider: "openai",
    subscription: "chatgpt",
    folder: ".codex",
    variable: "CODEX_HOME",
    file: "auth.json",
    paths: ["/backend-api/codex", "/backend-api/wham/accounts/check", "/backend-api/wham/usage"],
    addressVariable: null,
    command: "codex login",
  },
];

/** The file of this computer's person. */
export function signInPath(program: SignInProgram, environment: Readonly<Record<string, string>>): string {
  const { folder, variable, file } = program;
  return join(environment[variable] || join(environment["HOME"] ?? homedir(), folder), file);
}
