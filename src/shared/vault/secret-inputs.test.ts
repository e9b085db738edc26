/** A call that takes a secret is one whose input has a place for it; the list must not fall behind the contract. */
import { isContractProcedure } from "@orpc/contract";
import { expect, test } from "vitest";
import { z } from "zod";
import { contract } from "#shared/contract/index.ts";
import { secretInputs } from "./secret-inputs.ts";

const places = new Set(["value", "passphrase", "current", "next", "secret", "text", "token", "password"]);
/** What is typed into a terminal, or looked for in it, is on its screen. */
const shown = new Set(["terminals.write", "terminals.search"]);

test("every call of the contract whose input has a place for a secret is listed", () => {
  const found = Object.entries(contract).flatMap(([domain, procedures]) =>
    Object.entries(procedures).flatMap(([name, procedure]) => {
      if (!isContractProcedure(procedure)) return [];
      const input = procedure["~orpc"].inputSchema;
      const takes = input instanceof z.ZodObject && Object.keys(input.shape).some((key) => places.has(key));
      return takes && !shown.has(`${domain}.${name}`) ? [`${domain}.${name}`] : [];
    }),
  );
  expect(found.sort()).toEqual([...secretInputs].sort());
});
