/** Where jobs are kept: one row each, the record as the contract has it. */
import type { Job } from "#shared/contract/jobs.ts";

export type JobRepository = {
  all(): Job[];
  put(job: Job): void;
  remove(id: string): void;
};
