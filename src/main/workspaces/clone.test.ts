/** Workspaces from a URL: cloned with what the URL says, and with no credential of anybody else. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();

const directories = () => readdirSync(cellar.folders.workspaces).filter((name) => !name.startsWith("."));

describe("from a URL", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  test("a repository on this computer is cloned with its branch", async () => {
    const source = folder.repository("origin", { a: "1" });
    folder.git("origin", "branch", "other");
    folder.git(".", "clone", "-q", "--bare", source, folder.path("origin.git"));
    const url = pathToFileURL(folder.path("origin.git")).href;
    const workspace = await cellar.make({ source: url, mode: "copy", name: "clone", branch: "other" });
    expect(workspace).toMatchObject({
      source: { kind: "url", location: url },
      branch: "other",
      repository: workspace.path,
      baseCommit: folder.git("origin", "rev-parse", "HEAD"),
    });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
    expect(folder.git("cellar/workspaces/clone", "status", "--porcelain")).toBe("");
  });

  test("an empty repository is a workspace without commits", async () => {
    folder.git(".", "init", "-q", "--bare", folder.path("empty.git"));
    const workspace = await cellar.make({
      source: pathToFileURL(folder.path("empty.git")).href,
      mode: "copy",
      name: "clone",
    });
    expect(workspace).toMatchObject({ state: "ready", branch: "main", baseCommit: null });
  });

  test("a branch that is not there fails with the reason and leaves nothing", async () => {
    folder.git(".", "clone", "-q", "--bare", folder.repository("origin"), folder.path("origin.git"));
    const source = pathToFileURL(folder.path("origin.git")).href;
    const { job } = await cellar.settled(
      await cellar.service.create({ source, mode: "copy", name: "clone", branch: "nope" }),
    );
    expect(job.problem).toMatchObject({
      code: "failed",
      hint: "Check the branch's name.",
      message: expect.stringContaining("nope"),
    });
    expect(directories()).toEqual([]);
  });

  test("a server that wants credentials is answered with those of the URL only, and they stay nowhere", async () => {
    const source = folder.repository("origin", { a: "1" });
    folder.git(".", "clone", "-q", "--bare", source, folder.path("origin.git"));
    folder.git("origin.git", "update-server-info");
    const asked: string[] = [];
    server = createServer((request, response) => {
      const given = Buffer.from(request.headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
      asked.push(given);
      const file = join(
        folder.path("origin.git"),
        new URL(request.url ?? "", "http://x").pathname.replace("/o.git/", ""),
      );
      if (given !== "ada:canary-4711") response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
      else if (!existsSync(file) || !lstatSync(file).isFile()) response.writeHead(404).end();
      else response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

    const refused = await cellar.settled(
      await cellar.service.create({ source: `http://${host}/o.git`, mode: "copy", name: "no" }),
    );
    expect(refused.job.problem).toMatchObject({
      code: "failed",
      hint: expect.stringContaining("asks for credentials"),
    });

    const workspace = await cellar.make({ source: `http://ada:canary-4711@${host}/o.git`, mode: "copy", name: "yes" });
    expect(readFileSync(join(workspace.path, "a"), "utf8")).toBe("1");
    expect(asked).toContain("ada:canary-4711");
    await cellar.close();
    const found = execFileSync("sh", ["-c", `grep -rla canary-4711 '${folder.root}' || true`], { encoding: "utf8" });
    expect(found).toBe("");
    await cellar.start();
  });
});
