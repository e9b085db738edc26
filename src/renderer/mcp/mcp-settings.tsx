/** How an MCP client is connected to Cellar: what to give it, the person's token, and what clients have done. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Problem } from "#shared/contract/base.ts";
import { problemFrom, useClient } from "../connection/index.ts";
import { Button, CopyButton, orNotice, ProblemNote, TwoStepButton } from "../ui/index.ts";
import { CallList } from "./call-list.tsx";
import { claudeCommand, clientConfiguration } from "./client-configuration.ts";

const words = "mcp agents clients tools endpoint address token claude code connect terminals server";

/** Whether the section is among what was searched for. */
export function matchesMcp(search: string): boolean {
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

export function McpSettings() {
  const client = useClient();
  const endpoint = useQuery({ queryKey: ["mcp", "endpoint"], queryFn: () => client.mcp.endpoint({}) });
  return (
    <section className="mb-6" aria-labelledby="mcp-settings">
      <h3 id="mcp-settings" className="border-line border-b pb-1 text-muted">
        MCP
      </h3>
      {endpoint.isError && <ProblemNote problem={problemFrom(endpoint.error)} />}
      {endpoint.data && (
        <>
          <Row label="Claude Code" help="Run this once; every conversation can then drive your terminals.">
            <Code text={claudeCommand(endpoint.data.command)} label="Copy the command" />
          </Row>
          <Row label="Other clients" help="For clients that start their servers, in the form most of them read.">
            <Code text={clientConfiguration(endpoint.data.command)} label="Copy the configuration" />
          </Row>
          <Row
            label="Address"
            help="For clients that connect over HTTP, with your token as bearer. Only programs on this computer reach it."
          >
            {endpoint.data.url === null ? (
              <p className="text-negative">{endpoint.data.problem}</p>
            ) : (
              <Code text={endpoint.data.url} label="Copy the address" />
            )}
          </Row>
          <Token />
        </>
      )}
      <div className="py-2.5">
        <h4 className="mb-1 font-medium">Recent calls</h4>
        <CallList />
      </div>
    </section>
  );
}

function Row({ label, help, children }: { label: string; help: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1 border-line border-b py-2.5">
      <p className="font-medium">{label}</p>
      <p className="max-w-[70ch] text-muted">{help}</p>
      {children}
    </div>
  );
}

function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className="flex items-start gap-1">
      <code className="min-w-0 flex-1 select-text whitespace-pre-wrap break-all rounded bg-field px-2 py-1 font-mono text-sm">
        {text}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}

/** It is never on the screen, where somebody may look on. */
function Token() {
  const client = useClient();
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const copy = async () => {
    const copied = client.mcp.token({}).then(({ token }) => navigator.clipboard.writeText(token));
    await orNotice(
      "Could not copy the token",
      copied.then(() => setSaid("Copied.")),
    );
  };
  const rotate = async () => {
    setProblem(null);
    try {
      await client.mcp.rotateToken({});
      setSaid("There is a new token. Clients with the old one are refused.");
    } catch (thrown) {
      setProblem(problemFrom(thrown));
    }
  };
  return (
    <Row
      label="Your token"
      help="It reaches every terminal. Agent programs that Cellar launches have tokens of their own, which reach their workspace."
    >
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => void copy()}>Copy the token</Button>
        <TwoStepButton confirm="Replace it now" onConfirm={() => void rotate()}>
          New token…
        </TwoStepButton>
        <span role="status" className="text-muted">
          {said}
        </span>
      </div>
      {problem && <ProblemNote problem={problem} />}
    </Row>
  );
}
