/**
 * Directory contents that a browser sends file by file, because it may not tell their path. They are written where the workspace will be; a workspace
 * whose upload is cancelled, abandoned or interrupted is undone like any other that could not be made.
 */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Git } from "#node/git/index.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";
import { isIgnoredInUploads } from "#shared/workspaces/ignored.ts";
import type { JobService, RunningJob } from "../jobs/index.ts";
import type { WorkspaceMaker } from "./create.ts";
import { lookAtGit } from "./git-facts.ts";
import { newWorkspaceRecord } from "./record.ts";
import type { WorkspaceRegistry } from "./registry.ts";
import { uploadPath } from "./upload-path.ts";

export type UploadRequest = { name: string; files: number; bytes: number };

export type UploadParts = {
  registry: WorkspaceRegistry;
  jobs: JobService;
  git: Git;
  maker: WorkspaceMaker;
  /** Milliseconds without a byte after which an upload counts as abandoned. */
  idleMs?: number;
};

const idleMsDefault = 10 * 60 * 1000;

export class Uploads {
  readonly #parts: UploadParts;
  readonly #open = new Map<string, Upload>();

  constructor(parts: UploadParts) {
    this.#parts = parts;
  }

  /** The folder is there when this resolves. */
  async begin(request: UploadRequest): Promise<{ uploadId: string; workspace: Workspace }> {
    const { registry, maker } = this.#parts;
    registry.checkName(request.name);
    const directory = await maker.freeDirectory(request.name);
    const disk = await statfs(dirname(directory));
    if (request.bytes > disk.bavail * disk.bsize) {
      throw new Failure("too_large", "There is not enough space on the disk for these files", {
        hint: "Free some space, then drop the folder again.",
      });
    }
    registry.checkName(request.name);
    const uploadId = `up-${randomBytes(16).toString("hex")}`;
    const upload = new Upload(request, directory, this.#parts.idleMs ?? idleMsDefault);
    const workspace = maker.start({
      steps: ["Receive files", "Look at them"],
      record: newWorkspaceRecord(
        { name: request.name, mode: "copy", source: { kind: "upload", location: request.name } },
        directory,
      ),
      work: async (job) => {
        try {
          await job.step("Receive files", () => upload.receiveAll(job));
          return await job.step("Look at them", () => settle(this.#parts.git, directory));
        } finally {
          this.#open.delete(uploadId);
        }
      },
    });
    this.#open.set(uploadId, upload);
    upload.workspaceId = workspace.id;
    await upload.begun;
    return { uploadId, workspace };
  }

  /** Writes one file; what copies leave out is read and dropped. Throws a Failure, after which the file is not there. */
  async receive(uploadId: string, relativePath: string, body: NodeJS.ReadableStream): Promise<void> {
    await this.#get(uploadId).receive(relativePath, body);
  }

  /** Throws `conflict` while files are missing. */
  async finish(uploadId: string): Promise<Workspace> {
    const upload = this.#get(uploadId);
    upload.finish();
    const { registry, jobs } = this.#parts;
    const job = await jobs.ended(registry.get(upload.workspaceId).workspace.jobId ?? "");
    if (job.problem !== null) throw Failure.from(job.problem);
    return registry.get(upload.workspaceId).workspace;
  }

  async cancel(uploadId: string): Promise<void> {
    const upload = this.#get(uploadId);
    const { registry, jobs } = this.#parts;
    const jobId = registry.get(upload.workspaceId).workspace.jobId ?? "";
    jobs.cancel(jobId);
    await jobs.ended(jobId);
  }

  #get(uploadId: string): Upload {
    const upload = this.#open.get(uploadId);
    if (upload === undefined) {
      throw new Failure("not_found", "This upload has ended", { hint: "Drop the folder again." });
    }
    return upload;
  }
}

/** One upload while it is open. */
class Upload {
  workspaceId = "";
  /** Resolves when files can be written. */
  readonly begun: Promise<void>;
  readonly #request: UploadRequest;
  readonly #directory: string;
  readonly #idleMs: number;
  readonly #all = Promise.withResolvers<void>();
  readonly #began = Promise.withResolvers<void>();
  readonly #writing = new Set<string>();
  #job: RunningJob | null = null;
  #files = 0;
  #bytes = 0;
  #finished = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(request: UploadRequest, directory: string, idleMs: number) {
    this.#request = request;
    this.#directory = directory;
    this.#idleMs = idleMs;
    this.begun = this.#began.promise;
    // Both are awaited by whoever is there; a cancel may come before anybody is.
    this.begun.catch(() => {});
    this.#all.promise.catch(() => {});
  }

  async receiveAll(job: RunningJob): Promise<void> {
    this.#job = job;
    const stop = () => this.#all.reject(job.signal.reason);
    job.signal.addEventListener("abort", stop, { once: true });
    try {
      this.#began.resolve();
      this.#touch();
      await this.#all.promise;
    } catch (error) {
      this.#began.reject(error);
      throw error;
    } finally {
      this.#finished = true;
      clearTimeout(this.#idle);
      job.signal.removeEventListener("abort", stop);
    }
  }

  async receive(relativePath: string, body: NodeJS.ReadableStream): Promise<void> {
    // The connection may break before anything reads from it; whoever reads then is told.
    body.on("error", () => {});
    const segments = uploadPath(relativePath);
    if (this.#finished || this.#job === null) throw new Failure("conflict", "This upload has ended");
    if (this.#writing.has(relativePath)) throw twice(relativePath);
    if (this.#files + this.#writing.size >= this.#request.files) {
      throw new Failure("too_large", `More than the ${this.#request.files} files that were announced`);
    }
    this.#writing.add(relativePath);
    try {
      const kept = !segments.some(isIgnoredInUploads);
      await (kept ? this.#write(segments, body) : pipeline(body, this.#counter(), drain));
      this.#files++;
      if (!kept) this.#job.log(`Left out ${relativePath}`);
    } finally {
      this.#writing.delete(relativePath);
    }
  }

  finish(): void {
    if (this.#finished) throw new Failure("conflict", "This upload has ended");
    if (this.#writing.size > 0 || this.#files < this.#request.files) {
      throw new Failure("conflict", `${this.#files} of ${this.#request.files} files have arrived`, {
        hint: "Send the missing files, or cancel the upload.",
      });
    }
    this.#finished = true;
    this.#all.resolve();
  }

  async #write(segments: string[], body: NodeJS.ReadableStream): Promise<void> {
    const path = join(this.#directory, ...segments);
    const name = segments.join("/");
    try {
      await mkdir(dirname(path), { recursive: true });
    } catch (error) {
      throw new Failure("conflict", `${name} cannot be stored: a part of its path is a file`, { cause: error });
    }
    // `wx`: never over a file that is there, also not one that another spelling of the name has made.
    const file = createWriteStream(path, { flags: "wx", mode: 0o644 });
    let ours = false;
    file.once("open", () => {
      ours = true;
    });
    try {
      await pipeline(body, this.#counter(), file, { signal: this.#job!.signal });
    } catch (error) {
      if (ours) await rm(path, { force: true });
      throw writeFailure(name, error);
    }
  }

  #counter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, next) => {
        this.#bytes += chunk.length;
        this.#touch();
        if (this.#bytes > this.#request.bytes) return next(new Failure("too_large", "More bytes than were announced"));
        this.#job?.progress(this.#bytes, this.#request.bytes, "bytes");
        next(null, chunk);
      },
    });
  }

  #touch(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#all.reject(
        new Failure("failed", "The upload was abandoned", {
          hint: "Drop the folder again, and keep the window open until it is done.",
        }),
      );
    }, this.#idleMs);
    this.#idle.unref();
  }
}

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

function twice(name: string): Failure {
  return new Failure("conflict", `${name} has been sent already`);
}

function writeFailure(name: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EEXIST" || code === "EISDIR") return twice(name);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new Failure("too_large", "The disk is full", {
      cause: error,
      hint: "Free some space, then drop the folder again.",
    });
  return new Failure("failed", `${name} did not arrive whole: ${message}`, { cause: error, hint: "Send it again." });
}

/**
 * What a browser could not tell: the files' modes, which a repository's index knows, and when they were changed, which that index is told anew. Then
 * what there is to say about the repository, if there is one.
 */
async function settle(git: Git, directory: string): Promise<Partial<Workspace>> {
  const look = await lookAtGit(git, directory).catch(() => null);
  if (look?.found !== "repository" || look.facts.top !== directory) return {};
  const { repository, facts } = look;
  const listed = await repository.try(["ls-files", "--stage", "-z"]);
  for (const entry of listed.stdout.toString().split("\0")) {
    const [, path] = /^100755 \S+ 0\t(.*)$/s.exec(entry) ?? [];
    if (path !== undefined) await chmod(join(directory, path), 0o755).catch(() => {});
  }
  await repository.try(["update-index", "-q", "--refresh"]);
  return { repository: facts.top, branch: facts.branch, baseCommit: facts.head };
}
