/**
 * Text that tries to give an agent orders. These are known tricks, found by their wording: a text without any of them may still try, and one that
 * only speaks about them is found too. English, in one piece, not encoded. Over bytes read as latin1, so that places are byte places.
 */
import type { Found } from "./tokens.ts";

/** One of several words; with `?` before them it may be missing. */
type Step = string;

const ignore = "ignore|disregard|forget";
const earlier = "previous|prior|above|earlier|preceding|foregoing|existing|original|initial";
const orders =
  "instructions|instruction|prompts|prompt|rules|directions|guidelines|guardrails|directives|commands|messages|context|programming";
const any = "?all|any|every|everything|of|the|your|my|these|those|its";
const tell =
  "tell|telling|inform|informing|alert|alerting|notify|notifying|mention|mentioning|show|showing|reveal|revealing";
const toThePerson = [
  "?this|that|it|anything|any|of",
  "?this|that|it",
  "?to",
  "?the|your",
  "user|human|developer|operator|owner",
];
const secrets = "key|keys|credentials|secrets|tokens|passwords";

/** Each is found wherever these words follow each other, in any letters. None begins with a step that may be missing. */
const phrases: readonly [what: string, steps: readonly Step[]][] = [
  ["an order to ignore instructions", [ignore, any, any, any, earlier, "?system|developer|user|safety|given", orders]],
  [
    "an order to ignore instructions",
    [`${ignore}|override|bypass`, "your", "?system|developer|safety|security|own", orders],
  ],
  [
    "an order to ignore instructions",
    [
      ignore,
      "everything|anything|all|what",
      "?you|that|i",
      "?was|is|were|have",
      "?said|told|written|been",
      "above|before|previously",
    ],
  ],
  [
    "a new role for the agent",
    ["you", "are", "now", "?a|an|in|the", "?fully|completely", "dan|jailbroken|unrestricted|unfiltered|uncensored"],
  ],
  [
    "a new role for the agent",
    [
      "you",
      "are",
      "no",
      "longer",
      "?bound|restricted|limited",
      "?a|an|by|to",
      "?your|any|the",
      "assistant|rules|guidelines|restrictions|instructions",
    ],
  ],
  ["a new role for the agent", ["enter|enable|activate", "?the", "developer|dan|jailbreak|god", "mode"]],
  [
    "a new role for the agent",
    ["your", "new", "?system|secret|real", "instructions|instruction|prompt|task|goal", "is|are"],
  ],
  ["an order to keep something from the person", ["do", "not", tell, ...toThePerson]],
  ["an order to keep something from the person", ["don", "t", tell, ...toThePerson]],
  ["an order to keep something from the person", ["never|without", tell, ...toThePerson]],
  [
    "an order to give away what is secret",
    [
      "reveal|print|show|output|repeat|send|post|upload|leak|exfiltrate|email|include",
      "?me|us|out|back",
      "?all",
      "your",
      "?full|entire|complete|hidden|secret|initial|own",
      "system|api|ssh|private|access",
      `prompt|${secrets}`,
    ],
  ],
  [
    "an order to give away what is secret",
    [
      "exfiltrate|leak",
      "?all|the|any|this|these|user|users",
      "?the|your|of",
      "?secret|private|api|environment|ssh",
      `data|variables|files|${secrets}`,
    ],
  ],
  [
    "a text for an AI and not for the person",
    [
      "if",
      "you",
      "are|re",
      "?an|a",
      "?artificial|large|coding",
      "ai|llm|intelligence|language",
      "agent|assistant|model",
    ],
  ],
  [
    "a text for an AI and not for the person",
    [
      "attention|important|message|note",
      "to|for",
      "?any|all|the",
      "?coding",
      "ai|llm|language",
      "agent|agents|assistant|assistants|model|models",
    ],
  ],
];

/** With these models are told whose words follow; in text from elsewhere they have no business. */
const marks = [
  "<|im_start|>",
  "<|im_end|>",
  "<|system|>",
  "<|start_header_id|>",
  "<|eot_id|>",
  "<|begin_of_text|>",
  "<<sys>>",
  "<</sys>>",
  "[/inst]",
  "<system-reminder>",
  "<system_prompt>",
  "<function_results>",
  "<start_of_turn>",
];

