import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { reference } from "./reference.mjs";

const file = process.env.TOKEN_REFERENCE ?? new URL("../BotHub.Tests/Models/Remote/Tokens/reference.json", import.meta.url);

test("the checked-in reference is what js-tiktoken counts", async () => {
  assert.deepEqual(JSON.parse(await readFile(file, "utf8")), JSON.parse(JSON.stringify(reference())));
});
