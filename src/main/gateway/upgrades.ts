/**
 * WebSockets: once both sides have agreed, what they say passes unread. Where detectors are on, messages are looked at on both sides, and where a
 * credential was put in, it is taken out of what the host says; extensions are not offered then, because nothing can be seen in compressed frames.
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { downwardHeaders, EventRedactor, redacting, ServerFrames } from "../broker/index.ts";
import { MessageScan } from "./detectors/message-scan.ts";
import type { Detected, Scanner } from "./detectors/scanner.ts";
import { endToEnd, headerPairs, type RawHeaders } from "./headers.ts";
import type { Inward } from "./incoming.ts";
import type { Open } from "./policy.ts";
import { type RelayOptions, relay, type Stages } from "./relay.ts";
import { MalformedFrame } from "./web-socket-frames.ts";

/** How long a connection whose end was said waits for the other side's, in ms. */
const lingerMs = 1_000;
/** RFC 6455 7.4.1 */
const codes = { goingAway: 1001, malformed: 1002, refused: 1008 };

export function isWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket";
}

const extensions = "sec-websocket-extensions";

export function withoutExtensions(headers: RawHeaders): RawHeaders {
  return headerPairs(headers)
    .filter(([name]) => name.toLowerCase() !== extensions)
    .flat();
}

export type Upgrade = {
  up: ClientRequest;
  client: Socket;
  /** What the client has said already. */
  head: Buffer;
  open: Open;
  /** Of what goes out; null when nothing is looked for. */
  out: Scanner | null;
  inward: Inward;
  limits: RelayOptions;
  /** Writes down what was blotted out of the heads. */
  note: () => void;
  /** Nothing was answered yet, and nothing comes of it. */
  fail: (error: Error) => void;
};

export function finishUpgrade(upgrade: Upgrade): void {
  const { up, client, head, open, inward, limits, note, fail } = upgrade;
  const left = () => up.destroy();
  client.once("close", left);
  up.on("upgrade", (response, socket, first) => {
    client.off("close", left);
    const upstream = socket as Socket;
    upstream.on("error", () => upstream.destroy());
    const begin = (headers: readonly string[]) => {
      if (client.destroyed || upstream.destroyed) {
        client.destroy();
        upstream.destroy();
        return open.end();
      }
      client.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers.join("")}\r\n`,
        "latin1",
      );
      if (first.length > 0) upstream.unshift(first);
      if (head.length > 0) client.unshift(head);
      open.follow(
        () => ({ in: upstream.bytesRead, out: upstream.bytesWritten }),
        () => upstream.destroy(),
      );
      note();
      const inHeads = inward.redactor?.count ?? 0;
      void relay(client, upstream, limits, stagesOf(upgrade, upstream)).then(() => {
        if ((inward.redactor?.count ?? 0) > inHeads) open.note(["the credential was taken out of what the host said"]);
        open.end();
      });
    };
    answerLines(response.rawHeaders, upgrade).then(begin, (error: Error) => {
      upstream.destroy();
      fail(error);
    });
  });
}

async function answerLines(raw: RawHeaders, { out, inward }: Upgrade): Promise<string[]> {
  const { redactor, scanner, ask } = inward;
  const answered = redactor === null ? endToEnd(raw) : downwardHeaders(raw, redactor, () => false);
  const looked = out !== null || scanner !== null;
  const lines: string[] = [];
  for (const pair of answered) {
    // What was not offered was not agreed on.
    if (looked && pair[0].toLowerCase() === extensions) continue;
    const [name, value] = scanner === null ? pair : await scanner.clearHeader(pair, "The answer's header", ask);
    lines.push(`${name}: ${value}\r\n`);
  }
  return lines;
}

function stagesOf({ client, open, out, inward: { redactor, scanner, ask } }: Upgrade, upstream: Socket): Stages {
  const redactors =
    redactor === null ? [] : [redacting(new EventRedactor(redactor, new ServerFrames(), { bytesFirst: false }))];
  if (out === null && scanner === null) return { outward: [], inward: redactors };
  // Nobody waits for an answer any more, once one of them has said its last.
  const left = new Promise<false>((leave) => {
    for (const side of [client, upstream]) side.once("end", () => leave(false));
  });
  /** Both sides are told that it is over, the program also why. */
  const refuse = (side: Side, why: Detected | MalformedFrame) => {
    const malformed = why instanceof MalformedFrame;
    const detail = malformed ? `A frame of the ${side} is malformed: ${why.message}` : why.message;
    open.end({ reason: malformed ? "malformed" : "detected", detail });
    ofHost.close(malformed ? codes.malformed : codes.refused, `Cellar: ${detail} (${open.id})`);
    ofProgram.close(malformed && side === "host" ? codes.malformed : codes.goingAway, "");
    setTimeout(() => {
      client.destroy();
      upstream.destroy();
    }, lingerMs).unref();
  };
  const messagesOf = (side: Side, looking: Scanner | null) =>
    new MessageScan({
      scanner: looking,
      where: `A message of the ${side}`,
      ask: (what) => Promise.race([ask(what), left]),
      masked: side === "program",
      blotted: (what) => open.note([`${what} was blotted out of what the ${side} said`]),
      refused: (why) => refuse(side, why),
    });
  const ofProgram = messagesOf("program", out);
  const ofHost = messagesOf("host", scanner);
  return { outward: [ofProgram], inward: [...redactors, ofHost] };
}

type Side = "program" | "host";
