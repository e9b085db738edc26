/** What a program's hook has told. */
export type HookEvent = {
  /** Name of the event as the program's hook was configured with it. */
  event: string;
  /** What the program sent: the object it is as JSON, else its text. Empty when it was too long. */
  payload: Readonly<Record<string, unknown>> | string;
  /** The program was started with a first prompt. */
  prompted: boolean;
};
