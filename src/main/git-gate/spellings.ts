/** How a remote may spell the address of an upstream, so that git inside finds the gate whatever the workspace's configuration says. Pure. */

export type UpstreamAddress = {
  protocol: "ssh" | "https";
  user: string | null;
  host: string;
  /** Null: the usual one. */
  port: number | null;
  /** With its slash, without `.git` and slashes at its end. */
  path: string;
  /** As it is given to git. */
  url: string;
};

/** Null for what is no address of a repository: a password in it, a query, no path, or a part that ssh could take for an option. */
export function readUpstream(text: string): UpstreamAddress | null {
  if (!URL.canParse(text) || /[\s\p{Cc}"\\]/u.test(text)) return null;
  const url = new URL(text);
  const protocol = url.protocol === "ssh:" ? "ssh" : url.protocol === "https:" ? "https" : null;
  if (protocol === null || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  const user = url.username === "" ? null : decodeURIComponent(url.username);
  const path = url.pathname.replace(/\/+$/, "").replace(/\.git$/, "");
  const host = url.hostname.toLowerCase();
  if (path.replaceAll("/", "") === "" || host === "" || host.startsWith("-")) return null;
  if (user !== null && !/^[\w.][\w.+-]*$/.test(user)) return null;
  const standard = protocol === "ssh" ? 22 : 443;
  const port = url.port === "" || Number(url.port) === standard ? null : Number(url.port);
  return { protocol, user, host, port, path, url: text };
}

/** `github.com:22`, as the launch summary says it. */
export function hostAndPort({ protocol, host, port }: UpstreamAddress): string {
  return `${host}:${port ?? (protocol === "ssh" ? 22 : 443)}`;
}

/** Beginnings of addresses that mean this repository, with and without `.git`. */
function spellingsOf({ protocol, user, host, port, path }: UpstreamAddress): string[] {
  const users = [...new Set([user, "git", null])].map((each) => (each === null ? "" : `${each}@`));
  const relative = path.slice(1);
  const bases: string[] = [];
  const sshPorts = protocol === "https" ? [""] : port === null ? ["", ":22"] : [`:${port}`];
  for (const each of users) {
    for (const written of sshPorts) bases.push(`ssh://${each}${host}${written}${path}`);
    // The short form has no place for a port.
    if (sshPorts.includes("")) bases.push(`${each}${host}:${relative}`, `${each}${host}:${path}`);
  }
  const webPort = protocol === "https" && port !== null ? `:${port}` : "";
  for (const each of users) bases.push(`https://${each}${host}${webPort}${path}`);
  bases.push(`http://${host}${webPort}${path}`);
  return [...new Set(bases)].flatMap((base) => [`${base}.git`, base]);
}

/** Where the repository is on the web, for a neighbour whose address begins like this one's. */
export function webBase({ protocol, host, port, path }: UpstreamAddress): string {
  return `https://${host}${protocol === "https" && port !== null ? `:${port}` : ""}${path}`;
}

/** Settings for git inside: each spelling leads to the gate at `gate` (`http://127.0.0.1:9097`), and no proxy is between. */
export function gateSettings(
  repositories: readonly { name: string; address: UpstreamAddress }[],
  gate: string,
): [string, string][] {
  const own = repositories.flatMap(({ name, address }) =>
    spellingsOf(address).map((spelling): [string, string] => [`url.${gate}/${name}.git.insteadOf`, spelling]),
  );
  return own.length === 0 ? [] : [...own, [`http.${gate}/.proxy`, ""]];
}
