/**
 * The terminal's command of a bottle that runs elsewhere: `node attach.ts <directory> <ticket>`. Gives its own terminal or pipes to a process in the
 * sandbox, ends with its exit code, and finds its way back after a lost connection. Everything that it needs is in the ticket.
 */
import { setTimeout } from "node:timers/promises";
import { shellQuote } from "#node/shell-quote.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { runPiped } from "./piped.ts";
import { createSession, Session, sessionStatus } from "./session.ts";
import { redeem, type Ticket } from "./tickets.ts";

/** After a lost connection: soon, then less often, and as long as the bottle may live. */
const pausesMs = [200, 1_000, 3_000, 10_000];
/** Output that a process has written before its end and that was overtaken by it. */
const missingRounds = 3;

async function attachTerminal({ execd, argv }: Ticket): Promise<number> {
  const { stdin, stdout } = process;
  const id = await createSession(execd, `exec ${argv.map(shellQuote).join(" ")}`);
  let session: Session | null = null;
  let offset = 0;
  let code: number | null = null;
  const resize = () => session?.resize(stdout.columns ?? 80, stdout.rows ?? 24);
  stdout.on("resize", resize);
  if (stdin.isTTY) stdin.setRawMode(true);
  // What was typed while there is no connection, or was not sent any more.
  let unsent: Buffer[] = [];
  const type = (bytes: Buffer) => {
    const open = session;
    if (open === null) unsent.push(bytes);
    else open.write(bytes, (error) => error && unsent.push(bytes));
  };
  stdin.on("data", type);
  stdin.pause();
  for (let tries = 0, missing = 0; ; ) {
    try {
      const closed = Promise.withResolvers<number>();
      const opened: Session = await Session.open(
        execd,
        id,
        { pipe: false, since: offset, takeover: true },
        {
          output(chunk) {
            if (stdout.write(chunk)) return;
            opened.pause();
            stdout.once("drain", () => opened.resume());
          },
          exit: (said) => {
            code = said;
          },
          closed: closed.resolve,
        },
      );
      session = opened;
      tries = 0;
      resize();
      const waiting = unsent;
      unsent = [];
      for (const bytes of waiting) type(bytes);
      stdin.resume();
      const why = await closed.promise;
      session = null;
      stdin.pause();
      offset = opened.offset;
      if (why === 4001) throw new Failure("conflict", "Somebody else has taken this terminal over.");
    } catch (error) {
      if (error instanceof Failure && (error.code === "not_found" || error.code === "conflict")) throw error;
    }
    if (code !== null) {
      // Its end may be told before all that it wrote.
      const all = await sessionStatus(execd, id).catch(() => null);
      if (all === null || all.offset <= offset || ++missing > missingRounds) return code;
      continue;
    }
    await setTimeout(pausesMs[Math.min(tries++, pausesMs.length - 1)]);
  }
}

function attachPipes({ execd, argv }: Ticket): Promise<number> {
  return runPiped(execd, {
    argv,
    stdin: process.stdin,
    output(chunk, stream) {
      const to = stream === "stdout" ? process.stdout : process.stderr;
      return to.write(chunk) ? undefined : new Promise((resolve) => to.once("drain", resolve));
    },
  });
}

const [directory, name] = process.argv.slice(2);
// Closing the terminal ends this; what runs inside is ended by main.
process.stdout.on("error", () => process.exit(1));
try {
  const ticket = await redeem(directory ?? "", name ?? "");
  const code = await (ticket.tty ? attachTerminal(ticket) : attachPipes(ticket));
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdout.write("", () => process.exit(code < 0 ? 255 : code));
} catch (error) {
  process.stderr.write(`${problemOf(error).message}\r\n`, () => process.exit(255));
}
