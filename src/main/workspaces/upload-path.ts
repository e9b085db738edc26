/** Where an uploaded file goes: a pure decision on the path that a browser sent. */
import { Failure } from "#shared/failure.ts";

const longestPath = 4000;
const longestSegment = 255;
/** Names that Windows takes for devices, with any extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The segments of a relative path with `/` between them. Throws `invalid_input` for anything that could lead out of the folder or mean something else
 * than a file of that name: absolute, `..`, `.`, empty segments, NUL, and on Windows also backslashes, drive letters, streams and devices.
 */
export function uploadPath(path: string, platform: NodeJS.Platform = process.platform): string[] {
  const refuse = (why: string) =>
    new Failure("invalid_input", `'${path.slice(0, 200)}' is not the path of an uploaded file: ${why}`);
  if (path === "") throw refuse("it is empty");
  if (Buffer.byteLength(path) > longestPath) throw refuse("it is too long");
  if (path.includes("\0")) throw refuse("it contains NUL");
  if (path.startsWith("/")) throw refuse("it is absolute");
  const segments = path.split("/");
  for (const segment of segments) {
    if (segment === "") throw refuse("it has an empty part");
    if (segment === "." || segment === "..") throw refuse(`it has a part '${segment}'`);
    if (Buffer.byteLength(segment) > longestSegment) throw refuse("a part of it is too long");
    if (platform === "win32" && (/[\\:<>"|?*]|[. ]$/.test(segment) || devices.test(segment))) {
      throw refuse(`'${segment}' cannot be a name on Windows`);
    }
  }
  return segments;
}
