/** Every kind of token is found by itself: one look says whether a text holds any, and it must know them all. */
import { expect, test } from "vitest";
import { findTokens } from "./tokens.ts";

const x = (size: number) => "x1".repeat(size / 2);

test.each<[what: string, ...texts: string[]]>([
  ["an AWS access key", ...["AKIA", "ASIA", "ABIA", "ACCA"].map((start) => `${start}IOSFODNN7EXAMPLE`)],
  ["a GitHub token", ...[..."pousr"].map((kind) => `gh${kind}_${x(36)}`), `github_pat_${x(60)}`],
  ["a GitLab token", ...["pat", "ptt", "dt", "rt", "cbt", "oas", "soat"].map((kind) => `gl${kind}-${x(20)}`)],
  ["a Slack token", ...[..."abeoprs"].map((kind) => `xox${kind}-${x(20)}`), `xapp-1-${x(20)}`],
  ["a Slack webhook", `hooks.slack.com/services/${x(30)}`, `hooks.slack.com/workflows/${x(30)}`],
  ["an Anthropic key", `sk-ant-${x(30)}`],
  ["an OpenAI key", `sk-${x(40)}`, `sk-proj-${x(40)}`],
  ["a Google API key", `AIza${x(34)}a`],
  ["a Google OAuth token", `ya29.${x(30)}`],
  ["a Stripe key", ...["sk", "rk"].flatMap((kind) => [`${kind}_live_${x(20)}`, `${kind}_test_${x(20)}`])],
  ["an npm token", `npm_${x(36)}`],
  ["a PyPI token", `pypi-${x(60)}`],
  ["a Hugging Face token", `hf_${x(34)}`],
  ["a SendGrid key", `SG.${x(22)}.${x(44)}`],
  ["a DigitalOcean token", ...[..."opr"].map((kind) => `do${kind}_v1_${"a1".repeat(32)}`)],
  ["a Vault token", ...[..."sbr"].map((kind) => `hv${kind}.${x(30)}`)],
  ["a JSON web token", `eyJ${x(20)}.eyJ${x(20)}.${x(20)}`],
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n"],
])("%s", (what, ...texts) => {
  for (const text of texts)
    expect([text, findTokens(` ${text} `).map((found) => found.what)]).toEqual([text, expect.arrayContaining([what])]);
});
