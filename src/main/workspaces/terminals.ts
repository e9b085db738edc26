/** What workspaces need of terminals. Implemented over the terminal host; handed in, so that the two domains do not import each other. */
export type WorkspaceTerminals = {
  /** Terminals of this workspace that are alive. */
  running(workspaceId: string): Promise<{ id: string; title: string }[]>;
  /**
   * Ends all terminals of this workspace and forgets them. Resolves when no process that was started in any of them is left, also none
   * that has left its terminal's process tree; at most 2 s. Does nothing when there is none.
   */
  removeAll(workspaceId: string): Promise<void>;
};
