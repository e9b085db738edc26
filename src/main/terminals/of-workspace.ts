/** The terminals of a workspace, for the domain of workspaces: which run, and ending them all before their directory goes. */
import type { TerminalService } from "./service.ts";
import { finalStates } from "./states.ts";

/** What workspaces ask of terminals (`WorkspaceTerminals` there). */
export function workspaceTerminals(service: TerminalService) {
  const ofWorkspace = async (workspaceId: string) => {
    await service.known();
    return service.list().filter(({ owner }) => owner.workspaceId === workspaceId);
  };
  return {
    async running(workspaceId: string): Promise<{ id: string; title: string }[]> {
      const alive = (await ofWorkspace(workspaceId)).filter(({ state }) => !finalStates.has(state));
      return alive.map(({ id, name, title, command }) => ({ id, title: name ?? (title || command) }));
    },
    async removeAll(workspaceId: string): Promise<void> {
      const all = await ofWorkspace(workspaceId);
      await Promise.all(
        all.map(async ({ id, state }) => {
          if (!finalStates.has(state)) {
            const ended = service.ended(id);
            await service.kill(id, true);
            await ended;
          }
          await service.remove(id);
        }),
      );
    },
  };
}
