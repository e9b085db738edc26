/** Gives a panel its session while it is in view, and a while longer. */
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { useConnection } from "../connection/index.ts";
import { orNotice } from "../ui/index.ts";
import { TerminalSession } from "./session.ts";
import { useBehaviour, useLook } from "./use-look.ts";

/**
 * A hidden terminal goes on parsing for so long, so that going back and forth between tabs costs nothing. Then its emulator is given up:
 * the host keeps the screen, and three hundred open tabs do not keep three hundred scrollbacks in the window.
 */
const hiddenMs = 20_000;

export function useSession(
  { id: terminalId, owner }: Pick<Terminal, "id" | "owner">,
  visible: boolean,
  element: RefObject<HTMLElement | null>,
  onKey: (event: KeyboardEvent) => "command" | "native" | "terminal",
): TerminalSession | null {
  const connection = useConnection();
  const look = useLook(terminalId);
  const behaviour = useBehaviour(owner.bottleId !== undefined);
  const [session, setSession] = useState<TerminalSession | null>(null);
  const current = useRef<TerminalSession | null>(null);
  const latest = useRef({ look, behaviour, onKey });
  latest.current = { look, behaviour, onKey };

  useEffect(() => {
    const give = (given: TerminalSession | null) => {
      current.current = given;
      setSession(given);
    };
    if (!visible) {
      const timer = setTimeout(() => {
        current.current?.dispose();
        give(null);
      }, hiddenMs);
      return () => clearTimeout(timer);
    }
    if (current.current !== null) {
      current.current.shown();
      return;
    }
    if (element.current === null) return;
    give(
      new TerminalSession({
        connection,
        terminalId,
        element: element.current,
        look: latest.current.look,
        behaviour: latest.current.behaviour,
        openLink: (url) => void orNotice("Could not open the link", openLink(connection, url)),
        onKey: (event) => latest.current.onKey(event),
      }),
    );
  }, [visible, connection, terminalId, element]);

  useEffect(
    () => () => {
      current.current?.dispose();
      current.current = null;
    },
    [],
  );
  useEffect(() => session?.setLook(look), [session, look]);
  useEffect(() => session?.setBehaviour(behaviour), [session, behaviour]);

  return session;
}

/** Main opens it on the desktop. In browser mode the browser that shows this window is the place for it, wherever main runs. */
async function openLink({ face, client }: ReturnType<typeof useConnection>, url: string): Promise<void> {
  if (face === "electron") await client.app.openLink({ url });
  else window.open(url, "_blank", "noopener,noreferrer");
}
