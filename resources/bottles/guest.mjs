// The part of a bottle that runs inside where no namespace can be joined from outside (src/main/bottles/port-mux.ts has the protocol). The same in
// Node, Python and Perl, because nobody knows which an image has; it needs nothing but the language.
//   mux PORT…                listens on the loopback and carries connections over stdin and stdout
//   forward PORT=SOCKET…     listens on the loopback and passes connections on to Unix sockets
//   dial HOST PORT MS [TEXT] tries to connect, says how that went, and what was answered to TEXT
import { connect, createServer } from "node:net";

const [mode, ...rest] = process.argv.slice(2);
const window = 256 * 1024;
const most = 16 * 1024;

function listen(ports, accept) {
  const servers = ports.map((port) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => accept(port, socket));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: "127.0.0.1", port }, resolve);
    });
  });
  return Promise.all(servers);
}

function mux(ports) {
  const channels = new Map();
  let next = 1;
  let blocked = false;
  let silence = 0;
  let heard = Date.now();
  const away = () => silence > 0 && Date.now() - heard > silence * 1000;
  // Nobody reads the other end of the stream any more: what waits here is told.
  setInterval(() => {
    if (!away()) return;
    for (const { socket } of channels.values()) {
      socket.resetAndDestroy?.();
      socket.destroy();
    }
    channels.clear();
  }, 500).unref();
  const send = (type, id, payload = Buffer.alloc(0)) => {
    const head = Buffer.alloc(7);
    head.writeUInt8(type, 0);
    head.writeUInt32BE(id, 1);
    head.writeUInt16BE(payload.length, 5);
    if (!process.stdout.write(Buffer.concat([head, payload]))) blocked = true;
  };
  process.stdout.on("drain", () => {
    blocked = false;
    for (const channel of channels.values()) channel.read();
  });
  process.stdout.on("error", () => process.exit(1));
  const number = (value, bytes) => {
    const payload = Buffer.alloc(bytes);
    payload.writeUIntBE(value, 0, bytes);
    return payload;
  };
  const accept = (port, socket) => {
    if (away()) {
      socket.destroy();
      return;
    }
    const id = next++;
    const channel = { socket, credit: window, ended: false, finished: false, read };
    channels.set(id, channel);
    send(1, id, number(port, 2));
    // Read by hand: no more than the other side has room for.
    function read() {
      while (!blocked && channel.credit > 0) {
        const chunk = socket.read(Math.min(socket.readableLength, channel.credit, most));
        if (chunk === null || chunk.length === 0) break;
        channel.credit -= chunk.length;
        send(2, id, chunk);
      }
    }
    socket.on("readable", read);
    socket.on("end", () => {
      channel.ended = true;
      send(3, id);
      forget();
    });
    socket.on("error", () => {
      if (channels.delete(id)) send(4, id);
    });
    function forget() {
      if (channel.ended && channel.finished) channels.delete(id);
    }
    channel.finish = () => {
      channel.finished = true;
      socket.end();
      forget();
    };
  };
  let pending = Buffer.alloc(0);
  process.stdin.on("data", (bytes) => {
    heard = Date.now();
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    while (pending.length >= 7 && pending.length >= 7 + pending.readUInt16BE(5)) {
      const type = pending.readUInt8(0);
      const id = pending.readUInt32BE(1);
      const length = pending.readUInt16BE(5);
      const payload = pending.subarray(7, 7 + length);
      pending = pending.subarray(7 + length);
      if (type === 6) silence = payload.readUInt16BE(0);
      const channel = channels.get(id);
      if (channel === undefined) continue;
      if (type === 2) channel.socket.write(payload, (error) => error || send(5, id, number(length, 4)));
      else if (type === 3) channel.finish();
      else if (type === 4) {
        channels.delete(id);
        channel.socket.resetAndDestroy?.();
        channel.socket.destroy();
      } else if (type === 5) {
        channel.credit += payload.readUInt32BE(0);
        channel.read();
      }
    }
  });
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdout.write("CELLAR-MUX-1\n");
  listen(ports, accept).then(
    () => send(0, 0),
    (error) => send(0, 0, Buffer.from(error.message)),
  );
}

function forward(pairs) {
  const sockets = new Map(pairs.map((pair) => [Number(pair.split("=")[0]), pair.slice(pair.indexOf("=") + 1)]));
  const accept = (port, inside) => {
    const service = connect({ path: sockets.get(port), allowHalfOpen: true });
    inside.pipe(service);
    service.pipe(inside);
    const drop = () => {
      inside.destroy();
      service.destroy();
    };
    inside.on("error", drop);
    service.on("error", drop);
  };
  listen([...sockets.keys()], accept).then(
    () => console.log("listening"),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}

function dial(host, port, milliseconds, text) {
  const socket = connect({ host, port: Number(port) });
  let connected = false;
  let answer = "";
  const finish = (said) => {
    process.stdout.write(`${said}\n${answer.slice(0, 4096)}`, () => process.exit(0));
    socket.destroy();
  };
  setTimeout(() => finish(connected ? "connected" : "timeout"), Number(milliseconds));
  socket.on("connect", () => {
    connected = true;
    if (text === undefined) finish("connected");
    else socket.write(text);
  });
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
    if (answer.includes("\r\n")) finish("connected");
  });
  socket.on("close", () => finish(connected ? "connected" : "refused"));
  socket.on("error", () => {});
}

if (mode === "mux") mux(rest.map(Number));
else if (mode === "forward") forward(rest);
else dial(...rest);
