/** Git credentials: who you are at a host, for which repositories. The git gate uses them for agents, which never see them. */
import { Pencil, Plus, Trash2 } from "lucide-react";
import type { GitCredential } from "#shared/contract/vault.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList } from "../live/index.ts";
import { Button, IconButton } from "../ui/index.ts";
import { DeleteGitCredentialForm, GitCredentialForm } from "./git-form.tsx";
import type { SectionProps } from "./secrets-section.tsx";
import { Cell, type Column, FormRow, Name, Row, Table } from "./table.tsx";
import { useOpenForm } from "./use-open-form.ts";
import { LastUsed, UsedBy, useShown } from "./uses.tsx";

type Form = { what: "add" } | { what: "edit" | "delete"; name: string };

const columns: readonly Column[] = [
  { name: "Name" },
  { name: "Repositories" },
  { name: "As", from: 640 },
  { name: "Used by", from: 640 },
  { name: "Last used", right: true },
  { name: "Revision", right: true, from: 640 },
];

export function GitCredentialsSection({ state, all, onAll }: SectionProps) {
  const client = useClient();
  const credentials = useLiveList(client.vault.watchGitCredentials, {});
  const { open, setOpen, close, add } = useOpenForm<Form>();
  const unlocked = state.state === "unlocked";
  const shown = useShown(credentials.items, all);
  if (state.state === "absent") return null;
  return (
    <section aria-label="Git credentials" className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1">Git credentials</h3>
        {unlocked && (
          <Button
            ref={add}
            icon={<Plus size={13} aria-hidden />}
            aria-expanded={open?.what === "add"}
            onClick={() => {
              setOpen({ what: "add" });
              onAll();
            }}
          >
            Add a git credential
          </Button>
        )}
      </div>
      {unlocked && open?.what === "add" && <GitCredentialForm credential={null} onClose={close} />}
      {shown.length === 0 ? (
        <p className="text-muted">
          {credentials.items.length > 0
            ? "None."
            : "None yet. With one, agents can fetch and push what you allow, without ever holding a token or a key."}
        </p>
      ) : (
        <Table label="Git credentials" columns={columns}>
          {shown.map((each) => {
            const mine = unlocked && open && "name" in open && open.name === each.id ? open.what : null;
            return [
              <CredentialRow key={each.id} credential={each} unlocked={unlocked} setOpen={setOpen} />,
              mine && (
                <FormRow key={`${each.id}-form`} span={columns.length + 1}>
                  {mine === "edit" ? (
                    <GitCredentialForm credential={each} onClose={close} />
                  ) : (
                    <DeleteGitCredentialForm name={each.id} onClose={close} />
                  )}
                </FormRow>
              ),
            ];
          })}
        </Table>
      )}
    </section>
  );
}

type RowProps = { credential: GitCredential; unlocked: boolean; setOpen: (form: Form) => void };

function CredentialRow({ credential, unlocked, setOpen }: RowProps) {
  const { id, host, scope, userName, kind, uses, revision, damaged, variable } = credential;
  return (
    <Row
      name={<Name name={id} problem={damaged && "damaged: save it again"} />}
      actions={
        unlocked && (
          <>
            <IconButton label={`Change ${id}`} onClick={() => setOpen({ what: "edit", name: id })}>
              <Pencil size={13} aria-hidden />
            </IconButton>
            <IconButton label={`Delete ${id}`} onClick={() => setOpen({ what: "delete", name: id })}>
              <Trash2 size={13} aria-hidden />
            </IconButton>
          </>
        )
      }
    >
      <Cell>
        <code data-tip={`${host}/${scope}`} className="font-mono text-sm">
          {host}/{scope}
        </code>
      </Cell>
      <Cell from={640}>
        <span data-tip={variable ? `The token of $${variable} goes before what is stored` : undefined}>
          {userName}, {kind === "token" ? "token" : "SSH key"}
          {variable && <span className="text-faint"> (${variable})</span>}
        </span>
      </Cell>
      <Cell from={640}>
        <UsedBy uses={uses} />
      </Cell>
      <Cell right>
        <LastUsed uses={uses} />
      </Cell>
      <Cell right from={640}>
        {revision}
      </Cell>
    </Row>
  );
}
