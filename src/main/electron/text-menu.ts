/** What a right click on text offers: what the system offers everywhere, and nothing where there is no text. */
import type { ContextMenuParams, MenuItemConstructorOptions } from "electron";

export type Clicked = Pick<
  ContextMenuParams,
  | "isEditable"
  | "selectionText"
  | "linkURL"
  | "editFlags"
  | "misspelledWord"
  | "dictionarySuggestions"
  | "formControlType"
>;

export type TextActions = {
  replace(word: string): void;
  learn(word: string): void;
  copy(text: string): void;
};

const mostSuggestions = 5;

export function textMenu(clicked: Clicked, actions: TextActions): MenuItemConstructorOptions[] {
  return [spelling(clicked, actions), link(clicked, actions), editing(clicked)]
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [{ type: "separator" as const }, ...part]));
}

function spelling({ misspelledWord, dictionarySuggestions }: Clicked, { replace, learn }: TextActions) {
  if (misspelledWord === "") return [];
  return [
    ...dictionarySuggestions.slice(0, mostSuggestions).map((word) => ({ label: word, click: () => replace(word) })),
    { label: `Learn “${misspelledWord}”`, click: () => learn(misspelledWord) },
  ];
}

/** Only a link that could be opened as well: an address inside the window is of no use elsewhere. */
function link({ linkURL }: Clicked, { copy }: TextActions) {
  return /^(?:https?|mailto):/.test(linkURL) ? [{ label: "Copy link", click: () => copy(linkURL) }] : [];
}

function editing({ isEditable, selectionText, editFlags, formControlType }: Clicked): MenuItemConstructorOptions[] {
  if (!isEditable) return selectionText.trim() === "" ? [] : [{ role: "copy" }];
  // What is typed into a secret's field is not taken out of it again.
  const secret = formControlType === "input-password";
  return [
    { role: "cut", enabled: editFlags.canCut && !secret },
    { role: "copy", enabled: editFlags.canCopy && !secret },
    { role: "paste", enabled: editFlags.canPaste },
    { role: "selectAll", enabled: editFlags.canSelectAll },
  ];
}
