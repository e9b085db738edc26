/** What a person should know before they allow a host; null when it is an ordinary one. */
import type { HostReach } from "../contract/supervise.ts";

export function hostWarning({ host }: Pick<HostReach, "host">): string | null {
  if (/^[\d.]+$/.test(host) || host.includes(":"))
    return "This is an address and not a name: nobody's certificate is checked against a name.";
  if (host.startsWith("*.")) return `Everything below ${host.slice(2)}, whoever made it.`;
  if (/(^|\.)xn--/.test(host)) return "This name has letters outside ASCII. It may look like another one.";
  return null;
}
