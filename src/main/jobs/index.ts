export { jobProcedures } from "./procedures.ts";
export { type JobRepository, jobRepository, jobsSchema } from "./repository.ts";
export { RunningJob } from "./running-job.ts";
export { JobService, type JobWork, type NewJob } from "./service.ts";
