/** What runs around a machine's program: the terminal's command here, and the services' ports inside. */
import { guestInit, guestProgram } from "../guest/init.ts";

/** Names of files in a bottle's directory. */
export const files = {
  guest: "guest",
  placeholders: "placeholders",
  startLog: "start.log",
  gate: "gate.sock",
  rejoin: "rejoin",
} as const;

/** $1: smolvm, $2: the machine, $3: the bottle's directory. The machine ends with its program. */
export const launchScript = `
if ! [ -d "$3/${files.guest}" ]; then echo 'This bottle has ended. Launch the program again.'; exit 1; fi
if ! "$1" machine start --name "$2" >"$3/${files.startLog}" 2>&1; then cat "$3/${files.startLog}"; exit 1; fi
if [ -t 0 ]; then t=-t; fi
"$1" machine exec -i $t --name "$2" -- /bin/sh ${guestInit}
code=$?
"$1" machine stop --name "$2" >/dev/null 2>&1
exit $code
`;

/** Lines of shell for the machine's root: its ports lead to sockets that smolvm carries to the host. In a session of its own, so that nothing inside can end it. */
export function forwardScript(sockets: readonly { port: number; guest: string }[]): string {
  const pairs = sockets.map(({ port, guest }) => `${port}=${guest}`).join(" ");
  return `
log=$(mktemp) || exit 1
setsid ${guestProgram} forward ${pairs} </dev/null >"$log" 2>&1 &
while ! grep -q listening "$log"; do
  kill -0 $! 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 0.05
done
rm -f "$log"
`;
}
