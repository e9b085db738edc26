/** What an attempt to get out of a bottle is. The tables say what is tried; {@link file://./suite.ts} tries it and judges. */
import type { Stage } from "./stage.ts";

export type Attempt = {
  name: string;
  /** What a person would fear if it worked. */
  fear: string;
  /**
   * POSIX shell, run inside with the variables of the stage and {@link prelude}. It says `ESCAPED …` when it got through and `REFUSED …` when
   * it did not; one `ESCAPED` is a hole, and no `REFUSED` at all is a broken attempt.
   */
  script: string;
  /** The refusal that has to be seen; another one could be a broken attempt. */
  refused: RegExp;
  /**
   * Shows that the attempt's machinery works where nothing forbids it. `host`: the same script outside, in a place that looks the same; with
   * `root` only if the test has the rights for it. `inside`: this script in the bottle, which goes where it may. `none`: why it cannot be shown.
   */
  control: "host" | "root" | { inside: string } | { none: string };
  /** Goes on beside it. */
  meanwhile?: (stage: Stage) => Promise<unknown>;
  /** What an unsuspecting person does afterwards, outside; nothing of the attempt may run then. */
  after?: (place: Place) => void;
  /** In the bottle whose workspace is a worktree of a repository that stays outside. */
  where?: "worktree";
  /** False where it can only be tried in the program's own terminal. */
  exec?: false;
};

/** A workspace and a home that look alike for the attempt and for its control. */
export type Place = { root: string; home: string; work: string; user: { uid: number; gid: number } | null };

/** What every script has at hand. */
export const prelude = `
say() { printf "$1" | "$PROBE" say 127.0.0.1 9099; }
# Escaped when the answer is that of a listener on the host.
served() { case $1 in *"served by the host"*) echo "ESCAPED $1";; *) echo "REFUSED $1";; esac; }
through() { served "$(say "$1")"; }
tries() { if why=$("$@" 2>&1); then echo "ESCAPED $*"; else echo "REFUSED $why"; fi; }
reads() { if why=$(cat -- "$1" 2>&1); then echo "ESCAPED read $1"; else echo "REFUSED $why"; fi; }
writes() { if why=$( { echo attempt >> "$1"; } 2>&1 ); then echo "ESCAPED wrote $1"; else echo "REFUSED $why"; fi; }
`;
