/** The whole window: what fills the frame's slots. */
import { useEffect, useState } from "react";
import { useClient } from "../connection/index.ts";
import { listenForShortcuts } from "./commands.ts";
import { Frame } from "./frame.tsx";
import { followLayout } from "./layout.ts";

export function App() {
  const client = useClient();
  const [arranged, setArranged] = useState(false);
  useEffect(() => {
    void followLayout(client).then(() => setArranged(true));
    return listenForShortcuts();
  }, [client]);
  if (!arranged) return null;
  return <Frame topBar={null} sidebar={null} center={null} inspector={null} jobs={null} statusBar={null} />;
}
