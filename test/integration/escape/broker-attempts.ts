// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are shell, which has its own
/** At the bottle's own broker: credentials that are not the bottle's, and targets that are not the route's. */
import type { Attempt } from "./attempt.ts";

/** Refused when the broker does; 502 is the route of the bottle, whose upstream exists nowhere. */
const words = `
asks() {
  answer=$(printf "$1" | "$PROBE" say 127.0.0.1 9098)
  case $answer in "HTTP/1.1 4"*) echo "REFUSED $answer";; "HTTP/1.1 "*) echo "ESCAPED $answer";; *) echo "REFUSED $answer";; esac
}
request() { asks "POST $1 HTTP/1.1\\r\\nHost: 127.0.0.1:9098\\r\\n$2Content-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"; }
own="Authorization: Bearer $ESCAPE_API_KEY\\r\\n"
`;
const control = { inside: `${words}request /llm/escape/v1/messages "$own"` };

const attempts: readonly [name: string, fear: string, lines: readonly string[], refused: RegExp][] = [
  [
    "the broker with no sentinel, a wrong one, two",
    "Whatever reaches the broker's port uses my key.",
    [
      'request /llm/escape/v1/messages ""',
      'request /llm/escape/v1/messages "Authorization: Bearer wrong\\r\\n"',
      'request /llm/escape/v1/messages "${own}Authorization: Bearer wrong\\r\\n"',
      'request /llm/escape/v1/messages "Authorization: Bearer \\r\\n"',
    ],
    /HTTP\/1\.1 40[013]/,
  ],
  [
    "the broker with another bottle's sentinel",
    "One bottle uses what another was given.",
    [
      '[ ${#OTHER_SENTINEL} -gt 15 ] || echo "ESCAPED there is no other sentinel to try"',
      'request /llm/escape/v1/messages "Authorization: Bearer $OTHER_SENTINEL\\r\\n"',
    ],
    /HTTP\/1\.1 40[13]/,
  ],
  [
    "the broker for a route that is not the bottle's",
    "The key of another provider, or another server, comes with it.",
    [
      'request /llm/anthropic/v1/messages "$own"',
      'request /git/github.com/x "$own"',
      'request /mcp/any/x "$own"',
      'request / "$own"',
      'request /llm/escape/../anthropic/v1 "$own"',
      'request /llm/escape/..%%2f..%%2fanthropic/v1 "$own"',
      'request //llm/escape "$own"',
    ],
    /HTTP\/1\.1 40[034]/,
  ],
  [
    "the broker as a proxy to somewhere else",
    "My key is sent to a server of the agent's.",
    [
      'request "http://127.0.0.1:$TCP/" "$own"',
      'asks "CONNECT 127.0.0.1:$TCP HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\n${own}\\r\\n"',
      'asks "POST /llm/escape/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\n${own}Content-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"',
      'asks "POST /llm/escape@127.0.0.1:$TCP/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:9098\\r\\n${own}Content-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"',
    ],
    /HTTP\/1\.1 4\d\d/,
  ],
  [
    "a request hidden in another one, at the broker",
    "What the broker did not see goes out with my key.",
    [
      'asks "POST /llm/escape/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:9098\\r\\n${own}Content-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /llm/escape/admin HTTP/1.1\\r\\n\\r\\n"',
      'asks "POST /llm/escape/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:9098\\r\\n${own}Content-Length: 0\\r\\nContent-Length: 7\\r\\n\\r\\n"',
      'asks "POST /llm/escape/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:9098\\r\\n${own}Transfer-Encoding: xchunked\\r\\n\\r\\n"',
    ],
    /HTTP\/1\.1 4\d\d/,
  ],
];

export const brokerAttempts: readonly Attempt[] = attempts.map(([name, fear, lines, refused]) => ({
  name,
  fear,
  script: words + lines.join("\n"),
  refused,
  control,
}));
