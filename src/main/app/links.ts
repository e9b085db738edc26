/** Which links may leave Cellar: what a program prints must not be able to start another program of the person's. */
import { Failure } from "#shared/failure.ts";

const schemes = ["http:", "https:", "mailto:"];

/** The link in its normal form. Throws `refused` for any other scheme and `invalid_input` for what is not a link. */
export function linkToOpen(text: string): string {
  const url = URL.parse(text);
  if (url === null) throw new Failure("invalid_input", "this is not a link");
  if (!schemes.includes(url.protocol)) {
    throw new Failure("refused", `links of the kind ${url.protocol.slice(0, 40)} are not opened`, {
      hint: "Only http, https and mailto links are.",
    });
  }
  return url.href;
}
