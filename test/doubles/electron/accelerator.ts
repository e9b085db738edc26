/** Accelerators (docs/tutorial/keyboard-shortcuts.md): what Electron cannot read it refuses with a conversion failure. */
const modifiers = /^(?:Command|Cmd|Control|Ctrl|CommandOrControl|CmdOrCtrl|Alt|Option|AltGr|Shift|Super|Meta)$/i;
const keys =
  /^(?:[0-9A-Z]|F(?:[1-9]|1\d|2[0-4])|[!-/:-@[-`{-~]|Plus|Space|Tab|Capslock|Numlock|Scrolllock|Backspace|Delete|Insert|Return|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Escape|Esc)$/i;

export function checkAccelerator(accelerator: string): void {
  const parts = accelerator.split("+");
  const key = parts.pop() ?? "";
  if (keys.test(key) && parts.every((part) => modifiers.test(part))) return;
  throw new TypeError(`Error processing argument at index 0, conversion failure from ${accelerator}`);
}
