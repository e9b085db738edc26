/** The last screen of an ended terminal, kept in a file beside its log so that it can still be read after the host has forgotten it. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { Snapshot } from "../terminals/stream-frames.ts";

/** Version, offset, columns and rows in front of the screen's VT sequences: one line, so that the rest can be looked at with `cat`. */
const header = /^cellar-screen 1 (\d+) (\d+) (\d+)\n/;

function pathOf(folder: string, id: string): string {
  return `${folder}/${id}.screen`;
}

export async function saveScreen(folder: string, id: string, { offset, cols, rows, screen }: Snapshot): Promise<void> {
  const path = pathOf(folder, id);
  const head = Buffer.from(`cellar-screen 1 ${offset} ${cols} ${rows}\n`);
  await writeFile(`${path}.new`, Buffer.concat([head, screen]), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Null when there is none, or it cannot be understood. */
export async function readSavedScreen(folder: string, id: string): Promise<Snapshot | null> {
  const bytes = await readFile(pathOf(folder, id)).catch(() => Buffer.alloc(0));
  const match = header.exec(bytes.subarray(0, 100).toString("latin1"));
  if (!match) return null;
  const [line, offset, cols, rows] = match;
  return { offset: Number(offset), cols: Number(cols), rows: Number(rows), screen: bytes.subarray(line.length) };
}

export async function removeScreen(folder: string, id: string): Promise<void> {
  await rm(pathOf(folder, id), { force: true });
}
