/** The head of a push: what is to become of which ref, as the client says it. */
import { type LineReader, NotProtocol } from "./pkt-line.ts";

/** `ref` is null for a name that is none; `said` is how it was spelled, made printable. */
export type Command = { ref: string | null; said: string; old: string | null; new: string | null };

export type PushHead = { commands: Command[]; capabilities: ReadonlySet<string> };

/** More in one push is nobody's work. */
const mostCommands = 100;

const zero = /^0+$/;

/** Null for the empty request by which a client finds out whether it may push. Throws {@link NotProtocol}. */
export async function readPushHead(
  reader: LineReader,
  readRefName: (bytes: Buffer) => string | null,
): Promise<PushHead | null> {
  const commands: Command[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  for (;;) {
    const content = await reader.next();
    if (content === undefined) {
      if (commands.length === 0) return null;
      throw new NotProtocol("the push has no end of its list");
    }
    if (content === null) return commands.length === 0 ? null : { commands, capabilities };
    const text = content.at(-1) === 0x0a ? content.subarray(0, -1) : content;
    // A shallow clone says where it ends; whether everything is there is found out anyway.
    if (/^shallow [0-9a-f]{40,64}$/.test(text.toString("latin1"))) continue;
    const nul = text.indexOf(0);
    if (nul >= 0) {
      if (commands.length > 0) throw new NotProtocol("only the first line says what the client can do");
      capabilities = new Set(
        text
          .toString("latin1", nul + 1)
          .split(" ")
          .filter(Boolean),
      );
    }
    commands.push(readCommand(nul < 0 ? text : text.subarray(0, nul)));
    if (commands.length > mostCommands) throw new NotProtocol(`a push has at most ${mostCommands} refs`);
  }

  function readCommand(bytes: Buffer): Command {
    const [, old, next] =
      /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ./s.exec(bytes.toString("latin1")) ?? [];
    if (old === undefined || next === undefined || old.length !== next.length) {
      throw new NotProtocol("a line of the push is no change of a ref");
    }
    const name = bytes.subarray(old.length + next.length + 2);
    const orNull = (id: string) => (zero.test(id) ? null : id);
    return { ref: readRefName(name), said: printable(name), old: orNull(old), new: orNull(next) };
  }
}

function printable(bytes: Buffer): string {
  const text = bytes.toString("utf8").replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
