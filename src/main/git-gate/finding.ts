/** What must not be pushed in the bytes of one file, message or list of names, however it is packed. Pure. */
import type { Secret } from "#node/secret.ts";
import { Scanner } from "../gateway/detectors/index.ts";
import { type Budget, layersOf, Opaque } from "./layers.ts";

/** What is packed in something packed in something packed is not looked into any more. */
const deepest = 4;

export function scannerFor(secrets: readonly Secret[]): Scanner {
  return new Scanner(
    { tokens: "block", secrets: "block", uploads: "off", uploadBytes: 1e12, instructions: "off" },
    secrets,
  );
}

export type FoundInside = { reason: "detected" | "opaque"; words: string; canApprove: boolean };

/** The worst that is in it, however it is packed; null for nothing. */
export function findingIn(content: Buffer, scanner: Scanner, layerBytes: number): FoundInside | null {
  const budget: Budget = { left: layerBytes };
  let shape: FoundInside | null = null;
  const visit = (bytes: Buffer, how: readonly string[]): FoundInside | null => {
    for (const { what } of scanner.read(bytes).found) {
      const packed = how.length === 0 ? "" : `, ${how.join(" in ")}`;
      const ofVault = what === "a value of the vault";
      const found = {
        reason: "detected",
        words: `holds what looks like ${what}${packed}`,
        canApprove: !ofVault,
      } as const;
      if (ofVault) return found;
      shape ??= found;
    }
    let layers: ReturnType<typeof layersOf>;
    try {
      layers = layersOf(bytes, budget);
    } catch (error) {
      if (!(error instanceof Opaque)) throw error;
      shape ??= { reason: "opaque", words: `holds ${error.message}, which cannot be looked into`, canApprove: true };
      return null;
    }
    if (layers.length > 0 && how.length >= deepest) return null;
    for (const layer of layers) {
      const found = visit(layer.bytes, [layer.what, ...how]);
      if (found !== null) return found;
    }
    return null;
  };
  return visit(content, []) ?? shape;
}
