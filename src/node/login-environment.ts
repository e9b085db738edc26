/**
 * The environment a person has in a terminal of their own. An app started from a desktop has another one: without what their
 * shell's start files set, above all PATH. So the login shell is asked once, and the answer kept.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { homedir, userInfo } from "node:os";
import { delimiter } from "node:path";
import { entryCommand } from "./entries.ts";
import { shellQuote } from "./shell-quote.ts";

/** Start files may do a lot (version managers, completions); a caller waits no longer for them, in ms. */
const patienceMs = 10_000;
/** A machine that is just starting, or busy, may take longer: the answer is still taken when it comes, until then, in ms. */
const timeoutMs = 60_000;
/** After a shell gave no answer, in ms. */
const retryAfterMs = 30_000;
/** What it may take a shell to tidy up (a lock of its start files, say) when it is ended, in ms. */
const tidyMs = 500;
/** Output beyond this is not an environment any more. */
const outputLimit = 4 * 1024 * 1024;

/** What stands in the place of a shell where nobody is to log in, as for the account of a service. */
const noShell = /\/(nologin|false)$/;

/** The person's shell: `SHELL`, else `account`, what the system has for them. On Windows, PowerShell. */
export function loginShell(env: NodeJS.ProcessEnv = process.env, account = userInfo().shell): string {
  if (process.platform === "win32") return "powershell.exe";
  if (env["SHELL"]) return env["SHELL"];
  if (account && !noShell.test(account)) return account;
  return process.platform === "darwin" ? "/bin/zsh" : "/bin/sh";
}

type Answer = {
  env: Record<string, string>;
  /** When the shell is to be asked again because it gave no answer, on the clock of `performance.now()`. */
  retryAt: number;
};

let known: Promise<Answer> | null = null;
/** An answer under way that is to replace the known one. */
let asking: Promise<Answer> | null = null;

/**
 * The login environment, already without what Electron, Node, npm and Cellar put into ours (see {@link cleanEnvironment}). Never
 * rejects: where the shell cannot be asked, or until a slow one has answered, it is our own environment, cleaned, and it is asked
 * again by and by. A copy that the caller may change.
 */
export async function loginEnvironment(patience = patienceMs): Promise<Record<string, string>> {
  return { ...(await sharedLoginEnvironment(patience)) };
}

/** As {@link loginEnvironment}, for whoever looks into it often: the same object for all, until the shell has been asked anew. */
export async function sharedLoginEnvironment(patience = patienceMs): Promise<Readonly<Record<string, string>>> {
  known ??= firstAnswer(patience);
  const { env, retryAt } = await known;
  if (performance.now() > retryAt && !asking) void refreshLoginEnvironment();
  return env;
}

/** The shell's answer, or, when that takes too long, our own environment until it is there. */
async function firstAnswer(patience: number): Promise<Answer> {
  const answer = ask(process.env, timeoutMs);
  const late = new Promise<null>((resolve) => setTimeout(resolve, patience, null).unref());
  const first = await Promise.race([answer, late]);
  if (first !== null) return first;
  void answer.then(() => {
    known = answer;
  });
  return { env: { ...ownEnvironment(process.env), SHELL: loginShell() }, retryAt: Number.POSITIVE_INFINITY };
}

/** Asks the shell anew, for a person who has changed their start files. Until it has answered the old answer is given. */
export async function refreshLoginEnvironment(): Promise<Record<string, string>> {
  asking ??= ask(process.env, timeoutMs).finally(() => {
    asking = null;
  });
  const fresh = asking;
  await fresh;
  known = fresh;
  return loginEnvironment();
}

/** As {@link loginEnvironment}, but asked now and not kept. */
export async function readLoginEnvironment(
  base: NodeJS.ProcessEnv,
  timeout = timeoutMs,
): Promise<Record<string, string>> {
  return (await ask(base, timeout)).env;
}

async function ask(base: NodeJS.ProcessEnv, timeout: number): Promise<Answer> {
  const own = ownEnvironment(base);
  if (process.platform === "win32") return { env: own, retryAt: Number.POSITIVE_INFINITY };
  const shell = loginShell(base);
  try {
    const said = await askShell(shell, own, timeout);
    return { env: { ...cleanEnvironment(said), SHELL: shell }, retryAt: Number.POSITIVE_INFINITY };
  } catch (error) {
    console.error(`the login shell ${shell} could not be asked for its environment:`, (error as Error).message);
    return { env: { ...own, SHELL: shell }, retryAt: performance.now() + retryAfterMs };
  }
}

