// Counts the tokens of 500 conversations as js-tiktoken, with OpenAI's published ranks, counts them: the reference that the hub's own
// meter is held against. As OpenAI's cookbook says: 3 for a message, its role, its text; 3 before the answer. Run by itself it prints
// the reference.
import { pathToFileURL } from "node:url";
import { Tiktoken } from "js-tiktoken/lite";
import cl100k_base from "js-tiktoken/ranks/cl100k_base";
import o200k_base from "js-tiktoken/ranks/o200k_base";
import { chance, conversation, phrases } from "./conversations.mjs";

const seed = 20261122;

// Nothing is a control token, and half characters are what the wire makes of them.
const tokens = (encoding, text) => encoding.encode(text.toWellFormed(), [], []).length;
const count = (encoding, messages) => messages.reduce((sum, [role, text]) => sum + 3 + tokens(encoding, role) + tokens(encoding, text), 3);

export function reference() {
  const encodings = { o200k_base: new Tiktoken(o200k_base), cl100k_base: new Tiktoken(cl100k_base) };
  const next = chance(seed);
  const conversations = Array.from({ length: 500 }, () => conversation(next));
  const counts = Object.fromEntries(Object.entries(encodings).map(([name, encoding]) => [name, conversations.map((c) => count(encoding, c))]));
  const characters = conversations.map((c) => c.reduce((sum, [, text]) => sum + text.length, 0));
  return { seed, phrases, characters, ...counts };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(`${JSON.stringify(reference())}\n`);
