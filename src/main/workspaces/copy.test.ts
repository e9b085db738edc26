/** Workspaces that are copies: what of a folder is copied, and what is left out. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshWorkspaces } from "#test/fresh-workspaces.ts";

const { folder, cellar } = freshWorkspaces();

const directories = () => readdirSync(cellar.folders.workspaces).filter((name) => !name.startsWith("."));

describe("as a copy", () => {
  test("holds files, links, modes and times, without what can be made again", async () => {
    const source = folder.path("plain");
    folder.write("plain/run.sh", "#!/bin/sh\n");
    chmodSync(join(source, "run.sh"), 0o750);
    folder.write("plain/sub/data.bin", Buffer.from([0, 255, 1]));
    folder.write("plain/closed/x", "1");
    chmodSync(join(source, "closed"), 0o500);
    symlinkSync("../run.sh", join(source, "sub/link"));
    symlinkSync("/nowhere/at/all", join(source, "dangling"));
    execFileSync("mkfifo", [join(source, "pipe")]);
    const odd = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0xfe, 0x41])]);
    writeFileSync(odd, "not UTF-8");
    for (const ignored of [
      ".git/HEAD",
      "node_modules/a/b.js",
      "sub/__pycache__/x",
      "sub/y.pyc",
      ".venv/z",
      "sub/.DS_Store",
    ]) {
      folder.write(`plain/${ignored}`, "ignored");
    }
    const when = new Date("2020-02-03T04:05:06.789Z");
    utimesSync(join(source, "sub/data.bin"), when, when);
    utimesSync(join(source, "sub"), when, when);

    const workspace = await cellar.make({ source, mode: "copy", name: "copy" });
    const at = (path: string) => join(workspace.path, path);
    expect(readdirSync(workspace.path, { encoding: "latin1" }).sort()).toEqual(
      ["closed", "dangling", "run.sh", "sub", "\u00ff\u00feA"].sort(),
    );
    expect(readdirSync(at("sub")).sort()).toEqual(["data.bin", "link"]);
    expect(readFileSync(at("sub/data.bin"))).toEqual(Buffer.from([0, 255, 1]));
    expect(statSync(at("run.sh")).mode & 0o777).toBe(0o750);
    expect(statSync(at("closed")).mode & 0o777).toBe(0o500);
    expect(readlinkSync(at("sub/link"))).toBe("../run.sh");
    expect(readlinkSync(at("dangling"))).toBe("/nowhere/at/all");
    expect(statSync(at("sub/data.bin")).mtime).toEqual(when);
    expect(statSync(at("sub")).mtime).toEqual(when);
    expect(await cellar.jobs.log(workspace.jobId!, 100)).toMatch(
      /Left out .*\/pipe: it is neither a file, a folder nor a link/,
    );
    expect(workspace).toMatchObject({ repository: null, branch: null, baseCommit: null });
    chmodSync(at("closed"), 0o700);
    chmodSync(join(source, "closed"), 0o700);
  });

  test("refuses a branch, which a copy cannot have", async () => {
    const source = folder.repository("repo");
    await expect(cellar.service.create({ source, mode: "copy", name: "copy", branch: "main" })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("that is cancelled leaves nothing, not even its record", async () => {
    for (let index = 0; index < 3000; index++) folder.write(`many/${index % 50}/${index}`, "x");
    const workspace = await cellar.service.create({ source: folder.path("many"), mode: "copy", name: "copy" });
    for await (const event of cellar.jobs.watch(undefined)) {
      const job = event.type === "all" ? event.items[0] : event.type === "changed" ? event.item : undefined;
      if (job?.steps[1]?.state === "running") break;
    }
    cellar.jobs.cancel(workspace.jobId!);
    const settled = await cellar.settled(workspace);
    expect(settled.job).toMatchObject({ state: "cancelled", problem: { code: "cancelled" } });
    expect(settled.workspace).toBeUndefined();
    expect(directories()).toEqual([]);
  });
});