function ownEnvironment(base: NodeJS.ProcessEnv): Record<string, string> {
  return { HOME: homedir(), ...cleanEnvironment(base) };
}

const foreign: readonly RegExp[] = [
  /^ELECTRON_/,
  /^CHROME_DESKTOP$/,
  /^ORIGINAL_XDG_CURRENT_DESKTOP$/,
  /^NODE_(OPTIONS|ENV|PATH|CHANNEL_FD|UNIQUE_ID|REPL_.*|PENDING_.*|V8_COVERAGE|EXTRA_CA_CERTS_INTERNAL)$/,
  /^(npm_|NPM_)(config|package|lifecycle|node|execpath|command)/,
  /^INIT_CWD$/,
  /^(VITEST|VITE|JEST)(_|$)/,
  /^CELLAR_/,
  // What another terminal said about itself, and what is true of one terminal only.
  /^(TERM|TERM_PROGRAM|TERM_PROGRAM_VERSION|TERM_SESSION_ID|COLORTERM|COLUMNS|LINES|TERMCAP|WINDOWID|TMUX|TMUX_PANE|STY|WINDOW)$/,
  /^(ITERM_|KITTY_|WEZTERM_|VTE_VERSION|ALACRITTY_|GHOSTTY_|VSCODE_|KONSOLE_)/,
  /^(SHLVL|PWD|OLDPWD|_)$/,
];

/** Without the variables that mean something only to Electron, Node, npm, Cellar, or one particular terminal. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !foreign.some((pattern) => pattern.test(name))) clean[name] = value;
  }
  if (env["npm_lifecycle_event"] && clean["PATH"]) clean["PATH"] = withoutNpmFolders(clean["PATH"]);
  return clean;
}

/** `npm start` puts the programs of the project it starts in front of the person's own. */
function withoutNpmFolders(path: string): string {
  const npms = /[\\/](?:node_modules[\\/]\.bin|node-gyp-bin)$/;
  return path
    .split(delimiter)
    .filter((folder) => !npms.test(folder))
    .join(delimiter);
}

/** Starts the shell as a login and interactive one, which reads all its start files, and has a program of ours print what it got. */
async function askShell(shell: string, env: Record<string, string>, timeout: number): Promise<Record<string, string>> {
  const marker = randomBytes(12).toString("hex");
  const runtime = entryCommand("cellar");
  const print = `process.stdout.write("${marker}" + JSON.stringify(process.env) + "${marker}")`;
  const asked = {
    ...env,
    ...runtime.env,
    // Start files that would open an editor's or tmux's own session look at these.
    TERM: "dumb",
    CELLAR_RESOLVING_ENVIRONMENT: "1",
    DISABLE_AUTO_UPDATE: "true",
    ZSH_TMUX_AUTOSTARTED: "true",
    ZSH_TMUX_AUTOSTART: "false",
  };
  const command = `${shellQuote(runtime.command)} -e ${shellQuote(print)}`;
  // fish and nushell take these options too; a csh knows no -l together with others.
  const args = /(^|\/)t?csh$/.test(shell) ? ["-ic", command] : ["-ilc", command];
  const output = await new Promise<string>((resolve, reject) => {
    // In a session of its own: an interactive shell would otherwise take over the terminal we were started from, and stop us.
    const child = spawn(shell, args, {
      env: asked,
      cwd: homedir(),
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    const end = (error: Error | null): void => {
      clearTimeout(patience);
      // What its start files left running belongs to nobody.
      if (child.pid !== undefined) endGroup(child.pid);
      child.stdout.destroy();
      if (error) reject(error);
      else resolve(text);
    };
    const patience = setTimeout(() => end(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > outputLimit) end(new Error("its start files print without end"));
      else if (text.split(marker).length > 2) end(null);
    });
    child.once("error", end);
    child.once("close", (code) => end(text.includes(marker) ? null : new Error(`it ended with code ${code}`)));
  });
  const json = output.split(marker)[1];
  if (json === undefined) throw new Error("its answer was cut off");
  const said = JSON.parse(json) as Record<string, string>;
  for (const name of Object.keys(asked)) if (!(name in env)) delete said[name];
  return said;
}

function endGroup(leader: number): void {
  const signal = (name: NodeJS.Signals): boolean => {
    try {
      return process.kill(-leader, name);
    } catch {
      // Nobody is left.
      return false;
    }
  };
  if (signal("SIGHUP")) setTimeout(() => signal("SIGKILL"), tidyMs);
}
