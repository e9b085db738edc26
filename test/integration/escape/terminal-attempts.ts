/** Through the terminal: making it type, answer or write where nobody asked it to. */
import type { Attempt } from "./attempt.ts";

/** What a terminal is asked for, with a text of the attacker's in it; none may come back with that text, or with a line's end. */
export const questions: readonly [what: string, sequence: string][] = [
  ["the title, after it was set to a command", "\\033]0;INJECTED; touch pwned\\007\\033[21t"],
  ["the title of the icon", "\\033]1;INJECTED\\007\\033[20t"],
  ["a setting, by a question that quotes what was asked (DECRQSS)", "\\033P$qINJECTED\\r\\033\\\\"],
  ["a capability by its name (XTGETTCAP)", "\\033P+q494e4a4543544544\\033\\\\"],
  ["the answerback of old terminals (ENQ)", "\\005"],
  ["the clipboard (OSC 52)", "\\033]52;c;SU5KRUNURUQK\\007\\033]52;c;?\\007"],
  ["the palette with a text in it", "\\033]4;1;INJECTED\\007\\033]4;1;?\\007\\033]10;?;INJECTED\\007"],
  ["keys that were given another meaning (DECUDK)", "\\033P0;1|17/494e4a45435445440d\\033\\\\"],
  ["the state of the screen (DECRQCRA, DECCKSR)", "INJECTED\\033[1;1;1;1;1;8*y"],
  ["a macro that was defined (DECDMAC)", "\\033P1;0;0!zINJECTED\\033\\\\\\033[1*z"],
  ["media copy to the printer", "\\033[5iINJECTED\\033[4i"],
  [
    "a file (OSC 1337, kitty's file transfer)",
    "\\033]1337;File=inline=1:SU5KRUNURUQK\\007\\033]5113;ac=send;id=INJECTED\\033\\\\",
  ],
  [
    "notifications and links that hold control characters",
    "\\033]9;INJECTED\\r\\007\\033]777;notify;INJECTED;x\\007\\033]8;;file:///INJECTED\\007x\\033]8;;\\007",
  ],
];

/** Prints something and the question whether the terminal is well, and takes what it answers. */
const asked = `
asked() {
  old=$(stty -g < /dev/tty); stty raw -echo min 0 time 50 < /dev/tty
  printf "$1" > /dev/tty; printf '\\033[5n' > /dev/tty
  got=
  # Until the last answer is there: what is left would be typed into the next line.
  while part=$(dd bs=1000 count=1 2>/dev/null < /dev/tty | od -An -c | tr -d ' \\n'); [ -n "$part" ]; do
    got=$got$part; case $got in *'[0n'*) break;; esac
  done
  stty "$old" < /dev/tty
}`;

export const terminalAttempts: readonly Attempt[] = [
  {
    name: "putting characters into a terminal's input (TIOCSTI, TIOCLINUX)",
    fear: "My shell types what it wants.",
    script: `"$PROBE" call sti; "$PROBE" call sti-wide; "$PROBE" call paste`,
    refused:
      /sti: Operation not permitted[\s\S]*sti-wide: Operation not permitted[\s\S]*paste: Operation not permitted/,
    control: { none: "newer kernels have it switched off for everybody" },
    exec: false,
  },
  ...questions.map(
    ([what, sequence]): Attempt => ({
      name: `the terminal is asked for ${what}`,
      fear: "The terminal types its answer, and the answer is a command.",
      script: `${asked}
asked '${sequence}'
case $got in *INJECTED*|*SU5K*|*494e4a*|*'\\r'*|*'\\n'*) echo "ESCAPED the terminal answered $got";; *) echo "REFUSED the terminal answered: $got";; esac`,
      refused: /REFUSED the terminal answered/,
      control: {
        inside: `${asked}
asked ''
case $got in *'[0n'*) echo "ESCAPED the terminal answers $got";; *) echo "REFUSED $got";; esac`,
      },
      exec: false,
    }),
  ),
  {
    name: "the terminal is asked what it is and where its cursor stands, thousands of times (DA, DSR)",
    fear: "So many answers that the terminal hangs, or that they run into what I type.",
    script: `${asked}
asked "$(yes '\\033[c\\033[6n\\033[>c' | head -n 2000 | tr -d '\\n')"
# In the way that od writes them, only reports: of its kind, of its place, and that it is well.
left=$(printf %s "$got" | sed -E 's/033\\[[?>0-9;]*[cRn]//g')
case $left in '') echo "REFUSED only reports: \${#got}";; *) echo "ESCAPED the terminal answered $left";; esac`,
    refused: /only reports: \d{5}/,
    control: {
      inside: `${asked}
asked '\\033[c'
case $got in *'[?'*) echo "ESCAPED the terminal says what it is: $got";; *) echo "REFUSED $got";; esac`,
    },
    exec: false,
  },
];
