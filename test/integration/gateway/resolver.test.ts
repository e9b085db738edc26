/** The bottle's resolver, asked with bytes over its socket, TCP and UDP. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { World } from "#test/gateway-world.ts";

let world: World;
afterEach(() => world?.[Symbol.asyncDispose]());

function query(name: string, type = 1): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([
    Buffer.from("12340100000100000000 0000".replace(" ", ""), "hex"),
    ...labels,
    Buffer.of(0, type >> 8, type & 255, 0, 1),
  ]);
}

/** Code and addresses, as `dig +short` would show them. */
function read(answer: Buffer): { code: number; addresses: string[] } {
  const count = answer.readUInt16BE(6);
  let at = answer.length;
  const addresses: string[] = [];
  for (let n = 0; n < count; n++) {
    const size = answer.readUInt16BE(at - 4 - 2) === 4 ? 4 : 16;
    addresses.unshift(
      size === 4 ? [...answer.subarray(at - 4)].slice(0, 4).join(".") : answer.subarray(at - 16, at).toString("hex"),
    );
    at -= 12 + size;
  }
  return { code: answer[3]! & 15, addresses };
}

async function overSocket(...queries: Buffer[]): Promise<{ code: number; addresses: string[] }[]> {
  const socket = connect({ path: world.folder.in("dns.sock") });
  // In one piece and cut in the middle: messages are told apart by their length alone.
  const bytes = Buffer.concat(queries.flatMap((each) => [Buffer.of(each.length >> 8, each.length & 255), each]));
  socket.write(bytes.subarray(0, 20));
  socket.end(bytes.subarray(20));
  let all: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) all = Buffer.concat([all, chunk]);
  const answers = [];
  while (all.length > 0) {
    answers.push(read(all.subarray(2, 2 + all.readUInt16BE(0))));
    all = all.subarray(2 + all.readUInt16BE(0));
  }
  return answers;
}
const ask = async (name: string, type = 1) => (await overSocket(query(name, type)))[0]!;
const refused = 5;

describe("on the bottle's socket", () => {
  beforeEach(async () => {
    world = await World.open([{ host: "api.example" }, { host: "*.wild.example" }, { host: "inside.example" }]);
    world.names.set("api.example", "192.0.1.7");
    world.names.set("inside.example", "10.0.0.1");
  });

  test("names that are allowed have their addresses, of the family that was asked for", async () => {
    expect(await overSocket(query("api.example"), query("API.example", 28))).toEqual([
      { code: 0, addresses: ["192.0.1.7"] },
      { code: 0, addresses: [] },
    ]);
  });

  test("others are refused, and nobody is asked about them", async () => {
    expect(await ask("evil.example")).toEqual({ code: refused, addresses: [] });
    expect(world.lookups).toEqual([]);
    expect(world.decisions()).toMatchObject([
      { kind: "name", host: "evil.example", outcome: "denied", reason: "host_not_allowed", canAllow: true },
    ]);
  });

  test.each([2, 5, 6, 10, 12, 15, 16, 33, 35, 64, 65, 251, 252, 255])(
    "records of type %i are refused, also of allowed names",
    async (type) => {
      expect(await ask("api.example", type)).toEqual({ code: refused, addresses: [] });
      expect(world.lookups).toEqual([]);
      expect(world.decisions()).toMatchObject([{ reason: "record_type_refused" }]);
    },
  );

  test("a name that leads inside is refused", async () => {
    expect(await ask("inside.example")).toEqual({ code: refused, addresses: [] });
    expect(world.decisions()).toMatchObject([{ reason: "address_refused" }]);
  });

  test("data in names below a pattern is refused before it leaves", async () => {
    const data = "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dz";
    expect(await ask(`${data}.wild.example`)).toMatchObject({ code: refused });
    expect(world.lookups).toEqual([]);
    expect(world.decisions()).toMatchObject([{ reason: "looks_like_tunnel" }]);
  });

  test("short names without end are stopped: there are only so many below a pattern", async () => {
    for (let n = 0; n < 260; n++) world.names.set(`n${n}.wild.example`, "192.0.1.8");
    const codes: number[] = [];
    for (let n = 0; n < 260; n++) codes.push((await ask(`n${n}.wild.example`)).code);
    expect(codes.slice(0, 200)).toEqual(Array(200).fill(0));
    expect(codes.slice(200).every((code) => code === refused)).toBe(true);
    expect(world.lookups.length).toBe(200);
  });

  test("a flood of questions is answered by refusals", async () => {
    const answers = await overSocket(...Array.from({ length: 400 }, () => query("evil.example")));
    expect(answers.length).toBe(400);
    expect(world.decisions().map(({ reason }) => reason)).toContain("too_many");
  });

  test("nonsense ends the connection or is called so, and the next one is served", async () => {
    expect(await overSocket(Buffer.alloc(11))).toEqual([]);
    expect(await overSocket(Buffer.concat([query("api.example").subarray(0, 14)]))).toEqual([
      { code: 1, addresses: [] },
    ]);
    expect(await ask("api.example")).toMatchObject({ code: 0 });
  });
});

test("on an address it answers over UDP and TCP", async () => {
  world = new World();
  world.start();
  world.names.set("api.example", "192.0.1.7");
  const { listening } = await world.openBottle([{ host: "api.example" }], {
    listen: { type: "address", address: "127.0.0.1", port: 0, dnsPort: 0 },
  });
  if (listening.type !== "address") throw new Error("no address");
  const udp = createSocket("udp4");
  udp.send(query("api.example"), listening.dnsPort!, "127.0.0.1");
  const [answer] = (await once(udp, "message")) as [Buffer];
  udp.close();
  expect(read(answer)).toEqual({ code: 0, addresses: ["192.0.1.7"] });
});
