/** A worker thread that lives for one search: logs are large, and a person's regular expression may take for ever. */
import { parentPort, workerData } from "node:worker_threads";
import { type Found, findInLog } from "./find.ts";

export type SearchOrder = {
  folder: string;
  /** In the order in which they are to be searched. */
  terminalIds: string[];
  pattern: RegExp;
  limit: number;
};

const { folder, terminalIds, pattern, limit } = workerData as SearchOrder;
const found: Found[] = [];
for (const id of terminalIds) {
  if (found.length >= limit) break;
  found.push(...(await findInLog(folder, id, pattern, limit - found.length)));
}
parentPort?.postMessage(found);
