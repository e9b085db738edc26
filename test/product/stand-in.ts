/**
 * A running product whose agent program is a small stand-in, and whose provider is a double on this computer that takes only the real key and
 * answers with the usage it is asked for.
 */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Upstream } from "#test/doubles/upstream.ts";
import { Product } from "./product.ts";

export const realKey = "sk-ant-real-0123456789abcdefghij";

export class StandIn implements AsyncDisposable {
  readonly product = new Product();
  /** Keys that the provider was shown. */
  readonly shown: string[] = [];
  #provider: Upstream | null = null;

  static async start(): Promise<StandIn> {
    const standIn = new StandIn();
    const provider = await Upstream.start((request, response) => {
      standIn.shown.push(String(request.headers["x-api-key"]));
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const asked = JSON.parse(Buffer.concat(chunks).toString()) as {
          model: string;
          messages: { content: string }[];
        };
        const [input, output] = asked.messages[0]!.content.split(" ").map(Number);
        response.writeHead(request.headers["x-api-key"] === realKey ? 200 : 401, {
          "content-type": "application/json",
        });
        response.end(
          JSON.stringify({
            type: "message",
            model: asked.model,
            content: [{ type: "text", text: "done" }],
            usage: { input_tokens: input, output_tokens: output },
          }),
        );
      });
    });
    standIn.#provider = provider;
    const { folder, home } = standIn.product;
    for (const path of [folder.in("bin"), home]) mkdirSync(path, { recursive: true, mode: 0o700 });
    const program = join(folder.in("bin"), "stand-in");
    copyFileSync(resolve(import.meta.dirname, "../doubles/stand-in-agent.sh"), program);
    chmodSync(program, 0o755);
    const profile = `export PATH='${folder.in("bin")}':"$PATH"\n`;
    for (const file of [".profile", ".bash_profile", ".bashrc", ".zprofile"]) writeFileSync(folder.in(file), profile);
    writeFileSync(
      join(home, "providers.toml"),
      `[anthropic]
host = "127.0.0.1"
base-url = "http://127.0.0.1:${provider.port}"
addresses = ["loopback"]
prices-as-of = "2026-05-22"
prices = { "claude-haiku-4-5" = { input = 1, output = 5 } }
`,
    );
    writeFileSync(
      join(home, "agent-programs.toml"),
      `[stand-in]
name = "Stand-in"
command = ["stand-in"]
provider = "anthropic"
start = { prompt = "argument", arguments = ["--session", "{conversation}"], arguments-with-prompt = ["--session", "{conversation}", "{prompt}"] }
conversation = { id = "uuid", resume = ["--resume", "{conversation}"] }
`,
    );
    await standIn.product.start();
    return standIn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.product[Symbol.asyncDispose]();
    await this.#provider?.[Symbol.asyncDispose]();
  }
}
