/**
 * An answer on its way in. Unread it passes as it comes. Where a credential was put in, every form of it is taken out again; where detectors look at what
 * comes in, it is read as it passes, and no more of it is kept back than may be the beginning of something.
 */
import type { IncomingMessage } from "node:http";
import { pipeline, type Transform, Writable } from "node:stream";
import { decodersOf, downwardHeaders, type Redactor, redacting } from "../broker/index.ts";
import { type Answering, writeHead } from "./answering.ts";
import { type AskAbout, allowUnreadable, BodyScan, Detected, type Scanner } from "./detectors/scanner.ts";
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

type Reading = { headers: string[]; stages: Transform[]; scan: BodyScan | null };

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
    return { headers: endToEnd(response.rawHeaders).flat(), stages: [], scan: null };
  }
  const dropped = (name: string) =>
    decoders.length > 0 && ["content-encoding", "content-length"].includes(name.toLowerCase());
  const passing =
    redactor === null
      ? endToEnd(response.rawHeaders).filter(([name]) => !dropped(name))
      : downwardHeaders(response.rawHeaders, redactor, dropped);
  const headers: string[] = [];
  for (const [name, value] of passing) {
    headers.push(name, scanner === null ? value : await scanner.clear(value, `The answer's header ${name}`, ask));
  }
  const scan = scanner === null ? null : new BodyScan(scanner, "The answer", ask);
  const stages = [...decoders, ...(redactor === null ? [] : [redacting(redactor)]), ...(scan === null ? [] : [scan])];
  return { headers, stages, scan };
}

function deliver(
  answer: Answering,
  response: IncomingMessage,
  { headers, stages, scan }: Reading,
  done: (error: Error | null) => void,
): void {
  const out = "socket" in answer ? answer.socket : answer.response;
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    clearInterval(alone);
    if (!out.destroyed) writeHead(answer, response.statusCode!, response.statusMessage ?? "", headers);
  };
  const alone = setInterval(() => scan?.asking !== true && begin(), headAloneMs);
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
