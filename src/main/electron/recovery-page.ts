/**
 * The page of the recovery window: no script, no preload script, nothing of the window that did not come up. What a person chooses is a link, which main sees as
 * a navigation, and never lets happen.
 */
import { createHash } from "node:crypto";
import { recoveryAddress } from "./window-address.ts";
import { surface } from "./window-options.ts";

export const recoveryChoices = [
  ["try-again", "Try again", "Starts once more what did not come up."],
  ["show-logs", "Show the logs", "What went wrong is written there, at the end of main.log."],
  [
    "reset-layout",
    "Reset the layout",
    "Panels and windows are arranged as at first. Workspaces and terminals stay as they are.",
  ],
  [
    "without-extensions",
    "Start without your own extensions",
    "Leaves agent-programs.toml, providers.toml and your manifests alone until the next start.",
  ],
  ["quit", "Quit Cellar", "Terminals and agents go on."],
] as const;
export type RecoveryChoice = (typeof recoveryChoices)[number][0];

/** Its colours are those of the window's tokens. */
const style = `
:root {
  color-scheme: light dark; --surface: light-dark(${surface.light}, ${surface.dark}); --text: light-dark(#1a1d22, #e4e7ec);
  --muted: light-dark(#4d545f, #a7aeb9); --line: light-dark(#d4d8de, #2d323a); --field: light-dark(#ffffff, #111317);
  --hover: light-dark(#e1e4e9, #262a32); --focus: light-dark(#1f5fd0, #7fb0ff);
}
body { margin: 0; padding: 28px 32px; background: var(--surface); color: var(--text); font: 13px/18px system-ui, sans-serif; }
h1 { margin: 0; font-size: 16px; line-height: 22px; font-weight: 600; }
p { margin: 6px 0 0; overflow-wrap: anywhere; }
p.aside { color: var(--muted); }
ul { margin: 20px 0 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 6px; background: var(--field); overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
a { display: block; padding: 9px 14px; color: var(--muted); text-decoration: none; }
a b { display: block; color: var(--text); font-weight: 600; }
a:hover { background: var(--hover); }
a:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
`;

/** Nothing but this page's own style. */
export const recoveryPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What has gone wrong: a window, or the start of everything behind it. */
export type Trouble = { of: "window" | "start"; why: string };

const headings: Record<Trouble["of"], string> = {
  window: "Cellar’s window does not come up",
  start: "Cellar could not be started",
};

export function recoveryPage({ of, why }: Trouble): string {
  const said = why.split(/\n{2,}/).map((text) => `<p>${escaped(text)}</p>`);
  const rows = recoveryChoices.map(
    ([choice, label, help]) => `<li><a href="${choice}"><b>${label}</b>${help}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Cellar needs help</title><style>${style}</style></head>
<body>
<main>
<h1>${headings[of]}</h1>
<div role="status">${said.join("")}</div>
<p class="aside">Your terminals and agents run in a process of their own and go on.</p>
<ul>
${rows.join("\n")}
</ul>
</main>
</body>
</html>
`;
}

/** What a link of the page stands for; null for any other address. */
export function recoveryChoiceOf(address: string): RecoveryChoice | null {
  if (!address.startsWith(recoveryAddress)) return null;
  const wanted = address.slice(recoveryAddress.length);
  return recoveryChoices.find(([choice]) => choice === wanted)?.[0] ?? null;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
