/** The jobs, with their logs beside main's own. */
import type { Ground } from "../ground.ts";
import { jobRepository } from "./repository.ts";
import { JobService } from "./service.ts";

export function composeJobs({ paths, database, endings }: Ground): JobService {
  const jobs = new JobService(jobRepository(database), paths.logs);
  endings.add(() => jobs.close());
  return jobs;
}
