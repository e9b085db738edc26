/** What an agent program in a bottle is doing is known by its own hooks, as outside, and no bottle speaks for another. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bottled } from "#test/product/bottled.ts";
import { missing } from "#test/requirements.ts";

describe.skipIf(missing("bwrap"))("a program in a bottle", () => {
  let bottled: Bottled;
  beforeAll(async () => {
    bottled = await Bottled.start();
  });
  afterAll(async () => {
    await bottled?.[Symbol.asyncDispose]();
  });

  /** Posts an event from inside, and says the status. */
  const post = async (bottle: { id: string }, headers: Record<string, string>, path = "/hook", more = "") => {
    const given = Object.entries(headers).map(([name, value]) => `-H "${name}: ${value}"`);
    const command = `curl -s -o /dev/null -w '%{http_code}' ${given.join(" ")} -d '{}' ${more} http://127.0.0.1:9101${path}`;
    return (await bottled.exec(bottle, command)).stdout;
  };

  test("says through its hooks what it is doing, and the person is told", async () => {
    const { bottle, terminal, launch } = await bottled.launch();
    expect(bottle.services.map(({ name, state }) => `${name} ${state}`)).toEqual(["gateway up", "hooks up"]);
    expect(await bottled.tell(terminal, "hook UserPromptSubmit {}")).toBe("hooked UserPromptSubmit 0 ");
    expect(await bottled.untilActivity(terminal.id, "working")).toMatchObject({ source: "hook", guess: false });
    const asks = { tool_name: "Bash", tool_input: { command: "rm -rf build" } };
    await bottled.tell(terminal, `hook PermissionRequest ${JSON.stringify(asks)}`);
    expect(await bottled.untilActivity(terminal.id, "permission")).toMatchObject({
      source: "hook",
      evidence: "run `rm -rf build`",
      degraded: null,
    });
    // As the program runs it: the command of the settings file that it was given.
    expect(await bottled.tell(terminal, "settings")).toBe("hooked settings 0 ");
    expect(await bottled.untilActivity(terminal.id, "done")).toMatchObject({ source: "hook" });
    expect(bottled.recorded()[0]).toMatch(/^started --settings \/home\/agent\/\.cellar\/my-agent\.settings --session /);
    expect(launch.isolation).toBe("bubblewrap");
  });

  test("goes on doing so after a restart of main", async () => {
    const { bottle, terminal } = await bottled.launch();
    await bottled.restart(bottle.id);
    await bottled.tell(terminal, "hook Stop {}");
    expect(await bottled.untilActivity(terminal.id, "done")).toMatchObject({ source: "hook" });
  });

  test("is heard without curl and Node too", async () => {
    const { bottle, terminal } = await bottled.launch();
    const bare = "mkdir bin; for each in bash cat; do ln -s /usr/bin/$each bin/; done; PATH=$PWD/bin";
    const ran = await bottled.exec(bottle, `${bare} /bin/sh "$CELLAR_HOOK" permission 'deploy "it"?'; echo $?`);
    expect(ran).toMatchObject({ stdout: "0\n", stderr: "" });
    expect(await bottled.untilActivity(terminal.id, "permission")).toMatchObject({ evidence: 'deploy "it"?' });
  });

  test("is believed with its own token only, and about itself only, whatever it says", async () => {
    const mine = await bottled.launch();
    const other = await bottled.launch();
    const token = (await bottled.exec(other.bottle, "printf %s $CELLAR_TOKEN")).stdout;
    const event = { "X-Cellar-Event": "Stop" };
    expect(await post(mine.bottle, event)).toBe("401");
    expect(await post(mine.bottle, { ...event, Authorization: `Bearer ${token}` })).toBe("401");
    expect(await post(mine.bottle, { Authorization: "Bearer $CELLAR_TOKEN", "X-Cellar-Event": "no; event" })).toBe(
      "400",
    );
    const own = { ...event, Authorization: "Bearer $CELLAR_TOKEN" };
    expect(await post(mine.bottle, own, "/")).toBe("404");
    expect(await post(mine.bottle, own, "/hook/../terminals", "--path-as-is")).toBe("404");
    expect(await post(mine.bottle, own, "/hook", "-X PUT")).toBe("404");
    // It names the other's terminal, and is taken for what it is.
    expect(await post(mine.bottle, { ...own, "X-Cellar-Terminal": other.terminal.id })).toBe("204");
    await bottled.untilActivity(mine.terminal.id, "done");
    expect((await bottled.activity(other.terminal.id))?.state).toBe("unknown");
  });

  test("that sends without end is held off, and believed again later", async () => {
    const { bottle, terminal } = await bottled.launch();
    const flood = `for i in $(seq 40); do
      curl -s -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $CELLAR_TOKEN" -H 'X-Cellar-Event: Stop' -d '{}' 'http://127.0.0.1:9101/hook?[1-25]' --request-target /hook &
    done; wait`;
    const { stdout } = await bottled.exec(bottle, flood);
    expect(new Set(stdout.trim().split("\n"))).toEqual(new Set(["204", "429"]));
    await bottled.tell(terminal, "hook UserPromptSubmit {}");
    await bottled.untilActivity(terminal.id, "working");
  });
});
