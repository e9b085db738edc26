/** Entry of browser mode as a process of its own: what the command line starts in the background. */
import { parseArgs } from "node:util";
import { keepCompiledCode } from "#node/compiled-code.ts";

// How this process was told to be Node; what it starts may be an Electron app of its own.
delete process.env["ELECTRON_RUN_AS_NODE"];
keepCompiledCode();
const { runBrowserMode } = await import("./browser-mode.ts");
const { values } = parseArgs({ options: { port: { type: "string" }, open: { type: "boolean" } } });
process.exit(await runBrowserMode({ port: Number(values.port ?? 0), open: values.open ?? false }));
