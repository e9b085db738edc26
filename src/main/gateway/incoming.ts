/**
 * An answer on its way in. Unread it passes as it comes. Where a credential was put in, every form of it is taken out again; where detectors look at what
 * comes in, it is read as it passes, and no more of it is kept back than may be the beginning of something.
 */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import { pipeline, type Transform, Writable } from "node:stream";
import { decodersOf, downwardHeaders, EventRedactor, framingOf, type Redactor, redacting } from "../broker/index.ts";
import { type Answering, writeHead } from "./answering.ts";
import { BodyScan } from "./detectors/body-scan.ts";
import { EventScan } from "./detectors/event-scan.ts";
import { type AskAbout, allowUnreadable, askingOnce, Detected, type Scanner } from "./detectors/scanner.ts";
import { endToEnd } from "./headers.ts";

export type Inward = {
  /** Of the credential that was put in. */
  redactor: Redactor | null;
  scanner: Scanner | null;
  ask: AskAbout;
};

/** A head without a body goes out after this, in ms; with the first of the body it can still be a refusal instead. */
const headAloneMs = 100;

/** `done` is called once: with an error when not all of it came through; nothing was answered then, or the answer breaks off. */
export function passAnswer(
  answer: Answering,
  response: IncomingMessage,
  inward: Inward,
  done: (error: Error | null) => void,
): void {
  if (inward.redactor === null && inward.scanner === null) {
    writeHead(answer, response.statusCode!, response.statusMessage ?? "", endToEnd(response.rawHeaders).flat());
    pipeline(response, "socket" in answer ? answer.socket : answer.response, (error) => done(error ?? null));
    return;
  }
  read(answer, response, inward).then(
    (reading) => deliver(answer, response, reading, done),
    (error: Error) => {
      response.destroy();
      done(error);
    },
  );
}

type Reading = {
  headers: string[];
  stages: Transform[];
  /** Whether it waits for a person. */
  asking: () => boolean;
};

async function read(answer: Answering, response: IncomingMessage, inward: Inward): Promise<Reading> {
  const { redactor, scanner, ask } = inward;
  const bodyless =
    ("response" in answer && answer.response.req.method === "HEAD") || [204, 304].includes(response.statusCode!);
  const decoders = bodyless ? [] : decodersOf(response.headers["content-encoding"]);
  if (decoders === null) {
    // A credential in it could not be seen.
    const sentence = "The answer is compressed, so that it cannot be looked into";
    if (redactor !== null || scanner === null) throw new Detected(sentence);
    await allowUnreadable(scanner.looks, sentence, ask);
    return { headers: endToEnd(response.rawHeaders).flat(), stages: [], asking: () => false };
  }
  const dropped = (name: string) =>
    decoders.length > 0 && ["content-encoding", "content-length"].includes(name.toLowerCase());
  const passing =
    redactor === null
      ? endToEnd(response.rawHeaders).filter(([name]) => !dropped(name))
      : downwardHeaders(response.rawHeaders, redactor, dropped);
  const headers: string[] = [];
  for (const [name, value] of passing) {
    if (scanner === null) headers.push(name, value);
    else headers.push(...(await scanner.clearHeader([name, value], "The answer's header", ask)));
  }
  const stages: Transform[] = [...decoders];
  const once = askingOnce(ask);
  const type = response.headers["content-type"];
  if (redactor !== null) {
    const framing = framingOf(type, { lists: true });
    stages.push(redacting(framing === null ? redactor : new EventRedactor(redactor, framing, { bytesFirst: true })));
  }
  if (scanner !== null) {
    const framing = framingOf(type, { lists: false });
    // Where a length was said the rest is sure to come.
    const patient = response.headers["content-length"] !== undefined;
    stages.push(new BodyScan(scanner, "The answer", once.ask, { lines: framing?.lines ?? false, patient }));
    if (framing !== null) stages.push(new EventScan(scanner, framing, "The answer", once.ask, { patient }));
  }
  return { headers, stages, asking: once.asking };
}

function deliver(
  answer: Answering,
  response: IncomingMessage,
  { headers, stages, asking }: Reading,
  done: (error: Error | null) => void,
): void {
  const out = "socket" in answer ? answer.socket : answer.response;
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    clearInterval(alone);
    const status = response.statusCode!;
    // Its own words for the status are one more place to say something in, and nobody reads them.
    if (!out.destroyed) writeHead(answer, status, STATUS_CODES[status] ?? "", headers);
  };
  const alone = setInterval(() => !asking() && begin(), headAloneMs);
  // A stream of events may be silent for long, and its reader wants to know that it is open.
  if (response.headers["content-type"]?.startsWith("text/event-stream")) begin();
  const sink = new Writable({
    write: (chunk, _encoding, next) => {
      begin();
      if (out.write(chunk)) next();
      else out.once("drain", next);
    },
    final: (next) => {
      begin();
      out.end();
      next();
    },
  });
  const left = () => sink.destroy();
  out.once("close", left);
  const ended = (error: NodeJS.ErrnoException | null | undefined) => {
    out.off("close", left);
    clearInterval(alone);
    if (error && begun) out.destroy();
    done(error ?? null);
  };
  pipeline([response, ...stages, sink], ended);
}
