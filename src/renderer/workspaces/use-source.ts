/** Looks at what a new workspace would be made from: a path or URL through main, a dropped folder here. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Inspection } from "#shared/contract/workspaces.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { sentence } from "../ui/index.ts";
import { countFolder } from "./contents.ts";
import { changeDraft, type Draft, looksComplete } from "./draft.ts";

/** Typing is over when nothing came for so long. */
const settleMs = 250;

export function useInspection(text: string): { found: Inspection | null; looking: boolean; problem: string | null } {
  const client = useClient();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    // What was dropped or pasted is complete; what is typed settles first.
    const timer = setTimeout(() => setSettled(text), settled === "" ? 0 : settleMs);
    return () => clearTimeout(timer);
  }, [text, settled]);
  const source = settled.trim();
  const wanted = looksComplete(source);
  const query = useQuery({
    queryKey: ["inspect", source],
    queryFn: () => client.workspaces.inspect({ source }),
    enabled: wanted,
    gcTime: 0,
  });
  const current = wanted && source === text.trim();
  if (!current) return { found: null, looking: looksComplete(text), problem: null };
  if (query.isError) {
    const { message, hint } = problemFrom(query.error);
    return {
      found: null,
      looking: false,
      problem: hint ? `${sentence(message)}. ${hint}`.replace("..", ".") : sentence(message),
    };
  }
  return { found: query.data ?? null, looking: query.isPending, problem: null };
}

/** Counts a dropped folder; answers how many files were seen so far. */
export function useContentsCount({ contents }: Draft): number {
  const [reading, setReading] = useState(0);
  const entry = contents?.entry;
  const counted = contents?.count !== null || contents?.problem !== null;
  useEffect(() => {
    if (!entry || counted) return;
    const stop = new AbortController();
    setReading(0);
    countFolder(entry, stop.signal, setReading).then(
      (count) => changeDraft({ contents: { entry, count, problem: null } }),
      (thrown: unknown) => {
        if (!stop.signal.aborted) changeDraft({ contents: { entry, count: null, problem: problemFrom(thrown) } });
      },
    );
    return () => stop.abort();
  }, [entry, counted]);
  return reading;
}

/** A mistake is told at submit, or once the text looks finished; not while somebody types. */
export function sourceError(text: string, problem: string | null, tried: boolean): string | null {
  if (problem !== null) return problem;
  if (!tried) return null;
  if (text.trim() === "") return "Say which folder or repository, or drop one on the window";
  return looksComplete(text) ? null : "Give an absolute path, or the URL of a git repository";
}
