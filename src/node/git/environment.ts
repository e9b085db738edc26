/** The environment git runs in: the person's own where it says who and where they are, and never a way to be asked something. */
import type { Environment } from "../find-program.ts";

/** Which transports git may use: none (everything about a repository that is here already), or those of a URL a person gave. */
export type Reach = "nowhere" | "remote" | "local-file";

/**
 * The person's variables that git and ssh need: who they are, their own git configuration, their keys, certificates and proxies. Variables that
 * name a repository or a command (`GIT_DIR`, `GIT_EXTERNAL_DIFF`, `GIT_EDITOR`, …) are not among them.
 */
const kept =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|TMP|TEMP|XDG_CONFIG_HOME|XDG_RUNTIME_DIR|SSH_AUTH_SOCK|SSH_AGENT_PID|GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_CONFIG_NOSYSTEM|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_CAINFO|GIT_SSL_CAPATH|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|(HTTP|HTTPS|ALL|NO)_PROXY|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES)$/i;

const transports: Record<Reach, string> = { nowhere: "", remote: "https:http:ssh", "local-file": "file" };

export function gitEnvironment(person: Environment, reach: Reach): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(person).filter(([name]) => kept.test(name))),
    // Messages are read by us, and paths are bytes: no translation of either.
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    SSH_ASKPASS_REQUIRE: "never",
    GCM_INTERACTIVE: "never",
    GIT_EDITOR: ":",
    GIT_SEQUENCE_EDITOR: ":",
    GIT_PAGER: "cat",
    // Looking must not take locks that the person's own git would then trip over.
    GIT_OPTIONAL_LOCKS: "0",
    // A path given is that path, whatever stars or colons are in its name.
    GIT_LITERAL_PATHSPECS: "1",
    // Wins over protocol.*.allow of any configuration: `ext::` runs a command, and a partial clone would fetch as it is read.
    GIT_ALLOW_PROTOCOL: transports[reach],
    ...(reach === "nowhere" ? { GIT_NO_LAZY_FETCH: "1" } : {}),
  };
}
