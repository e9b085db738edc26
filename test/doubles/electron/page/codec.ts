/**
 * Structured clones as text, between a page and main. Self-contained: its source is also evaluated in the page.
 * What cannot be cloned is refused before.
 */
export function makeCodec() {
  /** Node's own way, and a page's where its browser has one: a terminal in a flood comes through here whole. */
  const native = Uint8Array as unknown as { fromBase64?(text: string): Uint8Array };
  const inNode = typeof Buffer === "function";
  const base64Of = (bytes: Uint8Array): string => {
    if (inNode) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  const bytesOf = (base64: string): Uint8Array => {
    if (inNode) return new Uint8Array(Buffer.from(base64, "base64"));
    if (native.fromBase64 !== undefined) return native.fromBase64(base64);
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  };

  const packed = (value: unknown): unknown => {
    if (value === undefined) return { t: "undefined" };
    if (typeof value === "bigint") return { t: "bigint", v: String(value) };
    if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
      return { t: "number", v: Object.is(value, -0) ? "-0" : String(value) };
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Date) return { t: "date", v: value.getTime() };
    if (value instanceof ArrayBuffer) return { t: "buffer", v: base64Of(new Uint8Array(value)) };
    if (ArrayBuffer.isView(value)) {
      if (!(value instanceof Uint8Array)) throw new Error(`The double does not carry ${value.constructor.name}`);
      return { t: "bytes", v: base64Of(value) };
    }
    if (value instanceof Map) return { t: "map", v: [...value].map((pair) => pair.map(packed)) };
    if (value instanceof Set) return { t: "set", v: [...value].map(packed) };
    if (value instanceof Error) return { t: "error", v: [value.name, value.message, value.stack ?? ""] };
    if (Array.isArray(value)) return value.map(packed);
    return { t: "object", v: Object.entries(value).map(([key, each]) => [key, packed(each)]) };
  };

  const unpacked = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(unpacked);
    const { t, v } = value as { t: string; v: never };
    switch (t) {
      case "undefined":
        return undefined;
      case "bigint":
        return BigInt(v);
      case "number":
        return Number(v);
      case "date":
        return new Date(v);
      case "buffer":
        return bytesOf(v).buffer;
      case "bytes":
        return bytesOf(v);
      case "map":
        return new Map((v as [unknown, unknown][]).map(([key, each]) => [unpacked(key), unpacked(each)]));
      case "set":
        return new Set((v as unknown[]).map(unpacked));
      case "error": {
        const [name, message, stack] = v as [string, string, string];
        return Object.assign(new Error(message), { name, stack });
      }
      default:
        return Object.fromEntries((v as [string, unknown][]).map(([key, each]) => [key, unpacked(each)]));
    }
  };

  return {
    encode: (value: unknown): string => {
      let copy: unknown;
      try {
        copy = structuredClone(value);
      } catch {
        throw new Error("An object could not be cloned.");
      }
      return JSON.stringify(packed(copy));
    },
    decode: (text: string): unknown => unpacked(JSON.parse(text)),
  };
}
/** A structured clone, refused in Electron's words. */
export function cloned<Value>(value: Value): Value {
  try {
    return structuredClone(value);
  } catch {
    throw new Error("An object could not be cloned.");
  }
}
export type Codec = ReturnType<typeof makeCodec>;
