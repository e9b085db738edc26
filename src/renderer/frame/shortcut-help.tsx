/** Every shortcut there is right now, by group. */
import type { Shortcut } from "#shared/commands/shortcut.ts";
import { allCommands, type Command, shortcutLabel, useCommandList } from "../app/commands.ts";
import { useUi } from "../app/open.ts";
import { Button, Dialog, Keys } from "../ui/index.ts";

export default function ShortcutHelp() {
  const parts = useCommandList((state) => state.parts);
  const withKeys = allCommands(parts).filter(
    (command): command is Command & { shortcut: Shortcut } => command.shortcut !== undefined && command.group !== "",
  );
  const groups = [...new Set(withKeys.map(({ group }) => group))];
  return (
    <Dialog open title="Keyboard shortcuts" width={720} onClose={() => useUi.setState({ shortcutsOpen: false })}>
      <div className="gap-8 sm:columns-2">
        {groups.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-muted">{group}</h3>
            <dl>
              {withKeys
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.id} className="flex min-h-7 items-center gap-3 border-line border-b py-1">
                    <dt className="min-w-0 flex-1">{command.title}</dt>
                    <dd>
                      <Keys>{shortcutLabel(command.shortcut)}</Keys>
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="mt-3 flex items-center gap-3">
        <p className="min-w-0 flex-1 text-muted">
          In lists: arrows move, letters filter, Enter opens. Everything else is in the command palette.
        </p>
        <Button onClick={() => useUi.setState({ shortcutsOpen: false, firstRunOpen: true })}>
          Show the introduction
        </Button>
      </div>
    </Dialog>
  );
}
