/** A text with what was searched for marked in it. */
import { createContext, useContext } from "react";
import { partsOf } from "./parts.ts";

/** What is searched for on the page. */
export const SearchText = createContext("");

export function Marked({ children }: { children: string }) {
  const search = useContext(SearchText);
  return partsOf(children, search).map(({ text, found, at }) =>
    found ? (
      <mark key={at} className="rounded-sm bg-selected text-text underline decoration-accent underline-offset-2">
        {text}
      </mark>
    ) : (
      text
    ),
  );
}
