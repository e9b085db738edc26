import { launchChromium } from "#test/product/chromium.ts";
import { readFileSync } from "node:fs";
const url = JSON.parse(readFileSync("/tmp/t2/out","utf8").split("\n")[0]!).url;
const theme = (process.argv[2] ?? "dark") as "dark"|"light"; const tag = process.argv[3] ?? "s";
const b = await launchChromium();
const p = await b.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme });
p.on("console", (m) => console.log(m.type(), m.text().slice(0,300)));
p.on("pageerror", (e) => console.log("pageerror", e.message.slice(0,500)));
let n = 0;
const shot = async (name: string) => { await p.screenshot({ path: `/tmp/shots/${tag}-${String(n++).padStart(2,"0")}-${name}.png` }); };
await p.goto(url);
await p.waitForTimeout(1500);
await shot("first");
const steps = process.argv.slice(4);
for (const s of steps) {
  const [cmd, ...rest] = s.split("=");
  const arg = rest.join("=");
  try {
    if (cmd === "click") await p.getByRole("button", { name: new RegExp(arg, "i") }).first().click({ timeout: 3000 });
    else if (cmd === "text") await p.getByText(new RegExp(arg, "i")).first().click({ timeout: 3000 });
    else if (cmd === "key") await p.keyboard.press(arg);
    else if (cmd === "type") await p.keyboard.type(arg);
    else if (cmd === "fill") { const [l, v] = arg.split("|"); await p.getByLabel(new RegExp(l!, "i")).first().fill(v!, { timeout: 3000 }); }
    else if (cmd === "wait") await p.waitForTimeout(Number(arg));
    else if (cmd === "shot") await shot(arg);
    else if (cmd === "tree") console.log(await p.locator("body").ariaSnapshot());
  } catch (e) { console.log("FAILED", s, String(e).slice(0, 200)); }
}
await shot("last");
await b.close();
