/** Jobs in cellar.db: one row each, the record as the contract has it. */

import type { Database } from "#node/store/index.ts";
import type { Job } from "#shared/contract/jobs.ts";

export type JobRepository = {
  all(): Job[];
  put(job: Job): void;
  remove(id: string): void;
};

/** A step of cellar.db's schema. */
export const jobsSchema = "CREATE TABLE jobs (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT";

export function jobRepository(database: Database.Database): JobRepository {
  const select = database.prepare<[], { record: string }>("SELECT record FROM jobs");
  const upsert = database.prepare(
    "INSERT INTO jobs VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const remove = database.prepare("DELETE FROM jobs WHERE id = ?");
  return {
    all: () => select.all().map((row) => JSON.parse(row.record) as Job),
    put: (job) => void upsert.run(job.id, JSON.stringify(job)),
    remove: (id) => void remove.run(id),
  };
}
