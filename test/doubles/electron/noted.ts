export type LifeEvent = "second-instance" | "window-all-closed" | "before-quit" | "will-quit" | "quit";

/** What a person would see of the app outside its windows, for a test to look at. */
export const noted = {
  /** Events of the app's life so far, in order. */
  life: [] as LifeEvent[],
  badge: 0,
  /** Addresses and paths that were handed to the system. */
  opened: [] as string[],
  /** Addresses that a page was not led to. */
  stayed: [] as string[],
  /** Addresses for which a page was allowed a window of its own. */
  allowed: [] as string[],
  revealed: [] as string[],
  /** Schemes whose links the app has asked the system for, and what starts it then. */
  protocols: {} as Record<string, string[]>,
  loginItem: null as object | null,
  clipboard: "",
  globalShortcuts: [] as string[],
  errorBoxes: [] as { title: string; content: string }[],
  /** Message boxes that are open, by number. */
  questions: [] as { number: number; message: string; buttons: string[] }[],
  /** Requests of pages that were not for the app's own scheme. */
  remote: [] as string[],
};
