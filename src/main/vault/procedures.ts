/** The contract's `vault`. Inputs here carry secrets: nothing of them is logged or put into a failure. */
import { latest } from "../latest.ts";
import { implementing } from "../transport/implementing.ts";
import type { Vault } from "./service.ts";

export function vaultProcedures(vault: Vault) {
  const { vault: procedures } = implementing;
  return procedures.router({
    state: procedures.state.handler(() => vault.state),
    watchState: procedures.watchState.handler(({ signal }) =>
      latest(
        () => vault.state,
        (changed) => vault.onChange(changed),
        signal,
      ),
    ),
    watch: procedures.watch.handler(({ signal }) => vault.secrets.watch(signal)),
    names: procedures.names.handler(() => ({ handles: vault.names() })),
    setUp: procedures.setUp.handler(({ input }) => vault.setUp(input.passphrase)),
    unlock: procedures.unlock.handler(({ input }) => vault.unlock(input.passphrase)),
    lock: procedures.lock.handler(() => vault.lock()),
    changePassphrase: procedures.changePassphrase.handler(({ input }) =>
      vault.changePassphrase(input.current, input.next),
    ),
    startOver: procedures.startOver.handler(() => vault.startOver()),
    set: procedures.set.handler(({ input }) => vault.set(input.handle, input.value, input.force)),
    rotate: procedures.rotate.handler(({ input }) => vault.rotate(input.handle, input.value)),
    delete: procedures.delete.handler(async ({ input }) => {
      await vault.delete(input.handle, input.force);
      return {};
    }),
    usage: procedures.usage.handler(({ input }) => vault.usage(input.handle)),
    importPreview: procedures.importPreview.handler(({ input }) => vault.importPreview(input.text)),
    import: procedures.import.handler(async ({ input }) => ({ handles: await vault.import(input.planId, input.rows) })),
    discardImport: procedures.discardImport.handler(({ input }) => {
      vault.discardImport(input.planId);
      return {};
    }),
    watchGitCredentials: procedures.watchGitCredentials.handler(({ signal }) => vault.gitCredentials.watch(signal)),
    listGitCredentials: procedures.listGitCredentials.handler(() => vault.gitCredentials.values()),
    saveGitCredential: procedures.saveGitCredential.handler(({ input }) => vault.saveGitCredential(input)),
    deleteGitCredential: procedures.deleteGitCredential.handler(async ({ input }) => {
      await vault.deleteGitCredential(input.name);
      return {};
    }),
  });
}
