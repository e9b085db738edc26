/** Secrets by name: where each comes from, who used it, and forms to add, rotate, delete and import, each where it was asked for. */
import { Plus, RefreshCw, Trash2 } from "lucide-react";
import type { VaultSecret, VaultState } from "#shared/contract/vault.ts";
import { useClient } from "../connection/index.ts";
import { useLiveList } from "../live/index.ts";
import { Button, IconButton } from "../ui/index.ts";
import { ImportForm } from "./import-form.tsx";
import { AddSecretForm, DeleteSecretForm, RotateSecretForm } from "./secret-forms.tsx";
import { Cell, type Column, FormRow, Name, Row, Table } from "./table.tsx";
import { useOpenForm } from "./use-open-form.ts";
import { LastUsed, UsedBy, useShown } from "./uses.tsx";

type Form = { what: "add" | "import" } | { what: "rotate" | "delete"; handle: string };

const columns: readonly Column[] = [
  { name: "Handle" },
  { name: "Source", from: 480 },
  { name: "Used by", from: 640 },
  { name: "Last used", right: true },
  { name: "Revision", right: true, from: 480 },
];

export type SectionProps = { state: VaultState; all: boolean; onAll: () => void };

export function SecretsSection({ state, all, onAll }: SectionProps) {
  const client = useClient();
  const secrets = useLiveList(client.vault.watch, {});
  const { open, setOpen, close, add } = useOpenForm<Form>();
  const unlocked = state.state === "unlocked";
  const shown = useShown(secrets.items, all);
  // What is added is to be seen, although nobody has used it yet.
  const begin = (what: "add" | "import") => {
    setOpen({ what });
    onAll();
  };
  if (state.state === "absent" && shown.length === 0) return null;
  return (
    <section aria-label="Secrets" className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1">Secrets</h3>
        {unlocked && (
          <>
            <Button aria-expanded={open?.what === "import"} onClick={() => begin("import")}>
              Import…
            </Button>
            <Button
              ref={add}
              icon={<Plus size={13} aria-hidden />}
              aria-expanded={open?.what === "add"}
              onClick={() => begin("add")}
            >
              Add a secret
            </Button>
          </>
        )}
      </div>
      {unlocked && open?.what === "add" && <AddSecretForm onClose={close} />}
      {unlocked && open?.what === "import" && <ImportForm taken={secrets.items.map(({ id }) => id)} onClose={close} />}
      {shown.length === 0 ? (
        secrets.status !== "loading" && (
          <p className="text-muted">
            {secrets.items.length > 0 ? (
              "None."
            ) : (
              <>
                Nothing is stored yet. Add an API key, or import a <code className="font-mono text-sm">.env</code> file.
              </>
            )}
          </p>
        )
      ) : (
        <Table label="Secrets" columns={columns}>
          {shown.map((secret) => (
            <SecretRows
              key={secret.id}
              secret={secret}
              open={open}
              setOpen={setOpen}
              close={close}
              unlocked={unlocked}
            />
          ))}
        </Table>
      )}
    </section>
  );
}

type SecretRowsProps = {
  secret: VaultSecret;
  open: Form | null;
  setOpen: (form: Form) => void;
  close: () => void;
  unlocked: boolean;
};

function SecretRows({ secret, open, setOpen, close, unlocked }: SecretRowsProps) {
  const { id, uses, neededBy, revision, damaged } = secret;
  const mine = open && "handle" in open && open.handle === id && unlocked ? open.what : null;
  return (
    <>
      <Row
        name={<Name name={id} problem={damaged && "damaged: rotate or delete it"} />}
        actions={
          unlocked &&
          revision !== null && (
            <>
              <IconButton label={`Rotate ${id}`} onClick={() => setOpen({ what: "rotate", handle: id })}>
                <RefreshCw size={13} aria-hidden />
              </IconButton>
              <IconButton label={`Delete ${id}`} onClick={() => setOpen({ what: "delete", handle: id })}>
                <Trash2 size={13} aria-hidden />
              </IconButton>
            </>
          )
        }
      >
        <Cell from={480}>
          <Source secret={secret} />
        </Cell>
        <Cell from={640}>
          <UsedBy uses={uses} neededBy={neededBy} />
        </Cell>
        <Cell right>
          <LastUsed uses={uses} />
        </Cell>
        <Cell right from={480}>
          {revision ?? "–"}
        </Cell>
      </Row>
      {mine && (
        <FormRow span={columns.length + 1}>
          {mine === "rotate" ? (
            <RotateSecretForm handle={id} onClose={close} />
          ) : (
            <DeleteSecretForm secret={secret} onClose={close} />
          )}
        </FormRow>
      )}
    </>
  );
}

function Source({ secret: { source, variable, revision } }: { secret: VaultSecret }) {
  if (source === "stored") return "Stored";
  const tip = revision === null ? "Nothing is stored under this handle" : "It goes before what is stored";
  return (
    <span data-tip={`$${variable}\n${tip}`}>
      From the environment <span className="text-faint">(${variable})</span>
    </span>
  );
}
