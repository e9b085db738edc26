/** The launch probe where nothing of ours can join the bottle's network: a script that runs inside, and what its answers mean. */
import { shellQuote } from "#node/shell-quote.ts";
import type { ProbeHeader } from "../backend.ts";
import { guestProgram } from "./init.ts";

/** Documentation addresses (RFC 5737, RFC 3849) and the address of clouds' metadata. */
const outside = [
  ["192.0.2.1", 443],
  ["2001:db8::1", 443],
  ["169.254.169.254", 80],
] as const;
/** A name that is never on an allow-list, and an address that no name led to. */
const notAllowed = ["cellar-probe.invalid:443", "192.0.2.1:443"] as const;
const patienceMs = 1_500;
const gatewayPatienceMs = 15_000;

export type ProbeParts = {
  gateway: number | null;
  header: ProbeHeader | null;
  /** Also tried: something that is known to be there and must not be reached. */
  alsoOutside?: readonly (readonly [host: string, port: number])[];
  /** Services of the sandbox itself: a program must not be able to ask these for `request`. */
  forbidden?: readonly { port: number; request: string; what: string }[];
  /** Whether no answer at all means that there was a way: without any network a kernel answers at once. */
  silenceIsAWay: boolean;
};

type Attempt = { args: readonly (string | number)[]; leaks(said: string, answer: string): string | null };

function attempts({ gateway, header, alsoOutside = [], forbidden = [], silenceIsAWay }: ProbeParts): Attempt[] {
  const statusOf = (answer: string) => /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? null;
  return [
    ...[...outside, ...alsoOutside].map(([host, port]) => ({
      args: [host, port, patienceMs],
      leaks: (said: string) =>
        said === "refused" || (said === "timeout" && !silenceIsAWay)
          ? null
          : `${host} can be reached without the gateway`,
    })),
    ...(gateway === null ? [] : notAllowed).map((target) => ({
      args: [
        "127.0.0.1",
        gateway!,
        gatewayPatienceMs,
        `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${header === null ? "" : `${header.name}: ${header.value}\r\n`}\r\n`,
      ],
      leaks: (_: string, answer: string) => {
        const status = statusOf(answer);
        if (status === null) return "the gateway does not answer";
        return status.startsWith("2") ? `the gateway lets ${target} through` : null;
      },
    })),
    ...forbidden.map(({ port, request, what }) => ({
      args: ["127.0.0.1", port, gatewayPatienceMs, request],
      leaks: (_: string, answer: string) => (statusOf(answer)?.startsWith("2") ? what : null),
    })),
  ];
}

const separator = "--- answer";

/** POSIX shell. All at once, because each may have to wait until it is over: a launch waits for them. */
export function probeScript(parts: ProbeParts): string {
  const commands = attempts(parts).map(({ args }) => args.map((each) => shellQuote(String(each))).join(" "));
  return [
    "said=$(mktemp -d) || exit 1",
    ...commands.map((words, index) => `${guestProgram} dial ${words} >"$said/${index}" &`),
    "wait",
    ...commands.map((_, index) => `echo '${separator}'; cat "$said/${index}"; echo`),
    'rm -rf "$said"',
  ].join("\n");
}

/** What got through, as sentences; an answer that is missing is one too. */
export function readProbe(parts: ProbeParts, output: string): string[] {
  const answers = output.split(`${separator}\n`).slice(1);
  return attempts(parts).flatMap(({ args, leaks }, index) => {
    const [, said, answer] = /^(connected|refused|timeout)\r?\n([\s\S]*)$/.exec(answers[index] ?? "") ?? [];
    if (said === undefined) return [`whether ${args[0]}:${args[1]} can be reached could not be found out`];
    const leak = leaks(said, answer!);
    return leak === null ? [] : [leak];
  });
}
