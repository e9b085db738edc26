/** The forms of one git credential. A known host fills in what is always the same there, and leads to where a token is made. */
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import type { GitCredential } from "#shared/contract/vault.ts";
import { handleProblem } from "#shared/vault/handle.ts";
import { useClient } from "../connection/index.ts";
import { Button, Choices, orNotice, TextField } from "../ui/index.ts";
import { DeleteForm } from "./delete-form.tsx";
import { InlineForm } from "./inline-form.tsx";
import { knownHost } from "./known-hosts.ts";
import { SecretField } from "./secret-field.tsx";
import { useWork } from "./use-work.ts";

type Kind = GitCredential["kind"];

export function GitCredentialForm({ credential, onClose }: { credential: GitCredential | null; onClose: () => void }) {
  const client = useClient();
  const [name, setName] = useState(credential?.id ?? "");
  const [kind, setKind] = useState<Kind>(credential?.kind ?? "token");
  const [host, setHost] = useState(credential?.host ?? "github.com");
  const [userName, setUserName] = useState(credential?.userName ?? "");
  const [scope, setScope] = useState(credential?.scope ?? "*");
  const [secret, setSecret] = useState("");
  const work = useWork();
  const known = knownHost(host);
  const user = userName || (kind === "ssh-key" ? "git" : (known?.userName ?? ""));
  const save = async () => {
    const given = { name, kind, host, userName: user, scope, force: credential !== null };
    const done = await work.run(() => client.vault.saveGitCredential(secret === "" ? given : { ...given, secret }));
    if (done) onClose();
  };
  return (
    <InlineForm
      title={credential ? `Change ${credential.id}` : "Add a git credential"}
      submit={credential ? "Save it" : "Add it"}
      onCancel={onClose}
      onSubmit={() => void save()}
      {...work}
    >
      <div className="grid max-w-2xl grid-cols-2 gap-3 @max-[640px]:grid-cols-1">
        <TextField
          label="Name"
          help="As github or work-gitlab"
          code
          autoFocus={credential === null}
          disabled={credential !== null}
          value={name}
          error={name === "" ? null : handleProblem(name)}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Host"
          help="With a port where it is not the usual one"
          code
          value={host}
          onChange={(event) => setHost(event.target.value)}
        />
        <TextField
          label="User name"
          help={known && userName === "" ? `Empty: ${user}` : "As the host knows you"}
          code
          value={userName}
          placeholder={user}
          onChange={(event) => setUserName(event.target.value)}
        />
        <TextField
          label="Scope"
          help="Which repositories; * stands for anything, as acme/*"
          code
          value={scope}
          onChange={(event) => setScope(event.target.value)}
        />
      </div>
      <div className="flex max-w-2xl flex-col gap-3">
        <Choices<Kind>
          label="Kind"
          value={kind}
          onChange={setKind}
          choices={[
            { value: "token", label: "A token", detail: "For https://, sent as the password" },
            { value: "ssh-key", label: "An SSH key", detail: "A private key without a passphrase of its own" },
          ]}
        />
        <SecretField
          key={kind}
          label={kind === "token" ? "Token" : "Private key"}
          lines={kind === "ssh-key"}
          value={secret}
          onChange={setSecret}
          {...(credential ? { help: "Empty: the stored one stays" } : {})}
        />
        {known && kind === "token" && (
          <Button
            look="quiet"
            small
            className="self-start"
            icon={<ExternalLink size={13} aria-hidden />}
            onClick={() => void orNotice("Could not open the page", client.app.openLink({ url: known.tokens }))}
          >
            Make a token at {host}
          </Button>
        )}
      </div>
    </InlineForm>
  );
}

export function DeleteGitCredentialForm({ name, onClose }: { name: string; onClose: () => void }) {
  const client = useClient();
  return (
    <DeleteForm name={name} remove={() => client.vault.deleteGitCredential({ name })} onClose={onClose}>
      <p className="text-muted">
        Its token or key cannot be brought back. It stays valid at the host until you revoke it there.
      </p>
    </DeleteForm>
  );
}
