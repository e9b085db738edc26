/** A host and which requests to it, as a person writes them: for a rule, and for what a bottle asks. Pure. */

export type ReachDraft = { host: string; ports: string; methods: string; paths: string };
export type ReachProblems = Partial<Record<keyof ReachDraft, string>>;

export function reachProblems({ host, ports, methods, paths }: ReachDraft): ReachProblems {
  const wrong: ReachProblems = {};
  const name = host.trim();
  if (name === "") wrong.host = "Which host?";
  else if (/[/@\s]/.test(name)) wrong.host = "Only the host: without a scheme, a user or a path.";
  else if (/[^\x21-\x7e]/.test(name)) wrong.host = "Write names outside ASCII in their xn-- form.";
  if (!parts(ports).every((part) => /^\d{1,5}$/.test(part) && Number(part) >= 1 && Number(part) <= 65_535)) {
    wrong.ports = "Numbers from 1 to 65535.";
  }
  if (!parts(methods).every((part) => /^[a-z]{1,20}$/i.test(part))) wrong.methods = "As in GET, POST.";
  if (!parts(paths).every((part) => part.startsWith("/"))) wrong.paths = "Each begins with a slash.";
  return wrong;
}

/** Of a draft without problems. */
export function reachOf(draft: ReachDraft): { host: string; ports: number[]; methods: string[]; paths: string[] } {
  return {
    host: draft.host.trim(),
    ports: parts(draft.ports).map(Number),
    methods: parts(draft.methods).map((method) => method.toUpperCase()),
    paths: parts(draft.paths),
  };
}

function parts(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
