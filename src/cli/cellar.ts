/** The command line. Everything but the arguments is loaded only when it is needed: starting fast is part of the job. */
import { parseArgs } from "node:util";
import { exitCodes, help } from "./help.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case "serve": {
        const { values } = parseArgs({
          args: rest,
          options: { open: { type: "boolean" }, port: { type: "string" }, help: { type: "boolean", short: "h" } },
        });
        if (values.help) return say(help);
        const { runBrowserMode } = await import("#main/browser-mode.ts");
        return await runBrowserMode({ port: Number(values.port ?? 0), open: values.open ?? false });
      }
      case "call": {
        const { values, positionals } = parseArgs({
          args: rest,
          allowPositionals: true,
          options: { lines: { type: "string" }, help: { type: "boolean", short: "h" } },
        });
        if (values.help) return say(help);
        const lines = values.lines === undefined ? Number.POSITIVE_INFINITY : Number(values.lines);
        if (!(lines >= 1)) return misunderstood("--lines takes a number from 1 on");
        const [procedure, input, ...more] = positionals;
        if (procedure === undefined || more.length > 0) return misunderstood("call takes a procedure and its input");
        const { call } = await import("./call.ts");
        return await call(procedure, input ?? "{}", lines);
      }
      case "mcp": {
        const { values } = parseArgs({
          args: rest,
          options: { http: { type: "boolean" }, help: { type: "boolean", short: "h" } },
        });
        if (values.help) return say(help);
        const mcp = await import("./mcp.ts");
        return await (values.http ? mcp.printEndpoint() : mcp.serveStdio());
      }
      case "--version":
      case "-v": {
        const { version } = await import("#node/installation.ts");
        return say(`${version()}\n`);
      }
      case "--help":
      case "-h":
      case "help":
        return say(help);
      default:
        return misunderstood(command === undefined ? "no command was given" : `there is no command ${command}`);
    }
  } catch (thrown) {
    if (thrown instanceof TypeError && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE_ARGS")) {
      return misunderstood(thrown.message);
    }
    throw thrown;
  }
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function misunderstood(message: string): number {
  const hint = "cellar --help says what can be done";
  process.stderr.write(`${JSON.stringify({ code: "invalid_input", message, hint })}\n`);
  return exitCodes.invalid_input;
}
