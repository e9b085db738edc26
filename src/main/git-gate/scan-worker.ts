/** The worker of the scan: takes the bytes of all new objects, answers each chunk, and says at the end what it has found. */
import { parentPort, workerData } from "node:worker_threads";
import { Secret } from "#node/secret.ts";
import type { GitGateReason } from "#shared/contract/git-gate.ts";
import { BatchReader, MissingObject } from "./batch-reader.ts";
import { findingIn, scannerFor } from "./finding.ts";
import { plain } from "./upstream-words.ts";

export type ScanOrder = { names: [id: string, path: string][]; secrets: string[]; layerBytes: number };
export type ToScan = { type: "bytes"; bytes: Uint8Array } | { type: "end" };
type Refusal = { reason: GitGateReason; message: string; canApprove: boolean };
export type FromScan = { type: "taken" } | { type: "verdict"; refusal: Refusal | null; seen: number };

const order = workerData as ScanOrder;
const scanner = scannerFor(order.secrets.map((value) => new Secret(value)));
const names = new Map(order.names);
let worst: Refusal | null = null;
const reader = new BatchReader(look);

parentPort!.on("message", (message: ToScan) => {
  if (message.type === "end") return answer({ type: "verdict", refusal: worst, seen: reader.seen });
  try {
    reader.push(Buffer.from(message.bytes));
  } catch (error) {
    if (!(error instanceof MissingObject)) throw error;
    worst = { reason: "malformed", message: "objects are missing in what was sent", canApprove: false };
  }
  answer({ type: "taken" });
});

function look(id: string, type: string, content: Buffer): void {
  // A value of the vault outranks a shape, which a person could let pass.
  if (worst !== null && !worst.canApprove) return;
  const found = findingIn(content, scanner, order.layerBytes);
  if (found === null || (worst !== null && found.canApprove)) return;
  worst = { reason: found.reason, message: `${whereOf(id, type)} ${found.words}`, canApprove: found.canApprove };
}

/** A path may itself be what was found. */
function whereOf(id: string, type: string): string {
  const path = plain(names.get(id) ?? "");
  if (type === "commit") return `the message of commit ${id.slice(0, 10)}`;
  if (type === "tag") return "the message of a tag";
  if (type === "tree") return "the name of a file";
  return path === "" || findingIn(Buffer.from(path), scanner, order.layerBytes) !== null ? "a file" : path;
}

function answer(message: FromScan): void {
  parentPort!.postMessage(message);
}
