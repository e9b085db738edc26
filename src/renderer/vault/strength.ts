/** A hint how hard a passphrase is to guess. A rough measure on purpose: it says what to do better, and never that something is safe. */

export type Strength = { level: 0 | 1 | 2 | 3; words: string };

const shortest = 8;

/** What everybody tries first. */
const common = /^(passw[o0]rd|qwert[yz]|letmein|welcome|iloveyou|admin|secret|12345|abc123)/i;

export function strengthOf(passphrase: string): Strength {
  const length = [...passphrase.normalize("NFKC").trim()].length;
  if (length < shortest) return { level: 0, words: `Too short: ${length} of at least ${shortest} characters` };
  const bits = bitsOf(passphrase);
  if (common.test(passphrase) || bits < 45) return { level: 1, words: "Weak: four or five unrelated words are better" };
  if (bits < 70) return { level: 2, words: "Fair: one more word makes it strong" };
  return { level: 3, words: "Strong" };
}

/** Of a guesser who tries letters rather than words; what repeats or counts on counts little. */
function bitsOf(passphrase: string): number {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/];
  const sizes = [26, 26, 10, 33];
  const alphabet = sizes.reduce((sum, size, index) => (kinds[index]!.test(passphrase) ? sum + size : sum), 0);
  const codes = [...passphrase].map((sign) => sign.codePointAt(0)!);
  const news = codes.filter((code, index) => index === 0 || Math.abs(code - codes[index - 1]!) > 1).length;
  // Letters of words are easier to guess than letters: a phrase of words has about half of what random letters have.
  const wordy = /^[a-z]+([ -][a-z]+)*$/i.test(passphrase) ? 0.6 : 1;
  return Math.min(news, 2.5 * new Set(codes).size) * Math.log2(Math.max(alphabet, 2)) * wordy;
}
