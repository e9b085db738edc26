/** Shapes of credentials that are known well enough to be told from other text. Over bytes read as latin1, so that places are byte places. */

export type Found = { what: string; start: number; end: number };

const shapes: readonly [what: string, shape: RegExp][] = [
  ["an AWS access key", /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})/g],
  ["a GitLab token", /\bgl(?:pat|ptt|dt|rt|cbt|oas|soat)-[\w-]{20,255}/g],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\bxapp-\d-[A-Za-z0-9-]{10,255}/g],
  ["a Slack webhook", /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/]{20,100}/g],
  ["an Anthropic key", /\bsk-ant-[\w-]{20,255}/g],
  ["an OpenAI key", /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,255}/g],
  ["a Google API key", /\bAIza[\w-]{35}/g],
  ["a Google OAuth token", /\bya29\.[\w-]{20,255}/g],
  ["a Stripe key", /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["a PyPI token", /\bpypi-[\w-]{50,255}/g],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{30,100}/g],
  ["a SendGrid key", /\bSG\.[\w-]{20,24}\.[\w-]{39,50}/g],
  ["a DigitalOcean token", /\bdo[opr]_v1_[a-f0-9]{64}\b/g],
  ["a Vault token", /\bhv[sbr]\.[\w-]{24,255}/g],
  ["a JSON web token", /\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{10,2000}/g],
  // With its lines, also as JSON has them, so that redacting it leaves nothing of it.
  ["a private key", /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,-]|\\[rn]){0,16000}/g],
];

/** How each of them begins, but for a private key. */
const beginnings = String.raw`A(?:KI|SI|BI|CC)A|gh[pousr]_|github_pat_|gl[a-z]{2,4}-|xox[abeoprs]-|xapp-|hooks\.slack\.com\/|sk-|AIza|ya29\.|[sr]k_(?:live|test)_|npm_|pypi-|hf_|SG\.|do[opr]_v1_|hv[sbr]\.|eyJ`;
/** Most texts hold none: one look is less than one for each shape. */
const begins = new RegExp(`${beginnings}|-----BEGIN `);
/** For as long as what follows goes on like one. */
const begun = new RegExp(String.raw`\b(?:${beginnings})[\w.+/=~-]*$|-----BEGIN[A-Z ]{0,40}-{0,5}$`);

export function findTokens(text: string): Found[] {
  if (!begins.test(text)) return [];
  return shapes.flatMap(([what, shape]) =>
    [...text.matchAll(shape)].map(({ index, 0: match }) => ({ what, start: index, end: index + match.length })),
  );
}

/** Longest part of the end of a text that may become a token when more follows. */
export function tokenBeginning(text: string): number {
  const end = text.slice(-256);
  return /(?:-----BEGIN[A-Z ]{0,40}-{0,5}|-{1,5}(?:B|BE|BEG|BEGI)?|[\w.+/=~-]{1,256})$/.exec(end)?.[0].length ?? 0;
}

/** As {@link tokenBeginning}, where the text of one event ends: only what has begun to be a token, not what any word may become. */
export function tokenBegun(text: string): number {
  return begun.exec(text.slice(-256))?.[0].length ?? 0;
}
