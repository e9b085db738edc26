/** Asking a provider's token endpoint for a new access token (RFC 6749, 6). The only place that sends a refresh token anywhere. */
import { request as httpRequest } from "node:http";
import { z } from "zod";
import { Failure } from "#shared/failure.ts";
import type { AddressClass, Dialer } from "../../egress/index.ts";
import { upstreamOf } from "../route.ts";
import type { Refreshed, SignInFormat } from "./files.ts";

export type TokenEndpoint = {
  address: string;
  /** Which program asks; public, the same for everybody. */
  clientId: string;
  scope?: string;
  addresses?: readonly AddressClass[];
};

export const tokenEndpoints: Record<SignInFormat, TokenEndpoint> = {
  claude: { address: "https://platform.claude.com/v1/oauth/token", clientId: "9d1c250a-e61b-44d9-88ed-5944d1962f5e" },
  codex: {
    address: "https://auth.openai.com/oauth/token",
    clientId: "app_EMoamEEZ73f0CkXaXp7hrann",
    scope: "openid profile email",
  },
};

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
  id_token: z.string().min(1).optional(),
});

const mostAnswer = 256 * 1024;
const timeoutMs = 30_000;

/** The provider does not take the refresh token any more: only the person can sign in again. */
export class SignInExpired extends Failure {
  constructor() {
    super("unauthorized", "The sign-in is no longer valid", {
      hint: "Sign in with the program again and import its file.",
    });
  }
}

/** Throws {@link SignInExpired}, or `unavailable`. No message holds anything that was sent or answered. */
export async function refresh(endpoint: TokenEndpoint, refreshToken: string, dialer: Dialer): Promise<Refreshed> {
  const { clientId, scope } = endpoint;
  const { status, body } = await post(endpoint, dialer, {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: clientId,
    ...(scope && { scope }),
  });
  if (status === 400 || status === 401 || status === 403) throw new SignInExpired();
  const answer = answerSchema.safeParse(status === 200 ? jsonOf(body) : null);
  if (!answer.success)
    throw new Failure("unavailable", `The sign-in could not be refreshed (the provider answered ${status})`);
  const { access_token, refresh_token, expires_in, id_token } = answer.data;
  return { accessToken: access_token, refreshToken: refresh_token, expiresInSeconds: expires_in, idToken: id_token };
}

async function post(
  { address, addresses = [] }: TokenEndpoint,
  dialer: Dialer,
  body: unknown,
): Promise<{ status: number; body: string }> {
  const { scheme, host, port, path } = upstreamOf(address);
  const signal = AbortSignal.timeout(timeoutMs);
  const bytes = Buffer.from(JSON.stringify(body));
  const socket = await dialer.dial({ host, port, tls: scheme === "https", addresses }, { signal });
  try {
    return await new Promise((resolve, reject) => {
      const request = httpRequest({
        createConnection: () => socket,
        method: "POST",
        path,
        signal,
        headers: {
          host,
          "content-type": "application/json",
          accept: "application/json",
          "content-length": bytes.length,
          connection: "close",
        },
      });
      request.on("error", reject);
      request.on("response", (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > mostAnswer) request.destroy(new Error("the answer is too large"));
          else chunks.push(chunk);
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
      });
      request.end(bytes);
    });
  } catch {
    throw new Failure("unavailable", "The sign-in could not be refreshed (no answer from the provider)");
  } finally {
    socket.destroy();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
