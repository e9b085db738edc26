/** What is missing: taken when there is only one, asked for when there is a person, named when there is none. */
import { Failure } from "#shared/failure.ts";
import { choose, confirm, info, prompt, UserAbort } from "./output/index.ts";
import type { Session } from "./session.ts";

/** `Error: <what> is required in non-interactive mode`. */
export function required(what: string): Failure {
  return new Failure("invalid_input", `${what} is required in non-interactive mode`);
}

export type Candidate<T> = {
  item: T;
  name: string;
  /** What is shown to choose from. */
  line: string;
};

/** One of several things of a kind. `none`: why there is nothing to choose from. */
export async function pick<T>(
  session: Session,
  what: string,
  candidates: readonly Candidate<T>[],
  none: Failure,
): Promise<T> {
  const [only, second] = candidates;
  if (only === undefined) throw none;
  if (second === undefined) {
    info(`Using ${what} '${only.name}'`);
    return only.item;
  }
  if (!session.interactive) throw required(what);
  return candidates[
    await choose(
      `Which ${what}?`,
      candidates.map(({ line }) => line),
    )
  ]!.item;
}

export async function askFor(session: Session, what: string, label: string, byDefault?: string): Promise<string> {
  if (!session.interactive) {
    if (byDefault !== undefined) return byDefault;
    throw required(what);
  }
  const answer = await prompt(label, byDefault);
  if (answer === "") throw new Failure("invalid_input", `${what} is required`);
  return answer;
}

/** Throws {@link UserAbort} unless the person agrees. `agreed`: they have done so already (`--yes`). */
export async function needConsent(session: Session, question: string, agreed: boolean): Promise<void> {
  if (agreed) return;
  if (!session.interactive) throw required("confirmation (--yes)");
  if (!(await confirm(question))) throw new UserAbort("declined");
}
