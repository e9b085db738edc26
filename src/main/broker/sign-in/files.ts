/**
 * Sign-ins by subscription: the files in which agent programs keep their OAuth tokens. What is in the vault is the whole file; what enters a
 * bottle is a file of the same form that holds the sentinel and nothing to sign in with. Pure.
 */
import { z } from "zod";
import { Failure } from "#shared/failure.ts";

export type SignInFormat = "claude" | "codex";

export type SignIn = {
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since 1970; null when the file does not say. */
  expiresAt: number | null;
};

/** What a token endpoint answers (RFC 6749, 5.1). */
export type Refreshed = {
  accessToken: string;
  /** Absent: the old one stays good. */
  refreshToken: string | undefined;
  /** Absent: the token itself has to say. */
  expiresInSeconds: number | undefined;
  idToken: string | undefined;
};

const claudeFile = z.looseObject({
  claudeAiOauth: z.looseObject({
    accessToken: z.string().min(1),
    refreshToken: z.string().min(1),
    expiresAt: z.number().optional(),
    scopes: z.array(z.string()).optional(),
    subscriptionType: z.string().nullish(),
  }),
});

const codexFile = z.looseObject({
  tokens: z.looseObject({
    id_token: z.string().optional(),
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    account_id: z.string().nullish(),
  }),
  last_refresh: z.string().nullish(),
});

/** Throws `invalid_input` when `text` is not such a file; the message holds nothing of it. */
export function readSignIn(format: SignInFormat, text: string): SignIn {
  if (format === "claude") {
    const { claudeAiOauth: tokens } = parsed(claudeFile, text, ".credentials.json of Claude Code");
    return { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, expiresAt: tokens.expiresAt ?? null };
  }
  const { tokens } = parsed(codexFile, text, "auth.json of Codex");
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: expiryOf(tokens.access_token),
  };
}

/** The file with what the token endpoint gave; everything else in it stays. */
export function withRefreshed(format: SignInFormat, text: string, refreshed: Refreshed, now: Date): string {
  const { accessToken, refreshToken, expiresInSeconds, idToken } = refreshed;
  if (format === "claude") {
    const file = parsed(claudeFile, text, ".credentials.json of Claude Code");
    const expiresAt = expiresInSeconds === undefined ? undefined : now.getTime() + expiresInSeconds * 1000;
    const { expiresAt: _old, ...kept } = file.claudeAiOauth;
    const tokens = { ...kept, accessToken, ...(refreshToken && { refreshToken }), ...(expiresAt && { expiresAt }) };
    return JSON.stringify({ ...file, claudeAiOauth: tokens });
  }
  const file = parsed(codexFile, text, "auth.json of Codex");
  const tokens = {
    ...file.tokens,
    access_token: accessToken,
    ...(refreshToken && { refresh_token: refreshToken }),
    ...(idToken && { id_token: idToken }),
  };
  return JSON.stringify({ ...file, tokens, last_refresh: now.toISOString() });
}

/**
 * The file for inside. It never asks to be refreshed: what it says about its age is always good, and its refresh token is the
 * sentinel too. Of the person
 * it keeps what the program needs to choose models: the plan and the account's number.
 */
export function sentinelFile(format: SignInFormat, text: string, sentinel: string, now: Date): string {
  if (format === "claude") {
    const { claudeAiOauth } = parsed(claudeFile, text, ".credentials.json of Claude Code");
    const { scopes = [], subscriptionType = null } = claudeAiOauth;
    const tokens = { accessToken: sentinel, refreshToken: sentinel, expiresAt: farFuture, scopes, subscriptionType };
    return JSON.stringify({ claudeAiOauth: tokens });
  }
  const { tokens } = parsed(codexFile, text, "auth.json of Codex");
  const claims = claimsOf(tokens.id_token ?? "");
  const account = z.looseObject({}).safeParse(claims?.["https://api.openai.com/auth"]).data ?? {};
  const { chatgpt_plan_type, chatgpt_account_id } = account;
  const idToken = unsignedToken({
    "https://api.openai.com/auth": { chatgpt_plan_type, chatgpt_account_id },
    exp: farFuture / 1000,
  });
  return JSON.stringify({
    OPENAI_API_KEY: null,
    tokens: {
      id_token: idToken,
      access_token: sentinel,
      refresh_token: sentinel,
      account_id: tokens.account_id ?? null,
    },
    last_refresh: now.toISOString(),
  });
}

/** 2100: beyond any bottle, and still a number of seconds that fits 32 unsigned bits. */
const farFuture = Date.UTC(2100, 0, 1);

/** Of a JSON Web Token; null when it is none or says nothing. Not verified: it is the person's own. */
function expiryOf(token: string): number | null {
  const exp = claimsOf(token)?.["exp"];
  return typeof exp === "number" ? exp * 1000 : null;
}

function claimsOf(token: string): Record<string, unknown> | null {
  const [, payload] = token.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Codex reads claims from it and never sends it; it proves nothing to anybody. */
function unsignedToken(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.${Buffer.from("cellar").toString("base64url")}`;
}

function parsed<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failure("invalid_input", `This is not the ${what}`, {
    hint: "Sign in with the program again and import its file.",
  });
}
