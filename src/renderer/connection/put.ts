/** One file of an upload. XMLHttpRequest, because fetch cannot say how much has been sent. */
import { bearer } from "#shared/connection.ts";
import type { Problem } from "#shared/contract/base.ts";
import { Failure } from "#shared/failure.ts";

export type PutOptions = { signal?: AbortSignal; progress?: (bytes: number) => void };

/** Throws a Failure: what main said, `cancelled`, or `unavailable` when it could not be reached. */
export function put(address: string, body: Blob, token: string | null, options: PutOptions): Promise<void> {
  const { signal, progress } = options;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const fail = (failure: Failure) => {
      signal?.removeEventListener("abort", abort);
      reject(failure);
    };
    if (signal?.aborted) return reject(new Failure("cancelled", "The upload was cancelled"));
    signal?.addEventListener("abort", abort, { once: true });
    request.upload.onprogress = (event) => progress?.(event.loaded);
    request.onabort = () => fail(new Failure("cancelled", "The upload was cancelled"));
    request.onerror = () => fail(new Failure("unavailable", "The upload was interrupted: no connection to Cellar"));
    request.onload = () => {
      if (request.status >= 400) return fail(problemIn(request));
      signal?.removeEventListener("abort", abort);
      progress?.(body.size);
      resolve();
    };
    request.open("PUT", address);
    if (token !== null) request.setRequestHeader("authorization", bearer(token));
    request.send(body);
  });
}

function problemIn(request: XMLHttpRequest): Failure {
  try {
    return Failure.from(JSON.parse(request.responseText) as Problem);
  } catch {
    return new Failure("failed", `The upload was answered with HTTP ${request.status}`);
  }
}
