/** Closes a panel when what it showed was deleted while it was open; one that is opened on something long gone says so instead. */
import { useEffect, useRef } from "react";
import { dock } from "./panels.tsx";

export function useCloseWhenGone(there: boolean, known: boolean, panelId: string): void {
  const wasThere = useRef(false);
  useEffect(() => {
    if (there) wasThere.current = true;
    else if (known && wasThere.current) dock.close(panelId);
  }, [there, known, panelId]);
}
