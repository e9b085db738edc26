/** The multiplexer against its real part inside, in each language that an image may have. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemporaryFolder } from "#test/product/temporary.ts";
import { missing } from "#test/requirements.ts";
import { magic, PortMux, window } from "./port-mux.ts";

const folder = join(import.meta.dirname, "../../../resources/bottles");
const languages = [
  ["node", process.execPath, "guest.mjs"],
  ["python3", "python3", "guest.py"],
  ["perl", "perl", "guest.pl"],
] as const;

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves to all that comes, or rejects when the connection breaks. */
function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    socket.once("end", () => resolve(Buffer.concat(chunks)));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
  });
}

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.each(languages)("ports over the stdio of %s", (name, program, script) => {
  let port: number;
  let inside: ChildProcess;
  let mux: PortMux;
  let place: TemporaryFolder;
  let server: Server;
  /** What the service does with a connection. */
  let serve: (socket: Socket) => void;
  let dialled: Socket | undefined;
  let endedWith: string | null | undefined;

  beforeEach(async (context) => {
    if (missing(name)) context.skip();
    place = new TemporaryFolder("mux");
    serve = (socket) => socket.pipe(socket);
    server = createServer({ allowHalfOpen: true }, (socket) => {
      // Some tests end a connection in its middle.
      socket.on("error", () => {});
      serve(socket);
    }).listen(place.in("service.sock"));
    await once(server, "listening");
    port = await freePort();
    // A login shell may say something first.
    const command = `echo 'Welcome to the bottle'; exec "$0" "$@"`;
    inside = spawn("/bin/sh", ["-c", command, program, join(folder, script), "mux", String(port)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    endedWith = undefined;
    mux = new PortMux({
      input: inside.stdout!,
      output: inside.stdin!,
      dial: (asked) => {
        if (asked !== port) return null;
        dialled = connect({ path: place.in("service.sock"), allowHalfOpen: true });
        return dialled;
      },
      silenceSeconds: 1,
      ended: (why) => {
        endedWith = why;
      },
    });
    await mux.ready;
  });
  afterEach(async () => {
    mux?.close();
    inside?.stdin?.destroy();
    inside?.kill("SIGKILL");
    server?.close();
    place?.[Symbol.dispose]();
  });
  const open = () => connect({ port, host: "127.0.0.1", allowHalfOpen: true });

  test("lead to the service, byte for byte, many at once", async () => {
    const sent = Array.from({ length: 12 }, (_, index) => randomBytes(index === 0 ? 3_000_000 : 70_000 + index));
    const got = await Promise.all(
      sent.map((bytes) => {
        const socket = open();
        const answer = everything(socket);
        socket.end(bytes);
        return answer;
      }),
    );
    expect(got.map(hash)).toEqual(sent.map(hash));
    await expect.poll(() => mux.channels).toBe(0);
  });

  test("close one direction and keep the other", async () => {
    serve = (socket) => {
      void text(socket).then((asked) => socket.end(`you said ${asked}`));
    };
    const socket = open();
    const answer = everything(socket);
    socket.end("everything");
    expect((await answer).toString()).toBe("you said everything");
    // And the other way round: the service is done, the program is not.
    let heard = "";
    const done = new Promise<void>((resolve) => {
      serve = (each) => {
        each.end("bye");
        each.on("data", (bytes) => {
          heard += bytes;
        });
        each.on("end", resolve);
      };
    });
    const other = open();
    expect((await everything(other)).toString()).toBe("bye");
    other.write("still ");
    other.end("here");
    await done;
    expect(heard).toBe("still here");
  });

  test("hold back a side whose reader has stopped, and only that one", async () => {
    // More than all buffers of the kernel on the way can hold.
    const much = Buffer.alloc(24 * 1024 * 1024, "x");
    let taken = 0;
    serve = (socket) => {
      socket.write(much.subarray(0, 1), () => {});
      const push = (from: number) => {
        if (from >= much.length) return socket.end();
        socket.write(much.subarray(from, from + 65536), () => {
          taken = from;
          push(from + 65536);
        });
      };
      push(1);
    };
    const stopped = open();
    await once(stopped, "readable");
    serve = (socket) => socket.pipe(socket);
    const lively = open();
    const answer = everything(lively);
    lively.end(randomBytes(1_000_000));
    expect((await answer).length).toBe(1_000_000);
    expect(taken).toBeLessThan(much.length - window);
    const rest = everything(stopped);
    expect((await rest).length).toBe(much.length);
  });

  test("close at once where no service is, and where it breaks", async () => {
    server.close();
    await once(server, "close");
    const nobody = open();
    await expect(everything(nobody)).rejects.toThrow();
    server = createServer((socket) => socket.resume()).listen(place.in("service.sock"));
    await once(server, "listening");
    const broken = open();
    const answer = everything(broken);
    await expect.poll(() => mux.channels).toBe(1);
    dialled?.destroy(new Error("broken"));
    await expect(answer).rejects.toThrow();
    await expect.poll(() => mux.channels).toBe(0);
  });

  test("are all gone with the process that carries them, and the process with its owner", async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write("hello");
    await once(socket, "data");
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    inside.stdin!.end();
    await once(inside, "exit");
    await gone;
    await expect.poll(() => endedWith).toBe(null);
    await expect(new Promise((_, reject) => open().once("error", reject))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("break when nobody is on the other side any more", async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    const gone = everything(socket).catch((error: Error) => error);
    socket.write("hello");
    await expect.poll(() => mux.channels).toBe(1);
    // As where the stream is kept open by somebody between: nothing comes, and no end either.
    mux.close();
    expect(await gone).toBeInstanceOf(Error);
    const late = await everything(connect({ port, host: "127.0.0.1" })).catch((error: Error) => error);
    expect(late instanceof Error || late.length === 0).toBe(true);
  });

  test("are reset at once by a side that says goodbye", async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.write("hello");
    await once(socket, "data");
    mux.close();
    await gone;
  });

  test("say so when a port is taken", async () => {
    const second = spawn(program, [join(folder, script), "mux", String(port)], { stdio: ["pipe", "pipe", "inherit"] });
    const other = new PortMux({ input: second.stdout!, output: second.stdin!, dial: () => null });
    await expect(other.ready).rejects.toThrow(/in use/i);
    second.kill("SIGKILL");
  });

  test("are passed on to Unix sockets where those can be had inside", async () => {
    const own = await freePort();
    const forward = spawn(program, [join(folder, script), "forward", `${own}=${place.in("service.sock")}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(forward.stdout!, "data");
      const sent = randomBytes(2_000_000);
      const sockets = Array.from({ length: 4 }, () => connect({ port: own, host: "127.0.0.1", allowHalfOpen: true }));
      const got = sockets.map((socket) => {
        const answer = everything(socket);
        socket.end(sent);
        return answer;
      });
      for (const each of await Promise.all(got)) expect(hash(each)).toBe(hash(sent));
      server.close();
      await once(server, "close");
      await expect(everything(connect({ port: own, host: "127.0.0.1" }))).resolves.toHaveLength(0);
      server = createServer((socket) => socket.end("back")).listen(place.in("service.sock"));
      await once(server, "listening");
      const again = await everything(connect({ port: own, host: "127.0.0.1" }));
      expect(again.toString()).toBe("back");
    } finally {
      forward.kill("SIGKILL");
    }
  });

  test("can be tried from inside: what answers, what refuses, what does not answer", async () => {
    serve = (socket) =>
      socket.once("data", (bytes) => socket.end(`HTTP/1.1 403 ${bytes.toString().split(" ")[1]}\r\n\r\n`));
    const dial = async (...args: string[]) => {
      const child = spawn(program, [join(folder, script), "dial", ...args], { stdio: ["ignore", "pipe", "inherit"] });
      return text(child.stdout!);
    };
    expect(await dial("127.0.0.1", String(port), "20000", "CONNECT a.example:443 HTTP/1.1\r\n\r\n")).toBe(
      "connected\nHTTP/1.1 403 a.example:443\r\n\r\n",
    );
    expect(await dial("127.0.0.1", String(await freePort()), "20000")).toBe("refused\n");
    expect(await dial("127.0.0.1", String(port), "20000")).toBe("connected\n");
  });
});

describe("the part outside", () => {
  const frame = (type: number, id: number, payload = Buffer.alloc(0)) => {
    const header = Buffer.alloc(7);
    header.writeUInt8(type, 0);
    header.writeUInt32BE(id, 1);
    header.writeUInt16BE(payload.length, 5);
    return Buffer.concat([header, payload]);
  };
  const port = Buffer.from([0x23, 0x8b]);

  function muxed(dial: (port: number) => PassThrough | null = () => null) {
    const input = new PassThrough();
    const output = new PassThrough();
    const ended: (string | null)[] = [];
    const mux = new PortMux({ input, output, dial, ended: (why) => ended.push(why) });
    return { input, output, mux, ended };
  }

  test("asks only for ports that were opened, and answers any other with a reset", async () => {
    const asked: number[] = [];
    const { input, output, mux } = muxed((each) => {
      asked.push(each);
      return null;
    });
    input.write(Buffer.concat([Buffer.from(magic), frame(0, 0), frame(1, 7, port)]));
    await mux.ready;
    await once(output, "readable");
    expect(output.read()).toEqual(frame(4, 7));
    expect(asked).toEqual([9099]);
  });

  test("breaks a connection that sends more than it may", async () => {
    const service = new PassThrough({ highWaterMark: 1 });
    // Nothing is passed on.
    service._write = () => {};
    const { input, mux } = muxed(() => service);
    input.write(Buffer.concat([Buffer.from(magic), frame(0, 0), frame(1, 1, port)]));
    await mux.ready;
    for (let sent = 0; sent <= window; sent += 16384) input.write(frame(2, 1, Buffer.alloc(16384)));
    await expect.poll(() => service.destroyed).toBe(true);
    expect(mux.channels).toBe(0);
  });

  test.each([
    ["a frame longer than any", Buffer.concat([Buffer.from(magic), Buffer.from([2, 0, 0, 0, 1, 0xff, 0xff])])],
    ["no beginning in all that was said", Buffer.alloc(70_000, "motd ")],
    ["a port that could not be opened", Buffer.concat([Buffer.from(magic), frame(0, 0, Buffer.from("in use"))])],
  ])("ends for good with %s", async (_name, bytes) => {
    const { input, mux, ended } = muxed();
    input.write(bytes);
    await expect(mux.ready).rejects.toMatchObject({ code: "failed" });
    expect(ended).toHaveLength(1);
  });
});