/** Letters that nobody sees (Unicode's tags, U+E0000 to U+E007F); a flag has six of them. */
const unseen = "\\xf3\\xa0[\\x80\\x81][\\x80-\\xbf]";
const hidden = new RegExp(`(?:${unseen}){8,}`, "g");
const hiddenBegun = new RegExp(`(?:${unseen}){0,8}(?:\\xf3(?:\\xa0[\\x80\\x81]?)?)?$`);

/** Characters between two words of a phrase: spaces, punctuation, a little markup. */
const mostBetween = 16;

export type Read = {
  found: Found[];
  /** Bytes at the end that may become one when more follows. */
  unfinished: number;
};

export function readInstructions(text: string): Read {
  const read = readPhrases(text);
  const lower = text.toLowerCase();
  for (const mark of marks) {
    for (let at = lower.indexOf(mark); at !== -1; at = lower.indexOf(mark, at + mark.length)) {
      read.found.push({ what: "marks of a model's own template", start: at, end: at + mark.length });
    }
    for (let size = Math.min(mark.length - 1, lower.length); size > read.unfinished; size--) {
      if (lower.endsWith(mark.slice(0, size))) read.unfinished = size;
    }
  }
  for (const { index, 0: match } of text.matchAll(hidden)) {
    read.found.push({ what: "hidden characters", start: index, end: index + match.length });
  }
  read.unfinished = Math.max(read.unfinished, hiddenBegun.exec(text.slice(-40))?.[0].length ?? 0);
  return read;
}

const steps = phrases.map(([what, list]) => ({
  what,
  steps: list.map((step) => ({
    optional: step.startsWith("?"),
    words: new Set(step.replace(/^\?/, "").split("|")),
  })),
}));

/** A phrase of which the words up to `step` were there. */
type Begun = { phrase: number; step: number; start: number; end: number };

/** Words, and what is between them: an escape as JSON has it is no part of a word. */
const token = /\\(?:[nrtbf"\\/]|u[0-9a-f]{4})|[a-z0-9]+/gi;

/** All phrases at once, word by word: as many steps as there are words, however a text is made. */
function readPhrases(text: string): Read {
  const found: Found[] = [];
  let begun: Begun[] = [];
  let unfinished = 0;
  for (const { index, 0: given } of text.matchAll(token)) {
    if (given.startsWith("\\")) continue;
    const word = given.toLowerCase();
    const end = index + given.length;
    const candidates = begun.filter((each) => index - each.end <= mostBetween);
    for (let phrase = 0; phrase < steps.length; phrase++)
      candidates.push({ phrase, step: 0, start: index, end: index });
    begun = [];
    for (const candidate of candidates) {
      const { what, steps: own } = steps[candidate.phrase]!;
      for (let step = candidate.step; step < own.length; step++) {
        const { words, optional } = own[step]!;
        if (words.has(word)) {
          if (step + 1 === own.length) found.push({ what, start: candidate.start, end });
          else begun.push({ ...candidate, step: step + 1, end });
        }
        // The end of the text may be the middle of a word.
        if (end === text.length && [...words].some((each) => each.length > word.length && each.startsWith(word))) {
          unfinished = Math.max(unfinished, text.length - candidate.start);
        }
        if (!optional) break;
      }
    }
    begun = distinct(begun);
  }
  for (const { start, end } of begun) {
    if (text.length - end <= mostBetween) unfinished = Math.max(unfinished, text.length - start);
  }
  return { found, unfinished };
}

/** Of those at the same step the earliest is enough. */
function distinct(begun: readonly Begun[]): Begun[] {
  const first = new Map<number, Begun>();
  for (const each of begun) {
    const key = each.phrase * 100 + each.step;
    const before = first.get(key);
    if (before === undefined || each.start < before.start) first.set(key, each);
  }
  return [...first.values()];
}
