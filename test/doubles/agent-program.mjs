/**
 * Stands in for an agent program on PATH: a terminal program that takes a prompt as argument, on stdin or as a paste, says a
 * conversation id, rings, notifies and exits as it is told. What it was given goes to the file AGENT_RECORD as JSON lines.
 *
 * Told by variables: AGENT_RECORD (required), AGENT_INPUT (`bracketed` by default, `plain`, `busy`: never quiet, bracketed later, or
 * `question`: asks something first, and takes Enter for yes), AGENT_DELAY_MS before it is ready, AGENT_TELLS: text printed at the end, AGENT_REPAINT: text put out
 * whenever its size has changed. Told by input, one submission a line: `ring N`,
 * `notify TEXT`, `exit N`, `print JSON` (a string, put out as it is), `hook EVENT TEXT` (what it tells Cellar through its hook script),
 * `later EVENT` (the same when main has gone: when AGENT_MAIN_SOCKET takes no more connections);
 * anything else is answered with "heard: …".
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, openSync } from "node:fs";
import { connect } from "node:net";
import { ReadStream } from "node:tty";

const record = (event) => appendFileSync(process.env.AGENT_RECORD, `${JSON.stringify(event)}\n`);
const {
  AGENT_INPUT: input = "bracketed",
  AGENT_DELAY_MS: delay = "0",
  AGENT_TELLS: tells = "",
  AGENT_REPAINT: repaint = "",
} = process.env;

if (process.argv[2] === "--version") {
  console.log("agent-program 1.2.3");
  process.exit(0);
}

record({
  started: process.argv.slice(2),
  cwd: process.cwd(),
  path: process.env.PATH,
  token: process.env.CELLAR_TOKEN,
  tty: process.stdin.isTTY === true,
});

let keys = process.stdin;
if (!process.stdin.isTTY) {
  let piped = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) piped += chunk;
  record({ stdin: piped });
  keys = new ReadStream(openSync("/dev/tty", "r"));
}
keys.setRawMode?.(true);

process.stdout.write("agent-program is starting\r\n");
if (input === "busy") setInterval(() => process.stdout.write("."), 50).unref();
await new Promise((resolve) => setTimeout(resolve, Number(delay)));
if (input !== "plain") process.stdout.write("\x1b[?1004;2004h");
process.stdout.write(input === "question" ? "Do you trust this folder? [Yes] No" : "> ");
if (repaint !== "") process.stdout.on("resize", () => process.stdout.write(repaint));
record({ ready: true });

function end(code) {
  process.stdout.write(`\x1b[?2004l\r\n${tells}\r\n`);
  record({ ended: code });
  process.exit(code);
}

function submit(text) {
  record({ submitted: text });
  const [word, ...rest] = text.split(" ");
  if (word === "exit") return end(Number(rest[0] ?? 0));
  if (word === "ring") process.stdout.write("\x07".repeat(Number(rest[0] ?? 1)));
  else if (word === "print") process.stdout.write(JSON.parse(rest.join(" ")));
  else if (word === "later") whenMainIsGone(() => hook(rest[0], ""));
  else if (word === "hook") hook(rest[0], rest.slice(1).join(" "));
  else if (word === "notify") process.stdout.write(`\x1b]9;${rest.join(" ")}\x07`);
  else process.stdout.write(`\r\nheard: ${text.length} characters\r\n`);
  process.stdout.write("> ");
}

/** As agents run their hooks: through a shell, waiting for them. */
function hook(event, payload) {
  const started = performance.now();
  const ran = spawnSync("/bin/sh", ["-c", `"$CELLAR_HOOK" ${event}`], { input: payload, encoding: "utf8" });
  record({ hooked: event, status: ran.status, said: ran.stdout + ran.stderr, ms: performance.now() - started });
}

function whenMainIsGone(then) {
  const socket = connect(process.env.AGENT_MAIN_SOCKET);
  // Main may end while it is connected to: that is an error as well, and not the answer.
  socket.once("error", then).once("connect", () => {
    socket
      .off("error", then)
      .on("error", () => {})
      .destroy();
    setTimeout(whenMainIsGone, 20, then);
  });
}

/** What a paste begins and ends with, Enter, Ctrl-C and Ctrl-D. */
const special = /(\u001b\[20[01]~|[\r\u0003\u0004])/;
let line = "";
let pasting = false;
keys.setEncoding("utf8").on("data", (chunk) => {
  record({ keys: chunk });
  if (input === "question") {
    process.stdout.write("\r\x1b[KDo you trust this folder? [Yes] No");
    if (chunk.endsWith("\r")) record({ answered: "yes" });
    return;
  }
  // It has asked to be told of the focus, and makes nothing of it.
  for (const part of chunk.replace(/\u001b\[[IO]/g, "").split(special)) {
    if (part === "\x1b[200~") pasting = true;
    else if (part === "\x1b[201~") pasting = false;
    else if (part === "\x03" || part === "\x04") end(130);
    else if (part === "\r" && !pasting) {
      submit(line);
      line = "";
    } else if (part !== "\x1b") {
      line += part === "\r" ? "\n" : part;
      process.stdout.write(part.replaceAll("\r", "\r\n"));
    }
  }
});
