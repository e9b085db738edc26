/** Calls a procedure by its name, with input and result as JSON. */
import { text } from "node:stream/consumers";
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import { secretInputs } from "#shared/vault/secret-inputs.ts";
import { connectOrStart } from "./running.ts";

/** Prints the result, of a stream at most `lines` events, and resolves with the exit code. */
export async function call(paths: CellarPaths, procedure: string, input: string, lines: number): Promise<number> {
  if (input !== "-" && secretInputs.has(procedure)) throw inArguments(procedure);
  const value = parsed(input === "-" ? await text(process.stdin) : input);
  const connection = await connectOrStart(paths);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  // A reader that has seen enough (`| head -1`) ends a stream.
  process.stdout.once("error", interrupt);
  try {
    const result = await connection.call(procedure.split("."), value, interrupted.signal);
    if (!isStream(result)) {
      await print(result);
      return 0;
    }
    let printed = 0;
    for await (const event of result) {
      await print(event);
      printed += 1;
      if (printed >= lines) break;
    }
    return 0;
  } catch (thrown) {
    if (interrupted.signal.aborted) return 0;
    throw connection.problemOf(thrown);
  } finally {
    connection.close();
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (thrown) {
    // The parser's own words quote the text, which may hold a secret.
    const place = /at position \d+( \(line \d+ column \d+\))?/.exec((thrown as Error).message)?.[0];
    throw new Failure("invalid_input", place ? `the input is not JSON: see ${place}` : "the input is not JSON");
  }
}

/** Every program on the computer can read the arguments of every other. */
function inArguments(procedure: string): Failure {
  return new Failure("invalid_input", `${procedure} takes its input from standard input, because it carries a secret`, {
    hint: `cellar call ${procedure} - < input.json`,
  });
}

/** Waits for a slow reader, so that a stream is not gathered in memory. */
async function print(value: unknown): Promise<void> {
  if (process.stdout.write(`${JSON.stringify(value ?? null)}\n`)) return;
  await new Promise<void>((resolve) => {
    process.stdout.once("drain", resolve).once("error", () => resolve());
  });
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
