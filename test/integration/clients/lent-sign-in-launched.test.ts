/** A sign-in that a manifest lends, through the whole product: planned, launched, used by the real program in its terminal. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { AnthropicApi } from "#test/doubles/anthropic-api.ts";
import { OpenaiResponses } from "#test/doubles/openai-responses.ts";
import { AgentBottle } from "#test/product/agent-bottle.ts";
import { call } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { claudeCode, codex, missing } from "#test/requirements.ts";

/** In front of a double: takes the real token only, and passes it on as the double's own key. */
async function inFront(
  token: string,
  headers: (given: object) => object,
  target: () => string,
  path: (url: string) => string,
) {
  const shown: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    shown.push(authorization);
    if (authorization !== `Bearer ${token}`) return void response.writeHead(401).end("{}");
    if (request.url === "/backend-api/wham/accounts/check") {
      const account = {
        id: "acc-1",
        workspace_backend_origin: "https://chatgpt.com",
        account_routing_override: "NO_CONSTRAINT",
        plan_type: "pro",
        structure: "personal",
      };
      return void response.end(
        JSON.stringify({ accounts: [account], default_account_id: "acc-1", account_ordering: ["acc-1"] }),
      );
    }
    const up = httpRequest(target() + path(request.url!), {
      method: request.method!,
      headers: headers(request.headers) as never,
    });
    up.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(up);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    shown,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function lend(agent: AgentBottle, provider: string, file: string, content: string): void {
  const { folder, home } = agent.product;
  mkdirSync(dirname(folder.in(file)), { recursive: true });
  writeFileSync(folder.in(file), content, { mode: 0o600 });
  for (const kind of ["bottles", "agents"]) mkdirSync(join(home, "manifests", kind), { recursive: true });
  writeFileSync(
    join(home, "manifests", "bottles", "lent.md"),
    `---\nagent_provider:\n  template: ${provider}\n  forward_host_credentials: true\n---\n`,
  );
  writeFileSync(join(home, "manifests", "agents", "lent.md"), "---\nbottle: lent\n---\n");
}

async function launch(agent: AgentBottle, programId: string, more: object) {
  const { product, workspaceId } = agent;
  const plan = await call(product, "bottles.prepare", {
    workspaceId,
    programId,
    backend: "bubblewrap",
    agent: "lent",
    ...more,
  });
  const size = { cols: 120, rows: 40 };
  return { plan, ...(await call(product, "bottles.launch", { planId: plan.id, confirmations: [], values: {}, size })) };
}

const made = (agent: AgentBottle) =>
  eventually(
    () =>
      existsSync(join(agent.workspaceFolder, "made.txt")) &&
      readFileSync(join(agent.workspaceFolder, "made.txt"), "utf8"),
    (text) => text === "made inside\n",
  );

test.skipIf(missing("bwrap", "claude-code"))(
  "Claude Code begins to work on the person's subscription, and asks for no sign-in",
  async () => {
    const token = "sk-ant-oat01-the-real-access-token-0123456789";
    await using api = new AnthropicApi("echo made inside > made.txt", { key: "double" });
    const address = await api.listen();
    using front = await inFront(
      token,
      ({ authorization: _, ...rest }: { authorization?: string }) => ({ ...rest, "x-api-key": "double" }),
      () => address,
      (url) => url,
    );
    await using agent = await AgentBottle.start({
      handle: "unused",
      key: "unused-unused",
      providers: `[claude-subscription]\nhost = "127.0.0.1"\nbase-url = "${front.url}"\naddresses = ["loopback"]\n`,
      programs: "[claude]\nnetwork = { hosts = [] }\n",
      installed: { claude: claudeCode()! },
    });
    const tokens = {
      accessToken: token,
      refreshToken: "the-real-refresh",
      expiresAt: Date.now() + 3_600_000,
      scopes: ["user:inference", "user:profile"],
      subscriptionType: "max",
    };
    lend(agent, "anthropic", ".claude/.credentials.json", JSON.stringify({ claudeAiOauth: tokens }));
    const { plan, terminal } = await launch(agent, "claude", {
      prompt: "make the file",
      arguments: ["--permission-mode", "bypassPermissions"],
    });
    expect(plan.routes.join()).toContain("with your sign-in of Claude Code on this computer");
    await agent.shows(terminal.id, /All done\./);
    await made(agent);
    expect(new Set(front.shown)).toEqual(new Set([`Bearer ${token}`]));
  },
);

test.skipIf(missing("bwrap", "codex"))(
  "Codex begins to work on the person's subscription, and asks for no sign-in",
  async () => {
    const jwt = (claims: object) =>
      ["{}", JSON.stringify(claims), "sig"].map((part) => Buffer.from(part).toString("base64url")).join(".");
    const token = jwt({ exp: Math.floor(Date.now() / 1000) + 3600 });
    await using api = new OpenaiResponses({ command: "echo made inside > made.txt", key: "double" });
    const address = await api.listen();
    using front = await inFront(
      token,
      (given) => ({ ...given, authorization: "Bearer double" }),
      () => address,
      (url) => url.replace("/backend-api/codex/", "/v1/"),
    );
    await using agent = await AgentBottle.start({
      handle: "unused",
      key: "unused-unused",
      providers: `[chatgpt]\nhost = "127.0.0.1"\nbase-url = "${front.url}/backend-api"\naddresses = ["loopback"]\n`,
      programs: "[codex]\nnetwork = { hosts = [] }\n",
      installed: { codex: codex()! },
    });
    const account = { chatgpt_plan_type: "pro", chatgpt_account_id: "acc-1" };
    const tokens = {
      id_token: jwt({ email: "a@b", "https://api.openai.com/auth": account }),
      access_token: token,
      refresh_token: "r",
      account_id: "acc-1",
    };
    lend(
      agent,
      "openai",
      ".codex/auth.json",
      JSON.stringify({ OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() }),
    );
    const { plan, terminal } = await launch(agent, "codex", { prompt: "make the file" });
    expect(plan.routes.join()).toContain("with your sign-in of Codex on this computer");
    await agent.shows(terminal.id, /All done\./);
    await made(agent);
    expect(new Set(front.shown)).toEqual(new Set([`Bearer ${token}`]));
  },
);
