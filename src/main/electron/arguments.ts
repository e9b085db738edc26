/** What the words of a command line ask of the app: `Cellar /a/folder`, a link that the system hands over, and whether to start in the tray. */
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepLink } from "#shared/deep-link.ts";

/** How the app is started when the person signs in to the computer. */
export const hiddenFlag = "--hidden";
/** One more window of the app that runs. */
const newWindowFlag = "--new-window";
/** A folder given to a second start may be meant by its own working directory. */
export type AskedFor = { links: string[]; paths: string[]; hidden: boolean; newWindow: boolean };

/**
 * `development`: the first word is then the app itself. Switches are for Chromium, which may have put some in front; behind `--` nothing is
 * a switch, so that a link can never become one.
 */
export function askedFor(argv: readonly string[], cwd: string, development: boolean): AskedFor {
  const words = argv.slice(1);
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  const named = before.filter((word) => word !== "" && !word.startsWith("-"));
  const wanted = [...named, ...(end < 0 ? [] : words.slice(end + 1))].slice(development ? 1 : 0);
  const links = wanted.filter(isDeepLink);
  const paths = wanted.filter((word) => word !== "" && !isDeepLink(word)).map((word) => pathOf(word, cwd));
  return { links, paths, hidden: before.includes(hiddenFlag), newWindow: before.includes(newWindowFlag) };
}

/** File managers give a `file:` address on some desktops. */
function pathOf(word: string, cwd: string): string {
  if (/^file:/i.test(word) && URL.canParse(word)) {
    try {
      return fileURLToPath(word);
    } catch {
      // Of another computer: the form says that it is not here.
      return word;
    }
  }
  return isAbsolute(word) ? word : resolve(cwd, word);
}
