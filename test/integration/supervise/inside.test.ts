/** Cellar's MCP server as an agent in a bottle has it: the official client, inside, over the bottle's own loopback. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bottled } from "#test/product/bottled.ts";
import { call, first } from "#test/product/call.ts";
import { eventually } from "#test/product/processes.ts";
import { missing } from "#test/requirements.ts";

const asks = ["egress-block", "capability-block", "ask-decision", "get-proposal", "list-egress-routes"];
const endpoint = "http://127.0.0.1:9100/mcp";

describe.skipIf(missing("bwrap"))("inside a bottle", () => {
  let bottled: Bottled;
  beforeAll(async () => {
    bottled = await Bottled.start();
  });
  afterAll(async () => {
    await bottled?.[Symbol.asyncDispose]();
  });

  const closed = "HTTP code 000";
  /** A request by hand, and the status. */
  const raw = async (bottle: { id: string }, more: string, url = endpoint) =>
    (await bottled.exec(bottle, `curl -s --max-time 10 -o /dev/null -w 'HTTP code %{http_code}' ${more} ${url}`))
      .stdout;

  test("there is no server unless the person let the program ask or drive", async () => {
    const { bottle } = await bottled.launch();
    expect(bottle.plan).toMatchObject({ supervise: false, drivesTerminals: false });
    expect(await raw(bottle, "-X POST")).toBe(closed);
    expect((await bottled.exec(bottle, "echo [$CELLAR_MCP_URL]")).stdout).toBe("[]\n");
    expect(bottled.recorded().at(-1)).not.toContain("--mcp");
  });

  test("the tools are those that were allowed, and the program is told where they are", async () => {
    const may = await bottled.launch({ asks: true });
    expect(may.bottle.services.map(({ name }) => name)).toEqual(["gateway", "hooks", "supervise"]);
    expect(bottled.recorded().at(-1)).toContain(`--mcp ${endpoint}`);
    expect(await bottled.inside(may.bottle)).toMatchObject({
      tools: asks,
      instructions: expect.stringContaining("pending"),
    });
    const drives = await bottled.launch({ drivesTerminals: true });
    expect(drives.launch.drivesTerminals).toBe(true);
    const { tools, instructions } = await bottled.inside(drives.bottle);
    expect(tools).toEqual(expect.arrayContaining(["pty_create", "cell_run", "terminal_screen"]));
    expect(tools).not.toContain("egress-block");
    expect(instructions).toContain("your own bottle");
    const both = await bottled.launch({ asks: true, drivesTerminals: true });
    expect((await bottled.inside(both.bottle)).tools).toEqual([...asks, ...tools]);
  });

  test("terminals that it starts are inside, and none outside is seen, typed into or killed", async () => {
    const { product, workspaceId, work } = bottled;
    const outside = await call(product, "terminals.create", { command: "cat", owner: { workspaceId } });
    const other = await bottled.launch({ drivesTerminals: true });
    const { bottle, terminal, launch } = await bottled.launch({ drivesTerminals: true });
    await expect(call(product, "launches.setReach", { id: launch.id, reach: "all" })).rejects.toMatchObject({
      code: "refused",
    });
    const { answers } = await bottled.inside(
      bottle,
      { tool: "pty_create", input: { cmd: "hostname > where; cat" } },
      { tool: "pty_list" },
      ...[outside.id, other.terminal.id].flatMap((terminal_id) => [
        { tool: "pty_send_keys", input: { terminal_id, keys: "touch typed" } },
        { tool: "pty_capture", input: { terminal_id } },
        { tool: "pty_kill", input: { terminal_id } },
        { tool: "cell_run", input: { terminal_id, code: "touch typed" } },
      ]),
    );
    const [created, listed, ...refused] = answers;
    expect(created).toMatchObject({ isError: false });
    await eventually(
      () => existsSync(join(work, "where")) && readFileSync(join(work, "where"), "utf8"),
      (text) => text === "bottle\n",
    );
    const ids = (listed!.value as unknown as { terminal_id: string }[]).map(({ terminal_id }) => terminal_id);
    expect(ids.sort()).toEqual([terminal.id, created!.value["terminal_id"]].sort());
    expect(refused).toHaveLength(8);
    for (const answer of refused) {
      expect(answer).toMatchObject({ isError: true, value: { error: expect.stringMatching(/^Unknown terminal: /) } });
    }
    expect(existsSync(join(work, "typed"))).toBe(false);
    const calls = await first(product, "mcp.watchCalls", {});
    expect(calls.type === "all" && calls.items.at(-1)).toMatchObject({ launchId: launch.id, outcome: "refused" });
    await call(product, "terminals.kill", { id: outside.id, force: true });
  });

  test("a terminal is not started when the bottle has gone while it was asked for", async () => {
    const { bottle } = await bottled.launch({ drivesTerminals: true });
    await bottled.inside(bottle);
    const waiting = bottled.inside(bottle, { tool: "pty_create", input: { cmd: "sleep 1000" } }).catch(() => null);
    await call(bottled.product, "bottles.close", { id: bottle.id });
    await waiting;
    const { product } = bottled;
    const left = (await call(product, "terminals.list", {})).filter(
      ({ owner, resolvedAt }) => owner.bottleId === bottle.id && resolvedAt === null,
    );
    expect(left).toEqual([]);
  });

  test("its token is worth nothing outside, and no other bottle's server can be reached", async () => {
    const { bottle } = await bottled.launch({ asks: true, drivesTerminals: true });
    const without = await bottled.launch();
    const token = (await bottled.exec(bottle, "printf %s $CELLAR_TOKEN")).stdout;
    const { url } = await call(bottled.product, "mcp.endpoint", {});
    const answer = await fetch(url!, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: "{}" });
    expect(answer.status).toBe(401);
    // Neither by a socket of the host, nor past the loopback, nor through the gateway.
    const search = "find / -xdev -name '*.sock' 2>/dev/null; cat /proc/net/unix | grep -c supervise";
    expect((await bottled.exec(without.bottle, search)).stdout).toBe("0\n");
    expect(await raw(without.bottle, "-X POST")).toBe(closed);
    await call(bottled.product, "settings.change", { gatewayHoldSeconds: 0 });
    expect(await raw(without.bottle, "--noproxy '' -X POST")).toBe("HTTP code 403");
    expect(await raw(without.bottle, "--noproxy '' -X POST", url!)).toBe("HTTP code 403");
  });

  test("hostile requests are refused, and the server goes on", async () => {
    const { bottle } = await bottled.launch({ asks: true });
    const json = "-H 'content-type: application/json' -H 'accept: application/json, text/event-stream'";
    expect(await raw(bottle, `${json} -H 'Origin: http://127.0.0.1:9100' -d '{}'`)).toBe("HTTP code 403");
    expect(await raw(bottle, `${json} -H 'Host: example.org' -d '{}'`)).toBe("HTTP code 403");
    expect(await raw(bottle, "")).toBe("HTTP code 405");
    expect(await raw(bottle, `${json} -d '{}'`, "http://127.0.0.1:9100/rpc")).toBe("HTTP code 404");
    expect(await raw(bottle, `${json} -d '{'`)).toBe("HTTP code 400");
    expect(await raw(bottle, `${json} -d '[[[[['`)).toBe("HTTP code 400");
    const large = "head -c 9000000 /dev/zero | tr '\\0' x > large;";
    const sent = await bottled.exec(
      bottle,
      `${large} curl -s --max-time 20 -o /dev/null -w '%{http_code}' ${json} --data-binary @large ${endpoint}`,
    );
    expect(sent.stdout).toBe("413");
    // Also where nobody said before how much comes, and before its end, which never comes.
    const endless = `
      const asked = require("node:http").request("${endpoint}", { method: "POST" }, ({ statusCode }) => told(statusCode));
      const told = (what) => { console.log(what); process.exit(); };
      asked.on("error", told);
      setTimeout(told, 10_000, "nothing");
      asked.write("x".repeat(9_000_000));`;
    expect((await bottled.exec(bottle, `node -e '${endless}'`)).stdout).toBe("413\n");
    expect((await bottled.inside(bottle)).tools).toEqual(asks);
  });

  test("a flood of requests is held off, and the server answers again", async () => {
    const { bottle } = await bottled.launch({ asks: true });
    const flood = `for i in $(seq 20); do
      curl -s -o /dev/null -w '%{http_code}\\n' -d '{}' '${endpoint}?[1-50]' &
    done; wait`;
    const { stdout } = await bottled.exec(bottle, flood, 120);
    expect(stdout.split("\n")).toContain("503");
    await eventually(
      () => bottled.inside(bottle).catch(() => null),
      (report) => report?.tools.length === asks.length,
      30_000,
    );
  });
});
