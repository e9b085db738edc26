/** The host key that a manifest pins, as ssh wants to read it. Pure. */

const types =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)$/;

/**
 * Lines of a known_hosts file for exactly this host and port. A key may be written as `ssh-ed25519 AAAA…`, or as a whole line of known_hosts,
 * whose own host is left out; several, one a line. Null when one of them is no key.
 */
export function knownHostsFor(pinned: string, host: string, port: number | null): string | null {
  const name = port === null ? host : `[${host}]:${port}`;
  const lines: string[] = [];
  for (const line of pinned.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const words = line.split(/\s+/);
    const at = words.findIndex((word) => types.test(word));
    const [type, key] = words.slice(at, at + 2);
    if (at < 0 || at > 1 || type === undefined || !isKey(type, key)) return null;
    lines.push(`${name} ${type} ${key}\n`);
  }
  return lines.length === 0 ? null : lines.join("");
}

/** The key names its own type within. */
function isKey(type: string, text: string | undefined): boolean {
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bytes = Buffer.from(text, "base64");
  return (
    bytes.length > type.length + 8 &&
    bytes.readUInt32BE(0) === type.length &&
    bytes.toString("latin1", 4, 4 + type.length) === type
  );
}
