import { expect, test } from "vitest";
import { type Clicked, textMenu } from "./text-menu.ts";

const nowhere: Clicked = {
  isEditable: false,
  selectionText: "",
  linkURL: "",
  misspelledWord: "",
  dictionarySuggestions: [],
  formControlType: "none",
  editFlags: {
    canUndo: false,
    canRedo: false,
    canCut: true,
    canCopy: true,
    canPaste: true,
    canDelete: true,
    canSelectAll: true,
    canEditRichly: false,
  },
};
const offered = (clicked: Partial<Clicked>) =>
  textMenu({ ...nowhere, ...clicked }, { replace: () => {}, learn: () => {}, copy: () => {} }).map(
    ({ label, role, type, enabled }) => `${type ?? label ?? role}${enabled === false ? " (not now)" : ""}`,
  );

test.each<[string, Partial<Clicked>, string[]]>([
  ["nothing", {}, []],
  ["blanks", { selectionText: " \n" }, []],
  ["selected text", { selectionText: "a" }, ["copy"]],
  ["a field", { isEditable: true }, ["cut", "copy", "paste", "selectAll"]],
  [
    "a secret's field",
    { isEditable: true, formControlType: "input-password" },
    ["cut (not now)", "copy (not now)", "paste", "selectAll"],
  ],
  ["a link", { linkURL: "https://example.org/" }, ["Copy link"]],
  ["a link in selected text", { linkURL: "mailto:a@b.c", selectionText: "a" }, ["Copy link", "separator", "copy"]],
  ["an address of the window itself", { linkURL: "cellar-window://app/#x" }, []],
  ["an address that could run something", { linkURL: "javascript:alert(1)" }, []],
  [
    "a wrong word",
    { isEditable: true, misspelledWord: "wrod", dictionarySuggestions: ["word", "wood", "rod", "wrote", "world", "w"] },
    ["word", "wood", "rod", "wrote", "world", "Learn “wrod”", "separator", "cut", "copy", "paste", "selectAll"],
  ],
])("on %s", (_where, clicked, items) => {
  expect(offered(clicked)).toEqual(items);
});
