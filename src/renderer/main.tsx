/** Starts the window: connects, takes up the layout, and shows the frame. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConnectionProvider, connect } from "./connection/index.ts";
import { reportErrors } from "./crash-reports/index.ts";
import { App } from "./frame/app.tsx";
import { ListsProvider, openLists } from "./live/index.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const connection = connect();
reportErrors(connection.client);
const lists = openLists(connection);
// Answers come from this computer: asking again is cheap, a retry only delays an error's appearance where the action was, and whether
// there is a network does not matter.
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, staleTime: 0, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});

createRoot(root).render(
  <StrictMode>
    <ConnectionProvider connection={connection}>
      <ListsProvider value={lists}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </ListsProvider>
    </ConnectionProvider>
  </StrictMode>,
);
