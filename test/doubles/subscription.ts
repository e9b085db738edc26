/** A person's subscription: the files in which their programs keep its sign-in, and the provider that takes its token. */
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** Nobody checks its signature. */
export function jwt(claims: object, signature = "sig"): string {
  return ["{}", JSON.stringify(claims), signature].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

/** `.claude/.credentials.json`. `the-real` is in everything of it that must not get out, as in {@link codexSignIn}. */
export const claudeSignIn = (accessToken: string): string =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken,
      refreshToken: "sk-ant-ort01-the-real-refresh-token",
      expiresAt: Date.now() + 3_600_000,
      scopes: ["user:inference", "user:profile"],
      subscriptionType: "max",
    },
  });

export const codexToken = (): string =>
  jwt({ exp: Math.floor(Date.now() / 1000) + 3600, sub: "the-real-person" }, "the-real-signature");

/** `.codex/auth.json`. */
export function codexSignIn(access_token: string): string {
  const account = { chatgpt_plan_type: "pro", chatgpt_account_id: "acc-1", chatgpt_user_id: "the-real-user" };
  const claims = { email: "the-real-person@example.org", "https://api.openai.com/auth": account };
  const tokens = {
    id_token: jwt(claims, "the-real-signature"),
    access_token,
    refresh_token: "the-real-refresh-token",
    account_id: "acc-1",
  };
  return JSON.stringify({ OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() });
}

/** What Codex asks before anything else: where its account's requests go. */
const accounts = {
  accounts: [
    {
      id: "acc-1",
      name: null,
      structure: "personal",
      plan_type: "pro",
      workspace_backend_origin: "https://chatgpt.com",
      account_routing_override: "NO_CONSTRAINT",
    },
  ],
  default_account_id: "acc-1",
  account_ordering: ["acc-1"],
};

export type SubscriptionParts = {
  token: string;
  /** Where the double of the provider is, which answers whoever shows the token. */
  address: string;
  /** What the double takes for its own, where that is something else. */
  key?: string;
  /** In front of every path: `/backend-api` for ChatGPT. */
  path?: string;
};

/** In front of a provider's double: whoever shows another token is refused, as it would be. */
export class Subscription implements AsyncDisposable {
  readonly asked: { what: string; shown: string | undefined; account: unknown }[] = [];
  readonly #parts: SubscriptionParts;
  readonly #server = createServer((request, response) => {
    const { token, address, key = token, path = "" } = this.#parts;
    const { method = "", url = "", headers } = request;
    const { authorization } = headers;
    this.asked.push({ what: `${method} ${url}`, shown: authorization, account: headers["chatgpt-account-id"] });
    const json = { "content-type": "application/json" };
    if (authorization !== `Bearer ${token}`) {
      response.writeHead(401, json);
      return void response.end('{"error":{"type":"authentication_error","message":"Invalid bearer token"}}');
    }
    if (url === "/backend-api/wham/accounts/check") {
      return void response.writeHead(200, json).end(JSON.stringify(accounts));
    }
    const inside = url.slice(path.length).replace(/^\/codex\//, "/v1/");
    const up = httpRequest(address + inside, { method, headers: { ...headers, authorization: `Bearer ${key}` } });
    up.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(up);
  });

  private constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  static async start(parts: SubscriptionParts): Promise<Subscription> {
    const subscription = new Subscription(parts);
    await new Promise<void>((resolve) => subscription.#server.listen(0, "127.0.0.1", resolve));
    return subscription;
  }

  /** For whoever has signed in. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#parts.path ?? ""}`;
  }

  get shown(): Set<string | undefined> {
    return new Set(this.asked.map(({ shown }) => shown));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
