/** The variables a bottle starts with. Nothing of the person's environment comes in but language, time zone and what names no one. */
import type { Environment } from "#node/subprocess.ts";
import { guestHome, type ServicePort } from "./backend.ts";

const kept = /^(LANG|LANGUAGE|TZ|LC_[A-Z]+)$/;

/** Who commits, as git takes it from the environment. */
export type GitIdentity = { name: string; email: string };

export type EnvironmentParts = {
  host: Environment;
  path: string;
  ports: readonly Pick<ServicePort, "name" | "port">[];
  identity: GitIdentity | null;
};

export function bottleEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { host, path, ports, identity } = parts;
  const gateway = ports.find(({ name }) => name === "gateway");
  return {
    ...Object.fromEntries(Object.entries(host).filter(([name]) => kept.test(name))),
    HOME: guestHome,
    USER: "agent",
    LOGNAME: "agent",
    SHELL: "/bin/bash",
    PATH: path,
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    TERM_PROGRAM: "Cellar",
    // Agent programs ask less where they know that they are contained.
    IS_SANDBOX: "1",
    ...(gateway === undefined ? {} : proxied(gateway.port)),
    ...(identity === null ? {} : committing(identity)),
  };
}

/** Both spellings: curl reads only the lower case of http_proxy, others only the upper case. */
function proxied(port: number): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`;
  const local = "localhost,127.0.0.1,::1";
  const names = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, NO_PROXY: local };
  return {
    ...names,
    ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name.toLowerCase(), value])),
    NODE_USE_ENV_PROXY: "1",
    JAVA_TOOL_OPTIONS: ["http", "https"]
      .map((scheme) => `-D${scheme}.proxyHost=127.0.0.1 -D${scheme}.proxyPort=${port}`)
      .join(" "),
  };
}

function committing({ name, email }: GitIdentity): Record<string, string> {
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
